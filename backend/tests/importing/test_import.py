import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from catalogue.importing.errors import ImportFileError, Refusal
from catalogue.importing.loading import ImportOptions, ImportResult, import_products
from catalogue.importing.mapping import Mapping
from catalogue.importing.source import open_source
from tests.conftest import Ask

HEADER = "sku,name,category,brand,price,currency,description,stock,rating,review_count,image_url\n"
CREATING = Mapping(create_categories=True, create_brands=True)


class Importing:
    """Imports texts into a database and keeps what was refused."""

    def __init__(self, url: str, directory: Path) -> None:
        self._url, self._path = url, directory / "file"
        self.refusals: list[Refusal] = []

    def __call__(self, text: str | bytes, mapping: Mapping = CREATING, **options: object) -> ImportResult:
        self._path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.refusals.clear()
        return asyncio.run(self._run(ImportOptions(mapping, **options)))  # type: ignore[arg-type]

    async def rows_read(self, count: int, *, all_of_them: bool = False) -> None:
        pass

    def refused(self, refusals: Sequence[Refusal]) -> None:
        self.refusals += refusals

    async def _run(self, options: ImportOptions) -> ImportResult:
        connection = await asyncpg.connect(self._url)
        try:
            with open_source(str(self._path), encoding=options.mapping.encoding) as source:
                return await import_products(connection, source, options, observer=self)
        finally:
            await connection.close()


@pytest.fixture
def importing(database: str, tmp_path: Path) -> Importing:
    return Importing(database, tmp_path)


def row(sku: str = "1", **cells: str) -> str:
    values = {
        "name": "Lamp",
        "category": "Light",
        "brand": "Acme",
        "price": "9.99",
        "currency": "EUR",
        **cells,
    }
    names = HEADER.strip().split(",")[1:]
    return ",".join((sku, *(values.get(name, "") for name in names))) + "\n"


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    return result.read, result.created, result.updated, result.unchanged, result.failed


def test_new_products_are_created_with_their_categories_and_brands(importing: Importing, ask: Ask) -> None:
    assert counts(importing(HEADER + row("1") + row("2"))) == (2, 2, 0, 0, 0)
    assert ask("SELECT sku, category, brand, price::text FROM products ORDER BY id") == [
        ("1", "light", "acme", "9.99"),
        ("2", "light", "acme", "9.99"),
    ]
    assert ask("SELECT slug, label FROM categories") == [("light", "Light")]


def test_same_file_again_changes_nothing(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1"))
    before = ask("SELECT xmin::text, version, updated_at FROM products")
    assert counts(importing(HEADER + row("1"))) == (1, 0, 0, 1, 0)
    assert ask("SELECT xmin::text, version, updated_at FROM products") == before


def test_changed_row_raises_its_products_version(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1") + row("2"))
    assert counts(importing(HEADER + row("1", price="8") + row("2"))) == (2, 0, 1, 1, 0)
    assert ask("SELECT version, price::text, updated_at > created_at FROM products WHERE sku = '1'") == [
        (2, "8.00", True)
    ]


def test_fields_the_file_does_not_have_stay_as_they_are(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1", stock="7", description="bright"))
    importing("sku,name,category,brand,price,currency\n1,Lamp,Light,Acme,5,EUR\n")
    assert ask("SELECT stock, description, price::text FROM products") == [(7, "bright", "5.00")]


def test_blank_optional_cells_are_empty_values(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1"))
    assert ask("SELECT description, stock, rating::text, review_count, image_url FROM products") == [
        ("", 0, "0.00", 0, None)
    ]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"name": ""}, "name", "missing"),
        ({"name": "x" * 301}, "name", "too_long"),
        ({"price": "free"}, "price", "not_a_number"),
        ({"price": "NaN"}, "price", "not_a_number"),
        ({"price": "-1"}, "price", "out_of_range"),
        ({"price": "10000000000"}, "price", "out_of_range"),
        ({"price": "1.005"}, "price", "too_many_decimals"),
        ({"stock": "1.5"}, "stock", "not_an_integer"),
        ({"stock": "2147483648"}, "stock", "out_of_range"),
        ({"rating": "5.01"}, "rating", "out_of_range"),
        ({"currency": "EURO"}, "currency", "not_a_currency"),
        ({"description": "a\x00b"}, "description", "not_unicode"),
    ],
)
def test_row_is_refused_with_its_line_and_column(
    importing: Importing, ask: Ask, cells: dict[str, str], column: str, code: str
) -> None:
    assert counts(importing(HEADER + row("1") + row("2", **cells))) == (2, 1, 0, 0, 1)
    assert [(refusal.line, refusal.column, refusal.code) for refusal in importing.refusals] == [
        (3, column, code)
    ]
    assert ask("SELECT sku FROM products") == [("1",)]


def test_every_reason_of_a_row_is_told(importing: Importing) -> None:
    assert importing(HEADER + row("1", price="x", stock="y", name="")).failed == 1
    assert [refusal.column for refusal in importing.refusals] == ["name", "price", "stock"]


def test_bytes_that_are_no_utf_8_refuse_only_their_row(importing: Importing) -> None:
    data = (HEADER + row("1")).encode() + row("2", name="S\u00f6hne").encode("latin-1")
    assert counts(importing(data)) == (2, 1, 0, 0, 1)
    assert [refusal.code for refusal in importing.refusals] == ["not_unicode"]


def test_unfit_bytes_in_a_column_nobody_reads_are_no_matter(importing: Importing) -> None:
    data = b"sku,name,category,brand,price,currency,note\n1,Lamp,Light,Acme,1,EUR,\xff\n"
    assert counts(importing(data)) == (1, 1, 0, 0, 0)


def test_later_rows_of_a_sku_are_refused_and_name_the_first(importing: Importing, ask: Ask) -> None:
    result = importing(HEADER + row("1", name="First") + row("2") + row("1", name="Second") + row("1"))
    assert counts(result) == (4, 2, 0, 0, 2)
    assert [(refusal.line, refusal.code) for refusal in importing.refusals] == [
        (4, "duplicate_sku"),
        (5, "duplicate_sku"),
    ]
    assert "line 2" in importing.refusals[0].message
    assert ask("SELECT name FROM products WHERE sku = '1'") == [("First",)]


def test_row_of_too_many_fields_is_refused(importing: Importing) -> None:
    twelve = row("2").strip() + ",extra\n"
    assert counts(importing(HEADER + twelve + row("1"))) == (2, 1, 0, 0, 1)
    assert importing.refusals[0].code == "wrong_field_count"


def test_unknown_category_and_brand_are_refused_unless_they_may_be_made(
    importing: Importing, ask: Ask
) -> None:
    assert importing(HEADER + row("1"), Mapping()).failed == 1
    assert [refusal.code for refusal in importing.refusals] == ["unknown_category", "unknown_brand"]
    assert ask("SELECT slug FROM categories") == []


def test_categories_of_refused_rows_are_not_made(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1", category="Dark", price="x") + row("2"))
    assert ask("SELECT slug FROM categories") == [("light",)]


def test_parent_category_is_made_above(importing: Importing, ask: Ask) -> None:
    mapping = Mapping(columns={"parent_category": "above"}, create_categories=True, create_brands=True)
    importing("sku,name,category,above,brand,price,currency\n1,Lamp,Light,Home,Acme,1,EUR\n", mapping)
    assert ask("SELECT slug, parent FROM categories ORDER BY id") == [("home", None), ("light", "home")]


def test_dry_run_tells_everything_and_changes_nothing(importing: Importing, ask: Ask) -> None:
    result = importing(HEADER + row("1") + row("2", price="x"), dry_run=True)
    assert (counts(result), result.applied) == ((2, 1, 0, 0, 1), False)
    assert ask("SELECT count(*) FROM products") == [(0,)]
    assert ask("SELECT count(*) FROM categories") == [(0,)]


def test_reject_all_changes_nothing_when_one_row_is_refused(importing: Importing, ask: Ask) -> None:
    result = importing(HEADER + row("1") + row("2", price="x"), on_error="reject_all")
    assert (result.failed, result.applied) == (1, False)
    assert ask("SELECT count(*) FROM products") == [(0,)]


def test_semicolons_decimal_commas_and_byte_order_mark(importing: Importing, ask: Ask) -> None:
    mapping = Mapping(
        columns={"sku": "item_id", "name": "title"},
        constants={"currency": "sar", "brand": "IKEA", "category": "Chairs"},
        decimal="comma",
        create_categories=True,
        create_brands=True,
    )
    importing(b"\xef\xbb\xbfitem_id;title;price\r\n7;Stol;1.265,5\r\n", mapping)
    assert ask("SELECT sku, name, price::text, currency FROM products") == [("7", "Stol", "1265.50", "SAR")]


def test_defaults_fill_empty_cells_and_values_translate_others(importing: Importing, ask: Ask) -> None:
    mapping = Mapping(
        defaults={"category": "Parts"},
        values={"category": {"14": "Road Frames"}},
        create_categories=True,
        create_brands=True,
    )
    importing(HEADER + row("1", category="14") + row("2", category=""), mapping)
    assert ask("SELECT category FROM products ORDER BY sku") == [("road-frames",), ("parts",)]


def test_text_of_every_script_and_every_whitespace_survives(importing: Importing, ask: Ask) -> None:
    texts = ["دراجة جبلية", "אופניים", "自転車 \U0001f6b2", "tab\\t back\\slash \\N", "U+FFFD: \ufffd"]
    importing(HEADER + "".join(row(str(index), description=text) for index, text in enumerate(texts)))
    assert [text for (text,) in ask("SELECT description FROM products ORDER BY sku")] == texts


def test_newlines_stay_in_descriptions_and_become_spaces_in_names(importing: Importing, ask: Ask) -> None:
    importing(HEADER + row("1", name='"Desk\r\n  Lamp"', description='"first\nsecond\tthird"'))
    assert ask("SELECT name, description FROM products") == [("Desk Lamp", "first\nsecond\tthird")]


def test_ndjson_is_imported(importing: Importing, ask: Ask) -> None:
    line = (
        '{"sku":"1","name":"Lamp","category":"Light","brand":"Acme","price":9.5,"currency":"EUR","stock":3}\n'
    )
    assert counts(importing(line)) == (1, 1, 0, 0, 0)
    assert ask("SELECT price::text, stock FROM products") == [("9.50", 3)]


def test_many_rows_into_an_empty_table_leave_its_indexes_as_they_were(importing: Importing, ask: Ask) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    before = ask(indexes)
    assert importing(HEADER + "".join(row(str(number)) for number in range(20_000))).created == 20_000
    assert ask(indexes) == before


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (Mapping(columns={"sku": "nowhere"}), "no column 'nowhere' for sku"),
        (Mapping(), "nothing gives price, currency"),
    ],
)
def test_mapping_that_does_not_fit_is_one_clear_error(
    importing: Importing, mapping: Mapping, message: str
) -> None:
    with pytest.raises(ImportFileError, match=message):
        importing("sku,name,category,brand\n", mapping)
