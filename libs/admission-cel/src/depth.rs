//! How deep an expression may nest: reading and evaluating one takes stack for each level.

/// Levels of the deepest expression that is read: brackets within brackets, and operators one behind the other.
const DEEPEST: usize = 200;

/// Whether an expression is deeper than it may be. Counted from its characters, before anything reads it, and never too low:
/// at each open bracket the operators since the last comma, `&&` or `||` (those two are read as balanced trees).
pub(crate) fn is_too_deep(text: &str) -> bool {
    let mut open = vec![0_usize];
    let mut deepest = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, sign)) = rest.next() {
        match sign {
            '\'' | '"' => {
                let end = at + literal_length(&text[at..], text[..at].ends_with(['r', 'R']));
                while rest.next_if(|(at, _)| *at < end).is_some() {}
            }
            '(' | '[' | '{' => open.push(1),
            ')' | ']' | '}' => {
                let inner = open.pop();
                // What was in brackets stays behind: `a[b][c]` is two levels.
                match open.last_mut() {
                    Some(outer) => *outer += 1,
                    None => open.extend(inner),
                }
            }
            ',' => reset(&mut open),
            '&' | '|' if text[..at].ends_with(sign) => reset(&mut open),
            '+' | '-' | '*' | '/' | '%' | '!' | '<' | '>' | '=' | '?' | ':' | '.' => {
                if let Some(chain) = open.last_mut() {
                    *chain += 1;
                }
            }
            _ => {}
        }
        deepest = deepest.max(open.iter().sum());
    }
    deepest > DEEPEST
}

fn reset(open: &mut [usize]) {
    if let Some(chain) = open.last_mut() {
        *chain = 1;
    }
}

/// The bytes of a literal that `text` starts with, with its quotes.
fn literal_length(text: &str, is_raw: bool) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let end = if text.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = end.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(end) {
            return at + end.len();
        }
        let next = rest.chars().next().map_or(1, char::len_utf8);
        let escaped = rest[next..].chars().next().map_or(0, char::len_utf8);
        at += if rest.starts_with('\\') && !is_raw { next + escaped } else { next };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_chains_are_levels_and_lists_are_not() {
        assert!(is_too_deep(&"(".repeat(201)));
        assert!(is_too_deep(&format!("1{}", "+1".repeat(300))));
        assert!(is_too_deep(&format!("a{}", ".b".repeat(300))));
        assert!(is_too_deep(&format!("a{}", "[0]".repeat(300))));
        assert!(!is_too_deep(&format!("[{}]", "a.b + 1, ".repeat(300))));
        assert!(!is_too_deep(&"a.b == 1 && c.d == 2 || ".repeat(300)));
        assert!(!is_too_deep(&format!("'{}'", "(".repeat(300))));
        assert!(!is_too_deep(&format!(r"'\'{}'", "(".repeat(300))));
        assert!(is_too_deep(&format!(r"r'\' + {}", "(".repeat(300))));
    }
}
