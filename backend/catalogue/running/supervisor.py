"""Starting the servers, the schema, the first data and the API in order, and stopping them in the other order."""

import os
import shlex
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.postgres import EmbeddedPostgres
from catalogue.embedded.redis import EmbeddedRedis
from catalogue.running.databases import migrate, needs_seeding, patience, wait_for_database
from catalogue.running.errors import OperatorError
from catalogue.running.ports import require_free_port
from catalogue.running.redis_check import check_redis
from catalogue.running.secret_key import ADMIN_KEY_FILE, development_admin_key, development_secret
from catalogue.running.server_process import ServerProcess
from catalogue.running.signals import StopRequested, StopSignals
from catalogue.running.web_page import WebPage
from catalogue.running.worker_process import WorkerProcess
from catalogue.settings import Settings
from catalogue.settings_base import DEVELOPMENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

_HANDOVER_SECONDS = 2
"""How long an earlier run on the same port, killed a moment ago, is given to leave."""


def run(settings: Settings, *, server: ServerProcess, signals: StopSignals) -> None:
    """Run everything until `signals` ask to stop; what was started here is stopped again, whatever happens.

    Raises:
        OperatorError, EmbeddedServerError: It cannot start, or the server ended by itself.
        StopRequested: It was asked to stop.
    """
    with ExitStack() as stack:
        try:
            _start_and_wait(settings, stack=stack, server=server, signals=signals)
        finally:
            signals.begin_stop()


def _start_and_wait(
    settings: Settings, *, stack: ExitStack, server: ServerProcess, signals: StopSignals
) -> None:
    started_at = time.monotonic()
    host, port = settings.server.host, settings.server.port
    directory = settings.server.data_dir.absolute()
    require_free_port(host, port, setting="PORT", patience_seconds=_HANDOVER_SECONDS)
    environment = {"SECRET_KEY": _secret(settings, directory)}
    environment["DATABASE_URL"] = _database(settings, directory, stack=stack, signals=signals)
    environment["REDIS_URL"] = _redis(settings, directory, stack=stack, signals=signals)
    environment["ADMIN_API_KEY"] = _admin_key(settings, directory)
    _prepare(settings, environment)
    stack.callback(server.stop)
    signals.on_hurry(server.hurry)
    server.serve(environment, host=host, port=port, seconds_to_finish=settings.server.shutdown_timeout_s)
    worker = stack.enter_context(WorkerProcess(environment))
    signals.on_hurry(worker.hurry)
    _say(_welcome(settings, seconds=time.monotonic() - started_at))
    _serve_page(settings, stack=stack, signals=signals)
    try:
        exit_code = server.wait()
    except StopRequested:
        _say("Stopping; running requests may finish (Ctrl-C again to hurry).")
        raise
    raise OperatorError(f"The server ended by itself (exit code {exit_code}): the reason is above.")


def _secret(settings: Settings, directory: Path) -> str:
    server = settings.server
    if server.environment == "production" or server.secret_key != DEVELOPMENT_SECRET:
        return server.secret_key
    with one_line_failures(directory):
        directory.mkdir(parents=True, exist_ok=True)
        return development_secret(directory)


def _admin_key(settings: Settings, directory: Path) -> str:
    """The key that is set; else, in development, the one kept in the data directory."""
    if settings.callers.admin_api_key or settings.server.environment != "development":
        return settings.callers.admin_api_key
    with one_line_failures(directory):
        directory.mkdir(parents=True, exist_ok=True)
        return development_admin_key(directory)


def _database(settings: Settings, directory: Path, *, stack: ExitStack, signals: StopSignals) -> str:
    if settings.database.database_url:
        wait_for_database(settings.database.database_url, seconds=patience(settings))
        return settings.database.database_url
    postgres = EmbeddedPostgres(directory / "postgres")
    signals.on_hurry(postgres.hurry)
    return stack.enter_context(postgres).url


def _redis(settings: Settings, directory: Path, *, stack: ExitStack, signals: StopSignals) -> str:
    if settings.redis.redis_url:
        check_redis(settings.redis.redis_url)
        return settings.redis.redis_url
    redis = EmbeddedRedis(directory / "redis")
    signals.on_hurry(redis.hurry)
    return stack.enter_context(redis).url


def _prepare(settings: Settings, environment: "Mapping[str, str]") -> None:
    """Bring the schema up to date, and fill a new development database."""
    url, database = environment["DATABASE_URL"], settings.database
    if migrate(url):
        _say("The schema is up to date.")
    wanted = {"products": database.seed_products, "orders": database.seed_orders}
    if settings.server.environment == "development" and needs_seeding(url, **wanted):
        command = [sys.executable, "-m", "catalogue.cli", "seed"]
        command += [part for name, count in wanted.items() for part in (f"--{name}", str(count))]
        result = subprocess.run(command, env=dict(os.environ, **environment), check=False)  # noqa: S603 - our own module
        if result.returncode != 0:
            raise OperatorError("The first data could not be made: the reason is above.")


def _serve_page(settings: Settings, *, stack: ExitStack, signals: StopSignals) -> None:
    """Serve the web page beside the API; it is built first, in the background, when it has changed."""
    server = settings.server
    if server.web == "auto":
        api = f"http://{_reached_host(server.host)}:{server.port}"
        made = settings.server.environment == "development" and not settings.callers.admin_api_key
        key_file = str(server.data_dir / ADMIN_KEY_FILE) if made else ""
        page = stack.enter_context(
            WebPage(host=server.host, port=server.web_port, api_url=api, admin_key_file=key_file)
        )
        signals.on_hurry(page.hurry)


def _reached_host(host: str) -> str:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"[{reached}]" if ":" in reached else reached


def _welcome(settings: Settings, *, seconds: float) -> str:
    base = f"http://{_shown_host(settings.server.host)}:{settings.server.port}"
    return f"""
Catalogue is ready, after {seconds:.1f} s.

  API      {base}/api/v1/products
  Docs     {base}/docs
  Health   {base}/health
  SQL      make psql
{_how_to_call(settings)}
Ctrl-C stops it.
"""


def _how_to_call(settings: Settings) -> str:
    if settings.callers.admin_api_key or settings.server.environment != "development":
        return ""
    file = shlex.quote(str(settings.server.data_dir / ADMIN_KEY_FILE))
    base = f"http://{_shown_host(settings.server.host)}:{settings.server.port}"
    return f"""
Products may be read by anybody. For everything else show the administrator's key, here and on the page:

  curl -H "X-API-Key: $(cat {file})" '{base}/api/v1/orders?limit=2'

To log in with a name and a password: .venv/bin/catalogue user create NAME --role admin
"""


def _shown_host(host: str) -> str:
    if host in {"0.0.0.0", "::", "127.0.0.1"}:  # noqa: S104 - read, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _say(text: str) -> None:
    """Print; a terminal that has gone away must not keep the servers from being stopped."""
    with suppress(OSError):
        click.echo(text)
