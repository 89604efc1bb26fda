"""How the columns of a file become the fields of a product."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalogue.importing.errors import ImportFileError

REQUIRED_FIELDS = ("sku", "name", "category", "brand", "price", "currency")
OPTIONAL_FIELDS = ("description", "stock", "rating", "review_count", "image_url")
PRODUCT_FIELDS = REQUIRED_FIELDS + OPTIONAL_FIELDS
PARENT_CATEGORY = "parent_category"
"""Not a product's field: under which category a category that an import makes is put."""
MAPPABLE_FIELDS = (*PRODUCT_FIELDS, PARENT_CATEGORY)

_LONGEST_LIST = 500
DecimalStyle = Literal["auto", "comma", "point"]
FileFormat = Literal["csv", "ndjson"]


@dataclass(frozen=True)
class Mapping:
    """Where each field comes from.

    `columns` names the file's column of a field, `constants` gives it one value for all rows, `defaults` a
    value for empty cells, `values` replaces texts of the column by others. Texts everywhere: they are read
    as the file's own cells are.
    """

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    decimal: DecimalStyle = "auto"
    create_categories: bool = False
    create_brands: bool = False
    format: FileFormat | None = None
    delimiter: str | None = None
    encoding: str | None = None

    def fields(self) -> tuple[str, ...]:
        """The product fields that the import sets, in PRODUCT_FIELDS' order."""
        return tuple(name for name in PRODUCT_FIELDS if name in self.columns or name in self.constants)

    def merged(self, **changes: object) -> "Mapping":
        """This mapping with other values where `changes` has one: tables are merged, None changes nothing."""
        merged = {
            name: {**getattr(self, name), **value} if isinstance(value, dict) else value
            for name, value in changes.items()
            if value is not None
        }
        return replace(self, **merged)  # type: ignore[arg-type]

    def completed(self, header: tuple[str, ...]) -> "Mapping":
        """This mapping for a file with these columns; fields nobody mapped come from a column of their name.

        Raises:
            ImportFileError: A mapped column is not there, or a required field comes from nowhere.
        """
        own_names = {
            name: column
            for column in header
            for name in PRODUCT_FIELDS
            if column.strip().lower() == name and name not in self.columns and name not in self.constants
        }
        complete = replace(self, columns={**own_names, **self.columns})
        _check(complete, header)
        return complete


def read_mapping(path: Path) -> Mapping:
    """A mapping kept in a TOML file.

    Raises:
        ImportFileError: It cannot be read, or says something that is not known.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        return mapping_of(SavedMapping.model_validate(written))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportFileError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ImportFileError(f"{path}: {where}: {first['msg']}") from error


def mapping_of(saved: "SavedMapping") -> Mapping:
    """A mapping as it is written down. Raises ImportFileError when it names a field that products do not have."""
    options = saved.model_dump(exclude={"set", "default"})
    return checked(Mapping(constants=saved.set, defaults=saved.default, **options))


def checked(mapping: Mapping) -> Mapping:
    """The mapping itself.

    Raises:
        ImportFileError: It names a field that products do not have.
    """
    for table in (mapping.columns, mapping.constants, mapping.defaults, mapping.values):
        for name in table:
            if name not in MAPPABLE_FIELDS:
                raise ImportFileError(
                    f"products have no field {name!r}; they have: {', '.join(MAPPABLE_FIELDS)}"
                )
    return mapping


def _check(mapping: Mapping, header: tuple[str, ...]) -> None:
    for name, column in mapping.columns.items():
        if header.count(column) != 1:
            problem = "more than one column" if column in header else "no column"
            raise ImportFileError(
                f"the file has {problem} {column!r} for {name}; its columns are: {_listed(header)}"
            )
    missing = [name for name in REQUIRED_FIELDS if name not in mapping.fields()]
    if missing:
        raise ImportFileError(
            f"nothing gives {', '.join(missing)}: map a column of the file to each, or set one value for all "
            f"rows; the columns are: {_listed(header)}"
        )


def _listed(header: tuple[str, ...]) -> str:
    """The columns for a message, without those that nobody would read to the end."""
    listed = ", ".join(header)
    return listed if len(listed) <= _LONGEST_LIST else f"{listed[:_LONGEST_LIST]} …"


class SavedMapping(BaseModel):
    """A mapping in a TOML file, or as JSON."""

    model_config = ConfigDict(extra="forbid", strict=True)

    columns: dict[str, str] = Field(default_factory=dict)
    set: dict[str, str] = Field(default_factory=dict)
    default: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    decimal: DecimalStyle = "auto"
    create_categories: bool = False
    create_brands: bool = False
    format: FileFormat | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    encoding: str | None = None


DECIMAL_STYLES = get_args(DecimalStyle)
FILE_FORMATS = get_args(FileFormat)
