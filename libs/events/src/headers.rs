//! The headers of a record, in one piece of memory.

use std::fmt;
use std::iter::FusedIterator;

/// About what a header of an event takes, with its lengths: so much is reserved for each.
const MEAN: usize = 64;

/// Names and values in their order; a name may be there again. They are one row of bytes: to give each name and value a place of its
/// own was most of what it cost to take a record from the log.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// For each, the length of the name and the name, then the length of the value and the value; lengths are of four bytes, big-endian.
    bytes: Vec<u8>,
}

impl Headers {
    /// What a header is called whose own name is no text: nobody reads what it was. A record with one is no message ([`crate::decode`]).
    pub const UNREADABLE: &str = "\u{fffd}";

    /// None yet, with room for about so many.
    #[must_use]
    pub fn for_about(headers: usize) -> Self {
        Self { bytes: Vec::with_capacity(MEAN * headers) }
    }

    /// The headers that these bytes are ([`Self::as_bytes`]); none if they are damaged, or a name is no text.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            std::str::from_utf8(part(&mut rest)?).ok()?;
            part(&mut rest)?;
        }
        Some(Self { bytes })
    }

    /// All of them as bytes: for each, the length of the name and the name, then the length of the value and the value; lengths are of
    /// four bytes, big-endian. `PostgresLog` keeps them so.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds one. What is longer than 4 GiB, which no log takes, is cut there.
    pub fn push(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            self.bytes.extend(length.to_be_bytes());
            self.bytes.extend(&part[..length as usize]);
        }
    }

    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        Parts(&self.bytes).find_map(|(found, value)| (found == name.as_bytes()).then_some(value))
    }

    /// Names and values.
    pub fn iter(&self) -> impl FusedIterator<Item = (&str, &[u8])> {
        // Only text has become a name.
        Parts(&self.bytes).map(|(name, value)| (std::str::from_utf8(name).unwrap_or_default(), value))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let given = headers.into_iter();
        let mut headers = Self::for_about(given.size_hint().0);
        given.for_each(|(name, value)| headers.push(name.as_ref(), value.as_ref()));
        headers
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What is left to read.
struct Parts<'a>(&'a [u8]);

impl<'a> Iterator for Parts<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((part(&mut self.0)?, part(&mut self.0)?))
    }
}

impl FusedIterator for Parts<'_> {}

fn part<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (part, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *bytes = rest;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice() -> Headers {
        [("ab", &[7][..]), ("", &[]), ("ab", b"again")].into_iter().collect()
    }

    #[test]
    fn the_form_is_lengths_and_bytes() {
        let headers: Headers = [("ab", &[7][..]), ("", &[])].into_iter().collect();
        let bytes = [0, 0, 0, 2, b'a', b'b', 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(headers.as_bytes(), bytes);
        assert_eq!(Headers::from_bytes(bytes.to_vec()), Some(headers));
        assert_eq!(Headers::from_bytes(Vec::new()), Some(Headers::default()));
    }

    #[test]
    fn they_are_read_in_order_and_the_first_of_a_name_is_found() {
        let headers = twice();
        assert_eq!(Vec::from_iter(headers.iter()), [("ab", &[7][..]), ("", &[]), ("ab", b"again")]);
        assert_eq!(
            (headers.get("ab"), headers.get(""), headers.get("a")),
            (Some(&[7][..]), Some(&[][..]), None)
        );
        assert_eq!((headers.is_empty(), Headers::default().is_empty()), (false, true));
    }

    #[test]
    fn what_is_cut_short_or_no_text_is_damaged() {
        let bytes = twice().as_bytes().to_vec();
        let whole = [0, 11, 19, 34];
        for length in 0..=bytes.len() {
            let read = Headers::from_bytes(bytes[..length].to_vec());
            assert_eq!(read.is_some(), whole.contains(&length), "{length}");
        }
        assert_eq!(Headers::from_bytes(vec![0, 0, 0, 1, 0xff, 0, 0, 0, 0]), None);
        assert_eq!(Headers::from_bytes(vec![0xff; 8]), None);
    }
}
