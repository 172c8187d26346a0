-- The event log. The schema is named log; the rows of log.migrations_log say which of these files have run.

CREATE TABLE log.topics (
    name text PRIMARY KEY,
    partitions integer NOT NULL CHECK (partitions > 0)
);

-- next_offset is what an append locks and moves, in the transaction that inserts its records: so offsets become visible
-- in their order and without gaps, which a sequence would not promise. It is in no index, and pages are left half
-- empty, so that an update stays on its page (HOT) and leaves nothing to vacuum.
CREATE TABLE log.partitions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL REFERENCES log.topics (name),
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
) WITH (fillfactor = 50);

-- Keys are bytes, since a text cannot hold every key. headers: for each, the length of the name and the name, then the
-- length of the value and the value; lengths are of four bytes, big-endian. No foreign key: the append holds the
-- partition's row, and records are never deleted. appended_at is this server's clock; in a partition it grows as the offset does,
-- unless the clock is set back.
CREATE TABLE log.records (
    partition_id integer NOT NULL,
    record_offset bigint NOT NULL,
    appended_at timestamptz NOT NULL,
    key bytea NOT NULL,
    headers bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (partition_id, record_offset)
);

-- generation changes with whatever the other members have to know of: somebody joined or left, a partition is free.
CREATE TABLE log.groups (
    name text PRIMARY KEY,
    generation bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- expires_at is this server's clock. process tells one run of a process from another; instance, if it is not null,
-- is the name under which a process is started again.
CREATE TABLE log.members (
    id uuid PRIMARY KEY,
    group_name text NOT NULL REFERENCES log.groups (name),
    topics text[] NOT NULL,
    process uuid NOT NULL,
    instance text,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX members_by_group ON log.members (group_name);

-- How far a group has come in a partition, and whose it is. epoch counts how often it was given to somebody: a commit
-- that names an earlier one is refused.
CREATE TABLE log.claims (
    group_name text NOT NULL REFERENCES log.groups (name),
    partition_id integer NOT NULL REFERENCES log.partitions (id),
    committed bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    owner uuid,
    PRIMARY KEY (group_name, partition_id)
) WITH (fillfactor = 50);
