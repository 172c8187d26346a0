//! Which partition a key belongs to.

/// The partition of a key, as Kafka's default partitioner chooses it, so that a move to Kafka keeps every key's
/// partition: `(murmur2(key) & 0x7fffffff) % partitions`. With librdkafka this is `partitioner=murmur2`.
///
/// Source: `org.apache.kafka.clients.producer.internals.BuiltInPartitioner::partitionForKey`.
#[must_use]
pub fn partition_of(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// Murmur 2, 32 bits, with Kafka's seed (`org.apache.kafka.common.utils.Utils::murmur2`).
fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    // Kafka counts a length of 32 bits; keys are far shorter than that.
    let mut hash = SEED ^ u32::try_from(data.len()).unwrap_or(u32::MAX);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of Kafka's own test (`org.apache.kafka.common.utils.UtilsTest::testMurmur2`).
    #[test]
    fn hashes_as_kafka_does() {
        let cases: [(&str, i32); 6] = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, expected) in cases {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), expected, "{key}");
        }
    }

    /// -973932308 & 0x7fffffff = 1173551340; 1173551340 mod 7 = 1173551340 - 7 * 167650191 = 3.
    #[test]
    fn the_partition_is_the_positive_hash_modulo() {
        assert_eq!(partition_of(b"21", 7), 3);
        assert_eq!(partition_of(b"21", 1), 0);
    }
}
