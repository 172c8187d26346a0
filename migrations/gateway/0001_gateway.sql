-- What the API answers from. All of it follows from the log and can be thrown away and made again.

CREATE TABLE organisation (
    org uuid PRIMARY KEY,
    name text NOT NULL
);

-- The last event of each aggregate that the projection has seen, so that one that comes twice counts once.
CREATE TABLE seen (
    org uuid NOT NULL,
    topic text NOT NULL,
    aggregate text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (org, topic, aggregate)
);

CREATE TABLE promotion (
    org uuid NOT NULL,
    promotion_id uuid NOT NULL,
    status text NOT NULL,
    application text NOT NULL,
    application_id uuid NOT NULL,
    from_environment text NOT NULL,
    to_environment text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- The event that asked for the plan that counts.
    request uuid NOT NULL,
    preview_hash text,
    obstacle text,
    approvals_needed integer,
    approved_by text[] NOT NULL DEFAULT '{}',
    branch text,
    commit text,
    pull_request_url text,
    failure jsonb,
    -- The names of the preview's documents.
    documents jsonb,
    PRIMARY KEY (org, promotion_id)
);

CREATE INDEX promotion_by_time ON promotion (org, requested_at DESC, promotion_id DESC);

-- What the engines say of a request, each in its own columns, since their events come in any order.
CREATE TABLE figures (
    org uuid NOT NULL,
    request uuid NOT NULL,
    currency text,
    baseline_micros bigint,
    projected_micros bigint,
    delta_micros bigint,
    risk_level text,
    headline text,
    PRIMARY KEY (org, request)
);

CREATE TABLE token (
    org uuid NOT NULL,
    token_id uuid NOT NULL,
    user_name text NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (org, token_id)
);

CREATE TABLE audit_log (
    org uuid NOT NULL,
    id uuid NOT NULL,
    service text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    event_type text NOT NULL,
    time timestamptz NOT NULL,
    actor text NOT NULL,
    correlation uuid NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (org, id)
);

CREATE INDEX audit_log_by_time ON audit_log (org, time DESC, id DESC);
CREATE INDEX audit_log_by_correlation ON audit_log (org, correlation, time);
CREATE INDEX audit_log_by_subject ON audit_log (org, service, subject, sequence);
