-- The audit's own record: which leaf is which record of the log. It fixes an order across partitions, so it cannot be made
-- again from the log, and is backed up as one.

CREATE TABLE tree (
    org uuid PRIMARY KEY,
    size bigint NOT NULL,
    -- The roots of its complete subtrees, largest first, 32 bytes each.
    peaks bytea NOT NULL
);

CREATE TABLE leaf (
    org uuid NOT NULL,
    index bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    -- What it is looked for by; null where the record could not be read.
    event_type text,
    correlation text,
    time timestamptz,
    -- What the leaf covers, as the export shows it.
    content bytea NOT NULL,
    PRIMARY KEY (org, index),
    UNIQUE (topic, partition, "offset")
);

CREATE TABLE node (
    org uuid NOT NULL,
    level smallint NOT NULL,
    index bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (org, level, index)
);

CREATE TABLE checkpoint (
    org uuid NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (org, size)
);
