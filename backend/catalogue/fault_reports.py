"""Reports of faults of ours to Sentry, where SENTRY_DSN is set; without it nothing here is imported.

A report holds the exception and the request's id and path: no bodies, headers, query strings, nor local variables.
"""

import sentry_sdk
from sentry_sdk.scope import Scope
from sentry_sdk.utils import event_from_exception

from catalogue import __version__

_FLUSH_S = 2.0


class FaultReports:
    """A client of its own, so that nothing is patched and no state is global."""

    def __init__(self, dsn: str, *, environment: str) -> None:
        self._client = sentry_sdk.Client(
            dsn=dsn,
            environment=environment,
            release=__version__,
            default_integrations=False,
            auto_enabling_integrations=False,
            data_collection={
                "user_info": False,
                "http_bodies": [],
                "database_query_data": False,
                "stack_frame_variables": False,
            },
            auto_session_tracking=False,
            max_breadcrumbs=0,
        )

    def report(self, error: BaseException, *, request_id: str, path: str) -> None:
        """Send it in the background."""
        scope = Scope()
        scope.set_tag("request_id", request_id)
        scope.set_tag("path", path)
        event, hint = event_from_exception(error, client_options=self._client.options)
        self._client.capture_event(event, hint=hint, scope=scope)

    def close(self) -> None:
        """Send what is left. Blocks for a few seconds at most."""
        self._client.close(timeout=_FLUSH_S)
