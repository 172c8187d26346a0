-- What organisations have used of a language model, and what it answered. All of it may be thrown away: the budget of the
-- present day and month begins again, and questions are asked anew.

CREATE TABLE spending (
    org uuid NOT NULL,
    day date NOT NULL,
    -- Sent and answered. What is reserved for a request that is under way counts.
    tokens bigint NOT NULL,
    micros bigint NOT NULL,
    PRIMARY KEY (org, day)
);

CREATE TABLE answer (
    org uuid NOT NULL,
    -- The SHA-256 of the facts, the model, the endpoint, the version of the prompt and what of names is sent.
    request bytea NOT NULL,
    -- As the model wrote it: names, figures and levels are references in it.
    answer text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (org, request)
);

CREATE INDEX answer_by_day ON answer (org, day);
