//! Work that takes the processor, or waits for a program, for long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::Failure;

/// Where work is done that others should not have to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocking {
    /// On threads that the runtime keeps for it: leases are renewed meanwhile.
    #[default]
    OnThreads,
    /// In place. Which of two threads is first is nobody's choice, and in the simulator everything is the seed's.
    InPlace,
}

impl Blocking {
    /// Does it, and waits for what comes of it. `what` is what people are told of that went wrong.
    ///
    /// # Errors
    /// `HANDLER_PANICKED`: it panicked.
    pub async fn run<T: Send + 'static>(
        self,
        what: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let done = match self {
            Self::OnThreads => tokio::task::spawn_blocking(work).await.ok(),
            Self::InPlace => catch_unwind(AssertUnwindSafe(work)).ok(),
        };
        done.ok_or_else(|| Failure::panicked(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_is_told_without_its_words() {
        for blocking in [Blocking::OnThreads, Blocking::InPlace] {
            assert_eq!(blocking.run("adding", || 1 + 1).await, Ok(2));
            let secret = "hunter2".to_owned();
            let work = move || assert!(secret.is_empty(), "{secret}");
            let failure = blocking.run("reading", work).await;
            let told = Failure::unhandled("HANDLER_PANICKED", "reading panicked");
            assert_eq!(failure, Err(told), "{blocking:?}");
        }
    }
}
