"""`catalogue run`."""

from contextlib import suppress

import click

from catalogue.running.server_process import ServerProcess
from catalogue.running.shared_metrics import shared_metrics
from catalogue.running.signals import StopRequested, StopSignals, stop_with_parent


@click.command("run")
@click.option("--with-parent", is_flag=True, help="Stop when the program that started this one ends.")
def run(*, with_parent: bool) -> None:
    """Start everything and serve the API until Ctrl-C."""
    if with_parent:
        stop_with_parent()
    with StopSignals() as signals:
        try:
            with shared_metrics(), ServerProcess() as server:
                _run(server, signals)
        except StopRequested:
            with suppress(OSError):  # the terminal may have gone away
                click.echo("Stopped.")


def _run(server: ServerProcess, signals: StopSignals) -> None:
    """Import the rest only now: the server loads the application at the same time."""
    from catalogue.running import supervisor  # noqa: PLC0415 - as above
    from catalogue.settings import load_settings  # noqa: PLC0415 - as above

    supervisor.run(load_settings(), server=server, signals=signals)
