"""Making everybody take something for changed: an entry of the change log that changes nothing."""

import asyncpg

from catalogue.changes.change import Operation

ACTOR = "catalogue cache clear"


async def touch(connection: asyncpg.Connection, dataset: str, tag: str | None) -> None:
    """Log a change of everything in a dataset, or of whatever carries a tag such as `category=cameras`.

    It gets its position when the transaction commits, as any change does.
    """
    tags = None if tag is None else [tag]
    ids: list[int] | None = None if tag is None else []
    operation = Operation.BULK if tag is None else Operation.UPDATE
    await connection.execute(
        "INSERT INTO changes_uncommitted (dataset, operation, ids, tags, actor) VALUES ($1, $2, $3, $4, $5)",
        dataset,
        operation.value,
        ids,
        tags,
        ACTOR,
    )
