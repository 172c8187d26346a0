-- What every service keeps, in the schema of the service.

-- JSON is kept as text (json, not jsonb): what is read is what was written, a zero character in a person's sentence too.
CREATE TABLE aggregates (
    org        uuid        NOT NULL,
    aggregate  text        NOT NULL,
    version    bigint      NOT NULL,
    sequence   bigint      NOT NULL,
    state      json        NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org, aggregate)
);

CREATE TABLE handled (
    org       uuid   NOT NULL,
    consumer  text   NOT NULL,
    topic     text   NOT NULL,
    aggregate text   NOT NULL,
    sequence  bigint NOT NULL,
    PRIMARY KEY (org, consumer, topic, aggregate)
);

CREATE TABLE commands (
    org        uuid        NOT NULL,
    name       text        NOT NULL,
    answer     json        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org, name)
);
CREATE INDEX commands_created_at ON commands (created_at);

-- Rows come and go, and the relay always reads the oldest: dead rows at that end must not pile up.
-- A record's texts are bytes, since text cannot hold a zero byte.
CREATE TABLE outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic         text        NOT NULL,
    key           bytea       NOT NULL,
    header_names  bytea[]     NOT NULL,
    header_values bytea[]     NOT NULL,
    value         bytea       NOT NULL,
    -- Of the key, as Kafka's default partitioner has it: modulo the number of a topic's partitions it is the record's.
    hash          integer     NOT NULL CHECK (hash >= 0),
    created_at    timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE dead_letters (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer      text        NOT NULL,
    topic         text        NOT NULL,
    partition     bigint      NOT NULL,
    log_offset    bigint      NOT NULL,
    key           bytea       NOT NULL,
    header_names  bytea[]     NOT NULL,
    header_values bytea[]     NOT NULL,
    value         bytea       NOT NULL,
    attempts      bigint      NOT NULL,
    code          text        NOT NULL,
    message       text        NOT NULL,
    parked_at     timestamptz NOT NULL DEFAULT now(),
    state         text        NOT NULL CHECK (state IN ('parked', 'retrying', 'handled', 'discarded')),
    UNIQUE (consumer, topic, partition, log_offset)
);
-- Every event asks whether one of its key waits.
CREATE INDEX dead_letters_waiting ON dead_letters (consumer, topic, key) WHERE state IN ('parked', 'retrying');
-- Letters are never deleted. Each second every consumer asks for those to be handled again, and lists begin where the last page ended.
CREATE INDEX dead_letters_retrying ON dead_letters (id) WHERE state = 'retrying';
CREATE INDEX dead_letters_by_time ON dead_letters (state, parked_at, id);
