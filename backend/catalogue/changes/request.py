"""What a client asks of the event stream, parsed as strictly as a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from catalogue.changes.change import DATASETS
from catalogue.errors import FieldError, ValidationFailed
from catalogue.listing.declaration import Collection
from catalogue.listing.list_request import ListRequest
from catalogue.listing.request import parse_filters
from catalogue.listing.values import BadValue, integer
from catalogue.query_strings import split_parameters

LAST_EVENT_ID = "Last-Event-ID"
_POSITION = integer(0)


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """`dataset` is None for all of them; `since` is None for from now on; `filters` is None without any."""

    dataset: str | None
    since: int | None
    filters: ListRequest | None


def parse_stream_request(
    query_string: bytes, last_event_id: str | None, collections: Mapping[str, Collection]
) -> StreamRequest:
    """Parse `dataset`, `since`, the dataset's list filters and the header. Raises ValidationFailed."""
    pairs = split_parameters(query_string)
    datasets = [text for name, text in pairs if name == "dataset"]
    positions = [text for name, text in pairs if name == "since"]
    rest = [(name, text) for name, text in pairs if name not in {"dataset", "since"}]
    errors: list[FieldError] = []
    dataset = _dataset(datasets, errors)
    since = _position("query.since", positions, errors)
    # A browser that reconnects repeats the address it was given and says in the header how far it got.
    if last_event_id is not None:
        since = _position(f"header.{LAST_EVENT_ID}", [last_event_id], errors)
    filters = _filters(rest, collections.get(dataset or ""), errors)
    if errors:
        raise ValidationFailed(*errors)
    return StreamRequest(dataset, since, filters)


def _dataset(texts: list[str], errors: list[FieldError]) -> str | None:
    if len(texts) > 1:
        errors.append(FieldError("query.dataset", "repeated", "must be given once; leave it out for all"))
    elif texts and texts[0] not in DATASETS:
        errors.append(FieldError("query.dataset", "not_a_choice", f"must be one of {', '.join(DATASETS)}"))
    elif texts:
        return texts[0]
    return None


def _position(where: str, texts: list[str], errors: list[FieldError]) -> int | None:
    if len(texts) > 1:
        errors.append(FieldError(where, "repeated", "must be given once"))
    elif texts:
        try:
            return int(str(_POSITION.parse(texts[0])))
        except BadValue as bad:
            errors.append(FieldError(where, bad.code, bad.message))
    return None


def _filters(
    pairs: list[tuple[str, str]], collection: Collection | None, errors: list[FieldError]
) -> ListRequest | None:
    if not pairs:
        return None
    if collection is None:
        errors.extend(
            FieldError(f"query.{name[:50]}", "unknown_parameter", "is a filter of no dataset that was named")
            for name, _ in pairs
        )
        return None
    try:
        asked = parse_filters(collection, urlencode(pairs).encode())
    except ValidationFailed as failed:
        errors.extend(failed.errors)
        return None
    return asked if asked.filters else None
