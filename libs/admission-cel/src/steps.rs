//! A limit that needs no clock: what an expression does is counted.

use std::cell::Cell;

use crate::fault::{Evaluated, Fault};

/// How many steps are left. A step is a node of an expression that is evaluated, an element of a list that is looked at, or
/// a few characters of a text that is made or searched.
#[derive(Debug)]
pub struct Steps {
    left: Cell<u64>,
}

/// Characters that count as one step, as in Kubernetes' cost model (`common.StringTraversalCostFactor` is 0.1).
const CHARACTERS: usize = 10;

impl Steps {
    /// So many.
    #[must_use]
    pub fn of(steps: u64) -> Self {
        Self { left: Cell::new(steps) }
    }

    /// How many are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// What is said of a policy that had so many, and would have needed more.
    #[must_use]
    pub fn ended(granted: u64) -> String {
        match granted {
            0 => "the policies before it have taken all the steps that there are for the object".to_owned(),
            steps => format!("it takes more than {steps} steps"),
        }
    }

    /// Takes so many, or all that are left.
    pub fn use_up(&self, steps: u64) {
        self.left.set(self.left.get().saturating_sub(steps));
    }

    pub(crate) fn take(&self, steps: usize) -> Evaluated<()> {
        match self.left.get().checked_sub(steps as u64) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(Fault::Steps)
            }
        }
    }

    pub(crate) fn text(&self, length: usize) -> Evaluated<()> {
        self.take(length / CHARACTERS + 1)
    }
}
