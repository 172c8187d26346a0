//! Keeping credentials in URLs out of everything that is shown.

/// The text with the credentials of every URL in it masked: `https://***@host/path`. The user `git`, which
/// every SSH address has, is no credential.
pub(crate) fn mask(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = after.find(|c: char| c == '/' || c.is_whitespace() || c == '\'').unwrap_or(after.len());
        let (authority, after) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if user != "git" => {
                shown.push_str("***@");
                shown.push_str(host);
            }
            _ => shown.push_str(authority),
        }
        rest = mask_query(after, &mut shown);
    }
    shown.push_str(rest);
    shown
}

/// Copies the path of a URL, masks a query behind it, and returns what follows.
fn mask_query<'a>(text: &'a str, shown: &mut String) -> &'a str {
    let end = text.find(|c: char| c.is_whitespace() || c == '\'').unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    match path.split_once('?') {
        Some((path, _)) => {
            shown.push_str(path);
            shown.push_str("?***");
        }
        None => shown.push_str(path),
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn credentials_are_masked_wherever_they_stand() {
        for (text, shown) in [
            ("https://ana:s3cret@git.example/shop.git", "https://***@git.example/shop.git"),
            ("https://ghp_token@git.example/shop.git", "https://***@git.example/shop.git"),
            ("https://ana:p@ss@git.example/shop.git", "https://***@git.example/shop.git"),
            ("ssh://git@git.example/shop.git", "ssh://git@git.example/shop.git"),
            ("https://git.example/shop.git?token=s3cret", "https://git.example/shop.git?***"),
            ("fatal: 'https://a:b@x/y' and https://c:d@z/", "fatal: 'https://***@x/y' and https://***@z/"),
            ("file:///srv/shop", "file:///srv/shop"),
            ("no URL", "no URL"),
        ] {
            assert_eq!(mask(text), shown);
        }
    }
}
