"""Consistency tokens: what they say and what is refused."""

from collections.abc import Callable
from contextlib import suppress

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.changes.feed import ChangeFeed
from catalogue.changes.tokens import ConsistencyToken, may_use_cache, parse_token, token_after_commit
from catalogue.db.reading import ReadSession, read_pool
from catalogue.errors import BadRequest
from catalogue.settings import Settings

places = st.integers(0, (1 << 63) - 1)


@given(places, places)
def test_token_says_what_it_was_made_of(position: int, wal: int) -> None:
    token = ConsistencyToken(position, wal)
    assert parse_token(str(token)) == token


@given(st.one_of(st.text(), st.text(alphabet="AQ_-=", min_size=23, max_size=23)))
def test_what_no_write_gave_is_refused_or_reads_back_unchanged(value: str) -> None:
    with suppress(BadRequest):
        assert str(parse_token(value)) == value


@pytest.mark.parametrize(
    "value", ["", "soon", "1", ":" * 23, "A" * 23, str(ConsistencyToken(1, 1))[:-1], "é" * 23]
)
def test_malformed_token_names_its_header(value: str) -> None:
    with pytest.raises(BadRequest) as raised:
        parse_token(value)
    assert [wrong.where for wrong in raised.value.errors] == ["header.Consistency-Token"]


@pytest.mark.anyio
async def test_cache_is_used_once_the_feed_has_the_write(
    feed: ChangeFeed, connection: asyncpg.Connection, database: str, settings_for: Callable[..., Settings]
) -> None:
    async with read_pool(settings_for(database).database) as pool:
        session = ReadSession(pool, wait_s=1)
        await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
        token = await token_after_commit(session)
        assert token.position == await connection.fetchval("SELECT max(position) FROM changes")
        assert await feed.reached(token.position, timeout_s=5)
        assert await may_use_cache(feed, token)
        assert await may_use_cache(feed, None)
        assert not await may_use_cache(feed, ConsistencyToken(token.position + 1, token.wal))
