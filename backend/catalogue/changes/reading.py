"""Reading the change log through the pool of reading connections."""

from sqlalchemy import text

from catalogue.changes import queries
from catalogue.changes.change import Change
from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement, compile_statement

_ENDS = compile_statement(
    text("SELECT coalesce(min(position), 0) AS oldest, coalesce(max(position), 0) AS newest FROM changes")
)
_AFTER = Statement(queries.AFTER_WITH_OLDEST, ("position", "limit"), {})


class ChangeLog:
    """The log of one database. Every method raises Unavailable when PostgreSQL cannot answer."""

    def __init__(self, reader: ReadSession) -> None:
        self.reader = reader

    async def ends(self) -> tuple[int, int]:
        """The oldest and the newest position; (0, 0) when the log is empty."""
        row = await self.reader.row(_ENDS)
        return (row["oldest"], row["newest"]) if row else (0, 0)

    async def after(self, position: int, *, limit: int) -> tuple[list[Change], bool]:
        """At most `limit` changes that follow `position`, and whether some of them may have been pruned."""
        rows = await self.reader.rows(_AFTER, {"position": position, "limit": limit})
        lost = bool(rows) and position < rows[0]["oldest"] - 1
        return [queries.change_of(row) for row in rows], lost
