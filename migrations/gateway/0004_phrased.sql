-- What a language model made of a preview, beside its explanation.

CREATE TABLE phrased (
    org uuid NOT NULL,
    -- The event that asked for the preview.
    request uuid NOT NULL,
    model text NOT NULL,
    prompt text NOT NULL,
    -- Why there are no words of the model's.
    why text,
    -- The name of the document with its words.
    document text,
    PRIMARY KEY (org, request)
);
