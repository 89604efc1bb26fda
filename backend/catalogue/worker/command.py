"""`catalogue worker`."""

import asyncio
import os
import signal
from dataclasses import replace

import click
from pgqueuer.errors import FailingListenerError
from prometheus_client import start_http_server

from catalogue.db.failures import CONNECTION_FAILURES
from catalogue.logs import configure_logging
from catalogue.running.databases import command_database
from catalogue.running.errors import OperatorError
from catalogue.running.signals import stop_with_parent
from catalogue.settings import Settings, load_settings
from catalogue.worker.program import run_worker

_KINDNESS = 5
"""So much less of a busy processor than the server has (nice)."""


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="Stop when the program that started this one ends.")
def worker(*, with_parent: bool) -> None:
    """Do what is done in the background: imports, the text of documents, sweeping."""
    if with_parent:
        stop_with_parent()
    os.nice(_KINDNESS)
    settings = load_settings()
    configure_logging(settings.logging)
    with command_database(settings) as url:
        database = settings.database.model_copy(update={"database_url": url})
        if settings.watching.worker_metrics_port:
            start_http_server(settings.watching.worker_metrics_port, addr=settings.server.host)
        asyncio.run(_work(replace(settings, database=database)))


async def _work(settings: Settings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await run_worker(settings, stopping)
    except (FailingListenerError, *CONNECTION_FAILURES) as error:
        raise OperatorError("PostgreSQL no longer answers the worker.") from error
