use super::*;

/// A directory with an `initdb` and a `postgres` that says this about its version. A shell writes it: a file that this
/// process has open for writing is inherited by what other tests start, and cannot be executed meanwhile.
fn install(directory: &Path, said: &str) {
    let script = r#"mkdir -p "$1" && cd "$1" && : > initdb && printf '#!/bin/sh\necho "%s"\n' "$2" > postgres &&
        chmod +x postgres"#;
    let mut shell = Command::new("/bin/sh");
    assert!(shell.args(["-c", script, "sh"]).arg(directory).arg(said).status().unwrap().success());
}

fn version(number: &str) -> String {
    format!("postgres (PostgreSQL) {number}")
}

/// Versions in `DIR/lib/N/bin`, and a `PATH` of `DIR/a`, `DIR/b`.
fn lookup(directory: &Path) -> Lookup {
    let path = std::env::join_paths([directory.join("a"), directory.join("b")]).unwrap();
    let installed = vec![format!("{}/lib/*/bin", directory.display())];
    Lookup { path: Some(path), installed, ..Lookup::default() }
}

#[test]
fn versions_as_postgres_says_them() {
    let parsed = |text: &str| parse_version(text).map(|(major, _)| major);
    assert_eq!(parsed("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
    assert_eq!(parsed("postgres (PostgreSQL) 18beta1\n"), Some(18));
    assert_eq!(parsed("postgres (PostgreSQL) 9.6.24\n"), Some(9));
    assert_eq!(parsed("postgres (EnterpriseDB) x\n"), None);
    assert_eq!(parsed(""), None);
}

#[test]
fn the_path_goes_before_what_is_installed_and_there_the_highest_supported() {
    let root = tempfile::tempdir().unwrap();
    for (number, said) in [(9, "9.6.24"), (14, "14.2"), (17, "17.1"), (99, "99devel")] {
        install(&root.path().join(format!("lib/{number}/bin")), &version(said));
    }
    fs::create_dir_all(root.path().join("lib/17-old/bin")).unwrap();
    let found = lookup(root.path()).programs(None).unwrap();
    assert_eq!((found.major, found.version.as_str()), (17, "17.1"));
    assert_eq!(found.directory, root.path().join("lib/17/bin"));
    install(&root.path().join("b"), &version("16.3"));
    assert_eq!(lookup(root.path()).programs(None).unwrap().major, 16);
}

/// It says before anything is compiled what would not be found afterwards.
#[test]
fn the_script_that_says_what_is_missing_looks_where_we_do() {
    let script = include_str!("../../../../scripts/need.sh");
    for place in INSTALLED {
        assert!(script.contains(&format!(" {place}")), "{place}");
    }
}

/// An upgrade of the system put version 17 beside 14, or before it.
#[test]
fn data_keep_their_version() {
    let root = tempfile::tempdir().unwrap();
    for (place, number) in [("a", "17.1"), ("lib/14/bin", "14.2"), ("lib/17/bin", "17.1")] {
        install(&root.path().join(place), &version(number));
    }
    assert_eq!(lookup(root.path()).programs(Some(14)).unwrap().directory, root.path().join("lib/14/bin"));
    assert_eq!(lookup(root.path()).programs(Some(17)).unwrap().directory, root.path().join("a"));
    // None is left of this version; the caller compares and refuses.
    assert_eq!(lookup(root.path()).programs(Some(15)).unwrap().major, 17);
}

#[test]
fn a_directory_that_was_named_is_the_only_one() {
    let root = tempfile::tempdir().unwrap();
    install(&root.path().join("a"), &version("17.1"));
    let named = Lookup { pg_bin: Some(root.path().join("mine")), ..lookup(root.path()) };
    fs::create_dir(root.path().join("mine")).unwrap();
    let error = named.programs(None).unwrap_err();
    assert_eq!(error.code(), "POSTGRES_NOT_FOUND");
    assert_eq!(
        error.to_string(),
        format!("Postgres in {}: initdb is missing", root.path().join("mine").display())
    );
    install(&root.path().join("mine"), "nonsense");
    assert!(named.programs(None).unwrap_err().to_string().ends_with("postgres --version says \"nonsense\""));
    install(&root.path().join("mine"), &version("14.2"));
    assert_eq!(named.programs(Some(17)).unwrap().major, 14);
}

#[test]
fn only_an_unsupported_one() {
    let root = tempfile::tempdir().unwrap();
    install(&root.path().join("lib/9/bin"), &version("9.6.24"));
    let error = lookup(root.path()).programs(None).unwrap_err();
    assert_eq!(error.code(), "POSTGRES_UNSUPPORTED");
    let place = root.path().join("lib/9/bin");
    let expected = format!("Postgres 9 in {} is not supported; Plimsoll runs on 14 to 18", place.display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn none_at_all() {
    let root = tempfile::tempdir().unwrap();
    // Clients alone are not enough.
    fs::create_dir(root.path().join("a")).unwrap();
    fs::write(root.path().join("a/initdb"), "").unwrap();
    let error = lookup(root.path()).programs(None).unwrap_err();
    assert_eq!(error.code(), "POSTGRES_NOT_FOUND");
    let at = |place: &str| root.path().join(place).display().to_string();
    let expected = format!(
        "Postgres' programs initdb and postgres were not found; looked in {}, {}, {}",
        at("a"),
        at("b"),
        at("lib/*/bin")
    );
    assert_eq!(error.to_string(), expected);
}
