//! Secrets in a text by the names before them: `password=x`, `password: x`, `"password": "x"`,
//! `<password>x</password>`, `--password x`, whatever the language of the text is.

use std::ops::Range;

use super::names::{describes, has_stem, holds_several, key_says_secret, name_says_secret};
use super::values::value_can_be_secret;

/// The values in a text whose names say that they are secrets. In a `shell` a blank ends a value.
pub(super) fn named_values(text: &str, shell: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !may_name(text) {
        return found;
    }
    let mut start = 0;
    let mut previous = (0..0, false);
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        let may = may_name(line);
        // The name of a `value:` may stand in the line above.
        if may || previous.1 {
            let scan = Line { text, range: range.clone(), previous: previous.0, shell };
            for (at, _) in line.match_indices(['=', ':', '>']) {
                found.extend(scan.after_separator(start + at));
            }
            found.extend(scan.after_blanks());
        }
        previous = (range, may);
        start += line.len();
    }
    found
}

/// Whether something in a text may be the name of a secret. Most lines have nothing, and are not looked at further.
fn may_name(text: &str) -> bool {
    has_stem(text) || ["sig", "X-Amz-Signature", "curl"].iter().any(|name| text.contains(name))
}

struct Line<'t> {
    text: &'t str,
    range: Range<usize>,
    previous: Range<usize>,
    shell: bool,
}

/// The name before a separator.
struct Name<'t> {
    name: &'t str,
    start: usize,
    quoted: bool,
}

impl<'t> Line<'t> {
    fn line(&self) -> &'t str {
        &self.text[self.range.clone()]
    }

    fn is_comment(&self) -> bool {
        let line = self.line().trim_start();
        line.starts_with('#') || line.starts_with("//") || line.starts_with("--")
    }

    fn after_separator(&self, at: usize) -> Vec<Range<usize>> {
        if at >= self.range.end {
            return Vec::new();
        }
        let separator = self.text.as_bytes()[at];
        let Some(name) = self.name_before(at) else { return Vec::new() };
        if !self.separates(at, separator, &name) {
            return Vec::new();
        }
        let before = self.text[self.range.start..name.start].trim_end_matches(['"', '\'', '\\']);
        let parameter = before.ends_with(['?', '&']) && matches!(name.name, "sig" | "X-Amz-Signature");
        let said = match (separator, name.name) {
            (_, "value" | "val") => self.sibling(name.start),
            (b':', key) => key_says_secret(key).then_some(key),
            (_, flag) if flag.starts_with('-') => key_says_secret(flag).then_some(flag),
            (_, other) => (parameter || name_says_secret(other)).then_some(other),
        };
        let Some(said) = said else { return Vec::new() };
        let start = self.skip_blanks(at + 1 + usize::from(self.text[at..].starts_with("=>")));
        if separator == b'>' {
            let end = self.text[start..].find('<').map_or(self.text.len(), |end| start + end);
            return self.judge(said, start..end);
        }
        let rest = self.text[start.min(self.range.end)..self.range.end].trim_end();
        if rest.is_empty() || is_block_indicator(rest) {
            return self.below(said, name.quoted, rest.is_empty());
        }
        if separator == b':' && self.is_prose(&name, rest) {
            return Vec::new();
        }
        self.judge(said, self.value(start, separator, &name))
    }

    fn judge(&self, name: &str, value: Range<usize>) -> Vec<Range<usize>> {
        let text = &self.text[value.clone()];
        match value_can_be_secret(name, text) {
            true => Vec::from([value]),
            false => Vec::new(),
        }
    }

    fn name_before(&self, at: usize) -> Option<Name<'t>> {
        let line = &self.text[self.range.start..at];
        let line = match self.text.as_bytes()[at] {
            b'=' => line.strip_suffix([':', '+', '?']).unwrap_or(line),
            _ => line,
        };
        let line = line.trim_end_matches([' ', '\t']);
        // "the password is: x".
        let line = line.strip_suffix(" is").or_else(|| line.strip_suffix(" was")).unwrap_or(line);
        let bare = line.trim_end_matches(['"', '\'', '\\', ']', '`']);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
        let name_start = bare
            .rfind(|c| !is_part(c))
            .map_or(0, |before| before + bare[before..].chars().next().map_or(1, char::len_utf8));
        // `env[0].value`.
        let name_start = name_start
            + usize::from(bare[name_start..].starts_with('.') && bare[..name_start].ends_with(']'));
        let name = &bare[name_start..];
        (!name.is_empty()).then_some(Name {
            name,
            start: self.range.start + name_start,
            quoted: bare.len() < line.len(),
        })
    }

    /// Whether what stands here separates a name from its value.
    fn separates(&self, at: usize, separator: u8, name: &Name<'_>) -> bool {
        let before = self.text[self.range.start..name.start].chars().next_back();
        let after = &self.text[at + 1..];
        match separator {
            b'>' => before == Some('<') && !name.name.starts_with('/'),
            b'=' => !after.starts_with('=') && !self.text[..at].ends_with(['!', '<', '>', '=', '~']),
            _ if after.starts_with(':') || after.starts_with("//") || after.starts_with('=') => false,
            _ if after.is_empty() || after.starts_with(|c: char| c.is_whitespace()) || name.quoted => true,
            // `token:1.2` and `arn:…:secret:name` are no pairs; `password:hunter2` is one.
            _ => {
                let version = after.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
                    && after.split_whitespace().next().is_some_and(|word| word.contains('.'));
                !name.name.contains('/')
                    && !version
                    && !after.starts_with("latest")
                    && before.is_none_or(|c| c.is_whitespace() || "\"'{,;&?$".contains(c))
            }
        }
    }

    fn skip_blanks(&self, from: usize) -> usize {
        let from = from.min(self.text.len());
        from + self.text[from..].len() - self.text[from..].trim_start_matches([' ', '\t']).len()
    }

    /// Where the value that starts here ends, without its quotes.
    fn value(&self, start: usize, separator: u8, name: &Name<'_>) -> Range<usize> {
        let rest = &self.text[start..];
        for triple in ["\"\"\"", "\'\'\'"] {
            if let Some(inner) = rest.strip_prefix(triple) {
                let start = start + triple.len();
                return start..start + inner.find(triple).unwrap_or(inner.len());
            }
        }
        let opening = rest.len() - rest.trim_start_matches('\\').len();
        if let Some(quote @ ('"' | '\'' | '`')) = rest[opening..].chars().next() {
            let inner = start + opening + 1;
            return inner..inner + closing(&self.text[inner..], opening, quote);
        }
        let line = &self.text[start..self.range.end];
        let prefix = &self.text[self.range.start..name.start];
        let bare = prefix.trim_end_matches([' ', '"', '\'', '\\']);
        let end = if bare.ends_with("${") {
            line.find('}').unwrap_or(line.len())
        } else if line.starts_with("$(") {
            line.find(')').map_or(line.len(), |end| end + 1)
        } else if line.starts_with('[') {
            line.find(']').unwrap_or(line.len())
        } else if line.starts_with("{{") {
            line.find("}}").map_or(line.len(), |end| end + 2)
        } else if name.quoted || bare.ends_with('{') || (bare.ends_with(',') && bare.contains('{')) {
            line.find([',', '}', ']']).unwrap_or(line.len())
        } else {
            self.end_of_bare(line, prefix, separator, name.name.starts_with('-'))
        };
        let value = line[..end].trim_end().trim_end_matches(['"', '\'', ',', ';']);
        start..start + value.len()
    }

    fn end_of_bare(&self, line: &str, prefix: &str, separator: u8, flag: bool) -> usize {
        let first = prefix.trim_start().trim_start_matches("export ").is_empty();
        let blank_ends = self.shell
            || flag
            || (separator == b'=' && (!first || self.is_comment()))
            || (separator == b':' && self.is_comment());
        let quotes = |quote: char| prefix.matches(quote).count() % 2 == 1;
        let mut escaped = false;
        for (at, character) in line.char_indices() {
            let ends = match character {
                _ if escaped => false,
                ' ' | '\t' => blank_ends || starts_a_pair(&line[at + 1..], '='),
                ';' | '&' | ',' => {
                    let rest = line[at + 1..].trim_start();
                    (self.shell && character != ',')
                        || (rest.is_empty() && character != '&')
                        || starts_a_pair(rest, char::from(separator))
                }
                '|' | ')' => self.shell,
                '"' | '\'' | '`' => quotes(character),
                _ => false,
            };
            if ends {
                return at;
            }
            escaped = character == '\\' && !escaped;
        }
        line.len()
    }

    /// Whether what follows a name within a sentence is the rest of it: `# password: rotate it every month` holds no
    /// secret, `# password: hunter2 (old)` does.
    fn is_prose(&self, name: &Name<'_>, value: &str) -> bool {
        // A header is one wherever it stands: `-H "Authorization: Bearer …"`.
        if name.name.to_ascii_lowercase().ends_with("authorization") {
            return false;
        }
        let sentence = self.is_comment()
            || self.text[self.range.start..name.start].trim().contains(|c: char| c.is_alphabetic());
        let plain = |word: &str| word.trim_end_matches([',', '.', ';']).chars().all(char::is_alphabetic);
        let mut words = value.split_whitespace();
        sentence && !name.quoted && words.next().is_some_and(plain) && words.next().is_some_and(plain)
    }

    /// The name beside a `value`: `{name: DB_PASSWORD, value: …}`, on this line or the one before.
    fn sibling(&self, before: usize) -> Option<&'t str> {
        let here = &self.text[self.range.start..before];
        let above = &self.text[self.previous.clone()];
        [here, above].into_iter().find_map(|text| {
            let at = ["name", "key"].into_iter().filter_map(|word| {
                let at = text.rfind(word)?;
                Some(at + word.len())
            });
            let rest = &text[at.max()?..];
            let rest = rest.trim_start_matches(['"', '\'', '\\', ' ']).strip_prefix([':', '='])?;
            let rest = rest.trim_start_matches(['"', '\'', '\\', ' ']);
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "_.-/".contains(c))).unwrap_or(rest.len());
            name_says_secret(&rest[..end]).then_some(&rest[..end])
        })
    }

    /// The value that stands in the lines below its name.
    fn below(&self, name: &str, quoted: bool, empty: bool) -> Vec<Range<usize>> {
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '#', '\t']).len();
        let own = indent(self.line());
        let mut found = Vec::new();
        let mut start = self.range.end + self.text[self.range.end..].find('\n').map_or(0, |at| at + 1);
        if start == self.range.end {
            return found;
        }
        for line in self.text[start..].split_inclusive('\n') {
            let bare = line.trim_matches(['#', ' ', '\t', '\n', '\r', ',']);
            let item = bare.strip_prefix("- ");
            let deeper = indent(line) > own || (empty && item.is_some() && indent(line) == own);
            if !(bare.is_empty() || deeper || (quoted && bare.starts_with('"'))) {
                break;
            }
            let value = match (empty, bare.split_once(": ")) {
                (true, Some((key, value))) => {
                    let several = holds_several(name) && !describes(key.trim_start_matches("- "));
                    several.then(|| value.trim())
                }
                (true, None) if bare.ends_with([':', '{', '[', '}', ']']) => None,
                (true, None) if quoted && !bare.starts_with('"') => None,
                (true, None) => Some(item.unwrap_or(bare)),
                (false, _) => Some(bare),
            };
            if let Some(value) = value.map(|value| value.trim_matches(['"', '\'']))
                && value_can_be_secret(name, value)
            {
                let offset = start + line.find(value).unwrap_or_default();
                found.push(offset..offset + value.len());
            }
            start += line.len();
        }
        found
    }

    /// `--password x`, `requirepass x`, `login u password x`: a blank between the name and the value.
    fn after_blanks(&self) -> Vec<Range<usize>> {
        let line = self.line();
        let words: Vec<Range<usize>> = words_of(line);
        let mut found = Vec::new();
        for (index, pair) in words.windows(2).enumerate() {
            let (name, value) = (&line[pair[0].clone()], &line[pair[1].clone()]);
            let name = name.trim_start_matches(['"', '\'', '[', ',', '#']);
            let shown = value.trim_matches(['"', '\'', ',', ']', ')']);
            let looks = value.starts_with(['"', '\'']) || shown.contains(|c: char| c.is_ascii_digit());
            let flag = name.starts_with('-') && !value.starts_with('-') && (self.shell || looks);
            let only = index == 0 && words.len() == 2 && looks && self.range.len() < self.text.len();
            let login = line.contains("login ") && name == "password";
            let known = index == 0 && matches!(name, "requirepass" | "masterauth");
            let plain = name.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
            let user = matches!(name, "-u" | "--user") && line.contains("curl");
            if let Some((_, password)) = shown.split_once(':').filter(|_| user) {
                let start = self.range.start + pair[1].start + value.find(password).unwrap_or_default();
                found.extend(self.judge("password", start..start + password.len()));
            } else if plain && (flag || only || login || known) && name_says_secret(name) {
                let start = self.range.start + pair[1].start + value.find(shown).unwrap_or_default();
                found.extend(self.judge(name, start..start + shown.len()));
            }
        }
        found
    }
}

fn words_of(line: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in line.split([' ', '\t']) {
        if !word.is_empty() {
            words.push(start..start + word.len());
        }
        start += word.len() + 1;
    }
    words
}

/// How far the closing quote is: one with as many backslashes before it as the opening one has.
fn closing(text: &str, slashes: usize, quote: char) -> usize {
    let mut behind = 0;
    let mut skip = false;
    for (at, character) in text.char_indices() {
        if skip {
            skip = false;
        } else if character == quote && behind <= slashes {
            if quote == '\'' && slashes == 0 && text[at + 1..].starts_with('\'') {
                skip = true;
            } else {
                return at - behind;
            }
        }
        behind = if character == '\\' { behind + 1 } else { 0 };
    }
    text.len()
}

fn is_block_indicator(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or_default().trim();
    value.strip_prefix(['|', '>']).is_some_and(|rest| {
        rest.chars().all(|c| matches!(c, '+' | '-') || c.is_ascii_digit()) && rest.len() < 3
    })
}

/// Whether a text starts with another name and its separator.
fn starts_a_pair(text: &str, separator: char) -> bool {
    text.split_once(separator).is_some_and(|(name, _)| {
        let name = name.trim();
        name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '"' | '\'' | '_'))
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.- \"'".contains(c))
            && (separator == ':' || name.split(' ').count() < 4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, shell: bool) -> Vec<&str> {
        let mut found = named_values(text, shell);
        found.sort_by_key(|range| (range.start, range.end));
        found.dedup();
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn values_by_their_names() {
        for text in [
            "password=hunter2",
            "password: hunter2",
            "password:hunter2",
            "Server=x;Password=hunter2;",
            "Password=hunter2;Server=x",
            "host=x password=hunter2 user=y",
            r#"{"db":{"password":"hunter2"}}"#,
            r#"{\"db\":{\"password\":\"hunter2\"}}"#,
            "{user: x, password: hunter2}",
            "<password>hunter2</password>",
            r#"<property name="password" value="hunter2"/>"#,
            "[db]\npassword = hunter2\n",
            "db:\n  password: |\n    hunter2\n  user: x\n",
            "passwords:\n- hunter2\nlevel: info\n",
            "credentials:\n  root: hunter2\n",
            "# old password: hunter2",
            "the password is: hunter2",
            "password = \"\"\"hunter2\"\"\"",
            "# old password: hunter2 (from 2024)",
            "# - name: DB_PASSWORD\n#   value: hunter2\n",
            "url: jdbc:postgresql://db/x?user=u&password=hunter2&ssl=true",
            "${DB_PASSWORD:hunter2}",
            "machine x login y password hunter2",
            "x 1\nrequirepass hunter2\n",
            "-Ddb.password=hunter2 -Xmx1g",
            "curl -u me:hunter2 https://x",
            "conf['password'] = 'hunter2'",
            "\"password\":\n  \"hunter2\"\n",
        ] {
            assert_eq!(found(text, false), ["hunter2"], "{text}");
        }
    }

    #[test]
    fn in_a_shell_a_blank_ends_a_value() {
        for text in [
            "DB_PASSWORD=hunter2 exec app --level info",
            "export TOKEN='hunter2' && app",
            "app --password hunter2 --level info",
            "app --db-password=hunter2; sleep 1",
        ] {
            assert_eq!(found(text, true), ["hunter2"], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf",
            "ghcr.io/x/token:1.2",
            "vault-secret:v1.20.3",
            "# the password is in the vault",
            "# password: rotate it every month",
            "Your password: must have 8 letters",
            "--tls-secret=ns/web",
            "export PGPASSWORD=$(cat /run/x) && psql",
            "PGPASSWORD=\"$DB_PASSWORD\" psql --token $token",
            "passwordFile: /run/p",
            "checksum/secret: 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "existingSecret: shop-db",
            "secretKeyRef: {name: x, key: password}",
            "--service-account-signing-key-file=/etc/k/sa.key",
            "password: ${DB_PASSWORD}",
            "password: {{ .Values.password }}",
            "max_tokens: 4096",
            "if token == other",
        ] {
            for shell in [false, true] {
                assert_eq!(found(text, shell), [""; 0], "{text}");
            }
        }
    }
}
