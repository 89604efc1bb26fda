import gzip
from pathlib import Path

import pytest

from catalogue.importing.errors import ImportFileError, Refusal
from catalogue.importing.mapping import Mapping
from catalogue.importing.records import Record, Table, read_table, sniff_delimiter
from catalogue.importing.source import LONGEST_LINE, open_source


class Reading:
    """Reads bytes as a file."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "file"

    def __call__(self, data: bytes, **options: str) -> tuple[tuple[str, ...], list[Record | Refusal]]:
        self._path.write_bytes(data)
        mapping = Mapping(**options)  # type: ignore[arg-type]
        with open_source(str(self._path), encoding=mapping.encoding) as source:
            table: Table = read_table(source, mapping)
            return table.columns, [row for row in table.rows if row is not None]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def test_byte_order_mark_is_no_part_of_the_first_column(read: Reading) -> None:
    assert read(b"\xef\xbb\xbfsku;name\n1;a\n") == (("sku", "name"), [Record(2, ["1", "a"])])


def test_utf_16_is_recognised_by_its_byte_order_mark(read: Reading) -> None:
    assert read("sku\tname\r\n1\tä\r\n".encode("utf-16")) == (("sku", "name"), [Record(2, ["1", "ä"])])


def test_latin_1_is_read_when_asked_for(read: Reading) -> None:
    assert read("sku,name\n1,Söhne\n".encode("latin-1"), encoding="latin-1")[1] == [Record(2, ["1", "Söhne"])]


def test_gzip_is_unpacked_whatever_the_name(read: Reading) -> None:
    assert read(gzip.compress(b"sku,name\n1,a\n"))[1] == [Record(2, ["1", "a"])]


def test_line_is_where_the_record_starts(read: Reading) -> None:
    data = b'sku,name\r\n1,"a\r\nb\nc"\r\n\r\n2,d\r\n'
    assert read(data)[1] == [Record(2, ["1", "a\r\nb\nc"]), Record(6, ["2", "d"])]


@pytest.mark.parametrize("row", ["1,a,b", "1"])
def test_row_of_another_width_is_refused(read: Reading, row: str) -> None:
    [refusal, record] = read(f"sku,name\n{row}\n2,b\n".encode())[1]
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.code) == (2, "wrong_field_count")
    assert record == Record(3, ["2", "b"])


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ('"a,b,c";d;e', ";"), ("alone", ",")],
)
def test_delimiter_is_the_commonest_outside_quotes(header: str, delimiter: str) -> None:
    assert sniff_delimiter(header) == delimiter


def test_ndjson_is_recognised_and_its_numbers_become_text(read: Reading) -> None:
    data = b'{"sku": 1, "name": "a", "price": 1.5}\n\n{"name": null, "sku": "2"}\n'
    columns, rows = read(data)
    assert columns == ("sku", "name", "price")
    assert rows == [Record(1, ["1", "a", "1.5"]), Record(3, ["2", "", ""])]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{broken", "not_json"),
        ("[1]", "not_json"),
        ('{"sku": [1]}', "not_text"),
        ('{"sku": true}', "not_text"),
    ],
)
def test_ndjson_line_that_cannot_be_used_is_refused(read: Reading, line: str, code: str) -> None:
    [_, refusal] = read(f'{{"sku": "1"}}\n{line}\n'.encode())[1]
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.code) == (2, code)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b'sku,name\n1,"open\n' + b"x\n" * 100_000, "quote"),
        (b"sku,name\n" + b"x" * (LONGEST_LINE + 1), "longer than"),
        (gzip.compress(b"sku,name\n" * 9_999)[:-20], "cannot be (read|unpacked)"),
        ("sku,name\n1,a".encode("utf-16")[:-1], "cannot be read"),
    ],
)
def test_file_that_cannot_be_read_on_is_one_clear_error(read: Reading, data: bytes, message: str) -> None:
    with pytest.raises(ImportFileError, match=message):
        read(data)


def test_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with (
        pytest.raises(ImportFileError, match="No such file"),
        open_source(str(tmp_path / "no"), encoding=None),
    ):
        pass


def test_unknown_encoding_is_one_clear_error(read: Reading) -> None:
    with pytest.raises(ImportFileError, match="no encoding 'utf-99'"):
        read(b"sku\n", encoding="utf-99")
