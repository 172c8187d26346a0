-- What is too large for an event, by its SHA-256.
CREATE TABLE blobs (
    org        uuid        NOT NULL,
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    bytes      bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org, hash)
);

-- Manifests shrink to a tenth, and lz4 takes a tenth of the time of the default; not every server is built with it.
DO $$
BEGIN
    ALTER TABLE blobs ALTER COLUMN bytes SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL;
END
$$;
