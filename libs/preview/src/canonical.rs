//! The one form in which a document is written: RFC 8785 (JSON Canonicalization Scheme).
//!
//! Without blanks, keys sorted by their UTF-16 code units, strings and floats as ECMAScript writes them. One rule is
//! ours: an integer is written with all its digits, where the RFC would round it to what a float holds.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::io::{self, Write};
use std::rc::Rc;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The canonical form of a document.
///
/// # Errors
/// When it is no JSON: a key that is no text.
pub(crate) fn to_vec(document: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, serde_json::Error> {
    let written = Written::default();
    let canonical = Canonical { written: written.clone(), open: Vec::new() };
    document.serialize(&mut Serializer::with_formatter(written.clone(), canonical))?;
    Ok(written.0.take())
}

/// What is written so far, of which the formatter moves parts.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Canonical {
    written: Written,
    /// The entries of the mappings that are not closed yet.
    open: Vec<Vec<Entry>>,
}

/// Where an entry of a mapping starts, and where its key ends.
struct Entry {
    start: usize,
    key_end: usize,
}

impl Canonical {
    fn length(&self) -> usize {
        self.written.0.borrow().len()
    }

    /// Puts the entries of a mapping that is at its end in order.
    fn sort(&self, entries: &[Entry]) {
        let mut written = self.written.0.borrow_mut();
        let key = |entry: &Entry| &written[entry.start..entry.key_end];
        if entries.is_sorted_by(|one, other| by_code_units(key(one), key(other)).is_le()) {
            return;
        }
        let Some(start) = entries.first().map(|entry| entry.start) else { return };
        let ends = entries.iter().skip(1).map(|next| next.start - 1).chain([written.len()]);
        let mut sorted: Vec<(&Entry, usize)> = entries.iter().zip(ends).collect();
        sorted.sort_by(|(one, _), (other, _)| by_code_units(key(one), key(other)));
        let texts: Vec<&[u8]> = sorted.iter().map(|(entry, end)| &written[entry.start..*end]).collect();
        let moved = texts.join(&b',');
        written.truncate(start);
        written.extend_from_slice(&moved);
    }
}

/// The order of two keys as they are written, in quotes.
fn by_code_units(one: &[u8], other: &[u8]) -> Ordering {
    let plain = |key: &[u8]| key.is_ascii() && !key.contains(&b'\\');
    if plain(one) && plain(other) {
        // Without the last quote, so that a key comes before those that it begins.
        return one[..one.len().saturating_sub(1)].cmp(&other[..other.len().saturating_sub(1)]);
    }
    let text = |key: &[u8]| serde_json::from_slice::<String>(key).unwrap_or_default();
    text(one).encode_utf16().cmp(text(other).encode_utf16())
}

impl Formatter for Canonical {
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open.push(Vec::new());
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        let start = self.length();
        if let Some(entries) = self.open.last_mut() {
            entries.push(Entry { start, key_end: start });
        }
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.length();
        if let Some(entry) = self.open.last_mut().and_then(|entries| entries.last_mut()) {
            entry.key_end = end;
        }
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if let Some(entries) = self.open.pop() {
            self.sort(&entries);
        }
        writer.write_all(b"}")
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(number(value).as_bytes())
    }
}

/// A float as ECMAScript writes it (ECMA-262, `Number::toString`).
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let (digits, point) = shortest(value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    match point {
        ..=-6 | 22.. => {
            let (first, rest) = digits.split_at(1);
            let fraction = if rest.is_empty() { String::new() } else { format!(".{rest}") };
            format!("{sign}{first}{fraction}e{:+}", point - 1)
        }
        ..=0 => format!("{sign}0.{}{digits}", zeros(-point)),
        _ if point >= length => format!("{sign}{digits}{}", zeros(point - length)),
        _ => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            format!("{sign}{whole}.{fraction}")
        }
    }
}

/// The shortest digits that mean this float (of two that are as near the even ones, as serde_json writes them and the
/// RFC has them; the standard library's are not), and how many of them stand before the point.
fn shortest(value: f64) -> (String, i32) {
    let written = serde_json::Number::from_f64(value).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    let before = i32::try_from(whole.len()).unwrap_or(i32::MAX) - i32::try_from(zeros).unwrap_or_default();
    (digits.trim_end_matches('0').to_owned(), before + exponent.parse::<i32>().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn text(document: &impl Serialize) -> String {
        String::from_utf8(to_vec(document).unwrap()).unwrap()
    }

    /// RFC 8785, appendix B.
    #[test]
    fn floats_are_written_as_the_rfc_has_them() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(number(f64::from_bits(bits)), expected, "{bits:x}");
        }
        assert_eq!(text(&json!([1.0, 125.40, 1e30])), "[1,125.4,1e+30]");
    }

    /// RFC 8785, section 3.2.3.
    #[test]
    fn keys_are_sorted_by_code_units() {
        let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
        let inner = "{\"a\":[],\"b\":1}";
        let sorted = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"]
            .map(|key| format!("\"{key}\":{inner}"));
        let map: std::collections::BTreeMap<&str, Inner> =
            keys.into_iter().map(|key| (key, Inner { b: 1, a: [] })).collect();
        assert_eq!(text(&map), format!("{{{}}}", sorted.join(",")));
    }

    #[derive(Serialize)]
    struct Inner {
        b: u8,
        a: [u8; 0],
    }

    #[test]
    fn the_fields_of_a_struct_are_sorted_and_their_values_stay_theirs() {
        #[derive(Serialize)]
        struct Outer {
            zoo: Inner,
            ab: &'static str,
            a: Option<u64>,
            empty: std::collections::BTreeMap<String, u8>,
        }
        let outer = Outer {
            zoo: Inner { b: 2, a: [] },
            ab: "\u{1}\"/é\n",
            a: Some(u64::MAX),
            empty: Default::default(),
        };
        assert_eq!(
            text(&outer),
            "{\"a\":18446744073709551615,\"ab\":\"\\u0001\\\"/é\\n\",\"empty\":{},\"zoo\":{\"a\":[],\"b\":2}}"
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no infinity", |f| f.is_finite()).prop_map(Value::from),
            Just(Value::Null),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_of_it_is_written_the_same(value in any_value()) {
            let written = to_vec(&value).unwrap();
            let read: Value = serde_json::from_slice(&written).unwrap();
            prop_assert_eq!(to_vec(&read).unwrap(), written);
        }
    }
}
