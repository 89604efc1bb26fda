"""The history of one record: what the log says of it alone, though a statement may have changed many."""

import orjson

_SHARED = ("id", "operation", "actor", "request_id", "transaction", "changed_at")


def history_item(item: str, record_id: int) -> str:
    """An item of the audit list as JSON, with the `old` and `new` values of one record; null where none are kept."""
    entry = orjson.loads(item)
    values: dict[str, object] = next(
        (found for found in entry["field_values"] or () if found["id"] == record_id), {}
    )
    described = {name: entry[name] for name in _SHARED}
    return orjson.dumps({**described, "old": values.get("old"), "new": values.get("new")}).decode()
