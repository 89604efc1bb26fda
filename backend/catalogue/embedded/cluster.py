"""Making a PostgreSQL data directory, all or nothing."""

import shutil
import subprocess
from pathlib import Path

from catalogue.embedded.account import Account
from catalogue.embedded.binaries import postgres_program
from catalogue.embedded.errors import EmbeddedServerError
from catalogue.embedded.processes import server_environment
from catalogue.embedded.server_log import ServerLog

SUPERUSER = "catalogue"
DATABASE = "catalogue"
CONFIGURATION_FILE = "catalogue.conf"
_PROGRAM_VERSION = "18"


def ensure_cluster(data: Path, *, account: Account, log: ServerLog, durable: bool) -> None:
    """Make the data directory `data` with an empty database `catalogue`, unless it is there.

    It is made under another name and renamed when complete, so an interrupted attempt leaves nothing.

    Raises:
        EmbeddedServerError: It cannot be made, or an existing one is of another PostgreSQL version.
    """
    if data.exists():
        _check_version(data)
        return
    incomplete = data.with_name(data.name + ".incomplete")
    if incomplete.exists():
        shutil.rmtree(incomplete)
    command = _initdb(incomplete, durable=durable)
    _run(command, account=account, log=log, data=incomplete)
    _run(
        _single_user(incomplete),
        account=account,
        log=log,
        data=incomplete,
        statement=f"CREATE DATABASE {DATABASE}",
    )
    with (incomplete / "postgresql.conf").open("a") as settings:
        settings.write(f"include_if_exists = '{CONFIGURATION_FILE}'\n")
    incomplete.rename(data)


def _check_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != _PROGRAM_VERSION:
        raise EmbeddedServerError(
            f"{data} was made by PostgreSQL {version}, this is {_PROGRAM_VERSION}: move the directory away, "
            "or set DATABASE_URL to a server of that version."
        )


def _initdb(data: Path, *, durable: bool) -> list[str]:
    command = [str(postgres_program("initdb")), "--pgdata", str(data), "--username", SUPERUSER]
    command += [
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale-provider",
        "builtin",
        "--locale",
        "C.UTF-8",
    ]
    return command if durable else [*command, "--no-sync"]


def _single_user(data: Path) -> list[str]:
    return [str(postgres_program("postgres")), "--single", "-D", str(data), "postgres"]


def _run(command: list[str], *, account: Account, log: ServerLog, data: Path, statement: str = "") -> None:
    reaches = [data.parent, Path(command[0]).parent]
    with log.opened(account) as output:
        result = subprocess.run(  # noqa: S603 - our own binaries, no shell
            account.command(command, reaches=reaches, signal_on_orphaning="TERM"),
            input=statement.encode(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=server_environment(),
            cwd="/",
            check=False,
        )
    if result.returncode != 0:
        raise EmbeddedServerError(log.explain("PostgreSQL"))
