-- The numbers that a schema registry gave to schemas, as they were looked up. All of it may be thrown away: it is looked up again. With
-- it, services start and read while the registry is away. What is written is not changed: services may only add (ADR 33).

CREATE TABLE number (
    -- The registry's URL.
    registry text NOT NULL,
    subject text NOT NULL,
    -- SHA-256 of the schema's parsing canonical form.
    fingerprint bytea NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (registry, subject, fingerprint)
);
