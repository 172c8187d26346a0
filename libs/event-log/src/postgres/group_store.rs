//! Statements about consumer groups.
//!
//! Whoever changes who has what holds the group's row ([`lock`]). Leases, commits and notifications do not wait for the
//! disk: a server that crashes forgets the last of them, and then somebody renews a lease again, is given a record
//! again, or looks once more.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use events::Topic;
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use super::registry::Member;
use crate::balance::Members;
use crate::position::Group;

/// Locks a group, which need not exist yet, until the transaction ends. Answers its generation.
pub(super) async fn lock(connection: &mut PgConnection, group: &Group) -> sqlx::Result<i64> {
    const SQL: &str = "
        INSERT INTO log.groups (name) VALUES ($1)
        ON CONFLICT (name) DO UPDATE SET generation = groups.generation
        RETURNING generation";
    sqlx::query_scalar(SQL).bind(group.as_str()).fetch_one(connection).await
}

/// Tells the members of a group that something has changed. Answers its generation from now on.
pub(super) async fn bump(connection: &mut PgConnection, group: &Group) -> sqlx::Result<i64> {
    const SQL: &str =
        "UPDATE log.groups SET generation = generation + 1 WHERE name = $1 RETURNING generation";
    sqlx::query_scalar(SQL).bind(group.as_str()).fetch_one(connection).await
}

/// Renews a member's lease; answers whether it is a member still.
pub(super) async fn renew_one(
    connection: &mut PgConnection,
    member: &Member,
    lease: Duration,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE log.members SET expires_at = clock_timestamp() + $2 WHERE id = $1";
    let renewed = sqlx::query(SQL).bind(member.id).bind(interval(lease)).execute(connection).await?;
    Ok(renewed.rows_affected() == 1)
}

/// Makes a member.
pub(super) async fn join(
    connection: &mut PgConnection,
    member: &Member,
    lease: Duration,
    process: Uuid,
    instance: Option<&str>,
) -> sqlx::Result<()> {
    const MEMBER: &str = "
        INSERT INTO log.members (id, group_name, topics, process, instance, expires_at)
        VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6)";
    const CLAIMS: &str = "
        INSERT INTO log.claims (group_name, partition_id)
        SELECT $1, id FROM log.partitions WHERE topic = ANY($2)
        ON CONFLICT DO NOTHING";
    let topics: Vec<&str> = member.topics.iter().map(|topic| topic.as_str()).collect();
    sqlx::query(MEMBER)
        .bind(member.id)
        .bind(member.group.as_str())
        .bind(&topics)
        .bind(process)
        .bind(instance)
        .bind(interval(lease))
        .execute(&mut *connection)
        .await?;
    sqlx::query(CLAIMS).bind(member.group.as_str()).bind(&topics).execute(connection).await.map(drop)
}

/// Removes members whose leases have ended, but for those that are being renewed just now, and frees the partitions of
/// whoever is no member. Answers whether any came free.
pub(super) async fn reap(connection: &mut PgConnection, group: &Group) -> sqlx::Result<bool> {
    const MEMBERS: &str = "
        DELETE FROM log.members WHERE id IN (
            SELECT id FROM log.members
            WHERE group_name = $1 AND expires_at < clock_timestamp()
            FOR UPDATE SKIP LOCKED
        )";
    const CLAIMS: &str = "
        UPDATE log.claims c SET owner = NULL
        WHERE group_name = $1 AND owner IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM log.members m WHERE m.id = c.owner)";
    sqlx::query(MEMBERS).bind(group.as_str()).execute(&mut *connection).await?;
    let freed = sqlx::query(CLAIMS).bind(group.as_str()).execute(connection).await?;
    Ok(freed.rows_affected() > 0)
}

/// The members of a group and their topics.
pub(super) async fn members(connection: &mut PgConnection, group: &Group) -> sqlx::Result<Members<Uuid>> {
    const SQL: &str = "SELECT id, topics FROM log.members WHERE group_name = $1";
    let rows: Vec<(Uuid, Vec<String>)> =
        sqlx::query_as(SQL).bind(group.as_str()).fetch_all(connection).await?;
    let topics = |names: Vec<String>| names.into_iter().map(Topic::new).collect::<BTreeSet<_>>();
    Ok(rows.into_iter().map(|(id, names)| (id, topics(names))).collect())
}

/// A partition, as a group has it.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) partition_id: i32,
    pub(super) topic: Topic,
    pub(super) owner: Option<Uuid>,
    pub(super) epoch: i64,
    pub(super) committed: u64,
    pub(super) end: u64,
}

/// The partitions of a group, in their order.
pub(super) async fn claims(connection: &mut PgConnection, group: &Group) -> sqlx::Result<Vec<Claim>> {
    const SQL: &str = "
        SELECT c.partition_id, p.topic, c.owner, c.epoch, c.committed, p.next_offset
        FROM log.claims c JOIN log.partitions p ON p.id = c.partition_id
        WHERE c.group_name = $1
        ORDER BY p.topic, p.partition";
    let rows = sqlx::query_as(SQL).bind(group.as_str()).fetch_all(connection).await?;
    let claim =
        |(partition_id, topic, owner, epoch, committed, next_offset): (_, String, _, _, i64, i64)| Claim {
            partition_id,
            topic: Topic::new(topic),
            owner,
            epoch,
            committed: committed.cast_unsigned(),
            end: next_offset.cast_unsigned(),
        };
    Ok(rows.into_iter().map(claim).collect())
}

/// Gives partitions of a member free.
pub(super) async fn release(
    connection: &mut PgConnection,
    member: &Member,
    partitions: &[i32],
) -> sqlx::Result<()> {
    const SQL: &str = "
        UPDATE log.claims SET owner = NULL
        WHERE group_name = $1 AND owner = $2 AND partition_id = ANY($3)";
    let query = sqlx::query(SQL).bind(member.group.as_str()).bind(member.id).bind(partitions);
    query.execute(connection).await.map(drop)
}

/// Makes free partitions a member's.
pub(super) async fn take(
    connection: &mut PgConnection,
    member: &Member,
    partitions: &[i32],
) -> sqlx::Result<Vec<Taken>> {
    const SQL: &str = "
        UPDATE log.claims SET owner = $2, epoch = epoch + 1
        WHERE group_name = $1 AND owner IS NULL AND partition_id = ANY($3)
        RETURNING partition_id, epoch, committed";
    let query = sqlx::query_as(SQL).bind(member.group.as_str()).bind(member.id).bind(partitions);
    let rows: Vec<(i32, i64, i64)> = query.fetch_all(connection).await?;
    let taken = |(partition, epoch, committed): (_, _, i64)| Taken {
        partition,
        epoch,
        committed: committed.cast_unsigned(),
    };
    Ok(rows.into_iter().map(taken).collect())
}

/// A partition that a member has just been given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) partition: i32,
    pub(super) epoch: i64,
    pub(super) committed: u64,
}

/// Removes a member. What it had, [`reap`] frees.
pub(super) async fn leave(connection: &mut PgConnection, member: &Member) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM log.members WHERE id = $1";
    sqlx::query(SQL).bind(member.id).execute(connection).await.map(drop)
}

/// What the renewal of a member's lease says about its group.
#[derive(Debug)]
pub(super) struct Renewed {
    /// The generation of its group.
    pub(super) generation: i64,
    /// Some member's lease has ended.
    pub(super) lapsed: bool,
}

/// Renews the leases of members. Who is not in the answer is no member any more.
pub(super) async fn renew(
    connection: &mut PgConnection,
    members: &[Uuid],
    lease: Duration,
) -> sqlx::Result<HashMap<Uuid, Renewed>> {
    const SQL: &str = "
        WITH soon AS (
            SELECT set_config('synchronous_commit', 'off', true) AS set
        ), renewed AS (
            UPDATE log.members SET expires_at = clock_timestamp() + $2
            FROM soon WHERE id = ANY($1) AND soon.set IS NOT NULL
            RETURNING id, group_name
        )
        SELECT r.id, g.generation, EXISTS (
            SELECT 1 FROM log.members m
            WHERE m.group_name = r.group_name AND m.expires_at < clock_timestamp() AND m.id <> ALL($1)
        ) AS lapsed
        FROM renewed r JOIN log.groups g ON g.name = r.group_name";
    let rows = sqlx::query_as(SQL).bind(members).bind(interval(lease)).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, generation, lapsed)| (id, Renewed { generation, lapsed })).collect())
}

/// Commits, if the partition is the member's in this epoch; answers whether it is.
pub(super) async fn commit(
    connection: &mut PgConnection,
    member: &Member,
    partition: i32,
    epoch: i64,
    next: u64,
) -> sqlx::Result<bool> {
    const SQL: &str = "
        WITH soon AS (
            SELECT set_config('synchronous_commit', 'off', true) AS set
        )
        UPDATE log.claims SET committed = $5
        FROM soon
        WHERE group_name = $1 AND partition_id = $2 AND owner = $3 AND epoch = $4 AND soon.set IS NOT NULL";
    let query = sqlx::query(SQL)
        .bind(member.group.as_str())
        .bind(partition)
        .bind(member.id)
        .bind(epoch)
        .bind(i64::try_from(next).unwrap_or(i64::MAX));
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// How far a group has come in a partition.
pub(super) async fn committed(
    connection: &mut PgConnection,
    group: &Group,
    partition: i32,
) -> sqlx::Result<u64> {
    const SQL: &str = "SELECT committed FROM log.claims WHERE group_name = $1 AND partition_id = $2";
    let query = sqlx::query_scalar(SQL).bind(group.as_str()).bind(partition);
    let committed: Option<i64> = query.fetch_optional(connection).await?;
    Ok(committed.unwrap_or_default().cast_unsigned())
}

/// Removes the members of former runs of an instance.
pub(super) async fn evict(connection: &mut PgConnection, instance: &str, process: Uuid) -> sqlx::Result<()> {
    const SQL: &str = "
        WITH gone AS (
            DELETE FROM log.members WHERE instance = $1 AND process <> $2 RETURNING group_name
        )
        UPDATE log.groups SET generation = generation + 1 WHERE name IN (SELECT group_name FROM gone)";
    sqlx::query(SQL).bind(instance).bind(process).execute(connection).await.map(drop)
}

/// Tells the processes that listen on `channel`.
pub(super) async fn notify(
    connection: &mut PgConnection,
    channel: &str,
    payloads: &[String],
) -> sqlx::Result<()> {
    const SQL: &str = "
        WITH soon AS (
            SELECT set_config('synchronous_commit', 'off', true) AS set
        )
        SELECT pg_notify($1, payload) FROM soon, UNNEST($2::text[]) AS payload WHERE soon.set IS NOT NULL";
    sqlx::query(SQL).bind(channel).bind(payloads).execute(connection).await.map(drop)
}

fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
