"""What a client asks of an import: the options of the form, checked before anything is stored."""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, get_args

from pydantic import ValidationError

from catalogue.edge.json_body import parse_json
from catalogue.errors import BadRequest, FieldError, ValidationFailed
from catalogue.importing.errors import ImportFileError
from catalogue.importing.loading import OnErrorPolicy
from catalogue.importing.mapping import SavedMapping, mapping_of
from catalogue.importing.source import checked_encoding

DATASETS = ("products",)
FIELDS = ("dataset", "mapping", "on_error", "dry_run", "create_categories", "create_brands")

_POLICIES = get_args(OnErrorPolicy)
_BOOLEANS = {"true": True, "false": False}
_ARCHIVES = {
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
}
_HEAD_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A valid request; `mapping` as it is written down."""

    dataset: str
    mapping: dict[str, Any]
    on_error: str
    dry_run: bool


def import_request(fields: Mapping[str, str]) -> ImportRequest:
    """Raises ValidationFailed naming every field that is wrong."""
    parser = _Parser(fields)
    request = ImportRequest(
        dataset=parser.choice("dataset", DATASETS, default=DATASETS[0]),
        mapping=parser.mapping(),
        on_error=parser.choice("on_error", _POLICIES, default="reject_row"),
        dry_run=parser.flag("dry_run") or False,
    )
    if parser.errors:
        raise ValidationFailed(*parser.errors)
    return request


def require_table(file: IO[bytes]) -> None:
    """Refuse at once what is seen from its first bytes to be no table. Leaves the file at its start.

    Raises:
        ValidationFailed: It is another kind of file.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    kind = next((kind for start, kind in _ARCHIVES.items() if head.startswith(start)), None)
    if kind is not None:
        message = f"is {kind}: save it as CSV first"
        raise ValidationFailed(FieldError("body.file", "not_a_table", message))
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\x00" in head and not is_wide and not head.startswith(b"\x1f\x8b"):
        raise ValidationFailed(FieldError("body.file", "not_a_table", "is no text: CSV or NDJSON is wanted"))


class _Parser:
    """Collects values and errors, so that one answer names all that is wrong."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.errors: list[FieldError] = []
        self._fields = fields

    def choice(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        text = self._fields.get(name, default)
        if text not in allowed:
            self._refuse(name, "not_a_choice", f"must be one of {', '.join(allowed)}")
        return text

    def flag(self, name: str) -> bool | None:
        if name not in self._fields:
            return None
        found = _BOOLEANS.get(self._fields[name])
        if found is None:
            self._refuse(name, "not_a_boolean", "must be true or false")
        return found

    def mapping(self) -> dict[str, Any]:
        """The mapping, with what stands in fields of its own put in."""
        made = {name: self.flag(name) for name in ("create_categories", "create_brands")}
        extra = {name: value for name, value in made.items() if value is not None}
        text = self._fields.get("mapping")
        try:
            parsed = {} if text is None else parse_json(text.encode(errors="surrogateescape"))
            if not isinstance(parsed, dict):
                self._refuse("mapping", "not_an_object", "must be a JSON object")
                return {}
            saved = SavedMapping.model_validate({**parsed, **extra})
            mapping = mapping_of(saved)
            if mapping.encoding is not None:
                checked_encoding(mapping.encoding)
        except BadRequest as error:
            self._refuse("mapping", "not_json", str(error.detail).replace("the body", "the mapping"))
        except ValidationFailed as error:
            self.errors += [
                FieldError(f"body.mapping{found.where.removeprefix('body')}", found.code, found.message)
                for found in error.errors
            ]
        except ValidationError as error:
            self.errors += _named(error)
        except ImportFileError as error:
            self._refuse("mapping", "unusable", str(error))
        else:
            return saved.model_dump(exclude_defaults=True)
        return {}

    def _refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(f"body.{name}", code, message))


def _named(error: ValidationError) -> Iterator[FieldError]:
    for found in error.errors():
        where = ".".join(("body", "mapping", *(str(part)[:50] for part in found["loc"])))
        yield FieldError(where, str(found["type"]), str(found["msg"]))
