"""The bodies of the functions that keep the change log, in PL/pgSQL. Never edit, only add."""

ACTOR = "nullif(current_setting('catalogue.actor', true), ''), nullif(current_setting('catalogue.request_id', true), '')"

# The lock is held until the commit is visible to everybody, so positions rise in the order of commits, and who has
# read up to a position has missed nothing before it.
NUMBER = """
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

ONE_SIDED = """
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
UPDATE = """
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

# The same; whether there is a second row is asked at less cost.
LIGHT_UPDATE = UPDATE.replace(
    "(SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) AS found) = 1",
    "NOT EXISTS (SELECT FROM new_rows OFFSET 1)",
)

# Parts whose record is gone went with it, and its own entry says so.
PART = """
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

TRUNCATE = """
BEGIN
  INSERT INTO changes_uncommitted VALUES ('{dataset}', 'truncate', NULL, NULL, {actor}, NULL);
  RETURN NULL;
END """
