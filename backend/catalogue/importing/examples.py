"""Imports as the documentation shows them."""

from typing import Any

_JOB: dict[str, Any] = {
    "id": 12,
    "status": "running",
    "dataset": "products",
    "file_name": "products.csv",
    "size_bytes": 1_834_220,
    "on_error": "reject_row",
    "dry_run": False,
    "rows_read": 6_079,
    "rows_created": 5_000,
    "rows_updated": 0,
    "rows_unchanged": 0,
    "rows_failed": 1,
    "errors_kept": 1,
    "progress": 0.88,
    "error_code": None,
    "error_detail": None,
    "started_at": "2026-05-31T12:00:00.120000+00:00",
    "finished_at": None,
    "created_at": "2026-05-31T12:00:00.050000+00:00",
    "updated_at": "2026-05-31T12:00:02.310000+00:00",
    "version": 7,
}
_REFUSED: dict[str, Any] = {
    "id": 1,
    "line": 8,
    "column": "price",
    "value": "free",
    "code": "not_a_number",
    "message": "this is no number",
}
_WHOLE = {"total": 1, "total_is": "exact", "offset": 0, "next": None, "prev": None}
EXAMPLES: dict[str, dict[str, Any]] = {
    "ImportJob": _JOB,
    "ImportJobPage": {"items": [_JOB], **_WHOLE},
    "RefusedValuePage": {"items": [_REFUSED], **_WHOLE},
}
"""By the name of the schema that they are of."""
