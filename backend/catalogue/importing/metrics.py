"""What imports say of their rows in the metrics."""

from prometheus_client import Counter

ROWS = Counter(
    "catalogue_import_rows_total", "Rows of imports: created, updated, unchanged, and refused.", ("outcome",)
)
OUTCOMES = ("created", "updated", "unchanged", "refused")

for _outcome in OUTCOMES:
    ROWS.labels(_outcome)
