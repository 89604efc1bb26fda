"""What `/metrics` says of the change feed."""

from prometheus_client import Counter, Gauge

POSITION = Gauge(
    "catalogue_feed_position",
    "Position of the last change that the slowest worker applied.",
    multiprocess_mode="livemin",
)
LAST_LOOK = Gauge(
    "catalogue_feed_last_look_timestamp_seconds",
    "When the worker that is furthest behind last knew that it had applied every change.",
    multiprocess_mode="livemin",
)
RECONNECTS = Counter("catalogue_feed_reconnects_total", "Connections to the change log that were lost.")
CHANGES = Counter("catalogue_feed_changes_total", "Changes that were applied.", ("dataset",))
CLIENTS = Gauge(
    "catalogue_change_stream_clients", "Clients that read the stream of changes.", multiprocess_mode="livesum"
)
