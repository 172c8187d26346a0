//! Changes of something outside, made one after another until one fails.

use crate::failure::Failure;

/// How far it came.
#[derive(Debug)]
pub(super) struct Made<T> {
    /// What was to be changed, as far as it was come to.
    pub(super) changes: Vec<T>,
    /// What failed then.
    pub(super) failure: Option<Failure>,
}

/// How much of what is printed was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing: it is a plan.
    Planned,
    All,
    /// It is what was made before something failed.
    UntilFailure,
}

impl<T> Made<T> {
    /// None of these.
    pub(super) fn nothing(changes: Vec<T>) -> Self {
        Self { changes, failure: None }
    }

    /// Makes these, in order.
    pub(super) async fn of(changes: Vec<T>, make: impl AsyncFn(&T) -> Result<(), Failure>) -> Self {
        let mut made = Vec::with_capacity(changes.len());
        for change in changes {
            if let Err(failure) = make(&change).await {
                return Self { changes: made, failure: Some(failure) };
            }
            made.push(change);
        }
        Self { changes: made, failure: None }
    }

    /// How much was made, if it was to be made at all.
    pub(super) fn extent(&self, to_make: bool) -> Extent {
        match (&self.failure, to_make) {
            (Some(_), _) => Extent::UntilFailure,
            (None, true) => Extent::All,
            (None, false) => Extent::Planned,
        }
    }
}

impl Extent {
    /// What a sum of changes is followed by.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Planned => "to make",
            Self::All => "made",
            Self::UntilFailure => "made before it failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_made_before_a_failure_is_known() {
        let tried = std::cell::RefCell::new(Vec::new());
        let make = async |change: &u32| {
            tried.borrow_mut().push(*change);
            if *change == 3 { Err(Failure::new("REGISTRY_UNAVAILABLE", "away")) } else { Ok(()) }
        };
        let made = Made::of(vec![1, 2, 3, 4], make).await;
        assert_eq!(made.changes, [1, 2]);
        assert_eq!(made.failure.as_ref().unwrap().code(), "REGISTRY_UNAVAILABLE");
        assert_eq!(made.extent(true), Extent::UntilFailure);
        assert_eq!(*tried.borrow(), [1, 2, 3], "nothing more is tried");
        let made = Made::of(vec![1, 2], make).await;
        assert_eq!((made.changes.as_slice(), made.failure.is_none()), ([1, 2].as_slice(), true));
    }
}
