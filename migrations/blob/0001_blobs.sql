-- What is too large for an event, by its SHA-256.
CREATE TABLE blobs (
    org        uuid        NOT NULL,
    hash       bytea       NOT NULL,
    bytes      bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org, hash),
    -- Whoever may write here keeps nothing else under a name, so that nobody is kept from writing what belongs there.
    CONSTRAINT blobs_named_by_hash CHECK (hash = sha256(bytes))
);

-- Services read and add blobs, and may change none (ADR 33). What a disk has damaged is mended by who still has the bytes: as the owner, who is
-- held by the constraint, too. What is whole is not written.
CREATE FUNCTION mend(of_org uuid, of_hash bytea, whole bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
AS $$ UPDATE blob.blobs SET bytes = whole WHERE org = of_org AND hash = of_hash AND sha256(bytes) <> hash $$;

-- Manifests shrink to a tenth, and lz4 takes a tenth of the time of the default; not every server is built with it.
DO $$
BEGIN
    ALTER TABLE blobs ALTER COLUMN bytes SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL;
END
$$;
