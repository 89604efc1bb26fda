"""What a client sees of the cache: where an answer came from, and that it is the same wherever it came from."""

import httpx
import pytest

pytestmark = pytest.mark.anyio
LIST = "/products?category=cameras&sort=-price"


async def test_second_answer_comes_from_memory_and_is_the_same(client: httpx.AsyncClient) -> None:
    first, second = await client.get(LIST), await client.get(LIST)
    assert [first.headers["x-cache"], second.headers["x-cache"]] == ["MISS", "HIT-LOCAL"]
    assert first.content == second.content
    same = ("etag", "link", "content-type", "cache-control", "vary", "x-content-type-options")
    assert [first.headers[name] for name in same] == [second.headers[name] for name in same]
