//! Doing one thing to many.

use rayon::prelude::*;

/// What `map` makes of each item, in their order: on all cores, or on this one where there is little to do.
pub fn map_each<'i, T: Sync, U: Send>(
    items: &'i [T],
    on_all_cores: bool,
    map: impl Fn(&'i T) -> U + Send + Sync,
) -> Vec<U> {
    match on_all_cores {
        true => items.par_iter().map(map).collect(),
        false => items.iter().map(map).collect(),
    }
}
