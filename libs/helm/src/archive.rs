//! Packaged charts: a tar archive in gzip, read without trusting it.
//!
//! The format is POSIX.1-2001's `ustar` with `pax` headers, and GNU's long names (tar's manual, "Basic Tar Format").

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::MultiGzDecoder;

/// The most bytes that an archive may unpack to; Helm's own limit is 100 MiB of files.
const UNPACKED: u64 = 128 << 20;
/// The largest file that Helm loads from a chart, in bytes.
const FILE: usize = 5 << 20;
/// The size of a tar record.
const BLOCK: usize = 512;

/// The files of a packaged chart, by their paths in the chart: the directory that holds them all is taken off.
///
/// # Errors
/// What is wrong with it: it is no archive, too large when unpacked, or holds a link, an absolute path or one that leads
/// out of it.
pub(crate) fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    unpack_up_to(UNPACKED, bytes)
}

fn unpack_up_to(limit: u64, bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut tar = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(limit + 1).read_to_end(&mut tar);
    read.map_err(|error| format!("it is not packed with gzip ({error})"))?;
    if tar.len() as u64 > limit {
        return Err(format!("it unpacks to more than {} MiB", limit >> 20));
    }
    let mut files = BTreeMap::new();
    let mut reader = Tar { rest: &tar };
    while let Some((name, bytes)) = reader.next()? {
        let path = path_in_chart(&name)?;
        if files.insert(path, bytes).is_some() {
            return Err(format!("it holds {name:?} twice"));
        }
    }
    match files.is_empty() {
        true => Err("it holds no file".to_owned()),
        false => Ok(files),
    }
}

/// A name without the chart's own directory.
fn path_in_chart(name: &str) -> Result<String, String> {
    let name = name.replace('\\', "/");
    let odd = |why: &str| Err(format!("it holds {name:?}, {why}"));
    if name.starts_with('/') || name.as_bytes().get(1) == Some(&b':') {
        return odd("an absolute path");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") || name.contains('\0') {
        return odd("a path that leads out of it");
    }
    match parts.split_first() {
        Some((_, rest)) if !rest.is_empty() => Ok(rest.join("/")),
        _ => odd("which lies in no directory of the chart's name"),
    }
}

struct Tar<'a> {
    rest: &'a [u8],
}

impl Tar<'_> {
    /// The next file.
    fn next(&mut self) -> Result<Option<(String, Vec<u8>)>, String> {
        let mut long_name = None;
        loop {
            let Some((header, rest)) = self.rest.split_at_checked(BLOCK) else { return Ok(None) };
            if header.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            check_sum(header)?;
            let size = size_of(&header[124..136])?;
            let cut = || "it ends in the middle of a file".to_owned();
            let body = rest.get(..size).ok_or_else(cut)?;
            self.rest = rest.get(size.next_multiple_of(BLOCK)..).unwrap_or_default();
            let name = || long_name.clone().unwrap_or_else(|| name_of(header));
            match header[156] {
                b'0' | b'\0' | b'7' if size > FILE => {
                    return Err(format!(
                        "{:?} is larger than {} MiB, which Helm does not load",
                        name(),
                        FILE >> 20
                    ));
                }
                b'0' | b'\0' | b'7' => return Ok(Some((name(), body.to_vec()))),
                b'5' => long_name = None,
                b'g' => {}
                b'L' => long_name = Some(text_of(body)),
                b'x' => long_name = path_of_pax(body)?.or(long_name),
                b'1' | b'2' => return Err(format!("{:?} is a link", name())),
                _ => return Err(format!("{:?} is no file", name())),
            }
        }
    }
}

/// The sum of the header's bytes, its own field counted as spaces.
fn check_sum(header: &[u8]) -> Result<(), String> {
    let spaces = 8 * u64::from(b' ');
    let others = header.iter().enumerate().filter(|(at, _)| !(148..156).contains(at));
    let sum = spaces + others.map(|(_, byte)| u64::from(*byte)).sum::<u64>();
    match octal(&header[148..156]) == Some(sum) {
        true => Ok(()),
        false => Err("it is no tar archive".to_owned()),
    }
}

/// A size: octal digits; sizes that need more digits than there are are too large anyway.
fn size_of(field: &[u8]) -> Result<usize, String> {
    let size = octal(field).and_then(|size| usize::try_from(size).ok());
    size.ok_or_else(|| "it holds a file whose size cannot be read".to_owned())
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    match text {
        "" => Some(0),
        _ => u64::from_str_radix(text, 8).ok(),
    }
}

fn name_of(header: &[u8]) -> String {
    let name = text_of(&header[..100]);
    let prefix = text_of(&header[345..500]);
    match &header[257..262] == b"ustar" && !prefix.is_empty() {
        true => format!("{prefix}/{name}"),
        false => name,
    }
}

/// Up to the first NUL.
fn text_of(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The path among `pax` records, each of the form `LENGTH KEY=VALUE\n`. A size that is given there is one of more than
/// 8 GiB.
fn path_of_pax(body: &[u8]) -> Result<Option<String>, String> {
    let broken = || "it holds a header that cannot be read".to_owned();
    let mut rest = body;
    let mut path = None;
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse::<usize>().ok());
        let length =
            length.filter(|length| *length > space + 1 && *length <= rest.len()).ok_or_else(broken)?;
        let record = String::from_utf8_lossy(&rest[space + 1..length - 1]).into_owned();
        match record.split_once('=') {
            Some(("path", value)) => path = Some(value.to_owned()),
            Some(("size" | "linkpath", _)) | None => return Err(broken()),
            Some(_) => {}
        }
        rest = &rest[length..];
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// One record of an archive, by the format's description.
    pub(crate) fn record(name: &str, kind: u8, body: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        header.extend(body);
        header.resize(header.len().next_multiple_of(BLOCK), 0);
        header
    }

    pub(crate) fn gzip(records: &[Vec<u8>]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        records.iter().for_each(|record| packed.write_all(record).unwrap());
        packed.finish().unwrap()
    }

    fn paths(records: &[Vec<u8>]) -> Result<Vec<String>, String> {
        unpack(&gzip(records)).map(|files| files.into_keys().collect())
    }

    #[test]
    fn files_are_named_from_the_chart() {
        let long = format!("shop/templates/{}.yaml", "x".repeat(120));
        let pax = format!("{} path={long}\n", long.len() + 10);
        assert_eq!(pax.len(), long.len() + 10, "three digits of length");
        for header in [record("././@LongLink", b'L', long.as_bytes()), record("x", b'x', pax.as_bytes())] {
            let records = [
                record("shop/", b'5', b""),
                record("shop/Chart.yaml", b'0', b"name: shop"),
                header,
                record("y", b'0', b"z"),
            ];
            let files = unpack(&gzip(&records)).unwrap();
            assert_eq!(files["Chart.yaml"], b"name: shop");
            assert_eq!(files[long.strip_prefix("shop/").unwrap()], b"z");
        }
    }

    #[test]
    fn what_leads_out_of_the_archive_is_refused() {
        for (name, kind, why) in [
            ("/shop/Chart.yaml", b'0', "an absolute path"),
            ("C:/shop/Chart.yaml", b'0', "an absolute path"),
            ("shop/../../etc/passwd", b'0', "leads out of it"),
            ("shop\\..\\..\\passwd", b'0', "leads out of it"),
            ("Chart.yaml", b'0', "no directory"),
            ("shop/link", b'2', "is a link"),
            ("shop/hard", b'1', "is a link"),
            ("shop/device", b'3', "is no file"),
        ] {
            let error = paths(&[record(name, kind, b"")]).unwrap_err();
            assert!(error.contains(why), "{name}: {error}");
        }
        let twice = [record("shop/a", b'0', b"1"), record("shop/a", b'0', b"2")];
        assert!(paths(&twice).unwrap_err().contains("twice"));
    }

    #[test]
    fn what_is_no_archive_or_too_large_is_refused() {
        assert!(unpack(b"no gzip").unwrap_err().contains("gzip"));
        assert!(paths(&[vec![b'x'; 1024]]).unwrap_err().contains("no tar"));
        assert!(paths(&[]).unwrap_err().contains("no file"));
        let mut cut = record("shop/a", b'0', &[b'x'; 600]);
        cut.truncate(1000);
        assert!(paths(&[cut]).unwrap_err().contains("ends in the middle"));
        let large = record("shop/a", b'0', &vec![0; FILE + 1]);
        assert!(paths(&[large]).unwrap_err().contains("larger than 5 MiB"));
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unpacks() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&vec![0; 2 << 20]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(unpack_up_to(1 << 20, &packed).unwrap_err().contains("more than 1 MiB"));
    }
}
