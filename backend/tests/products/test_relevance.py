"""What people type and the product they mean: it must be among the first three of a small shop of everyday goods."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

PRODUCTS = Path(__file__).with_name("relevance_products.csv")
AMONG_FIRST = 3
MEANT = [
    ("mirrorless camera", "CAM-1001"),
    ("camera pentalux kit", "CAM-1002"),
    ("action cameras", "CAM-1003"),
    ("headphone", "AUD-4001"),
    ("studio headphone", "AUD-4002"),
    ("speakers bluetooth", "AUD-4004"),
    ("laptops", "COM-5001"),
    ("glove", "CLO-8007"),
    ("bookshelves", "FUR-1202"),
    ("knives bread", "KIT-9006"),
    ("hedphones", "AUD-4001"),
    ("wireles headphnes", "AUD-4001"),
    ("camrea backpack", "BAG-3003"),
    ("keybord", "COM-5003"),
    ("bycicle helmet", "BIK-1603"),
    ("guitr strings", "MUS-1503"),
    ("esspreso machine", "KIT-9004"),
    ("creme brulee", "KIT-9001"),
    ("CRÈME brulee", "KIT-9001"),
    ("cafe press", "KIT-9003"),
    ("grunhof hose", "GAR-1101"),
    ("Älvdal desk lamp", "FUR-1206"),
    ('"running shoe" trail', "SHO-7001"),
    ('"coffee grinder"', "KIT-9010"),
    ("canvas sneaker -red", "SHO-7006"),
    ("jacket -down", "CLO-8001"),
    ("ukulele OR dumbbells", "SPO-1606"),
    ("LEN-2003", "LEN-2003"),
    ("tri-300", "TRI-3002"),
    ("kestrel key", "COM-5003"),
    ("mountain bic", "BIK-1602"),
    ("\uff41\uff54\uff4c\uff41\uff53 of remote islands", "BOO-1402"),
]


@pytest.fixture(scope="module")
def everyday_shop(clone: Callable[[str], str], migrated_template: str) -> str:
    url = clone(migrated_template)
    asyncio.run(_fill(url))
    return url


@pytest.fixture
async def everyday(
    everyday_shop: str, settings_for: Callable[..., Settings]
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings_for(everyday_shop))
    async with running(app) as client:
        await app.state.vocabularies.ready.wait()
        yield client


@pytest.mark.parametrize(("typed", "sku"), MEANT)
async def test_product_that_is_meant_is_among_the_first_three(
    everyday: httpx.AsyncClient, typed: str, sku: str
) -> None:
    page = (await everyday.get("/products", params={"q": typed, "limit": AMONG_FIRST})).json()
    assert sku in [item["sku"] for item in page["items"]], page


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("hedphones", "headphones"),
        ('"runing shoe" trail', '"running shoe" trail'),
        ("camrea -pentalx", "camera -pentalx"),
        ("guitr OR ukulele", "guitar OR ukulele"),
    ],
)
async def test_correction_is_told(everyday: httpx.AsyncClient, typed: str, corrected: str) -> None:
    assert (await everyday.get("/products", params={"q": typed})).json()["corrected_q"] == corrected


@pytest.mark.parametrize(
    "typed", ["headphones", "headphone", "head", "CAM", "cam-1", "xqzwvk", "lamp -qwxyz", "ab"]
)
async def test_what_is_known_or_like_nothing_known_is_not_corrected(
    everyday: httpx.AsyncClient, typed: str
) -> None:
    assert "corrected_q" not in (await everyday.get("/products", params={"q": typed})).json()


async def test_excluded_product_is_not_listed(everyday: httpx.AsyncClient) -> None:
    page = (await everyday.get("/products", params={"q": "canvas sneaker -red"})).json()
    assert [item["sku"] for item in page["items"]] == ["SHO-7006"]


async def test_statistics_count_what_the_list_shows(everyday: httpx.AsyncClient) -> None:
    page = (await everyday.get("/products", params={"q": "hedphones", "count": "exact"})).json()
    stats = (await everyday.get("/products/stats", params={"q": "hedphones"})).json()
    assert (page["total"], page["total_is"]) == (stats["count"], "exact")
    assert stats["count"] > 0


@pytest.mark.parametrize(
    ("typed", "completion"),
    [("headp", "headphones"), ("hedpho", "headphones"), ("b", "bicycle"), ("running sh", "running shoe")],
)
async def test_suggestions_complete_and_correct(
    everyday: httpx.AsyncClient, typed: str, completion: str
) -> None:
    answer = (await everyday.get("/products/suggest", params={"q": typed})).json()
    assert completion in answer["completions"]
    assert 1 <= len(answer["products"]) <= 10


async def _fill(url: str) -> None:
    rows = list(csv.DictReader(PRODUCTS.read_text(encoding="utf-8").splitlines()))
    connection = await asyncpg.connect(url)
    for table, column in (("categories", "category"), ("brands", "brand")):
        slugs = sorted({row[column] for row in rows})
        await connection.executemany(
            f"INSERT INTO {table} (slug, label) VALUES ($1, $2)",  # noqa: S608 - one of two names
            [(slug, slug.replace("-", " ").title()) for slug in slugs],
        )
    await connection.executemany(
        "INSERT INTO products (sku, name, category, brand, description, price, currency)"
        " VALUES ($1, $2, $3, $4, $5, 10, 'EUR')",
        [tuple(row.values())[:5] for row in rows],
    )
    await connection.close()
