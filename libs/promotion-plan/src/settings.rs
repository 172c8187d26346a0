//! Texts of settings, one `key=value` a line: `.properties`, `.env`.

mod merge;
mod rule;

pub(crate) use rule::rule;

/// The lines of such a text, each with its ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    lines: Vec<String>,
}

impl Settings {
    /// Any text: a line that is no setting stays as it is.
    pub(crate) fn of(text: &str) -> Self {
        Self { lines: text.split_inclusive('\n').map(str::to_owned).collect() }
    }

    /// A text that is nothing but settings, blank lines and comments, and names each key once.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let settings = Self::of(text);
        let is_plain = |line: &String| {
            let line = line.trim();
            let is_comment = line.is_empty() || line.starts_with(['#', '!', ';']);
            !line.ends_with('\\') && (is_comment || key_of(line).is_some())
        };
        let mut keys: Vec<&str> = settings.keys().collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        (count > 0 && keys.len() == count && settings.lines.iter().all(is_plain)).then_some(settings)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| key_of(line))
    }

    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let line = &self.lines[self.position(key)?];
        let (_, value) = line.split_once('=')?;
        Some(value.trim())
    }

    pub(crate) fn text(&self) -> String {
        self.lines.concat()
    }

    /// Sets a key: in its line, or in a new one after the nearest setting before it that `source` has, else at the end.
    pub(crate) fn put(&mut self, key: &str, value: &str, source: Option<&Self>) {
        let ending = if self.lines.iter().any(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        if let Some(line) = self.position(key).map(|at| &mut self.lines[at]) {
            let end = line.trim_end_matches(['\r', '\n']).len();
            let from = line.find('=').map_or(end, |at| at + 1);
            let from = from + line[from..end].len() - line[from..end].trim_start().len();
            line.replace_range(from..end, value);
            return;
        }
        let before = source.into_iter().flat_map(|source| {
            let keys: Vec<&str> = source.keys().take_while(|other| *other != key).collect();
            keys.into_iter().rev()
        });
        let at = before.filter_map(|other| self.position(other)).next().map_or(self.lines.len(), |at| at + 1);
        let last = at.checked_sub(1).and_then(|at| self.lines.get_mut(at));
        match last.filter(|line| !line.ends_with('\n')) {
            Some(line) => {
                line.push_str(ending);
                self.lines.insert(at, format!("{key}={value}"));
            }
            None => self.lines.insert(at, format!("{key}={value}{ending}")),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(at) = self.position(key) {
            self.lines.remove(at);
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.lines.iter().position(|line| key_of(line) == Some(key))
    }
}

/// The key of a line; none of a comment.
fn key_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let (key, _) = line.split_once('=').filter(|_| !line.starts_with(['#', '!', ';']))?;
    Some(key.trim()).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_spaces_and_its_ending() {
        let mut settings = Settings::read("# c\r\na = 1\r\nb=2").unwrap();
        settings.put("a", "3", None);
        settings.put("c", "4", None);
        assert_eq!(settings.text(), "# c\r\na = 3\r\nb=2\r\nc=4");
    }

    #[test]
    fn a_new_line_comes_after_its_sibling() {
        let source = Settings::of("a=1\nb=2\nc=3\n");
        let mut settings = Settings::of("c=3\n# of a\na=1\n\nz=0\n");
        settings.put("b", "2", Some(&source));
        assert_eq!(settings.text(), "c=3\n# of a\na=1\nb=2\n\nz=0\n");
    }

    #[test]
    fn other_texts_are_no_settings() {
        for text in [
            "",
            "# only a comment\n",
            "a=1\na=2\n",
            "[section]\na=1\n",
            "a=1 \\\n  2\n",
            "server {\n  x=1;\n}\n",
        ] {
            assert_eq!(Settings::read(text), None, "{text:?}");
        }
    }
}
