"""The change log as the database keeps it: tables, the numbering at commit, triggers. Never edit, only add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.execute(_NUMBER)
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


def _record_bodies(feed: Feed) -> dict[str, str]:
    changed = "FROM old_rows AS o FULL JOIN new_rows AS n ON n.id = o.id WHERE o.* IS DISTINCT FROM n.*"
    names = {
        "dataset": feed.logged_as,
        "changed": changed,
        "actor": _ACTOR,
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
    return {
        "insert": _ONE_SIDED.format(
            event="insert", rows="new_rows AS n", row="n", side="new", **_side(names, "new")
        ),
        "delete": _ONE_SIDED.format(
            event="delete", rows="old_rows AS o", row="o", side="old", **_side(names, "old")
        ),
        "update": _UPDATE.format(**names),
        "truncate": _TRUNCATE.format(dataset=feed.logged_as, actor=_ACTOR),
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
        "actor": _ACTOR,
        "named": NAMED_ROWS,
        "valued": ROWS_WITH_VALUES,
    }
    first = {"insert": "new_rows", "update": "new_rows", "delete": "old_rows"}
    return {
        **{event: _PART.format(rows=rows[event], first=first[event], **names) for event in rows},
        "truncate": _TRUNCATE.format(dataset=feed.dataset, actor=_ACTOR),
    }


_ACTOR = "nullif(current_setting('catalogue.actor', true), ''), nullif(current_setting('catalogue.request_id', true), '')"

# The lock is held until the commit is visible to everybody, so positions rise in the order of commits, and who has
# read up to a position has missed nothing before it.
_NUMBER = """
CREATE FUNCTION catalogue_number_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- An assignment is evaluated without starting a query, which PERFORM would.
  done text := pg_advisory_xact_lock(7319845120003);
BEGIN
  INSERT INTO changes (position, transaction, dataset, operation, ids, tags, actor, request_id, field_values, changed_at)
  VALUES (nextval('changes_position_seq'), pg_current_xact_id()::text::bigint, NEW.dataset, NEW.operation, NEW.ids,
    NEW.tags, NEW.actor, NEW.request_id, NEW.field_values, clock_timestamp());
  done := pg_notify('catalogue_changes', '');
  RETURN NULL;
END $$
"""

_ONE_SIDED = """
DECLARE
  touched integer := (SELECT count(*) FROM (SELECT FROM {rows} LIMIT {named} + 1) AS found);
BEGIN
  IF touched = 1 THEN
    INSERT INTO changes_uncommitted
    SELECT '{dataset}', '{event}', ARRAY[{row}.id], array_remove(ARRAY[{tags}]::text[], NULL), {actor},
      jsonb_build_array(jsonb_build_object('id', {row}.id, '{side}', {values}))
    FROM {rows};
  ELSIF touched > {named} THEN
    INSERT INTO changes_uncommitted VALUES ('{dataset}', 'bulk', NULL, NULL, {actor}, NULL);
  ELSIF touched > 1 THEN
    INSERT INTO changes_uncommitted
    SELECT '{dataset}', '{event}', (SELECT array_agg({row}.id ORDER BY {row}.id) FROM {rows}),
      ARRAY(SELECT DISTINCT tag FROM {rows}, unnest(ARRAY[{tags}]::text[]) AS tag WHERE tag IS NOT NULL), {actor},
      CASE WHEN touched <= {valued} THEN
        (SELECT jsonb_agg(jsonb_build_object('id', {row}.id, '{side}', {values})) FROM {rows})
      END;
  END IF;
  RETURN NULL;
END """

# A full join is never planned as a nested loop, so the plan that is kept from a small statement suits a large one.
_UPDATE = """
DECLARE
  touched integer;
BEGIN
  INSERT INTO changes_uncommitted
  SELECT '{dataset}', 'update', CASE WHEN o.id = n.id THEN ARRAY[n.id] ELSE ARRAY[o.id, n.id] END,
    array_remove(ARRAY[{new_tags}]::text[] || ARRAY[{left_tags}]::text[], NULL), {actor},
    jsonb_build_array(jsonb_build_object('id', n.id, 'old', {old_changed}, 'new', {new_changed}))
  FROM old_rows AS o, new_rows AS n
  WHERE (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) AS found) = 1 AND o.* IS DISTINCT FROM n.*;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  touched := (SELECT count(*) FROM (SELECT {changed} LIMIT {named} + 1) AS found);
  IF touched > {named} THEN
    INSERT INTO changes_uncommitted VALUES ('{dataset}', 'bulk', NULL, NULL, {actor}, NULL);
  ELSIF touched > 0 THEN
    INSERT INTO changes_uncommitted
    SELECT '{dataset}', 'update',
      ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[o.id, n.id]) AS id {changed}) AS touched_ids
        WHERE id IS NOT NULL ORDER BY id),
      ARRAY(SELECT DISTINCT tag FROM (SELECT unnest(ARRAY[{both_tags}]::text[]) AS tag {changed}) AS touched_tags
        WHERE tag IS NOT NULL), {actor},
      CASE WHEN touched <= {valued} THEN
        (SELECT jsonb_agg(jsonb_build_object('id', coalesce(n.id, o.id), 'old', {old_changed}, 'new', {new_changed}))
        {changed})
      END;
  END IF;
  RETURN NULL;
END """

# Parts whose record is gone went with it, and its own entry says so.
_PART = """
DECLARE
  touched integer := (SELECT count(*) FROM (SELECT FROM {first} LIMIT {named} + 1) AS found);
BEGIN
  IF touched > {named} THEN
    INSERT INTO changes_uncommitted VALUES ('{dataset}', 'bulk', NULL, NULL, {actor}, NULL);
  ELSIF touched > 0 THEN
    INSERT INTO changes_uncommitted
    WITH parts AS MATERIALIZED (
      SELECT {record} AS record_id, before, after FROM (SELECT {rows}) AS part
    ),
    owners AS MATERIALIZED (
      SELECT * FROM {dataset} WHERE id = ANY (ARRAY(SELECT record_id FROM parts))
    )
    SELECT '{dataset}', 'update', ARRAY(SELECT id FROM owners ORDER BY id),
      ARRAY(SELECT DISTINCT tag FROM owners AS owner, unnest(ARRAY[{tags}]::text[]) AS tag WHERE tag IS NOT NULL),
      {actor},
      CASE WHEN touched <= {valued} THEN
        (SELECT jsonb_agg(jsonb_build_object('id', record_id, 'part', '{table}', 'old', before, 'new', after))
        FROM parts WHERE record_id IN (SELECT id FROM owners))
      END
    WHERE EXISTS (SELECT FROM owners);
  END IF;
  RETURN NULL;
END """

_TRUNCATE = """
BEGIN
  INSERT INTO changes_uncommitted VALUES ('{dataset}', 'truncate', NULL, NULL, {actor}, NULL);
  RETURN NULL;
END """
