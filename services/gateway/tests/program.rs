//! The service's own program, before it connects to anything.

use std::process::Command;

/// Without it, no engine would answer for its dead letters.
#[test]
fn a_start_with_wrong_settings_ends_and_names_the_one() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll-gateway"));
    let output = program.env_clear().output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error[CONFIG_INVALID]: ") && said.contains("engines_key"), "{said}");
}
