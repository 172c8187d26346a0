//! How two commits differ.

use source::{GitError, Mirror};

use crate::git::watched::{Difference, DifferenceKind};

/// The files that differ between two commits which the mirror has.
pub(super) fn differences(
    mirror: &Mirror<'_>,
    before: &str,
    after: &str,
) -> Result<Vec<Difference>, GitError> {
    let command = mirror.command().args(["diff-tree", "-r", "-z", "--no-renames", "--name-status"]);
    let output = command.args([before, after]).run()?;
    Ok(parse(&String::from_utf8_lossy(&output)))
}

/// `STATUS NUL PATH NUL`, again and again.
fn parse(output: &str) -> Vec<Difference> {
    let mut fields = output.split('\0');
    let mut differences = Vec::new();
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        let kind = match status {
            "A" | "D" => DifferenceKind::Listing,
            _ => DifferenceKind::Content,
        };
        differences.push(Difference { path: path.to_owned(), kind });
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_read() {
        let found = parse("A\0new file\0M\0a/b\0T\0link\0D\0gone\0");
        let seen: Vec<_> = found.iter().map(|found| (found.path.as_str(), found.kind)).collect();
        use DifferenceKind::{Content, Listing};
        assert_eq!(seen, [("new file", Listing), ("a/b", Content), ("link", Content), ("gone", Listing)]);
        assert_eq!(parse(""), []);
    }
}
