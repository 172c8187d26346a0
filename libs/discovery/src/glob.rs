//! Patterns for paths: `*`, `**`, `?`, `[a-z]` and `{a,b}`.

/// What `*` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Star {
    /// Part of one segment, as in a shell; `**` is any number of segments.
    Segment,
    /// Anything, as in a pathspec of Git.
    Anything,
}

/// Alternatives in braces multiply; more than these are not looked at.
const ALTERNATIVES: usize = 256;

/// Whether a pattern is about several paths.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

pub(crate) fn matches(pattern: &str, text: &str, star: Star) -> bool {
    let text: Vec<char> = text.chars().collect();
    alternatives(pattern).iter().any(|pattern| {
        let pattern: Vec<char> = pattern.chars().collect();
        matches_one(&pattern, &text, star)
    })
}

/// A pattern without its braces.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut left = vec![pattern.to_owned()];
    while let Some(pattern) = left.pop() {
        match braces(&pattern) {
            Some((before, inner, after)) if done.len() + left.len() < ALTERNATIVES => {
                left.extend(inner.split(',').map(|part| format!("{before}{part}{after}")));
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// The innermost braces that come first.
fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let end = pattern.find('}')?;
    let start = pattern[..end].rfind('{')?;
    Some((&pattern[..start], &pattern[start + 1..end], &pattern[end + 1..]))
}

/// Each step keeps which prefixes of the text the pattern so far matches: no pattern takes more than their product.
fn matches_one(pattern: &[char], text: &[char], star: Star) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    let mut rest = pattern;
    while let Some(first) = rest.first() {
        let (next, used) = match first {
            '*' => {
                let stars = rest.iter().take_while(|c| **c == '*').count();
                let crosses = star == Star::Anything || stars > 1;
                let whole = stars > 1 && star == Star::Segment && rest.get(stars) == Some(&'/');
                (run(&reached, text, crosses), if whole { stars + 1 } else { stars })
            }
            '[' => {
                let (class, used) = class(rest);
                (one(&reached, text, |c| class(c) && c != '/'), used)
            }
            '?' => (one(&reached, text, |c| c != '/'), 1),
            '\\' if rest.len() > 1 => (one(&reached, text, |c| c == rest[1]), 2),
            literal => (one(&reached, text, |c| c == *literal), 1),
        };
        // `**/` matches nothing too, or up to a slash.
        let is_whole = *first == '*' && used > 1 && rest.get(used - 1) == Some(&'/');
        reached = if is_whole { after_slashes(&reached, &next, text) } else { next };
        rest = &rest[used..];
    }
    reached[text.len()]
}

fn one(reached: &[bool], text: &[char], is: impl Fn(char) -> bool) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for (index, c) in text.iter().enumerate() {
        next[index + 1] = reached[index] && is(*c);
    }
    next
}

fn run(reached: &[bool], text: &[char], crosses: bool) -> Vec<bool> {
    let mut next = reached.to_vec();
    for (index, c) in text.iter().enumerate() {
        next[index + 1] |= next[index] && (crosses || *c != '/');
    }
    next
}

fn after_slashes(before: &[bool], run: &[bool], text: &[char]) -> Vec<bool> {
    let slash = |index: usize| index > 0 && text[index - 1] == '/' && run[index];
    (0..run.len()).map(|index| before[index] || slash(index)).collect()
}

/// A class `[a-z]` or `[!a-z]`, and how long it is; an open bracket by itself is a character.
fn class(pattern: &[char]) -> (impl Fn(char) -> bool, usize) {
    let end = pattern.iter().skip(2).position(|c| *c == ']').map(|at| at + 2);
    let inside: Vec<char> = end.map_or(vec!['['], |end| pattern[1..end].to_vec());
    let not = inside.len() > 1 && matches!(inside[0], '!' | '^');
    let members = if not { inside[1..].to_vec() } else { inside };
    let is = move |c: char| {
        let range = members.windows(3).any(|w| w[1] == '-' && (w[0]..=w[2]).contains(&c));
        (range || members.contains(&c)) != not
    };
    (is, end.map_or(1, |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_a_shell_reads_them() {
        for (pattern, text, expected) in [
            ("apps/*", "apps/shop", true),
            ("apps/*", "apps/shop/base", false),
            ("apps/*/overlays/*", "apps/shop/overlays/production", true),
            ("**/config.json", "config.json", true),
            ("**/config.json", "a/b/config.json", true),
            ("**/config.json", "a/b-config.json", false),
            ("a/**", "a/b/c", true),
            ("values-{staging,prod}.yaml", "values-prod.yaml", true),
            ("{a,b{c,d}}", "bd", true),
            ("v[0-9].yaml", "v7.yaml", true),
            ("v[!0-9].yaml", "v7.yaml", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a[", "a[", true),
        ] {
            assert_eq!(matches(pattern, text, Star::Segment), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pathspec_of_git_crosses_directories() {
        // Argo CD, "Git File Generator Globbing": `some-path/*.yaml` takes files at any level.
        assert!(matches("some-path/*.yaml", "some-path/a/b.yaml", Star::Anything));
        assert!(!matches("some-path/*.yaml", "some-path/a/b.json", Star::Anything));
    }

    #[test]
    fn a_hostile_pattern_takes_its_product_and_no_more() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!matches(&pattern, &"a".repeat(400), Star::Anything));
        assert!(alternatives(&"{a,b}".repeat(30)).len() <= ALTERNATIVES + 2);
    }
}
