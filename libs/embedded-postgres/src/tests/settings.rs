use super::*;

/// In postgresql.conf the last line about a setting counts.
#[test]
fn only_tests_do_without_the_disk() {
    let full = configuration(Path::new("/data/run"), Durability::Full);
    let last = |text: &str, name: &str| {
        text.lines().rev().find_map(|line| Some(line.strip_prefix(&format!("{name} = "))?.to_owned()))
    };
    let off = configuration(Path::new("/data/run"), Durability::Off);
    for (name, durable, fast) in
        [("fsync", "on", "off"), ("full_page_writes", "on", "off"), ("synchronous_commit", "on", "on")]
    {
        assert_eq!(
            (last(&full, name).as_deref(), last(&off, name).as_deref()),
            (Some(durable), Some(fast)),
            "{name}"
        );
    }
    assert_eq!(last(&full, "unix_socket_directories").as_deref(), Some("'/data/run'"));
}

#[test]
fn one_user_may_be_both_roles() {
    assert_eq!(
        user_map("CORP\\ann lee"),
        "plimsoll \"CORP\\ann lee\" plimsoll\nplimsoll \"CORP\\ann lee\" postgres\n"
    );
}
