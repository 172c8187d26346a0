//! Proofs over trees of any shape: each verifies, and with one flipped bit none does.

use proptest::prelude::*;
use proptest::sample::Index;
use tlog::{Frontier, Hash, NodeId, verify_consistency, verify_inclusion};

use crate::oracle::Stored;

const SIZE: u64 = 300;

thread_local! {
    static TREE: Stored = {
        let mut tree = Stored::default();
        (0..SIZE).for_each(|index| tree.append(&index.to_le_bytes()));
        tree
    };
}

fn root(size: u64) -> Hash {
    TREE.with(|tree| tlog::root(size, &tree.nodes()).unwrap())
}

fn flip(hash: &mut Hash, bit: usize) {
    let mut bytes = *hash.bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    *hash = Hash::new(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inclusion(size in 1..=SIZE, leaf: Index, place: Index, bit in 0..256usize) {
        let index = leaf.index(size as usize) as u64;
        let mut proof = TREE.with(|tree| tlog::inclusion_proof(index, size, &tree.nodes()).unwrap());
        let (mut leaf, mut root) = (Hash::of_leaf(&index.to_le_bytes()), root(size));
        prop_assert!(verify_inclusion(index, size, leaf, &proof, root).is_ok());
        let last = proof.len() + 2;
        match proof.iter_mut().chain([&mut leaf, &mut root]).nth(place.index(last)) {
            Some(hash) => flip(hash, bit),
            None => unreachable!(),
        }
        prop_assert!(verify_inclusion(index, size, leaf, &proof, root).is_err());
    }

    #[test]
    fn a_leaf_is_at_its_own_index_only(size in 1..=SIZE, leaf: Index, other: Index) {
        let (index, other) = (leaf.index(size as usize) as u64, other.index(size as usize) as u64);
        let proof = TREE.with(|tree| tlog::inclusion_proof(index, size, &tree.nodes()).unwrap());
        let found = verify_inclusion(other, size, Hash::of_leaf(&index.to_le_bytes()), &proof, root(size));
        prop_assert_eq!(found.is_ok(), index == other);
    }

    #[test]
    fn consistency(to in 1..=SIZE, earlier: Index, place: Index, bit in 0..256usize) {
        let from = earlier.index(to as usize) as u64 + 1;
        let mut proof = TREE.with(|tree| tlog::consistency_proof(from, to, &tree.nodes()).unwrap());
        let (mut before, mut after) = (root(from), root(to));
        prop_assert!(verify_consistency((from, before), (to, after), &proof).is_ok());
        let last = proof.len() + 2;
        match proof.iter_mut().chain([&mut before, &mut after]).nth(place.index(last)) {
            Some(hash) => flip(hash, bit),
            None => unreachable!(),
        }
        prop_assert!(verify_consistency((from, before), (to, after), &proof).is_err());
    }

    #[test]
    fn a_log_that_forked_has_no_proof(to in 2..=SIZE, earlier: Index, forked: Index) {
        let from = earlier.index(to as usize - 1) as u64 + 1;
        let forked = forked.index(from as usize) as u64;
        let mut fork = Frontier::new();
        for index in 0..from {
            let leaf = if index == forked { u64::MAX } else { index };
            fork.append(Hash::of_leaf(&leaf.to_le_bytes())).unwrap();
        }
        let proof = TREE.with(|tree| tlog::consistency_proof(from, to, &tree.nodes()).unwrap());
        prop_assert!(verify_consistency((from, fork.root()), (to, root(to)), &proof).is_err());
    }

    /// Whatever the proof, the checks end and say no: random hashes make no root.
    #[test]
    fn random_proofs(sizes: (u64, u64), count in 0usize..70, seed: [u8; 32]) {
        let proof = vec![Hash::new(seed); count];
        let root = Hash::of_leaf(&seed);
        prop_assert!(verify_inclusion(sizes.0, sizes.1, Hash::new(seed), &proof, root).is_err());
        let same = sizes.0 == sizes.1 && count == 0 && sizes.0 > 0;
        prop_assert_eq!(verify_consistency((sizes.0, root), (sizes.1, root), &proof).is_ok(), same);
    }

    /// Sizes near the largest need no more nodes than the number has bits.
    #[test]
    fn large_trees_need_few_nodes(size in 1..=i64::MAX as u64, leaf: Index, earlier: Index) {
        let below = usize::try_from(size).unwrap();
        let (index, from) = (leaf.index(below) as u64, earlier.index(below) as u64);
        prop_assert_eq!(tlog::peaks(size).len(), size.count_ones() as usize);
        prop_assert!(tlog::inclusion_nodes(index, size).unwrap().len() <= 126);
        prop_assert!(tlog::consistency_nodes(from, size).unwrap().len() <= 126);
        let hash = |id: NodeId| Some(Hash::of_leaf(format!("{id:?}").as_bytes()));
        let proof = tlog::inclusion_proof(index, size, &hash).unwrap();
        prop_assert!(proof.len() <= 63);
    }
}
