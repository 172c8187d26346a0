//! The programs of the stack, before they are started.

use std::path::Path;
use std::process::Command;

use crate::error::StackError;
use crate::layout::Layout;
use crate::services::SERVICES;
use crate::shell::run;

/// What a program says of its version that may have its log on Kafka.
const WITH: &str = " with Kafka";

/// Asks Plimsoll's command and every service's program whether the log may be on Kafka: servers that are started for programs which end
/// at once are started for nothing.
///
/// # Errors
/// One cannot be run, or was built without Kafka.
pub fn check_programs(layout: &Layout) -> Result<(), StackError> {
    check(&layout.programs, |program| run(Command::new(program).arg("--version"), ""))
}

fn check(directory: &Path, version: impl Fn(&Path) -> Result<String, StackError>) -> Result<(), StackError> {
    let services = SERVICES.map(|service| format!("plimsoll-{service}"));
    for name in ["plimsoll".to_owned()].into_iter().chain(services) {
        let path = directory.join(name);
        let why = match version(&path) {
            Ok(version) if version.trim_end().ends_with(WITH) => continue,
            Ok(_) => format!("KAFKA_NOT_BUILT: {} was built without Kafka", path.display()),
            Err(error) => error.to_string(),
        };
        return Err(StackError::new(format!("{} (make build-kafka builds every program)", why.trim_end())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_kafka_is_named_before_anything_is_started() {
        let of = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let all = |path: &Path| Ok(format!("{} 1.2.3 with Kafka\n", of(path)));
        check(Path::new("/programs"), all).unwrap();
        for without in ["plimsoll", "plimsoll-catalog", "plimsoll-gateway"] {
            let one = |path: &Path| match of(path) {
                name if name == without => Ok(format!("{name} 1.2.3\n")),
                _ => all(path),
            };
            let said = check(Path::new("/programs"), one).unwrap_err().to_string();
            let expected = format!("KAFKA_NOT_BUILT: /programs/{without} was built without Kafka (");
            assert!(said.starts_with(&expected), "{said}");
        }
        let missing = |_: &Path| run(&mut Command::new("/nowhere/plimsoll"), "");
        let said = check(Path::new("/nowhere"), missing).unwrap_err().to_string();
        assert!(
            said.starts_with("/nowhere/plimsoll cannot be run: ") && said.contains("make build-kafka"),
            "{said}"
        );
    }
}
