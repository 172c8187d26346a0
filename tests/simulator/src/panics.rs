//! Panics of a history. It has a thread to itself, so that each is seen, whoever catches it: a consumer parks what its handler panics
//! about, a supervisor starts a task again, and who waits for people only sees them end.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Sees panics from now on.
pub(crate) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A thread that ends has no place for it any more, and plays no history.
            let _ = SEEN.try_with(|seen| seen.borrow_mut().push(info.to_string()));
            before(info);
        }));
    });
}

/// Those of this thread since this was asked last.
pub(crate) fn take() -> Vec<String> {
    SEEN.take()
}
