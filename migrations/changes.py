"""The change log as the database keeps it: tables, the numbering at commit, triggers. Never edit, only add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.changes_bodies import ACTOR, NUMBER, ONE_SIDED, PART, TRUNCATE, UPDATE

NAMED_ROWS = 1_000
ROWS_WITH_VALUES = 100
_TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}


@dataclass(frozen=True)
class Feed:
    """`columns` are kept with their old and new values; a tag is named and taken from columns of a record.

    A part belongs to a record of another dataset: its changes are updates of that record. `record` is then the
    expression that finds the record's id from the column `owner_key` of a row that goes by `part`.
    """

    table: str
    columns: Sequence[str]
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dataset: str = ""
    key: Sequence[str] = ("id",)
    owner_key: str = "order_id"
    record: str = "part.order_id"
    name: str = ""
    """What the log calls the dataset of a table that goes by another name."""

    @property
    def is_part(self) -> bool:
        return bool(self.dataset)

    @property
    def logged_as(self) -> str:
        return self.name or self.table

    def tags_of(self, row: str) -> str:
        """The elements of an array of tags, some of them null."""
        return ", ".join(
            f"'{tag}=' || {row}.{column}::text" for tag, columns in self.tags.items() for column in columns
        )

    def left_tags(self) -> str:
        """Those tags of the row `o` that the row `n` does not have in the same column; null for the others."""
        return ", ".join(
            f"CASE WHEN o.{column} IS DISTINCT FROM n.{column} THEN '{tag}=' || o.{column}::text END"
            for tag, columns in self.tags.items()
            for column in columns
        )

    def values_of(self, row: str) -> str:
        """All kept columns of a row as JSON."""
        pairs = ", ".join(f"'{name}', {row}.{name}" for name in self.columns)
        return f"jsonb_build_object({pairs})"

    def changed_values(self, row: str) -> str:
        """Those kept columns of a row that differ between `o` and `n`, as JSON."""
        return " || ".join(
            f"CASE WHEN o.{name} IS DISTINCT FROM n.{name}"
            f" THEN jsonb_build_object('{name}', {row}.{name}) ELSE '{{}}' END"
            for name in self.columns
        )


def create_log() -> None:
    """The log, the entries of transactions that have not committed yet, and the numbering at their commit."""
    op.create_table(
        "changes",
        sa.Column("position", sa.BigInteger(), nullable=False, primary_key=True, autoincrement=False),
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        *_entry_columns(),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_changes_ids", "changes", ["ids"], postgresql_using="gin")
    op.create_index("ix_changes_dataset_position", "changes", ["dataset", "position"])
    op.create_index(
        "ix_changes_actor_position",
        "changes",
        ["actor", "position"],
        postgresql_where=sa.text("actor IS NOT NULL"),
    )
    op.create_index("ix_changes_changed_at", "changes", ["changed_at"], postgresql_using="brin")
    op.create_table("changes_uncommitted", *_entry_columns(), prefixes=["UNLOGGED"])
    op.execute("CREATE SEQUENCE changes_position_seq OWNED BY changes.position")
    op.execute(NUMBER)
    op.execute(
        "CREATE CONSTRAINT TRIGGER number_change AFTER INSERT ON changes_uncommitted"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalogue_number_change()"
    )


def drop_log() -> None:
    op.drop_table("changes_uncommitted")
    op.drop_table("changes")
    op.execute("DROP FUNCTION catalogue_number_change()")


def create_feed(feed: Feed) -> None:
    """Functions and triggers that log what statements do to one table."""
    bodies = _part_bodies(feed) if feed.is_part else _record_bodies(feed)
    for event, transition in _TRANSITIONS.items():
        name = f"catalogue_log_{feed.table}_{event}"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${bodies[event]}$$")
        op.execute(
            f"CREATE TRIGGER log_changes_{event} AFTER {event} ON {feed.table} {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def relog_updates(feed: Feed, *, body: str = UPDATE) -> None:
    """From now on updates of a table that has a feed are logged as `feed` says. Locks nothing."""
    body = body.format(**_names(feed))
    op.execute(
        f"CREATE OR REPLACE FUNCTION catalogue_log_{feed.table}_update() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    )


def drop_feed(feed: Feed) -> None:
    for event in _TRANSITIONS:
        op.execute(f"DROP TRIGGER log_changes_{event} ON {feed.table}")
        op.execute(f"DROP FUNCTION catalogue_log_{feed.table}_{event}()")


def _entry_columns() -> list[sa.Column[object]]:
    text = sa.Text(collation="C")
    return [
        sa.Column("dataset", text, nullable=False),
        sa.Column("operation", text, nullable=False),
        sa.Column("ids", postgresql.ARRAY(sa.BigInteger())),
        sa.Column("tags", postgresql.ARRAY(text)),
        sa.Column("actor", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("field_values", postgresql.JSONB()),
    ]


def _names(feed: Feed) -> dict[str, object]:
    changed = "FROM old_rows AS o FULL JOIN new_rows AS n ON n.id = o.id WHERE o.* IS DISTINCT FROM n.*"
    return {
        "dataset": feed.logged_as,
        "changed": changed,
        "actor": ACTOR,
        "named": NAMED_ROWS,
        "valued": ROWS_WITH_VALUES,
        "old_tags": feed.tags_of("o"),
        "new_tags": feed.tags_of("n"),
        "left_tags": feed.left_tags(),
        "both_tags": ", ".join(tags for tags in (feed.tags_of("o"), feed.tags_of("n")) if tags),
        "old_values": feed.values_of("o"),
        "new_values": feed.values_of("n"),
        "old_changed": feed.changed_values("o"),
        "new_changed": feed.changed_values("n"),
    }


def _record_bodies(feed: Feed) -> dict[str, str]:
    names = _names(feed)
    return {
        "insert": ONE_SIDED.format(
            event="insert", rows="new_rows AS n", row="n", side="new", **_side(names, "new")
        ),
        "delete": ONE_SIDED.format(
            event="delete", rows="old_rows AS o", row="o", side="old", **_side(names, "old")
        ),
        "update": UPDATE.format(**names),
        "truncate": TRUNCATE.format(dataset=feed.logged_as, actor=ACTOR),
    }


def _side(names: Mapping[str, object], side: str) -> dict[str, object]:
    kept = {name: names[name] for name in ("dataset", "actor", "named", "valued")}
    return {**kept, "tags": names[f"{side}_tags"], "values": names[f"{side}_values"]}


def _part_bodies(feed: Feed) -> dict[str, str]:
    owner, first_key = feed.owner_key, feed.key[0]
    matched = " AND ".join(f"n.{name} = o.{name}" for name in feed.key)
    both = (
        f"coalesce(n.{owner}, o.{owner}) AS {owner},"
        f" CASE WHEN o.{first_key} IS NOT NULL THEN {feed.changed_values('o')} END AS before,"
        f" CASE WHEN n.{first_key} IS NOT NULL THEN {feed.changed_values('n')} END AS after"
        f" FROM old_rows AS o FULL JOIN new_rows AS n ON {matched} WHERE o.* IS DISTINCT FROM n.*"
    )
    rows = {
        "insert": f"n.{owner}, NULL::jsonb AS before, {feed.values_of('n')} AS after FROM new_rows AS n",
        "delete": f"o.{owner}, {feed.values_of('o')} AS before, NULL::jsonb AS after FROM old_rows AS o",
        "update": both,
    }
    names = {
        "dataset": feed.dataset,
        "table": feed.table,
        "record": feed.record,
        "tags": feed.tags_of("owner"),
        "actor": ACTOR,
        "named": NAMED_ROWS,
        "valued": ROWS_WITH_VALUES,
    }
    first = {"insert": "new_rows", "update": "new_rows", "delete": "old_rows"}
    return {
        **{event: PART.format(rows=rows[event], first=first[event], **names) for event in rows},
        "truncate": TRUNCATE.format(dataset=feed.dataset, actor=ACTOR),
    }
