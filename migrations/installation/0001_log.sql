-- Which log this installation has: two would tell two stories. The first service that starts writes it down; after that it is only read.

CREATE TABLE log (
    -- There is one.
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- The id of the cluster, of a log on Kafka; none of one in this database.
    cluster text,
    -- Whether the numbers of schemas on it are a registry's.
    registered boolean NOT NULL,
    CHECK (cluster IS NOT NULL OR NOT registered)
);
