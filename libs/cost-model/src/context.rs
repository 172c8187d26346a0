//! What every assessment looks at.

use price_book::PriceBook;

use crate::assumptions::Assumptions;
use crate::measured::Measured;
use crate::surroundings::Surroundings;
use crate::volume::Classes;

/// The other objects of a state, what is assumed, and the prices.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a, 'b> {
    pub(crate) around: &'b Surroundings<'a>,
    pub(crate) assumptions: &'b Assumptions,
    /// What the assumptions say of single objects.
    pub(crate) measured: &'b Measured<'b>,
    pub(crate) book: &'b PriceBook,
}

impl<'a, 'b> Context<'a, 'b> {
    pub(crate) fn classes(&self) -> Classes<'a, 'b> {
        Classes { around: self.around, book: self.book }
    }
}
