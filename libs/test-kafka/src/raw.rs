//! Records that no client writes, told to the broker byte by byte: a request `Produce` of version 3, with a batch of one record of
//! version 2 (Kafka's protocol guide, and its "Message Format").

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A record whose parts are any bytes.
#[derive(Debug, Clone, Copy)]
pub struct RawRecord<'a> {
    /// The key.
    pub key: &'a [u8],
    /// Names and values.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// The value.
    pub value: &'a [u8],
}

impl RawRecord<'_> {
    fn to_vec(self) -> Vec<u8> {
        // No attributes; time and offset are the batch's.
        let mut record = vec![0, 0, 0];
        for part in [self.key, self.value] {
            part_to(&mut record, part);
        }
        record.extend(varint(self.headers.len()));
        for part in self.headers.iter().flat_map(|(name, value)| [name, value]) {
            part_to(&mut record, part);
        }
        [varint(record.len()), record].concat()
    }

    fn batch(self) -> Vec<u8> {
        let record = self.to_vec();
        let checked = [
            // No attributes, and the last record is the first; both times are 0.
            &0_i16.to_be_bytes()[..],
            &0_i32.to_be_bytes(),
            &[0; 16],
            // Nobody's: no producer with an epoch and a sequence.
            &(-1_i64).to_be_bytes(),
            &(-1_i16).to_be_bytes(),
            &(-1_i32).to_be_bytes(),
            &1_i32.to_be_bytes(),
            &record,
        ]
        .concat();
        // The leader's epoch is for the broker to say; the version; the sum.
        let rest = [&(-1_i32).to_be_bytes()[..], &[2], &sum(&checked).to_be_bytes(), &checked].concat();
        [&0_i64.to_be_bytes()[..], &length(&rest), &rest].concat()
    }
}

/// Appends it, and says at which offset.
pub(crate) async fn append(broker: &str, topic: &str, partition: i32, record: RawRecord<'_>) -> i64 {
    let (batch, short) = (record.batch(), i16::try_from(topic.len()).expect("a short name").to_be_bytes());
    let request = [
        // Produce in version 3, as number 1, of nobody.
        &0_i16.to_be_bytes()[..],
        &3_i16.to_be_bytes(),
        &1_i32.to_be_bytes(),
        &(-1_i16).to_be_bytes(),
        // In no transaction, acknowledged by all within 30 s.
        &(-1_i16).to_be_bytes(),
        &(-1_i16).to_be_bytes(),
        &30_000_i32.to_be_bytes(),
        // One topic, one partition.
        &1_i32.to_be_bytes(),
        &short,
        topic.as_bytes(),
        &1_i32.to_be_bytes(),
        &partition.to_be_bytes(),
        &length(&batch),
        &batch,
    ]
    .concat();
    let mut stream = TcpStream::connect(broker).await.expect("the broker listens");
    stream.write_all(&length(&request)).await.expect("it reads");
    stream.write_all(&request).await.expect("it reads");
    let length = stream.read_i32().await.expect("it answers");
    let mut answer = vec![0; usize::try_from(length).expect("a length")];
    stream.read_exact(&mut answer).await.expect("it answers");
    // The number, one topic with its name, one partition with its number; then the error and the offset.
    let mut rest = &answer[4 + 4 + 2 + topic.len() + 4 + 4..];
    let error = rest.read_i16().await.expect("an error");
    assert_eq!(error, 0, "the broker refuses it");
    rest.read_i64().await.expect("an offset")
}

fn part_to(record: &mut Vec<u8>, part: &[u8]) {
    record.extend(varint(part.len()));
    record.extend(part);
}

fn length(bytes: &[u8]) -> [u8; 4] {
    i32::try_from(bytes.len()).expect("it is small").to_be_bytes()
}

/// A number that is not negative, doubled (zigzag), in sevens of bits, the lowest first.
fn varint(number: usize) -> Vec<u8> {
    let (mut rest, mut bytes) = (2 * number, Vec::new());
    while rest > 0x7f {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// CRC-32C, bit by bit (RFC 3720, 12.1).
fn sum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ if sum & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `123456789`, as the catalogue of such sums has it (CRC-32/ISCSI); of 32 zeros, RFC 3720, B.4.
    #[test]
    fn the_sum_is_castagnolis() {
        assert_eq!(sum(b"123456789"), 0xe306_9283);
        assert_eq!(sum(&[0; 32]), 0x8a91_36aa);
    }

    /// Protocol Buffers' encoding of `sint32`.
    #[test]
    fn a_number_is_doubled_and_in_sevens_of_bits() {
        assert_eq!((varint(0), varint(1), varint(63)), (vec![0], vec![2], vec![126]));
        assert_eq!((varint(64), varint(150)), (vec![0x80, 1], vec![0xac, 2]));
    }

    #[test]
    fn a_record_is_its_parts_behind_their_lengths() {
        let headers = [(&b"\xff"[..], &b"1"[..])];
        let record = RawRecord { key: b"k", headers: &headers, value: b"vv" };
        let expected = [26, 0, 0, 0, 2, b'k', 4, b'v', b'v', 2, 2, 0xff, 2, b'1'];
        assert_eq!(record.to_vec(), expected);
        // 12 bytes before what the length counts, 49 of the batch.
        assert_eq!(record.batch().len(), 12 + 49 + expected.len());
    }
}
