//! The name of a promotion's branch.

/// As much of a part as a person wants to read.
const PART: usize = 60;
/// As much of a promotion's id as tells promotions of one application apart. It is taken from the end, since
/// the beginning of a UUIDv7 is the time.
const SHORT: usize = 12;

/// `plimsoll/APPLICATION/FROM-to-TO/ID`, where ID is the end of the promotion's id. The same promotion always gets
/// the same name; what Git takes in no name becomes `-`.
#[must_use]
pub fn branch_name(application: &str, from: &str, to: &str, promotion: &str) -> String {
    let id: Vec<char> = promotion.chars().filter(char::is_ascii_alphanumeric).collect();
    let short: String = id[id.len().saturating_sub(SHORT)..].iter().collect();
    let short = part(&short.to_ascii_lowercase());
    format!("plimsoll/{}/{}-to-{}/{short}", part(application), part(from), part(to))
}

/// A part of a name that stays valid whatever it is joined to.
fn part(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => name.push(c),
            '.' | '_' if !name.is_empty() && !name.ends_with(['.', '-']) => name.push(c),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(PART);
    let mut name = name.trim_end_matches(['.', '-', '_']);
    while let Some(rest) = name.strip_suffix(".lock") {
        name = rest.trim_end_matches(['.', '-', '_']);
    }
    if name.is_empty() { "x".to_owned() } else { name.to_owned() }
}

/// Whether Git takes this as the name of a branch, by the rules of `git check-ref-format --branch`; not `@`, which it
/// takes for another word for `HEAD`.
#[must_use]
pub fn is_branch_name(name: &str) -> bool {
    let odd = |c: char| c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !name.is_empty()
        && name != "HEAD"
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains(odd)
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git_takes(name: &str) -> bool {
        let output = Command::new("git").args(["check-ref-format", "--branch", name]).output().unwrap();
        output.status.success()
    }

    #[test]
    fn a_name_says_which_promotion_it_is() {
        assert_eq!(
            branch_name("shop", "staging", "production", "0190a6e2-7b1c-7d3e-8f4a-5b6c7d8e9f00"),
            "plimsoll/shop/staging-to-production/5b6c7d8e9f00"
        );
    }

    #[test]
    fn git_takes_every_name() {
        let long = "a.".repeat(100);
        for text in [
            "",
            ".",
            "..",
            "a..b",
            ".hidden",
            "x.lock",
            "x.lock.lock",
            "a b",
            "-x",
            "@",
            "@{u}",
            "HEAD",
            "a/b",
            "a\\b",
            "a:b*c?d[e",
            "é",
            "名前",
            "a\nb",
            "a\0b",
            "a.",
            "a.-b",
            "~^",
            "/",
            "//",
            "refs/heads/x",
            &long,
        ] {
            for name in [branch_name(text, text, text, text), branch_name("shop", text, "production", "1")] {
                assert!(git_takes(&name), "{text:?} -> {name}");
                assert!(is_branch_name(&name), "{text:?} -> {name}");
                assert_eq!(name.split('/').count(), 4, "{text:?} -> {name}");
            }
        }
    }

    #[test]
    fn git_and_we_agree_on_what_a_branch_name_is() {
        for name in [
            "main",
            "release/9.1",
            "a@b",
            "a@",
            "é",
            "HEAD",
            "-x",
            "a..b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "a b",
            "a~",
            "a^",
            "a:",
            "a?",
            "a*",
            "a[",
            "a\\",
            "a\nb",
            "a\u{7f}",
            "a//b",
            "/a",
            "a/",
            "a@{b",
            "x/HEAD",
            "",
        ] {
            assert_eq!(is_branch_name(name), git_takes(name), "{name:?}");
        }
    }
}
