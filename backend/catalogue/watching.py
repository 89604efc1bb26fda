"""What is watched from outside, by setting: OpenTelemetry traces and Sentry's fault reports.

Their libraries are imported here, and only when they are asked for: they take 0.4 s and 30 MB.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.settings import Settings

if TYPE_CHECKING:
    from catalogue.fault_reports import FaultReports
    from catalogue.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Watchers:
    """Each is None where it is not set."""

    tracing: "Tracing | None"
    faults: "FaultReports | None"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what is left at the end."""
        try:
            yield
        finally:
            for watcher in (self.tracing, self.faults):
                if watcher is not None:
                    await asyncio.to_thread(watcher.close)


def open_watchers(settings: Settings) -> Watchers:
    return Watchers(_tracing(settings), _faults(settings))


def _tracing(settings: Settings) -> "Tracing | None":
    endpoint = settings.watching.otel_exporter_otlp_endpoint
    if not endpoint:
        return None
    from catalogue.tracing import Tracing  # noqa: PLC0415 - only when it is asked for

    return Tracing(endpoint, share=settings.watching.trace_share)


def _faults(settings: Settings) -> "FaultReports | None":
    dsn = settings.watching.sentry_dsn
    if not dsn:
        return None
    from catalogue.fault_reports import FaultReports  # noqa: PLC0415 - as above

    return FaultReports(dsn, environment=settings.server.environment)
