//! The words that a key is made of.

/// `imageTag`, `image-tag` and `image.tag` are two words, in small letters.
pub(super) fn of(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for c in key.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_is_small) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before_is_small = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_told_apart_by_signs_and_capitals() {
        for key in ["imageTag", "image-tag", "image.tag", "image_Tag", "IMAGE/TAG"] {
            assert_eq!(super::of(key), ["image", "tag"], "{key}");
        }
    }
}
