"""Documents as the documentation shows them."""

from typing import Any

_DOCUMENT: dict[str, Any] = {
    "id": 5,
    "order_id": 17,
    "type": "packing_list",
    "file_name": "packing-list.txt",
    "content_type": "text/plain",
    "size_bytes": 812,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",  # pragma: allowlist secret
    "texts_status": "done",
    "texts_error": None,
    "created_at": "2026-05-31T12:00:00.050000+00:00",
    "version": 2,
}
_TEXT = {"page": 1, "content": "PACKING LIST R-1"}
_WHOLE = {"total": 1, "total_is": "exact", "offset": 0, "next": None, "prev": None}
EXAMPLES: dict[str, dict[str, Any]] = {
    "OrderDocument": _DOCUMENT,
    "OrderDocumentPage": {"items": [_DOCUMENT], **_WHOLE},
    "DocumentTextPage": {"items": [_TEXT], **_WHOLE, "texts_status": "done", "texts_error": None},
}
"""By the name of the schema that they are of."""
