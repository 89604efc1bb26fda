"""Migrations: up, down and up again on data, no drift from the models, nothing that locks for long."""

import asyncio
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from catalogue.db.migrating import MIGRATIONS, alembic_config, downgrade, head_revision, upgrade
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress

REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
]


def run(url: str, sql: str) -> list[asyncpg.Record]:
    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def schema(url: str) -> list[tuple[object, ...]]:
    rows = run(
        url,
        """
        SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'type', typname, '', '' FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
        ORDER BY 1, 2, 3
        """,
    )
    return [tuple(row) for row in rows]


def test_down_and_up_again_leads_to_the_same_schema(clone: Callable[[str], str], tmp_path: Path) -> None:
    url = clone("template0")
    upgrade(url)
    before = schema(url)
    seed(url, products=200, orders=100, data_dir=tmp_path, progress=SilentProgress())
    downgrade(url, "base")
    assert (
        run(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        == []
    )
    upgrade(url)
    assert schema(url) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_migration_goes_down_and_up_on_data(
    revision: str, clone: Callable[[str], str], tmp_path: Path
) -> None:
    url = clone("template0")
    upgrade(url)
    seed(url, products=60, orders=30, data_dir=tmp_path, progress=SilentProgress())
    downgrade(url, revision)
    there = schema(url)
    if revision != REVISIONS[-1]:
        following = REVISIONS[REVISIONS.index(revision) + 1]
        upgrade(url, following)
        downgrade(url, revision)
        assert schema(url) == there
    upgrade(url)
    assert run(url, "SELECT version_num FROM alembic_version")[0][0] == head_revision()


def test_models_and_migrations_agree(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    command.check(alembic_config())


def test_head_is_known_without_alembic() -> None:
    assert head_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_second_upgrade_has_nothing_to_do(database: str) -> None:
    assert upgrade(database) is False


def test_migrations_pass_the_linter(tmp_path: Path) -> None:
    """squawk knows which statements hold locks for long, or break programs that still run."""
    printed = io.StringIO()
    config = alembic_config()
    config.output_buffer = printed
    command.upgrade(config, "head", sql=True)
    script = tmp_path / "migrations.sql"
    alembics_own = r"CREATE TABLE alembic_version \(.*?\);"
    script.write_text(re.sub(alembics_own, "", printed.getvalue(), flags=re.DOTALL))
    squawk = Path(sys.executable).with_name("squawk")
    linted = subprocess.run(
        [squawk, "--config", MIGRATIONS.parent / ".squawk.toml", "--reporter", "json", script],
        capture_output=True,
        text=True,
        check=False,
    )
    found = [(entry["line"], entry["rule_name"]) for entry in json.loads(linted.stdout or "[]")]
    assert (linted.returncode, found) == (0, [])
