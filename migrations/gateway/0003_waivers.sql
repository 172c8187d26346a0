-- The waivers that were granted through the API, ended or not.

CREATE TABLE waiver (
    org uuid NOT NULL,
    waiver_id uuid NOT NULL,
    application_id uuid NOT NULL,
    application text NOT NULL,
    environment text,
    rule text NOT NULL,
    place text NOT NULL,
    reason text NOT NULL,
    until date NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    revoked_by text,
    revoked_at timestamptz,
    PRIMARY KEY (org, waiver_id)
);

CREATE INDEX waiver_by_time ON waiver (org, granted_at DESC, waiver_id DESC);
