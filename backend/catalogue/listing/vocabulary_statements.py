"""The SQL behind a vocabulary: the words of a table, its codes, and whether rows have a word."""

from functools import lru_cache

from sqlalchemy import Integer, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, dialect

from catalogue.db.statements import Statement, compile_statement
from catalogue.errors import InternalError
from catalogue.listing.declaration import Collection, Column, Search

MAX_WORDS = 100_000
MAX_CODES = 10_000
WHOLE = 100.0


def size_statement(collection: Collection) -> Statement:
    """One row: about how many rows there are, and how many pages of the table."""
    table = collection.model.__tablename__
    return Statement(
        "SELECT greatest(reltuples, 0)::bigint, pg_relation_size(oid) / current_setting('block_size')::bigint"
        " FROM pg_class WHERE oid = to_regclass($1)",
        ("table",),
        {"table": table},
    )


@lru_cache
def words_statement(collection: Collection, percent: float) -> Statement:
    """Rows of word and number of rows that have it, the most frequent first, in about this part of the table.

    `ts_stat` keeps words in a tree that it never balances: words that come in order, as references of orders do, would
    take a minute for 100,000 rows. So the rows come in no order at all.
    """
    vectors = f"{_part(collection, search_of(collection).vector, percent)} ORDER BY hashint8(id)"
    return Statement(
        f"SELECT word, ndoc FROM ts_stat($1) ORDER BY ndoc DESC, word LIMIT {MAX_WORDS}",  # noqa: S608 - a number
        ("vectors",),
        {"vectors": vectors},
    )


@lru_cache
def rows_statement(collection: Collection, percent: float) -> Statement:
    """One row, one column: how many rows there are in about this part of the table."""
    return Statement(_part(collection, literal_column("count(*)"), percent), (), {})


@lru_cache
def codes_statement(collection: Collection, percent: float) -> Statement | None:
    """Codes of about this part of the table; None for a collection that has no codes."""
    code = search_of(collection).code
    if code is None:
        return None
    return Statement(f"{_part(collection, code, percent)} LIMIT {MAX_CODES}", (), {})


@lru_cache
def present_statement(collection: Collection) -> Statement:
    """Of the `queries` (in `to_tsquery` syntax) the numbers, from 0, of those that some row matches."""
    queries = func.unnest(bindparam("queries", type_=ARRAY(Text())))
    asked = queries.table_valued("query", with_ordinality="number", name="asked").render_derived()
    query = func.to_tsquery("simple", asked.c.query, type_=TSQUERY())
    # A count, because PostgreSQL would seek the first match of an EXISTS by reading the table from its start.
    found = (
        select(func.count())
        .select_from(collection.model)
        .where(search_of(collection).vector.op("@@")(query))
        .correlate(asked)
        .scalar_subquery()
    )
    one = literal_column("1", Integer)
    return compile_statement(
        select(cast(asked.c.number, Integer) - one).select_from(asked).where(found >= one)
    )


def search_of(collection: Collection) -> Search:
    """What the collection is searched in. It must have a search."""
    if collection.searched is None or collection.searched.search is None:
        raise InternalError
    return collection.searched.search


def _part(collection: Collection, column: Column, percent: float) -> str:
    """SELECT one column of the pages of the table that a sample takes; of the table where it takes all."""
    chosen = str(select(column).compile(dialect=dialect()))  # type: ignore[no-untyped-call]
    sample = "" if percent >= WHOLE else f" TABLESAMPLE SYSTEM ({percent:.4f})"
    table = collection.model.__tablename__
    return f"{chosen.partition(' FROM ')[0].replace(chr(10), ' ').partition(' FROM')[0].strip()} FROM {table}{sample}"
