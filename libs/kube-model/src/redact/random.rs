//! Words that somebody's generator made: no reader would write them, and no name would be so.

/// The shortest and the longest that keys are. What is longer is data: a picture, an archive.
const LENGTH: std::ops::RangeInclusive<usize> = 24..=128;
/// Of a hundred neighbours in a word from a generator about 44 are of different classes, without those of a capital
/// before a small letter (of 62 characters 26, 26 and 10: 1 - (26² + 26² + 10²) / 62² - 26² / 62²); in names made
/// of words about 25. In between:
const CHANGES_IN_A_HUNDRED: usize = 42;
/// A run of small letters as long as this is a word of a language.
const LONGEST_RUN: usize = 7;

/// What begins as these do is public: hashes (Subresource Integrity), public keys (SSH's wire format), keys and
/// identifiers that a provider means to be shown.
const PUBLIC: [&str; 14] = [
    "sha1-",
    "sha256-",
    "sha384-",
    "sha512-",
    "md5-",
    "AAAAB3NzaC1",
    "AAAAC3NzaC1",
    "AAAAE2VjZHNh",
    "pk_live_",
    "pk_test_",
    "price_",
    "prod_",
    "acct_",
    "MII",
];
/// And what stands behind these: fingerprints of SSH keys, go.sum, what is read by a program.
const BEHIND: [&str; 6] = ["SHA256:", "sha256:", "MD5:", "h1:", "base64,", "ENC["];
/// A name with one of these words is of something public.
const PUBLIC_WORDS: [&str; 20] = [
    "checksum",
    "hash",
    "digest",
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "fingerprint",
    "integrity",
    "etag",
    "uid",
    "bundle",
    "certificate",
    "cert",
    "crt",
    "thumbprint",
    "public",
    "encrypted",
    "revision",
];

/// Whether a name is of something public, however it looks.
pub(super) fn name_says_public(name: &str) -> bool {
    super::names::words(name).iter().any(|word| PUBLIC_WORDS.contains(&word.as_str()))
}

/// Whether the word that begins at `start` is one from a generator, and not said to be public.
pub(super) fn is_secret_word(text: &str, start: usize, word: &str) -> bool {
    looks_random(word)
        && !PUBLIC.iter().any(|prefix| word.starts_with(prefix))
        && !BEHIND.iter().any(|before| text[..start].ends_with(before))
        && !line_says_public(text, start)
        && !is_of_a_block(text, start, word)
}

fn looks_random(word: &str) -> bool {
    if !LENGTH.contains(&word.len()) || word.contains('.') {
        return false;
    }
    let count = |test: fn(&u8) -> bool| word.bytes().filter(test).count();
    let separators = word.len() - count(u8::is_ascii_alphanumeric);
    let enough = count(u8::is_ascii_lowercase) >= 4
        && count(u8::is_ascii_uppercase) >= 4
        && count(u8::is_ascii_digit) >= 2
        && separators * 8 <= word.len()
        && count(u8::is_ascii_hexdigit) < word.len();
    if !enough {
        return false;
    }
    let class = |byte: u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let pairs = word.as_bytes().windows(2).filter(|pair| pair.iter().all(u8::is_ascii_alphanumeric));
    let capital = |pair: &[u8]| pair[0].is_ascii_uppercase() && pair[1].is_ascii_lowercase();
    let changes = pairs.clone().filter(|pair| class(pair[0]) != class(pair[1]) && !capital(pair)).count();
    let runs = |test: fn(char) -> bool| word.split(move |c| !test(c)).filter(|run| !run.is_empty());
    changes * 100 >= pairs.count() * CHANGES_IN_A_HUNDRED
        && runs(|c| c.is_ascii_digit()).count() >= 2
        && runs(|c| c.is_ascii_lowercase()).all(|run| run.len() <= LONGEST_RUN)
}

fn line_says_public(text: &str, start: usize) -> bool {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    name_says_public(&text[line..start])
}

/// Whether the word is a line of several that are one thing: a certificate, an archive in base64.
fn is_of_a_block(text: &str, start: usize, word: &str) -> bool {
    let is_line_end = |c: Option<char>| c.is_none_or(|c| matches!(c, '\n' | '\r' | '=' | ' '));
    let before = &text[..start];
    let alone = before.trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n')
        && is_line_end(text[start + word.len()..].chars().next());
    let is_data = |line: Option<&str>| {
        line.map(str::trim).is_some_and(|line| {
            line.starts_with("-----")
                || (line.len() >= 60
                    && line.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')))
        })
    };
    alone
        && (is_data(before.trim_end_matches([' ', '\t']).lines().next_back())
            || is_data(text[start..].lines().nth(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(text: &str) -> bool {
        is_secret_word(text, 0, text)
    }

    /// Made with `head -c 24 /dev/urandom | base64` and the like.
    #[test]
    fn words_from_a_generator() {
        for word in [
            "q9Zx3LkP0vTn7YbWc2RjHs5D",
            "hT4k9sQ2wLx8Zb3NvR7mJd1Fp6Gc0Y",
            "mE7yK2pQ9+vX4tLr8/Zw1BnHs3Jd6Fu0",
            "8fKq2ZtP_7LmXw4Rb-N9vYc3Hj6Gd1Ts",
        ] {
            assert!(is_found(word), "{word}");
        }
    }

    #[test]
    fn words_that_people_write() {
        for word in [
            "9fceb02d0ae598e95dc970b74767f19372d61af8",
            "123e4567-e89b-12d3-a456-426614174000",
            "IstioIngressGatewayV2TLSConfigMap3",
            "ReadWriteOncePodVersion2Beta1Gate",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "web-7d9f8b6c5d-x2x4z-and-another-name",
            "/Api/V1/Users/Id2/Orders/V3/Lines",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "https-www-Example-Org-Path-To-2024-And-25",
        ] {
            assert!(!is_found(word), "{word}");
        }
    }
}
