//! What sites look for in finished text, where escapes are gone.

/// Whether a site would make nothing of a text: people, issues, requests, labels, emoji, addresses.
pub(super) fn is_dead(run: &str) -> Result<(), String> {
    let characters: Vec<char> = run.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or(' ');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let text: String = run.to_lowercase();
    for (index, c) in characters.iter().enumerate() {
        let next = at(index + 1);
        let refers = match c {
            '@' | '#' | '!' | '&' | '~' | '^' => is_word(next),
            // An amount is one of ours, or looks like it: it refers to nothing.
            '$' => is_word(next) && !characters[index..].iter().take(14).any(|c| *c == '.'),
            '%' => next.is_ascii_digit(),
            ':' => {
                let name: String = characters[index + 1..]
                    .iter()
                    .take_while(|c| c.is_ascii_alphanumeric() || "_+-".contains(**c))
                    .collect();
                next == '/' || (!name.is_empty() && at(index + 1 + name.chars().count()) == ':')
            }
            _ => false,
        };
        if refers {
            return Err(format!(
                "{:?} refers to something",
                &characters[index..(index + 12).min(characters.len())]
            ));
        }
    }
    for start in ["www.", "gh-"] {
        let alive = text
            .match_indices(start)
            .any(|(at, _)| text[at + start.len()..].starts_with(char::is_alphanumeric));
        if alive {
            return Err(format!("{start} is alive"));
        }
    }
    Ok(())
}
