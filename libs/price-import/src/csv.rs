//! CSV (RFC 4180), row by row.

use std::io::BufRead;

use crate::ImportError;

/// A row is no longer than this: an open quote should not read gigabytes.
const LONGEST_ROW: usize = 1 << 20;

/// The rows of a file.
pub(crate) struct Rows<'a, R> {
    content: R,
    file: &'a str,
    line: u64,
}

impl<'a, R: BufRead> Rows<'a, R> {
    pub(crate) fn of(content: R, file: &'a str) -> Self {
        Self { content, file, line: 0 }
    }

    fn wrong(&self, why: &str) -> ImportError {
        ImportError::Syntax { file: self.file.to_owned(), why: format!("line {}: {why}", self.line) }
    }

    /// The next row that is not empty.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<String>>, ImportError> {
        let mut text = String::new();
        loop {
            let from = text.len();
            let read = self.content.read_line(&mut text).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => self.wrong("it is not UTF-8"),
                _ => ImportError::Unreadable { file: self.file.to_owned(), why: error.to_string() },
            })?;
            self.line += 1;
            match read {
                0 if text.trim().is_empty() => return Ok(None),
                0 => return Err(self.wrong("it is cut off within quotes")),
                _ => {}
            }
            if text.len() > LONGEST_ROW {
                return Err(self.wrong("the row is too long"));
            }
            if from == 0 && text.trim().is_empty() {
                text.clear();
            } else if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 {
                return self.fields(text.trim_end_matches(['\r', '\n'])).map(Some);
            }
        }
    }

    fn fields(&self, row: &str) -> Result<Vec<String>, ImportError> {
        let mut fields = Vec::new();
        let mut rest = row;
        loop {
            let (field, after) = match rest.strip_prefix('"') {
                Some(quoted) => self.quoted(quoted)?,
                None => {
                    let end = rest.find(',').unwrap_or(rest.len());
                    let (field, after) = rest.split_at(end);
                    (field.to_owned(), after)
                }
            };
            fields.push(field);
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None if after.is_empty() => return Ok(fields),
                None => return Err(self.wrong("text stands after a quoted field")),
            }
        }
    }

    fn quoted<'t>(&self, text: &'t str) -> Result<(String, &'t str), ImportError> {
        let mut field = String::new();
        let mut rest = text;
        loop {
            let Some((before, after)) = rest.split_once('"') else {
                return Err(self.wrong("a quote is open"));
            };
            field.push_str(before);
            match after.strip_prefix('"') {
                Some(next) => {
                    field.push('"');
                    rest = next;
                }
                None => return Ok((field, after)),
            }
        }
    }
}

/// Which column holds what, by a name in which only letters and digits count.
pub(crate) struct Columns(Vec<String>);

impl Columns {
    pub(crate) fn of(header: &[String]) -> Self {
        let bare = |name: &String| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        Self(header.iter().map(|name| bare(name).to_ascii_lowercase()).collect())
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, ImportError> {
        let mut rows = Rows::of(text.as_bytes(), "f");
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(row);
        }
        Ok(all)
    }

    /// RFC 4180, section 2: rows end in CRLF or LF, quotes are doubled, a quoted field may hold commas and line breaks.
    #[test]
    fn rows_are_read_as_the_rfc_says() {
        let read = rows("a,b,\r\n\r\n\"x, \"\"y\"\"\",\"1\n2\",z").unwrap();
        assert_eq!(read, [vec!["a", "b", ""], vec!["x, \"y\"", "1\n2", "z"]]);
        assert_eq!(rows("").unwrap(), Vec::<Vec<String>>::new());
        for wrong in ["a,\"b", "\"a\"b,c", "\"a\n"] {
            assert_eq!(rows(wrong).unwrap_err().code(), "PRICE_IMPORT_SYNTAX", "{wrong}");
        }
    }
}
