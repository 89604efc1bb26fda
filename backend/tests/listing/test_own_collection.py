"""A collection of the user's own is a declaration: no change in `catalogue/listing`, as docs/listing.md says."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import date

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Request, Response
from sqlalchemy import BigInteger, Date, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalogue.app import create_app
from catalogue.edge.addresses import API_PREFIX
from catalogue.listing.declaration import Collection, at_least, column_sorts, equals, ids
from catalogue.listing.openapi import list_documentation, record_documentation
from catalogue.listing.serving import Identity, Lists
from catalogue.listing.values import day, word
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio


class OwnBase(DeclarativeBase):
    pass


class Visit(OwnBase):
    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    visitor: Mapped[str] = mapped_column(Text(collation="C"))
    came_on: Mapped[date] = mapped_column(Date)


VISITS = Collection(
    name="visits",
    model=Visit,
    fields=("id", "visitor", "came_on"),
    filters=(
        equals("visitor", word(100), Visit.visitor, description="who came"),
        at_least("came_from", day(), Visit.came_on, description="from this day on"),
        ids(Visit.id),
    ),
    sorts=column_sorts(Visit, "id", "visitor", "came_on"),
    default_sort="-came_on",
)

router = APIRouter(prefix=API_PREFIX)


@router.get("/visits", openapi_extra=list_documentation(VISITS))
async def list_visits(request: Request, lists: Lists) -> Response:
    return await lists.respond(VISITS, request.scope)


@router.get("/visits/{identity}", openapi_extra=record_documentation("Visit"))
async def read_visit(identity: Identity, lists: Lists) -> Response:
    return await lists.record(VISITS, "id", identity)


@pytest.fixture
async def visits(database: str, settings_for: Callable[..., Settings]) -> AsyncIterator[httpx.AsyncClient]:
    connection = await asyncpg.connect(database)
    await connection.execute(
        """
        CREATE TABLE visits (id bigint PRIMARY KEY, visitor text COLLATE "C" NOT NULL, came_on date NOT NULL);
        INSERT INTO visits SELECT i, 'visitor ' || i % 7, date '2026-01-01' + i % 30
        FROM generate_series(1, 300) AS i
        """
    )
    await connection.close()
    app = create_app(settings_for(database, CACHE="off"))
    app.router.routes.extend(router.routes)
    async with running(app) as client:
        yield client


async def test_own_table_is_listed_filtered_sorted_and_walked(visits: httpx.AsyncClient) -> None:
    query = "/visits?visitor=visitor%203&came_from=2026-01-10&sort=came_on,-id&limit=7"
    page = (await visits.get(f"{query}&count=exact")).json()
    found = page["items"]
    while page["next"]:
        page = (await visits.get(f"{query}&cursor={page['next']}")).json()
        found += page["items"]
    expected = [
        {"id": i, "visitor": "visitor 3", "came_on": date(2026, 1, 1 + i % 30).isoformat()}
        for i in range(1, 301)
        if i % 7 == 3 and i % 30 >= 9
    ]
    assert found == sorted(expected, key=lambda visit: (visit["came_on"], -visit["id"]))


async def test_own_table_has_records_and_refusals(visits: httpx.AsyncClient) -> None:
    assert (await visits.get("/visits/5")).json()["visitor"] == "visitor 5"
    refused = await visits.get("/visits?sort=colour")
    assert (refused.status_code, json.loads(refused.text)["code"]) == (422, "validation_failed")
