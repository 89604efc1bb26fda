"""Facets of a table of the user's own, counted in its rows or kept in a summary, as docs/facets.md says."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import asyncpg
import httpx
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from fastapi import APIRouter, Request, Response
from sqlalchemy import BigInteger, Connection, Integer, Numeric, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalogue.app import create_app
from catalogue.db.engines import migration_engine
from catalogue.edge.addresses import API_PREFIX
from catalogue.listing.cells import STEP, cell_tables
from catalogue.listing.declaration import Collection, at_least, column_sorts, equals, ids
from catalogue.listing.facets import RangeFacet, ValueFacet
from catalogue.listing.serving import Lists
from catalogue.listing.values import number, word
from catalogue.settings import Settings
from migrations.cells import Summary, create_summary, drop_summary
from tests.conftest import running

pytestmark = pytest.mark.anyio


class OwnBase(DeclarativeBase):
    pass


class Stay(OwnBase):
    __tablename__ = "stays"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    town: Mapped[str] = mapped_column(Text(collation="C"))
    nights: Mapped[int] = mapped_column(Integer)


STAY_CELLS = cell_tables(
    "stays",
    "stay",
    dimensions=[("town", Text(collation="C")), ("nights_step", STEP)],
    measures=[("nights", Numeric())],
    metadata=OwnBase.metadata,
)
FACETS = (
    ValueFacet(name="town", expression=Stay.town, filter_name="town"),
    RangeFacet(
        name="nights",
        expression=Stay.nights,
        edges=(Decimal(0), Decimal(3), Decimal(7)),
        minimum="min_nights",
        unit=Decimal(1),
    ),
)
SUMMARY = Summary(
    table="stays",
    prefix="stay",
    dimensions={
        "town": (Text(collation="C"), "town"),
        "nights_step": (STEP, "width_bucket(nights, '{3,7}'::numeric[])"),
    },
    measures={"nights_sum": (Numeric(), "nights")},
)
TABLE = """
CREATE TABLE stays (id bigint PRIMARY KEY, town text COLLATE "C" NOT NULL, nights integer NOT NULL);
INSERT INTO stays SELECT i, (ARRAY['new_york', 'oslo'])[1 + i % 2], i % 10 FROM generate_series(1, 300) AS i
"""
EXPECTED = {
    "town": [
        {"value": "new_york", "label": "New york", "count": 90, "selected": False},
        {"value": "oslo", "label": "Oslo", "count": 120, "selected": True},
    ],
    "nights": [
        {"from": 0, "to": 3, "count": 30},
        {"from": 3, "to": 7, "count": 60},
        {"from": 7, "to": None, "count": 60},
    ],
}


def collection(*, summarised: bool) -> Collection:
    return Collection(
        name="stays",
        model=Stay,
        fields=("id", "town", "nights"),
        filters=(
            equals("town", word(100), Stay.town, description="where"),
            at_least("min_nights", number(0, 1000), Stay.nights, description="how long at least"),
            ids(Stay.id),
        ),
        sorts=column_sorts(Stay, "id", "town", "nights"),
        facets=FACETS,
        summary=STAY_CELLS if summarised else None,
        epoch=STAY_CELLS.epoch() if summarised else None,
    )


@pytest.fixture(params=[True, False], ids=["summary", "rows"])
async def stays(
    request: pytest.FixtureRequest, database: str, settings_for: Callable[..., Settings]
) -> AsyncIterator[httpx.AsyncClient]:
    connection = await asyncpg.connect(database)
    await connection.execute(TABLE)
    if request.param:
        await migrate(database, create_summary)
    listed = collection(summarised=request.param)
    router = APIRouter(prefix=API_PREFIX)

    @router.get("/stays")
    async def list_stays(request: Request, lists: Lists) -> Response:
        return await lists.respond(listed, request.scope)

    app = create_app(settings_for(database, CACHE="off"))
    app.router.routes.extend(router.routes)
    async with running(app) as client:
        yield client
    if request.param:
        await migrate(database, drop_summary)
    await connection.close()


async def migrate(url: str, change: Callable[[Summary], None]) -> None:
    def run(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            change(SUMMARY)

    engine = migration_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


async def test_facets_of_an_own_table_follow_its_declaration(stays: httpx.AsyncClient, database: str) -> None:
    query = "/stays?town=oslo&min_nights=3&facets=town,nights&limit=1"
    page = (await stays.get(query)).json()
    assert (page["facets"]["nights"], page["facets_are"]) == (EXPECTED["nights"], "exact")
    assert sorted(page["facets"]["town"], key=lambda value: str(value["value"])) == EXPECTED["town"]
    assert page["total"] == 120
    connection = await asyncpg.connect(database)
    await connection.execute("DELETE FROM stays WHERE nights = 9")
    await connection.close()
    assert (await stays.get(query)).json()["total"] == 90


async def test_minimum_between_two_edges_is_exact_too(stays: httpx.AsyncClient) -> None:
    page = (await stays.get("/stays?min_nights=5&facets=town&limit=1")).json()
    assert {value["value"]: value["count"] for value in page["facets"]["town"]} == {
        "new_york": 60,
        "oslo": 90,
    }
    assert (page["total"], page["total_is"]) == (150, "exact")
