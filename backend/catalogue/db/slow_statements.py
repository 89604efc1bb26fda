"""The log of slow statements, with the id of the request that they belong to.

The id is not put into the SQL as a comment (sqlcommenter), because drivers know prepared statements by their text:
each request would be parsed and planned anew. So the line is written on this side. The text has placeholders and no
values, so nothing personal is in it.
"""

import structlog

_LONGEST = 1_000


def log_slow_statement(sql: str, elapsed_s: float, request_id: str) -> None:
    """`elapsed_s` includes waiting for a connection."""
    text = " ".join(sql.split())
    structlog.get_logger("catalogue.slow_statement").warning(
        "slow statement",
        duration_ms=round(elapsed_s * 1000, 1),
        request_id=request_id,
        sql=text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …",
    )
