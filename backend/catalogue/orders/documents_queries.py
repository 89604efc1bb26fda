"""What documents are asked, and how they are kept. Each answer is one statement."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.statements import compile_statement

DOCUMENT_COLUMNS = """id, order_id, type, file_name, content_type, size_bytes, encode(sha256, 'hex') AS sha256,
        texts_status, texts_error, created_at, version"""
SELECTED = f"SELECT {DOCUMENT_COLUMNS} FROM order_documents"  # noqa: S608 - constant text

DOCUMENTS = compile_statement(
    text(
        f"""
    SELECT (SELECT coalesce(json_agg(row_to_json(document) ORDER BY document.id), '[]') FROM (
            {SELECTED} WHERE order_id = orders.id
        ) AS document)::text,
        (SELECT count(*) FROM order_documents WHERE order_id = orders.id)
    FROM orders WHERE id = :order_id"""  # noqa: S608 - constant text
    )
)
"""The documents of an order, and how many; no row when there is no such order."""

DOCUMENT = compile_statement(
    text(
        f"""
    SELECT row_to_json(document)::text, version FROM (
        {SELECTED} WHERE id = :document_id AND order_id = :order_id
    ) AS document"""  # noqa: S608 - constant text
    )
)

DOCUMENT_FILE = compile_statement(
    text(
        "SELECT storage_key, file_name, content_type, size_bytes, encode(sha256, 'hex') AS sha256"
        " FROM order_documents WHERE id = :document_id AND order_id = :order_id"
    )
)

DOCUMENT_TEXTS = compile_statement(
    text(
        """
    SELECT (SELECT coalesce(json_agg(json_build_object('page', page, 'content', content) ORDER BY page), '[]')
            FROM document_texts WHERE document_id = order_documents.id)::text,
        (SELECT count(*) FROM document_texts WHERE document_id = order_documents.id),
        texts_status::text, texts_error
    FROM order_documents WHERE id = :document_id AND order_id = :order_id"""
    )
)

RECEIVING_ORDER = compile_statement(
    text("SELECT (SELECT id FROM installation) AS installation FROM orders WHERE id = :order_id")
)
"""Under which id the files of this database lie; no row when there is no such order."""

_NEWER = "UPDATE orders SET version = version + 1, updated_at = now()"
"""An order shows its documents: when they change, so does its version."""

_INSERT = text(
    f"""
    WITH receiving AS ({_NEWER} WHERE id = :order_id RETURNING id),
    made AS (
    INSERT INTO order_documents (order_id, type, file_name, content_type, size_bytes, sha256, storage_key)
    SELECT id, CAST(:type AS document_type), :file_name, :content_type, :size_bytes, :sha256, :storage_key
    FROM receiving
    RETURNING {DOCUMENT_COLUMNS}
    ) SELECT id, version, row_to_json(made)::text AS body FROM made"""  # noqa: S608 - constant text
)
_DELETE = text(
    f"""
    WITH gone AS (
        DELETE FROM order_documents WHERE id = :document_id AND order_id = :order_id
            AND (CAST(:versions AS integer[]) IS NULL OR version = ANY (CAST(:versions AS integer[])))
        RETURNING order_id, storage_key
    ), newer AS ({_NEWER} WHERE id IN (SELECT order_id FROM gone))
    SELECT storage_key FROM gone"""  # noqa: S608 - constant text
)


async def insert_document(connection: AsyncConnection, values: dict[str, object]) -> dict[str, object] | None:
    """Add a document; returns its `id`, `version` and, as JSON, `body`; None when its order is gone."""
    row = (await connection.execute(_INSERT, values)).mappings().one_or_none()
    return dict(row) if row else None


async def remove_document(
    connection: AsyncConnection, order_id: int, document_id: int, *, versions: Sequence[int] | None
) -> str | None:
    """Delete a document that has one of the versions; returns where its bytes lie."""
    values = {"order_id": order_id, "document_id": document_id, "versions": versions}
    key: str | None = (await connection.execute(_DELETE, values)).scalar_one_or_none()
    return key


async def waiting_document(connection: asyncpg.Connection, document_id: int) -> asyncpg.Record | None:
    """The document whose text is still to be taken; None when it is gone or done."""
    return await connection.fetchrow(
        "SELECT storage_key, content_type FROM order_documents WHERE id = $1 AND texts_status = 'pending'",
        document_id,
    )


async def keep_texts(
    connection: asyncpg.Connection,
    document_id: int,
    pages: Sequence[str],
    *,
    status: str,
    error: str | None,
) -> None:
    """Keep what was taken from a document, and how that went, all at once."""
    async with connection.transaction():
        found = await connection.execute(
            "WITH document AS (UPDATE order_documents SET texts_status = $2::text::texts_status, texts_error = $3,"  # noqa: S608 - constant text
            f" version = version + 1 WHERE id = $1 RETURNING order_id) {_NEWER}"
            " WHERE id = (SELECT order_id FROM document)",
            document_id,
            status,
            error,
        )
        if found != "UPDATE 1":
            return
        await connection.execute("DELETE FROM document_texts WHERE document_id = $1", document_id)
        await connection.executemany(
            "INSERT INTO document_texts (document_id, page, content) VALUES ($1, $2, $3)",
            [(document_id, number, content) for number, content in enumerate(pages, start=1)],
        )
