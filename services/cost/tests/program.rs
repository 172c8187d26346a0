//! The service's own program, before it connects to anything.

use std::process::Command;

/// A setting that nothing reads is somebody's mistake.
#[test]
fn a_start_with_wrong_settings_ends_and_names_the_one() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll-cost"));
    let arguments: &[&str] = &["--set", "cost.core=2"];
    let output = program.args(arguments).env_clear().output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error[CONFIG_INVALID]: ") && said.contains("core"), "{said}");
}
