//! Which characters are not seen, or look like others.

/// Whether a character is not seen, or moves what is around it: control characters, characters that change the direction
/// (Unicode Technical Report 36, "Bidirectional Text Spoofing"), what is ignored by default (Unicode 16,
/// `Default_Ignorable_Code_Point`), blanks that are no space, code points that are no character, and characters of private
/// use, which a font draws as it likes.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{a0}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{1680}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3000}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Whether a character is drawn over the one before it.
pub(crate) fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Characters that are taken for a quotation mark, so that a quoted name could seem to end at one of them.
pub(crate) fn is_like_a_quote(c: char) -> bool {
    matches!(c, '\u{2ba}' | '\u{2dd}' | '\u{2ee}' | '\u{2f6}' | '\u{5f4}' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{2036}'
        | '\u{275d}' | '\u{275e}' | '\u{301d}'..='\u{301f}' | '\u{ff02}')
}

/// Letters and digits that are drawn as ASCII ones are, in another style: mathematical, full width, in circles.
pub(crate) fn is_styled(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{24ff}' | '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f1ff}')
}

/// Cyrillic and Greek letters, and a few others, that are drawn as Latin ones (Unicode Technical Standard 39, `confusables.txt`).
pub(crate) fn is_like_latin(c: char) -> bool {
    const CYRILLIC: &str = "аеорсухіјѕһԁԛԝѵӏАВЕЅІЈКМНОРСТУХԌԚԜѴҮӀ";
    const GREEK: &str = "αοριυνκΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳϹ";
    const OTHERS: &str = "ıɑɡɩʏᴄᴏᴠᴡᴢօսցհոѡ";
    !c.is_ascii() && (CYRILLIC.contains(c) || GREEK.contains(c) || OTHERS.contains(c))
}
