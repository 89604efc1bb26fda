"""What every answer carries."""

import gzip
import json
import re
from collections.abc import Callable

import brotli
import httpx
import pytest
import zstandard

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio


async def test_answer_carries_its_id_and_times(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products")
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert 0 < float(answer.headers["x-process-time"]) < 60
    timing = dict(re.findall(r"(\w+);dur=([\d.]+)", answer.headers["server-timing"]))
    assert set(timing) == {"cache", "db", "total"}
    assert 0 < float(timing["db"]) <= float(timing["total"])


async def test_sane_request_id_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products", headers={"X-Request-ID": "abc-123.4"})
    assert answer.headers["x-request-id"] == "abc-123.4"


@pytest.mark.parametrize("insane", ["a b", "a" * 129, "a\u00e9", '"><script>'])
async def test_other_request_id_is_replaced(client: httpx.AsyncClient, insane: str) -> None:
    answer = await client.get("/products", headers={"X-Request-ID": insane.encode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/products?limit=3", "/products/1", "/orders/1", "/products/brands"])
async def test_head_is_get_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize(
    ("encoding", "decode"),
    [
        ("gzip", gzip.decompress),
        ("br", brotli.decompress),
        ("zstd", lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body)),
    ],
)
async def test_answer_is_compressed_as_asked(
    client: httpx.AsyncClient, encoding: str, decode: Callable[[bytes], bytes]
) -> None:
    async with client.stream("GET", "/products", headers={"Accept-Encoding": encoding}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert len(json.loads(decode(raw))["items"]) == 50


async def test_page_of_another_origin_may_read_when_it_is_allowed(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop, CORS_ORIGINS="https://shop.example, https://other.example"))
    async with running(app) as client:
        allowed = await client.get("/products", headers={"Origin": "https://shop.example"})
        refused = await client.get("/products", headers={"Origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in refused.headers


async def test_metrics_count_requests_by_route(client: httpx.AsyncClient) -> None:
    await client.get("/products/1")
    text = (await client.get("http://catalogue/metrics")).text
    assert re.search(
        r'catalogue_request_duration_seconds_count\{method="GET",route="/api/v1/products/\{identity\}",status="200",tier="[A-Z-]+"\} \d',
        text,
    )


async def test_request_leaves_one_log_line(
    shop: str, settings_for: Callable[..., Settings], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with running(create_app(settings_for(shop, LOG_REQUESTS="true"))) as client:
        await client.get("/products", headers={"X-Request-ID": "look-for-me"})
    lines = [json.loads(line) for line in capfdbinary.readouterr().err.splitlines()]
    [line] = [line for line in lines if line.get("request_id") == "look-for-me"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/products", 200)
    assert 0 < line["db_ms"] <= line["duration_ms"]
