"""Reports of faults of ours to Sentry, where SENTRY_DSN is set; without it nothing here is imported.

A report holds the exception and the request's id and path: no bodies, headers, query strings, nor local variables.
"""

import sentry_sdk
from sentry_sdk.scope import Scope

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
            send_default_pii=False,
            include_local_variables=False,
            auto_session_tracking=False,
            max_breadcrumbs=0,
        )

    def report(self, error: BaseException, *, request_id: str, path: str) -> None:
        """Send it in the background."""
        scope = Scope(client=self._client)
        scope.set_tag("request_id", request_id)
        scope.set_tag("path", path)
        scope.capture_exception(error)

    def close(self) -> None:
        """Send what is left. Blocks for a few seconds at most."""
        self._client.close(timeout=_FLUSH_S)
