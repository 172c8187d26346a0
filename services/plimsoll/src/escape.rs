//! What manifests, file names and Git say, made safe for where it is shown.

pub(crate) use inert::{code, line, markdown};

/// Characters that hide or reorder what is around them, apart from control characters: a line's end is seen.
pub(crate) fn is_invisible(c: char) -> bool {
    !c.is_control() && inert::is_unseen(c)
}

/// At most `width` characters, the last of them `…` where something was left out.
pub(crate) fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("漢字漢字", 3), "漢字…");
    }
}
