//! Statements about topics and records.

use std::collections::HashMap;

use events::{Headers, Record, Topic};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use crate::position::{Delivered, PartitionId, Position};

/// Makes a topic and its partitions, if there is none.
pub(super) async fn ensure_topic(
    connection: &mut PgConnection,
    topic: &Topic,
    partitions: i32,
) -> sqlx::Result<()> {
    const SQL: &str = "
        WITH made AS (
            INSERT INTO log.topics (name, partitions) VALUES ($1, $2)
            ON CONFLICT DO NOTHING
            RETURNING name, partitions
        )
        INSERT INTO log.partitions (topic, partition)
        SELECT name, generate_series(0, partitions - 1) FROM made";
    sqlx::query(SQL).bind(topic.as_str()).bind(partitions).execute(connection).await.map(drop)
}

/// The numbers of a topic's partitions, in order; none if there is no such topic.
pub(super) async fn partition_ids(connection: &mut PgConnection, topic: &Topic) -> sqlx::Result<Vec<i32>> {
    const SQL: &str = "SELECT id FROM log.partitions WHERE topic = $1 ORDER BY partition";
    sqlx::query_scalar(SQL).bind(topic.as_str()).fetch_all(connection).await
}

/// The offset that the next record of a partition will have.
pub(super) async fn end(connection: &mut PgConnection, partition: i32) -> sqlx::Result<u64> {
    const SQL: &str = "SELECT next_offset FROM log.partitions WHERE id = $1";
    let end: i64 = sqlx::query_scalar(SQL).bind(partition).fetch_one(connection).await?;
    Ok(end.cast_unsigned())
}

/// The offset of the first record that was appended at this time or later. Offsets and times grow together, so halving finds it.
pub(super) async fn offset_at(
    connection: &mut PgConnection,
    partition: i32,
    time: OffsetDateTime,
) -> sqlx::Result<u64> {
    const SQL: &str = "
        WITH RECURSIVE within (low, high) AS (
            SELECT 0::int8, next_offset FROM log.partitions WHERE id = $1
            UNION ALL
            SELECT CASE WHEN r.appended_at < $2 THEN r.record_offset + 1 ELSE w.low END,
                CASE WHEN r.appended_at < $2 THEN w.high ELSE r.record_offset END
            FROM within w
            JOIN log.records r ON r.partition_id = $1 AND r.record_offset = (w.low + w.high) / 2
            WHERE w.low < w.high
        )
        SELECT low FROM within WHERE low = high";
    let found: i64 = sqlx::query_scalar(SQL).bind(partition).bind(time).fetch_one(connection).await?;
    Ok(found.cast_unsigned())
}

/// Where every partition ends, with its topic.
pub(super) async fn ends(connection: &mut PgConnection) -> sqlx::Result<Vec<(i32, Topic, u64)>> {
    const SQL: &str = "SELECT id, topic, next_offset FROM log.partitions";
    let rows: Vec<(i32, String, i64)> = sqlx::query_as(SQL).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, topic, end)| (id, Topic::new(topic), end.cast_unsigned())).collect())
}

/// Records to be appended, column by column.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The partition of each record.
    partitions: Vec<i32>,
    /// How many records of its partition come before it here.
    ranks: Vec<i64>,
    keys: Vec<Vec<u8>>,
    headers: Vec<Vec<u8>>,
    values: Vec<Vec<u8>>,
    /// The partitions, and how many records each gets.
    counts: Vec<(i32, i64)>,
}

impl Rows {
    /// Adds a record; answers how many of its partition come before it here.
    pub(super) fn push(&mut self, partition: i32, record: &Record) -> u64 {
        let at = self.counts.iter().position(|(known, _)| *known == partition);
        let at = at.unwrap_or_else(|| {
            self.counts.push((partition, 0));
            self.counts.len() - 1
        });
        let rank = self.counts[at].1;
        self.counts[at].1 += 1;
        self.partitions.push(partition);
        self.ranks.push(rank);
        self.keys.push(record.key.clone().into_bytes());
        self.headers.push(record.headers.as_bytes().to_vec());
        self.values.push(record.value.clone());
        rank.cast_unsigned()
    }
}

/// Appends, in one statement that is a transaction of its own: so the locks are held by the server for as long as the
/// statement takes, and by no process that might stop in between. Answers each partition's first offset and its
/// next one.
///
/// The partitions' rows are locked in one order by all, hence no deadlock; who waited sees the row as the one before
/// left it (READ COMMITTED reads a locked row again). The clock is read when all are locked, so that in a partition times
/// grow as offsets do.
pub(super) async fn append(
    connection: &mut PgConnection,
    rows: &Rows,
) -> sqlx::Result<HashMap<i32, (u64, u64)>> {
    const SQL: &str = "
        WITH locked AS MATERIALIZED (
            SELECT p.id, p.next_offset, c.records
            FROM log.partitions p
            JOIN UNNEST($1::int4[], $2::int8[]) AS c (id, records) ON c.id = p.id
            ORDER BY p.id
            FOR NO KEY UPDATE OF p
        ), stamp AS MATERIALIZED (
            SELECT count(*) AS partitions, clock_timestamp() AS now FROM locked
        ), moved AS (
            UPDATE log.partitions p SET next_offset = l.next_offset + l.records
            FROM locked l WHERE p.id = l.id
        ), inserted AS (
            INSERT INTO log.records (partition_id, record_offset, appended_at, key, headers, value)
            SELECT l.id, l.next_offset + r.rank, s.now, r.key, r.headers, r.value
            FROM UNNEST($3::int4[], $4::int8[], $5::bytea[], $6::bytea[], $7::bytea[])
                AS r (partition_id, rank, key, headers, value)
            JOIN locked l ON l.id = r.partition_id
            CROSS JOIN stamp s
        )
        SELECT id, next_offset, next_offset + records FROM locked";
    let (ids, counts): (Vec<i32>, Vec<i64>) = rows.counts.iter().copied().unzip();
    let query = sqlx::query_as(SQL)
        .bind(ids)
        .bind(counts)
        .bind(&rows.partitions)
        .bind(&rows.ranks)
        .bind(&rows.keys)
        .bind(&rows.headers)
        .bind(&rows.values);
    let spans: Vec<(i32, i64, i64)> = query.fetch_all(connection).await?;
    Ok(spans.into_iter().map(|(id, first, end)| (id, (first.cast_unsigned(), end.cast_unsigned()))).collect())
}

/// What to read of some partitions.
#[derive(Debug)]
pub(super) struct Fetch {
    partitions: Vec<i32>,
    from: Vec<i64>,
    limit: usize,
    bytes: usize,
}

impl Fetch {
    pub(super) fn one(partition: i32, from: u64, limit: usize, bytes: usize) -> Self {
        Self::shared([(partition, from)].into_iter(), limit, bytes)
    }

    /// Shares what may be read at once among the partitions, which are no more than `limit`.
    pub(super) fn shared(
        partitions: impl ExactSizeIterator<Item = (i32, u64)>,
        limit: usize,
        bytes: usize,
    ) -> Self {
        let count = partitions.len().max(1);
        let (partitions, from) = partitions.map(|(id, offset)| (id, signed(offset))).unzip();
        Self { partitions, from, limit: limit / count, bytes: bytes / count }
    }

    /// The most records of each partition.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The most bytes of each partition; one record comes whatever its size.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

fn signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A record, and where it lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fetched {
    pub(super) partition: i32,
    pub(super) offset: u64,
    pub(super) record: Record,
}

impl Fetched {
    /// The record, with the partition's name.
    pub(super) fn delivered(self, partition: &PartitionId) -> Delivered {
        let position = Position { partition: partition.clone(), offset: self.offset };
        Delivered { position, record: self.record }
    }
}

/// Reads some partitions, one after the other, each in order. The sizes are worked out without reading the values.
pub(super) async fn fetch(connection: &mut PgConnection, fetch: &Fetch) -> sqlx::Result<Vec<Fetched>> {
    const SQL: &str = "
        SELECT w.partition_id, r.record_offset, r.key, r.headers, r.value
        FROM UNNEST($1::int4[], $2::int8[]) WITH ORDINALITY AS w (partition_id, from_offset, turn)
        CROSS JOIN LATERAL (
            SELECT s.record_offset, s.key, s.headers, s.value
            FROM (
                SELECT *, sum(size) OVER (ORDER BY record_offset) AS bytes
                FROM (
                    SELECT record_offset, key, headers, value,
                        octet_length(key) + octet_length(headers) + octet_length(value) AS size
                    FROM log.records
                    WHERE partition_id = w.partition_id AND record_offset >= w.from_offset
                    ORDER BY record_offset
                    LIMIT $3
                ) AS sized
            ) AS s
            WHERE s.bytes - s.size <= 0 OR s.bytes <= $4
        ) AS r
        ORDER BY w.turn, r.record_offset";
    let query = sqlx::query(SQL).bind(&fetch.partitions).bind(&fetch.from);
    let rows = query.bind(signed(fetch.limit)).bind(signed(fetch.bytes)).fetch_all(connection).await?;
    rows.iter().map(fetched).collect()
}

fn fetched(row: &PgRow) -> sqlx::Result<Fetched> {
    let (partition, offset): (i32, i64) = (row.try_get(0)?, row.try_get(1)?);
    let unreadable =
        |what| sqlx::Error::Decode(format!("the {what} of record {offset} in {partition}").into());
    Ok(Fetched {
        partition,
        offset: offset.cast_unsigned(),
        record: Record {
            key: String::from_utf8(row.try_get(2)?).map_err(|_| unreadable("key"))?,
            headers: Headers::from_bytes(row.try_get(3)?).ok_or_else(|| unreadable("headers"))?,
            value: row.try_get(4)?,
        },
    })
}
