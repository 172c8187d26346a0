//! A line that says what takes long, on a terminal and nowhere else.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// Says what is waited for until it is dropped.
pub(super) struct Progress {
    over: Arc<AtomicBool>,
    line: Option<JoinHandle<()>>,
}

/// Who is answered within this sees no line.
const PATIENCE: u32 = 5;
const STEP: Duration = Duration::from_millis(100);

impl Progress {
    pub(super) fn start(what: &'static str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let line = std::io::stderr().is_terminal().then(|| spawn(move || run(what, &seen)));
        Self { over, line }
    }
}

fn run(what: &str, over: &AtomicBool) {
    let mut stderr = std::io::stderr();
    let mut steps = 0_u32;
    while !over.load(Ordering::Relaxed) {
        if steps >= PATIENCE {
            let _ = write!(stderr, "\r\u{1b}[2K{what} … {} s", steps / 10);
            let _ = stderr.flush();
        }
        steps += 1;
        std::thread::sleep(STEP);
    }
    if steps > PATIENCE {
        let _ = write!(stderr, "\r\u{1b}[2K");
        let _ = stderr.flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // The line is wiped before anything else is printed.
        if let Some(line) = self.line.take() {
            let _ = line.join();
        }
    }
}
