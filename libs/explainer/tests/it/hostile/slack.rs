//! What a reader of Slack sees, by Slack's own description of mrkdwn.

const BREAK: char = '\u{200b}';

/// The text of each line, or what else Slack would find.
pub(super) fn read(message: &str) -> Result<Vec<String>, String> {
    message.split('\n').map(line).collect()
}

fn line(line: &str) -> Result<String, String> {
    // Our own bold words stand at the start of a line.
    let own = match line.strip_prefix('*') {
        Some(rest) => match rest.split_once(":* ").or_else(|| rest.split_once(":*")) {
            Some((concern, text)) if concern.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') => {
                format!("{concern}:{}{text}", if text.is_empty() { "" } else { " " })
            }
            _ => rest.strip_suffix('*').ok_or("a headline that does not end")?.to_owned(),
        },
        None => line.strip_prefix("• ").ok_or("a line of no known sort")?.to_owned(),
    };
    if own.contains(['<', '>']) {
        return Err(format!("< or > in {own}"));
    }
    let entities = own.matches('&').count();
    let known: usize = ["&amp;", "&lt;", "&gt;"].iter().map(|entity| own.matches(entity).count()).sum();
    if entities != known {
        return Err(format!("an entity in {own}"));
    }
    let text = own.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    markers(&text)?;
    references(&text)?;
    Ok(text.replace(BREAK, "").trim_end().to_owned())
}

/// A marker opens or closes only beside something that is no blank.
fn markers(text: &str) -> Result<(), String> {
    let characters: Vec<char> = text.chars().collect();
    for (index, c) in characters.iter().enumerate() {
        let beside =
            [index.checked_sub(1), Some(index + 1)].map(|at| at.and_then(|at| characters.get(at)).copied());
        let is_apart = beside == [Some(BREAK), Some(BREAK)];
        let is_within = beside.iter().all(|c| c.is_some_and(|c| c.is_alphanumeric() || c == '_'));
        if ("*~`".contains(*c) && !is_apart) || (*c == '_' && !is_apart && !is_within) {
            return Err(format!("{c} is alive in {text}"));
        }
    }
    Ok(())
}

fn references(text: &str) -> Result<(), String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let alive = match c {
            '@' | '#' => rest.starts_with(is_word),
            ':' => {
                let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_+-".contains(c));
                rest.starts_with('/') || (name.len() < rest.len() && name.starts_with(':'))
            }
            '.' => text[..at].to_lowercase().ends_with("www") && rest.starts_with(char::is_alphanumeric),
            _ => false,
        };
        if alive {
            return Err(format!("{c} refers to something in {text}"));
        }
    }
    Ok(())
}
