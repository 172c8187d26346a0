//! The test vectors that Certificate Transparency's implementations share: eight leaves, their roots and proofs, and
//! the ways in which a proof may be wrong. Source: github.com/transparency-dev/merkle, `testdata` and the program that
//! writes it, `cmd/proofgen` (Apache-2.0); the leaves are those of google/certificate-transparency's own tests.

use tlog::{Frontier, Hash, NodeId, ProofError, TreeError};

use crate::oracle::Stored;

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves() -> [&'static [u8]; 8] {
    [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ]
}

const A: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const B: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const C: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const D: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const E: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const F: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const G: &str = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";

/// Leaf (from 1), size, proof.
const INCLUSION: [(u64, u64, &[&str]); 5] = [
    (1, 1, &[]),
    (1, 8, &[A, B, C]),
    (6, 8, &[D, E, ROOTS[3]]),
    (3, 3, &[ROOTS[1]]),
    (2, 5, &[ROOTS[0], B, D]),
];

/// Earlier size, later size, proof.
const CONSISTENCY: [(u64, u64, &[&str]); 5] =
    [(1, 1, &[]), (1, 8, &[A, B, C]), (6, 8, &[F, E, ROOTS[3]]), (2, 5, &[B, D]), (6, 7, &[F, G, ROOTS[3]])];

fn hash(text: &str) -> Hash {
    text.parse().unwrap()
}

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts.iter().copied().map(hash).collect()
}

fn root(size: u64) -> Hash {
    hash(ROOTS[size as usize - 1])
}

/// A hash that is nowhere in these trees.
fn some_hash() -> Hash {
    hash("abacaba000000000000000000000000000000000000000000060061e00123456")
}

fn tree() -> Stored {
    let mut tree = Stored::default();
    leaves().iter().for_each(|leaf| tree.append(leaf));
    tree
}

#[test]
fn the_empty_tree_and_the_empty_leaf() {
    // SHA-256 of nothing, and of the byte 0 (RFC 6962, section 2.1).
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Frontier::new().root(), hash(nothing));
    assert_eq!(tlog::root(0, &|_| None).unwrap(), hash(nothing));
    assert_eq!(Hash::of_leaf(b""), root(1));
    // From transparency-dev/merkle, `rfc6962/rfc6962_test.go`.
    let leaf = "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56";
    assert_eq!(Hash::of_leaf(b"L123456"), hash(leaf));
    let node = Hash::of_children(root(1), hash(A));
    assert_eq!(node, root(2), "the first two leaves");
}

#[test]
fn roots_from_the_frontier_and_from_stored_nodes() {
    let (tree, mut frontier) = (tree(), Frontier::new());
    for (index, leaf) in leaves().iter().enumerate() {
        frontier.append(Hash::of_leaf(leaf)).unwrap();
        let size = index as u64 + 1;
        assert_eq!(frontier.root(), root(size), "{size}");
        assert_eq!(tlog::root(size, &tree.nodes()).unwrap(), root(size), "{size}");
        let peaks = tlog::peaks(size).into_iter().map(|id| tree.nodes()(id).unwrap()).collect();
        assert_eq!(Frontier::from_peaks(size, peaks).unwrap(), frontier, "{size}");
    }
}

#[test]
fn inclusion_proofs_are_made_and_verify() {
    let tree = tree();
    for (leaf, size, proof) in INCLUSION {
        let (index, proof) = (leaf - 1, hashes(proof));
        assert_eq!(tlog::inclusion_proof(index, size, &tree.nodes()).unwrap(), proof, "{leaf} of {size}");
        let leaf_hash = Hash::of_leaf(leaves()[index as usize]);
        assert_eq!(
            tlog::verify_inclusion(index, size, leaf_hash, &proof, root(size)),
            Ok(()),
            "{leaf} of {size}"
        );
    }
}

#[test]
fn inclusion_proofs_that_are_wrong_in_every_published_way() {
    for (leaf, size, proof) in INCLUSION {
        let (index, proof) = (leaf - 1, hashes(proof));
        let leaf_hash = Hash::of_leaf(leaves()[index as usize]);
        let wrong = |index, size, leaf, proof: &[Hash], root| {
            let found = tlog::verify_inclusion(index, size, leaf, proof, root);
            assert!(found.is_err(), "{index} of {size}: {proof:?}");
        };
        for index in [index.wrapping_sub(1), index + 1, index ^ 2] {
            wrong(index, size, leaf_hash, &proof, root(size));
        }
        wrong(index, size * 2, leaf_hash, &proof, root(size));
        wrong(index, size / 2, leaf_hash, &proof, root(size));
        wrong(index, size, some_hash(), &proof, root(size));
        wrong(index, size, leaf_hash, &proof, Hash::of_empty_tree());
        wrong(index, size, leaf_hash, &proof, some_hash());
        for proof in corrupted(&proof, &[root(size)], 8) {
            wrong(index, size, leaf_hash, &proof, root(size));
        }
    }
    let nothing = Hash::of_empty_tree();
    for (index, size) in [(0, 0), (0, 1), (1, 0), (2, 1)] {
        assert!(tlog::verify_inclusion(index, size, some_hash(), &[], nothing).is_err(), "{index} of {size}");
    }
}

#[test]
fn consistency_proofs_are_made_and_verify() {
    let tree = tree();
    for (from, to, proof) in CONSISTENCY {
        let proof = hashes(proof);
        assert_eq!(tlog::consistency_proof(from, to, &tree.nodes()).unwrap(), proof, "{from} to {to}");
        let found = tlog::verify_consistency((from, root(from)), (to, root(to)), &proof);
        assert_eq!(found, Ok(()), "{from} to {to}");
    }
}

#[test]
fn consistency_proofs_that_are_wrong_in_every_published_way() {
    for (from, to, proof) in CONSISTENCY.into_iter().skip(1) {
        let (proof, earlier, later) = (hashes(proof), root(from), root(to));
        let wrong = |from, to, earlier, later, proof: &[Hash]| {
            let found = tlog::verify_consistency((from, earlier), (to, later), proof);
            assert!(found.is_err(), "{from} to {to}: {proof:?}");
        };
        for from in [from - 1, from + 1, from ^ 2] {
            wrong(from, to, earlier, later, &proof);
        }
        wrong(from, to * 2, earlier, later, &proof);
        wrong(from, to / 2, earlier, later, &proof);
        wrong(from, to, some_hash(), later, &proof);
        wrong(from, to, earlier, some_hash(), &proof);
        wrong(from, to, later, earlier, &proof);
        wrong(from, to, earlier, later, &[]);
        for proof in corrupted(&proof, &[earlier, later, proof[0]], 16) {
            wrong(from, to, earlier, later, &proof);
        }
    }
}

#[test]
fn consistency_of_sizes_that_need_no_proof_or_have_none() {
    let (one, other, nothing) = (root(1), root(2), Hash::of_empty_tree());
    let check = |from, to, proof: &[Hash]| tlog::verify_consistency(from, to, proof);
    assert_eq!(check((1, other), (1, other), &[]), Ok(()));
    assert_eq!(check((1, one), (1, other), &[]), Err(ProofError::Root));
    assert_eq!(check((1, nothing), (1, nothing), &[nothing]), Err(ProofError::Length));
    assert_eq!(check((1, one), (2, other), &[]), Err(ProofError::Length));
    for (from, to) in [(0, 0), (0, 1), (1, 0), (2, 1)] {
        assert_eq!(check((from, one), (to, one), &[]), Err(ProofError::OutOfRange), "{from} to {to}");
    }
}

/// The proof with a hash put before or after it, one left out, one put in, or one bit of the first byte flipped.
fn corrupted(proof: &[Hash], foreign: &[Hash], bit: u8) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for hash in foreign {
        all.push([proof, &[*hash]].concat());
        all.push([&[*hash], proof].concat());
    }
    for place in 0..proof.len() {
        let mut bytes = *proof[place].bytes();
        bytes[0] ^= bit;
        let mut wrong = proof.to_vec();
        wrong[place] = Hash::new(bytes);
        all.push(wrong);
    }
    if let Some((first, rest)) = proof.split_first() {
        all.push(proof[..proof.len() - 1].to_vec());
        all.push([&[*first, some_hash()], rest].concat());
    }
    all
}

#[test]
fn what_no_tree_has_is_an_error() {
    let tree = tree();
    let missing = NodeId { level: 0, index: 7 };
    let nodes = |id| if id == missing { None } else { tree.nodes()(id) };
    assert_eq!(tlog::inclusion_proof(6, 8, &nodes), Err(TreeError::NodeMissing(missing)));
    assert_eq!(tlog::root(8, &nodes).unwrap(), root(8), "complete subtrees need no leaves");
    assert_eq!(tlog::inclusion_proof(8, 8, &nodes), Err(TreeError::NoSuchLeaf { index: 8, size: 8 }));
    assert_eq!(tlog::inclusion_nodes(0, 0), Err(TreeError::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(tlog::consistency_proof(3, 2, &nodes), Err(TreeError::SizesReversed { from: 3, to: 2 }));
    let two = Frontier::from_peaks(2, vec![root(1), root(1)]);
    assert_eq!(two, Err(TreeError::FrontierInvalid { size: 2, expected: 1, found: 2 }));
    assert_eq!(Frontier::from_peaks(1 << 63, vec![root(1)]), Err(TreeError::TooLarge(1 << 63)));
    let full = Frontier::from_peaks((1 << 63) - 1, vec![root(1); 63]);
    assert_eq!(full.unwrap().append(root(1)), Err(TreeError::TooLarge((1 << 63) - 1)));
}

#[test]
fn a_frontier_is_written_down_and_read_again() {
    let mut frontier = Frontier::new();
    leaves()[..3].iter().for_each(|leaf| drop(frontier.append(Hash::of_leaf(leaf)).unwrap()));
    let text = serde_json::to_string(&frontier).unwrap();
    let third = Hash::of_leaf(&[0x10]);
    assert_eq!(text, format!(r#"{{"size":3,"peaks":["{}","{third}"]}}"#, ROOTS[1]));
    assert_eq!(serde_json::from_str::<Frontier>(&text).unwrap(), frontier);
    let damaged = text.replace("\"size\":3", "\"size\":4");
    assert!(serde_json::from_str::<Frontier>(&damaged).is_err());
    assert!(
        serde_json::from_str::<Frontier>(&text.replace("fac5", "FAC5")).is_err(),
        "hashes have one spelling"
    );
}
