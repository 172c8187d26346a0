use super::*;

/// As Postgres 15.18 wrote it when `shared_buffers` was 900TB.
const CONFIGURATION: &str = "\
2026-11-21 18:15:12.726 UTC [19936] LOG:  900TB is outside the valid range for parameter \"shared_buffers\"
2026-11-21 18:15:12.726 UTC [19936] FATAL:  configuration file \"auto.conf\" contains errors
";

#[test]
fn a_mistake_in_the_configuration_is_named() {
    let expected = "900TB is outside the valid range for parameter \"shared_buffers\"; \
                    configuration file \"auto.conf\" contains errors";
    assert_eq!(reason(CONFIGURATION).unwrap(), expected);
}

#[test]
fn one_line_is_enough_where_it_says_all() {
    let text =
        "x [7] LOG:  redirecting log output\nx [7] FATAL:  data directory has wrong ownership\nHINT:  none\n";
    assert_eq!(reason(text).unwrap(), "data directory has wrong ownership");
    assert_eq!(reason("x [7] LOG:  redirecting log output\n"), None);
}

#[test]
fn an_earlier_servers_end_is_not_this_ones() {
    let cluster = tempfile::tempdir().unwrap();
    fs::create_dir(cluster.path().join("log")).unwrap();
    let log = "x [7] FATAL:  the old reason\nx [8] LOG:  starting\nx [9] PANIC:  the new reason\n";
    fs::write(cluster.path().join("log/postgres-1.log"), log).unwrap();
    let why = |pid| of(cluster.path(), pid, "redirecting").to_string();
    assert!(why(8).ends_with("failed: the new reason"), "{}", why(8));
    assert!(why(10).ends_with("failed: redirecting"), "{}", why(10));
}
