use super::*;

/// As Postgres 15 writes it; the status is padded to eight characters.
const FILE: &str = "4711\n/data/postgres\n1763746000\n5432\n/data/run\n\n  1234  5\nready   \n";

#[test]
fn pid_and_status() {
    assert_eq!(parse(FILE), Some(PidFile { pid: 4711, is_ready: true }));
    for status in ["starting", "stopping", "standby "] {
        assert_eq!(parse(&FILE.replace("ready   ", status)), Some(PidFile { pid: 4711, is_ready: false }));
    }
}

#[test]
fn a_file_that_is_being_written() {
    assert_eq!(parse(""), None);
    assert_eq!(parse("\n"), None);
    assert_eq!(parse("4711\n/data\n"), Some(PidFile { pid: 4711, is_ready: false }));
}

#[test]
fn a_stand_alone_backend() {
    assert_eq!(parse(&FILE.replace("4711", "-4711")).map(|file| file.pid), Some(4711));
}
