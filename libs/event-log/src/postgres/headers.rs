//! Headers as bytes: for each, the length of the name and the name, then the length of the value and the value; lengths
//! are of four bytes, big-endian.

/// Headers as they are kept.
pub(super) fn write(headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let size = headers.iter().map(|(name, value)| 8 + name.len() + value.len()).sum();
    let mut bytes = Vec::with_capacity(size);
    for (name, value) in headers {
        for part in [name.as_bytes(), value] {
            // A record's limit is far below 4 GiB.
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(part);
        }
    }
    bytes
}

/// Headers as they were; none if the bytes are damaged.
pub(super) fn read(mut bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let name = part(&mut bytes)?;
        let value = part(&mut bytes)?;
        headers.push((String::from_utf8(name.to_vec()).ok()?, value.to_vec()));
    }
    Some(headers)
}

fn part<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (part, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *bytes = rest;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_lengths_and_bytes() {
        let headers = [("ab".to_owned(), vec![7]), (String::new(), Vec::new())];
        let bytes = [0, 0, 0, 2, b'a', b'b', 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(write(&headers), bytes);
        assert_eq!(read(&bytes).unwrap(), headers);
    }

    #[test]
    fn what_is_cut_short_is_damaged() {
        let bytes = write(&[("name".to_owned(), b"value".to_vec())]);
        for length in 1..bytes.len() {
            assert!(read(&bytes[..length]).is_none(), "{length}");
        }
        assert_eq!(read(&[]).unwrap(), []);
    }
}
