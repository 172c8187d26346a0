//! A ledger in memory, for tests and the simulator.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use store::StoreError;
use time::Date;

use crate::phrase::ledger::{Budget, KEPT_DAYS, Ledger, Spent};

/// A ledger that is gone with its process.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    spent: HashMap<(OrgId, Date), Spent>,
    answers: HashMap<(OrgId, BlobHash), (String, Date)>,
}

impl MemoryLedger {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn sum(&self, org: OrgId, is_of: impl Fn(Date) -> bool) -> Spent {
        let of = self.spent.iter().filter(|((whose, day), _)| *whose == org && is_of(*day));
        of.fold(Spent::default(), |sum, (_, spent)| Spent {
            tokens: sum.tokens.saturating_add(spent.tokens),
            micros: sum.micros.saturating_add(spent.micros),
        })
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn reserve(&self, org: OrgId, day: Date, more: Spent, budget: Budget) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let today = kept.sum(org, |other| other == day);
        let month = kept.sum(org, |other| (other.year(), other.month()) == (day.year(), day.month()));
        let has_room = budget.has_room(today, month, more);
        if has_room {
            let spent = kept.spent.entry((org, day)).or_default();
            spent.tokens = spent.tokens.saturating_add(more.tokens);
            spent.micros = spent.micros.saturating_add(more.micros);
        }
        Ok(has_room)
    }

    async fn settle(&self, org: OrgId, day: Date, reserved: Spent, used: Spent) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let spent = kept.spent.entry((org, day)).or_default();
        spent.tokens = spent.tokens.saturating_add(used.tokens).saturating_sub(reserved.tokens);
        spent.micros = spent.micros.saturating_add(used.micros).saturating_sub(reserved.micros);
        Ok(())
    }

    async fn answer(&self, org: OrgId, request: BlobHash) -> Result<Option<String>, StoreError> {
        Ok(self.kept().answers.get(&(org, request)).map(|(answer, _)| answer.clone()))
    }

    async fn keep(&self, org: OrgId, request: BlobHash, answer: &str, day: Date) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.answers.insert((org, request), (answer.to_owned(), day));
        kept.answers.retain(|_, (_, since)| (day - *since).whole_days() <= KEPT_DAYS);
        Ok(())
    }
}
