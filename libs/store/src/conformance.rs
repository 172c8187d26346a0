//! What every store and every blob store must do, as tests.
//!
//! `store::store_conformance!(fresh)` and `store::blobs_conformance!(fresh)` make a test of each case. `fresh` is an
//! async function that gives an empty store as an `Arc<dyn Store>` (`Arc<dyn Blobs>`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]
#![allow(missing_docs, reason = "a test's name says it")]

mod blobs;
mod commands;
mod commits;
mod dead_letters;
mod fixture;
mod handled;
mod limits;
mod outbox;
mod publisher;
mod races;
mod tenants;

pub use blobs::*;
pub use commands::*;
pub use commits::*;
pub use dead_letters::*;
pub use handled::*;
pub use limits::*;
pub use outbox::*;
pub use publisher::*;
pub use races::*;
pub use tenants::*;

/// A test of each case, on the store that the async function `fresh` gives.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:path) => {
        $crate::conformance_tests! { $fresh:
            what_is_committed_is_read
            each_commit_is_a_version
            what_is_known_is_not_loaded_again
            a_refused_commit_changes_nothing
            a_stale_version_is_refused
            one_of_many_first_commits_wins
            one_of_many_later_commits_wins
            who_tries_again_gets_through
            one_of_many_handlers_wins
            one_of_many_commands_wins
            an_event_is_handled_once
            handled_marks_may_have_gaps
            a_mark_never_goes_back
            a_mark_is_of_one_consumer_topic_and_aggregate
            a_duplicate_is_told_before_a_conflict
            a_command_is_answered_once
            answers_are_forgotten_when_they_are_old
            the_outbox_is_in_order
            what_is_published_is_gone_and_nothing_else
            what_is_left_out_is_read_past
            a_record_keeps_its_bytes
            a_backlog_is_counted
            a_commit_wakes_who_waits_later
            one_publishes_at_a_time
            parking_twice_is_parking_once
            a_key_waits_while_one_of_it_does
            those_of_a_key_wait_in_order
            a_dead_letter_is_retried_and_handled
            a_failed_retry_is_parked_with_its_new_error
            dead_letters_are_listed_in_pages
            dead_letters_are_listed_on_from_a_moment
            dead_letters_are_listed_without_their_values
            an_unknown_dead_letter_is_none
            organisations_do_not_see_each_other
            names_hold_no_zero_byte
            numbers_have_63_bits
            large_states_and_events_are_kept
        }
    };
}

/// A test of each case, on the blobs that the async function `fresh` gives.
#[macro_export]
macro_rules! blobs_conformance {
    ($fresh:path) => {
        $crate::conformance_tests! { $fresh:
            a_blob_is_called_by_its_hash
            a_blob_is_kept_once
            an_unknown_blob_is_none
            a_blob_is_of_its_organisation
            blobs_of_every_size_are_kept
            many_keep_the_same_blob_at_once
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($fresh:path: $($case:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::conformance::$case($fresh().await).await;
        }
    )*};
}
