"""What `/metrics` says of the cache."""

from prometheus_client import Counter, Gauge

ANSWERS = Counter(
    "catalogue_cache_answers_total",
    "Answers of cached routes by where they came from, as in X-Cache.",
    ("route", "outcome", "status"),
)
REBUILDS = Counter("catalogue_cache_rebuilds_total", "Answers made anew, by why.", ("reason",))
REBUILD_SECONDS = Counter("catalogue_cache_rebuild_seconds_total", "Time spent in making answers anew.")
UNREADABLE = Counter("catalogue_cache_unreadable_total", "Values in Redis that were no entries.")
REDIS_FAILURES = Counter("catalogue_cache_redis_failures_total", "Commands that Redis did not answer.")
LOCAL_BYTES = Gauge(
    "catalogue_cache_local_bytes", "Size of the entries in memory.", multiprocess_mode="livesum"
)
LOCAL_ENTRIES = Gauge("catalogue_cache_local_entries", "Entries in memory.", multiprocess_mode="livesum")
EVICTED = Gauge(
    "catalogue_cache_local_evicted", "Entries that went to make room.", multiprocess_mode="livesum"
)
OLDEST_SECONDS = Gauge(
    "catalogue_cache_local_oldest_seconds", "Age of the oldest entry in memory.", multiprocess_mode="livemax"
)
HIT_RATIO = Gauge(
    "catalogue_cache_hit_ratio",
    "Share of the answers since the start that needed no database, in the worker where it is least.",
    multiprocess_mode="livemin",
)
EPOCH = Gauge(
    "catalogue_cache_epoch",
    "Position of the newest change of a dataset that the slowest worker has applied.",
    ("dataset",),
    multiprocess_mode="livemin",
)
WARMED = Counter("catalogue_cache_warmed_total", "Answers made before anybody asked.")
