//! JSON as a stream.

use std::io::BufRead;

use serde::de::DeserializeSeed;

use crate::ImportError;

/// Reads a whole file with a seed, and tells what is wrong with it as an import's error.
pub(crate) fn read<'de, R: BufRead, S: DeserializeSeed<'de>>(
    content: R,
    seed: S,
    file: &str,
) -> Result<S::Value, ImportError> {
    let mut reader = serde_json::Deserializer::from_reader(content);
    let value = seed.deserialize(&mut reader).map_err(|error| told(&error, file))?;
    reader.end().map_err(|error| told(&error, file))?;
    Ok(value)
}

pub(crate) fn told(error: &serde_json::Error, file: &str) -> ImportError {
    let file = file.to_owned();
    match error.classify() {
        serde_json::error::Category::Io => ImportError::Unreadable { file, why: error.to_string() },
        serde_json::error::Category::Eof => {
            ImportError::Syntax { file, why: format!("it is cut off: {error}") }
        }
        serde_json::error::Category::Syntax => {
            ImportError::Syntax { file, why: format!("it is not JSON: {error}") }
        }
        serde_json::error::Category::Data => ImportError::Schema { file, why: error.to_string() },
    }
}

/// The first byte that is no space: what tells JSON from CSV.
pub(crate) fn first_byte(content: &mut impl BufRead, file: &str) -> Result<Option<u8>, ImportError> {
    loop {
        let unreadable =
            |error: std::io::Error| ImportError::Unreadable { file: file.to_owned(), why: error.to_string() };
        let bytes = content.fill_buf().map_err(unreadable)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        // A byte-order mark stands before the first byte of some files.
        let blank = |byte: &u8| byte.is_ascii_whitespace() || [0xEF, 0xBB, 0xBF].contains(byte);
        match bytes.iter().position(|byte| !blank(byte)) {
            Some(at) => {
                let byte = bytes.get(at).copied();
                content.consume(at);
                return Ok(byte);
            }
            None => {
                let all = bytes.len();
                content.consume(all);
            }
        }
    }
}
