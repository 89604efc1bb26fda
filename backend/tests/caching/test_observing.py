"""What an operator sees of the cache, and of all workers' metrics."""

import os
from pathlib import Path

import asyncpg
import httpx
import pytest

from catalogue.edge.metrics import _forget_dead_workers
from tests.caching.conftest import Serve, caught_up

pytestmark = pytest.mark.anyio


async def test_cache_is_described_by_its_answers_ages_and_epochs(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    async with serve() as (app, client):
        await psql.execute("UPDATE products SET stock = 9 WHERE id = 2")
        await caught_up(app, psql)
        for _ in range(4):
            await client.get("/products/1")
        cache = (await client.get("http://catalogue/health/detailed")).json()["cache"]
        position = app.state.feed.position
    assert cache["hit_ratio"] == 0.75
    assert cache["answers"] == {"MISS": 1, "HIT-LOCAL": 3}
    assert cache["rebuilds"] == {"miss": 1}
    assert (cache["entries"], cache["evicted"], cache["redis"]) == (1, 0, "closed")
    assert 0 <= cache["ages_s"]["median"] <= cache["ages_s"]["oldest"] < 100
    assert cache["epochs"]["products"] == cache["feed"]["position"] == position
    assert cache["epochs"]["orders"] < position


async def test_metrics_tell_ratio_sizes_ages_rebuilds_and_epochs(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.get("/products/1")
    text = (await client.get("http://catalogue/metrics")).text
    for name in (
        "catalogue_cache_hit_ratio",
        'catalogue_cache_answers_total{outcome="HIT-LOCAL",route="/api/v1/products/{identity}",status="200"}',
        "catalogue_cache_local_bytes",
        "catalogue_cache_local_oldest_seconds",
        'catalogue_cache_rebuilds_total{reason="miss"}',
        'catalogue_cache_epoch{dataset="products"}',
    ):
        assert f"\n{name} " in text


def test_what_a_dead_worker_kept_is_forgotten_and_what_it_counted_is_not(tmp_path: Path) -> None:
    gone = 1 << 30
    kept = [f"gauge_livesum_{os.getpid()}.db", f"counter_{gone}.db"]
    for name in (*kept, f"gauge_livesum_{gone}.db", f"gauge_livemin_{gone}.db"):
        (tmp_path / name).touch()
    _forget_dead_workers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
