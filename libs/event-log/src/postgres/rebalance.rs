//! A member brings its share of the partitions up to date.

use events::Topic;
use sqlx::{Connection as _, PgConnection};
use tokio::time::Instant;
use uuid::Uuid;

use super::core::Core;
use super::group_store::{self, Claim, Taken};
use super::registry::Member;
use crate::balance::{Members, balance};
use crate::error::LogError;

/// What a transaction of a member found and did.
struct Settled {
    generation: i64,
    claims: Vec<Claim>,
    taken: Vec<Taken>,
    /// The other members have to know.
    news: bool,
}

/// Joins if need be, frees what dead members had, releases what others are to have and takes what is this member's and
/// free. Each member does so for itself, one at a time; nobody takes what is not free.
pub(super) async fn rebalance(core: &Core, member: &Member) -> Result<(), LogError> {
    let before = Instant::now();
    let mut connection = core.connection().await?;
    let settled = core.in_time(settle(core, member, &mut connection)).await?;
    connection.keep();
    for claim in &settled.claims {
        core.ends.raise(claim.partition_id, claim.end);
    }
    let mut holdings = member.holdings();
    holdings.take(&settled.taken);
    let _ended = holdings.renewed(before + core.settings.lease, Instant::now());
    drop(holdings);
    member.settled_at(settled.generation);
    member.woken.notify_one();
    if settled.news {
        core.tell_group(member.group.as_str(), member.id);
    }
    Ok(())
}

async fn settle(core: &Core, member: &Member, connection: &mut PgConnection) -> sqlx::Result<Settled> {
    let lease = core.settings.lease;
    let mut transaction = connection.begin().await?;
    let tx = &mut *transaction;
    let generation = group_store::lock(tx, &member.group).await?;
    let joined = !group_store::renew_one(tx, member, lease).await?;
    if joined {
        let instance = core.settings.instance.as_deref();
        group_store::join(tx, member, lease, core.process, instance).await?;
    }
    let freed = group_store::reap(tx, &member.group).await?;
    let claims = group_store::claims(tx, &member.group).await?;
    let goals = goals(&claims, &group_store::members(tx, &member.group).await?);
    let now = Instant::now();
    let settlement = member.holdings().settle(member.id, &claims, &goals, now, now + lease);
    group_store::release(tx, member, &settlement.release).await?;
    let taken = group_store::take(tx, member, &settlement.take).await?;
    let news = joined || freed || !settlement.release.is_empty();
    let generation = if news { group_store::bump(tx, &member.group).await? } else { generation };
    transaction.commit().await?;
    Ok(Settled { generation, claims, taken, news })
}

fn goals(claims: &[Claim], members: &Members<Uuid>) -> Vec<Option<Uuid>> {
    let partitions: Vec<(&Topic, Option<Uuid>)> =
        claims.iter().map(|claim| (&claim.topic, claim.owner)).collect();
    balance(&partitions, members)
}

/// Leaves the group.
pub(super) async fn leave(core: &Core, member: &Member) -> Result<(), LogError> {
    let mut connection = core.connection().await?;
    core.in_time(go(member, &mut connection)).await?;
    connection.keep();
    core.tell_group(member.group.as_str(), member.id);
    Ok(())
}

async fn go(member: &Member, connection: &mut PgConnection) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    group_store::lock(&mut transaction, &member.group).await?;
    group_store::leave(&mut transaction, member).await?;
    group_store::reap(&mut transaction, &member.group).await?;
    group_store::bump(&mut transaction, &member.group).await?;
    transaction.commit().await
}
