//! One look at a text: which of the characters does it have that a secret needs?

/// What a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    /// `=`, `:` or `>`, which stand between a name and its value.
    pub(super) separators: bool,
    /// A space or a tab.
    pub(super) blanks: bool,
    pub(super) at_sign: bool,
    /// How long its longest run of characters is that keys and tokens are made of.
    pub(super) longest_word: usize,
}

const WORD: u8 = 1;
const SEPARATOR: u8 = 2;
const BLANK: u8 = 4;
const AT_SIGN: u8 = 8;

/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'/' | b'+' => WORD,
            b'=' | b':' | b'>' => SEPARATOR,
            b' ' | b'\t' => BLANK,
            b'@' => AT_SIGN,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

impl Looks {
    pub(super) fn of(text: &str) -> Self {
        let (mut seen, mut run, mut longest_word) = (0, 0_usize, 0);
        for byte in text.bytes() {
            let class = CLASSES[usize::from(byte)];
            seen |= class;
            run = if class == WORD { run + 1 } else { 0 };
            longest_word = longest_word.max(run);
        }
        let has = |class| seen & class != 0;
        Self { separators: has(SEPARATOR), blanks: has(BLANK), at_sign: has(AT_SIGN), longest_word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_at_once() {
        let looks =
            |separators, blanks, at_sign, longest_word| Looks { separators, blanks, at_sign, longest_word };
        assert_eq!(Looks::of(""), looks(false, false, false, 0));
        assert_eq!(Looks::of("eu-west"), looks(false, false, false, 7));
        assert_eq!(Looks::of("a: b\tc@dd"), looks(true, true, true, 2));
        assert_eq!(Looks::of("é\nabc/+1="), looks(true, false, false, 6));
    }
}
