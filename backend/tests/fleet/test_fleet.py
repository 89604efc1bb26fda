"""The four fleet lists: one declaration each, one behaviour."""

import httpx
import pytest

from catalogue.fleet.routes import COLLECTIONS
from catalogue.listing.declaration import Collection

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.name)
async def test_list_and_record_agree(client: httpx.AsyncClient, collection: Collection) -> None:
    page = (await client.get(f"/{collection.name}?limit=3&count=exact")).json()
    assert page["total"] > 3
    for item in page["items"]:
        assert (await client.get(f"/{collection.name}/{item['id']}")).json() == item


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.name)
async def test_every_declared_sort_and_text_filter_works(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    item = (await client.get(f"/{collection.name}?limit=1")).json()["items"][0]
    for sort in collection.sorts:
        page = (await client.get(f"/{collection.name}?sort=-{sort.name}&limit=200")).json()
        values = [found[sort.name] for found in page["items"]]
        assert values == sorted(values, reverse=True)
    for name in (declared.name for declared in collection.filters if declared.name in item):
        page = (await client.get(f"/{collection.name}", params={name: item[name]})).json()
        assert item["id"] in [found["id"] for found in page["items"]]
        assert {found[name] for found in page["items"]} == {item[name]}
