use std::os::unix::process::ExitStatusExt;

use super::*;

/// 50 ms, doubled at each attempt, and ten seconds at most.
#[test]
fn pauses_grow_to_a_limit() {
    let pauses = [1, 2, 3, 8, 9, 100, u32::MAX].map(|attempt| pause_before(attempt).as_millis());
    assert_eq!(pauses, [50, 100, 200, 6_400, 10_000, 10_000, 10_000]);
}

/// wait(2): the exit code is in the second byte, a signal in the first.
#[test]
fn ends_are_described() {
    assert_eq!(describe(Ok(ExitStatus::from_raw(137 << 8))), "it was ended by signal 9");
    assert_eq!(describe(Ok(ExitStatus::from_raw(1 << 8))), "it ended with exit status: 1");
    assert_eq!(describe(Ok(ExitStatus::from_raw(9))), "it ended with signal: 9 (SIGKILL)");
}
