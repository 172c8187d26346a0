//! What `kafka-acls --list` prints.

use std::collections::BTreeSet;

use super::kafka::{Grant, Resource};

/// The grants in it.
pub(super) fn read(text: &str) -> Result<BTreeSet<Grant>, String> {
    let mut grants = BTreeSet::new();
    let mut resource = None;
    for line in text.lines().map(str::trim) {
        if let Some(pattern) = line.strip_prefix("Current ACLs for resource `ResourcePattern(") {
            let said = |name| field(pattern, name).ok_or_else(|| unknown(line));
            let (kind, pattern) = (said("resourceType")?, said("patternType")?);
            resource = Some(Resource { kind, name: said("name")?, pattern });
        } else if let Some(grant) = line.strip_prefix('(') {
            let said = |name| field(grant, name).ok_or_else(|| unknown(line));
            let (host, permission) = (said("host")?, said("permissionType")?);
            let is_usual = host == "*" && permission == "ALLOW";
            let otherwise = (!is_usual).then(|| format!("{permission} from {host}"));
            let resource = resource.clone().ok_or_else(|| unknown(line))?;
            grants.insert(Grant {
                user: said("principal")?,
                operation: said("operation")?,
                resource,
                otherwise,
            });
        } else if !line.is_empty() {
            return Err(unknown(line));
        }
    }
    Ok(grants)
}

/// `name=VALUE`, up to a comma or the parenthesis that ends the list.
fn field(list: &str, name: &str) -> Option<String> {
    let (_, value) = list.split_once(&format!("{name}="))?;
    value.split([',', ')']).next().map(str::to_owned)
}

fn unknown(line: &str) -> String {
    format!("this is no line of `kafka-acls --list`: {line:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_is_refused() {
        assert!(read("Error while executing ACL command: timed out").unwrap_err().contains("timed out"));
        assert!(read("(principal=User:a, host=*, operation=READ, permissionType=ALLOW)").is_err());
        assert_eq!(read("\n\n"), Ok(BTreeSet::new()));
    }
}
