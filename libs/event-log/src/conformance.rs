//! What every log keeps: one suite of cases for each back end.
//!
//! A back end says how it is reached ([`Backend`]) and names the suite once; every case becomes a test of its own:
//!
//! ```ignore
//! event_log::conformance_tests!([#[tokio::test]] MyBackend::start().await);
//! ```
//!
//! The cases judge by what is delivered, never by how long it took. They may wait for the log's own leases, which a back
//! end should therefore keep short, and they wait for records without end: a log whose consumers were woken by
//! polling alone would pass only if it polled, so a back end should poll (where it does) once an hour.

mod appending;
mod concurrency;
mod delivery;
mod faults;
mod groups;
mod reading;
mod scene;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::traits::EventLog;

pub use appending::*;
pub use concurrency::*;
pub use delivery::*;
pub use faults::*;
pub use groups::*;
pub use reading::*;

/// A log under test, empty at first.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Another client of the log, with its own connections: what another process would be.
    async fn client(&self) -> Client;

    /// The most bytes that a record may have.
    fn record_limit(&self) -> usize;

    /// The time by the log's clock.
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    /// What the names of topics and groups begin with, where the log is not this test's alone.
    fn prefix(&self) -> &str {
        ""
    }
}

/// A client of a log under test.
pub struct Client {
    /// The client.
    pub log: Arc<dyn EventLog>,
    /// What it reaches the log by.
    pub link: Arc<dyn Link>,
}

/// What a client reaches the log by.
#[async_trait]
pub trait Link: Send + Sync {
    /// Cuts the client off, as if the network were lost: what it has begun gets no answer.
    async fn cut(&self);

    /// Lets it reach the log again.
    async fn mend(&self);
}

/// Makes each case of the suite a test: the attributes of a test in brackets, then an expression that starts a
/// [`Backend`] (it may await).
#[macro_export]
macro_rules! conformance_tests {
    ([$($attribute:tt)*] $backend:expr) => {
        $crate::conformance_tests! { @each [$($attribute)*] ($backend)
            a_batch_keeps_its_order
            a_key_stays_in_its_partition
            records_come_back_as_they_were
            nothing_to_append_is_nothing
            one_megabyte_passes
            of_a_batch_with_one_too_large_nothing_is_written
            a_topic_that_exists_stays_as_it_is
            what_does_not_exist_is_unknown
            a_range_is_read_within_bounds
            a_large_range_is_read_in_pieces
            a_time_names_an_offset
            a_long_range_is_read_on
            a_new_group_begins_at_the_start
            groups_see_everything_each
            a_commit_is_remembered
            what_was_not_committed_comes_again
            the_partitions_are_shared_evenly
            a_partition_moves_when_its_work_is_done
            members_come_and_go_without_loss
            a_limit_is_kept
            a_paused_partition_waits
            a_waiting_member_is_woken
            a_waiting_member_is_woken_by_another_client
            waiting_may_be_given_up
            large_records_are_delivered_in_pieces
            a_crash_loses_nothing
            who_was_away_is_fenced
            who_was_not_missed_goes_on
            what_was_in_hand_when_a_partition_went_is_not_committed_when_it_is_back
            an_outage_ends
            concurrent_appends_leave_no_gap
        }
    };
    (@each $attributes:tt $backend:tt $($case:ident)*) => {
        $($crate::conformance_tests! { @one $attributes $backend $case })*
    };
    (@one [$($attribute:tt)*] ($backend:expr) $case:ident) => {
        $($attribute)*
        async fn $case() {
            $crate::conformance::$case(&$backend).await;
        }
    };
}
