"""Orphans: files that no row names, because a program ended between the file and its row, or after the row went."""

import asyncio
import re
import time
from datetime import timedelta
from pathlib import Path

import asyncpg

from catalogue.storage import queries
from catalogue.storage.files import Files

_UNFINISHED = re.compile(r".+#[0-9]+")
"""How the storage library calls a file in a folder that it is still writing."""


async def sweep(connection: asyncpg.Connection, files: Files, *, age: timedelta) -> int:
    """Delete files older than `age` that no row names; returns how many."""
    installation = await queries.installation(connection)
    swept = 0
    async for keys in files.older_than(age, installation=installation):
        for key in await queries.unnamed(connection, keys):
            await files.delete(key)
            swept += 1
    if files.folder is not None:
        swept += await asyncio.to_thread(_sweep_unfinished, files.folder / str(installation), age)
    return swept


def _sweep_unfinished(folder: Path, age: timedelta) -> int:
    """Delete what a killed program left half written: listings do not show it."""
    before = time.time() - age.total_seconds()
    unfinished = [path for path in folder.rglob("*#*") if _UNFINISHED.fullmatch(path.name)]
    old = [path for path in unfinished if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
