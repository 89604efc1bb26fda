"""The catalogues that docs/importing.md shows, imported as it says."""

import csv
import io
import json
import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalogue.importing.command import import_file
from catalogue.importing.mapping import Mapping
from catalogue.importing.records import Record, read_table
from catalogue.importing.source import open_source
from tests.conftest import working
from tests.importing.conftest import Shop

ROOT = Path(__file__).parents[3]
REAL_DATA = Path(os.environ.get("CATALOGUE_REALDATA", ROOT.parent / "shared" / "realdata"))

pytestmark = pytest.mark.skipif(
    not REAL_DATA.is_dir(), reason="the real catalogues are not here: set CATALOGUE_REALDATA to their folder"
)


@pytest.mark.parametrize(
    ("file", "mapping", "read", "created"),
    [
        ("bigbasket/bigbasket_products.csv", "bigbasket", "6,079", "6,078"),
        ("ikea/ikea_ae.csv", "ikea-ae", "1,007", "994"),
        ("ikea/ikea_sa_semicolon.csv", "ikea-sa", "3,694", "2,962"),
        ("adventureworks/Product.csv", "adventureworks", "504", "494"),
    ],
)
def test_real_catalogue_is_imported_and_a_second_time_changes_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch, file: str, mapping: str, read: str, created: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    arguments = [str(REAL_DATA / file), "--mapping", str(ROOT / "docs" / "mappings" / f"{mapping}.toml")]
    first, second = (CliRunner().invoke(import_file, arguments).output for _ in range(2))
    assert f"read {read}  created {created}  updated 0  unchanged 0" in first
    assert f"read {read}  created 0  updated 0  unchanged {created}" in second


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("file", "mapping", "counts", "codes"),
    [
        ("bigbasket/bigbasket_products.csv", "bigbasket", (6_079, 6_078, 1), {"wrong_field_count"}),
        ("ikea/ikea_ae.csv", "ikea-ae", (1_007, 994, 13), {"missing"}),
        ("ikea/ikea_sa_semicolon.csv", "ikea-sa", (3_694, 2_962, 732), {"duplicate_sku"}),
        ("adventureworks/Product.csv", "adventureworks", (504, 494, 10), {"too_many_decimals"}),
    ],
)
async def test_real_catalogue_is_imported_over_http_with_a_report_for_a_spreadsheet(
    shop_with_imports: Shop, file: str, mapping: str, counts: tuple[int, int, int], codes: set[str]
) -> None:
    shop, path = shop_with_imports, REAL_DATA / file
    written = tomllib.loads((ROOT / "docs" / "mappings" / f"{mapping}.toml").read_text())
    form = {"mapping": json.dumps(written)}
    taken = await shop.client.post("/imports", files={"file": (path.name, path.read_bytes())}, data=form)
    assert taken.status_code == 202, taken.text
    job = taken.json()["id"]
    async with working(shop.settings):
        ended = await shop.ended(job)
    assert (ended["rows_read"], ended["rows_created"], ended["rows_failed"]) == counts
    report = await shop.client.get(f"/imports/{job}/errors?format=csv")
    lines = list(csv.DictReader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert {line["code"] for line in lines} == codes
    assert all(int(line["line"]) > 1 and line["message"] for line in lines)


def test_refused_rows_of_a_real_catalogue_are_named_by_line(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    report = tmp_path / "refused.csv"
    arguments = [str(REAL_DATA / "bigbasket" / "bigbasket_products.csv"), "--report", str(report)]
    arguments += ["--mapping", str(ROOT / "docs" / "mappings" / "bigbasket.toml")]
    CliRunner().invoke(import_file, arguments)
    [_, refused] = report.read_text().splitlines()
    assert refused.startswith("8,,6 | Germ - Removal Multipurpose Wipes")
    assert ",wrong_field_count," in refused


def test_descriptions_in_six_languages_are_read_whole() -> None:
    name = str(REAL_DATA / "adventureworks" / "vProductAndDescription.csv")
    with open_source(name, encoding=None) as source:
        rows = list(read_table(source, Mapping()).rows)
    assert all(isinstance(row, Record) for row in rows)
    assert len(rows) == 1_764
    assert (
        sum(
            any("\u0590" < character < "\u06ff" for character in row.cells[4])
            for row in rows
            if isinstance(row, Record)
        )
        > 200
    )
