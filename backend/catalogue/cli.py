"""The command line: `catalogue COMMAND`. Each command's module is imported only when that command is used."""

import importlib
import sys

import click

_COMMANDS = {
    "run": "catalogue.running.run_command:run",
    "migrate": "catalogue.running.database_commands:migrate",
    "psql": "catalogue.running.database_commands:psql",
    "seed": "catalogue.seeding.command:seed",
    "import": "catalogue.importing.command:import_file",
    "key": "catalogue.running.caller_commands:key",
    "user": "catalogue.running.caller_commands:user",
    "worker": "catalogue.worker.command:worker",
    "cache": "catalogue.running.cache_command:cache",
    "openapi": "catalogue.running.openapi_command:openapi",
}


class _LazyCommands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Catalogue: any filter, any sort, any row number of a product catalogue, in milliseconds."""


def main() -> None:
    """Run the command line. What an operator can mend is one line on stderr and exit code 1 or 2."""
    try:
        commands(prog_name="catalogue")
    except Exception as error:
        from catalogue.running.explanations import exit_code_for, explain  # noqa: PLC0415 - only on failure

        line = explain(error)
        if line is None:
            raise
        click.echo(f"Error: {line}", err=True)
        sys.exit(exit_code_for(error))


if __name__ == "__main__":
    main()
