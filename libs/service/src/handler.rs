//! What a service does with an event.

use async_trait::async_trait;
use event_log::Delivered;
use events::{Message, Service, Topic};

use crate::failure::Failure;

/// A consumer. The runtime decodes, retries, parks and commits around it.
///
/// It may be dropped at any await (a crash, a partition that was lost, the end of the grace time), and what takes the
/// processor for long belongs into [`crate::Blocking`]: it would keep others from renewing their leases.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Its name: the consumer group, and the owner of its dead letters.
    fn consumer(&self) -> &'static str;

    /// The service that it belongs to, whose topic tells of what it parked.
    fn service(&self) -> Service;

    /// What it reads.
    fn topics(&self) -> Vec<Topic>;

    /// Handles an event. It may be called again for an event that it has handled (a crash before the commit, a
    /// producer that wrote twice), and then changes nothing.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if it should be tried until it works, [`Failure::Unhandled`] if the event is at fault.
    async fn handle(&self, message: &Message) -> Result<(), Failure>;

    /// An event that is at fault itself was tried as often as it is tried. Where somebody waits for what should follow
    /// from it, this tells them that nothing does; what nobody is told of is parked.
    ///
    /// # Errors
    /// As [`Handler::handle`]; an event of which nobody can be told is parked.
    async fn give_up(&self, _message: &Message, _failure: &Failure) -> Result<GivenUp, Failure> {
        Ok(GivenUp::Silently)
    }
}

/// What has become of an event that cannot be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// Who waits for it was told: it is done with.
    Told,
    /// Nobody was told.
    Silently,
}

/// A pure function from a fact to a fact, with a shell that fetches blobs and pinned commits. Its output goes to its
/// service's topic under an identifier that follows from the input's, before the input is committed.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// The service whose topic it writes; also its consumer group.
    fn service(&self) -> Service;

    /// What it reads.
    fn topics(&self) -> Vec<Topic>;

    /// What follows from an event; none if it does not concern the engine. Input that the engine cannot do with is
    /// an output too (`PreviewFailed`), not a failure.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure>;

    /// What is told of an event for which there is no output, however often it is tried: the code and the error are for
    /// people. None if nobody waits; then the event is parked.
    fn failed(&self, _message: &Message, _code: &'static str, _why: String) -> Option<Message> {
        None
    }
}

/// A consumer of records as they came, several at once: for who needs their places or their bytes, and parks nothing.
#[async_trait]
pub trait RecordHandler: Send + Sync + 'static {
    /// Its name: the consumer group.
    fn consumer(&self) -> &'static str;

    /// What it reads.
    fn topics(&self) -> Vec<Topic>;

    /// Handles records of one partition, in order; at least one, and all or none. It may be called again for records that
    /// it has handled.
    ///
    /// # Errors
    /// Whatever it is, it is tried again until it works, and the partition waits.
    async fn handle(&self, records: &[Delivered]) -> Result<(), Failure>;
}
