//! Every root and proof up to 70 leaves against another implementation: golang.org/x/mod v0.22.0, `sumdb/tlog`, which
//! runs Go's checksum database. It was given the leaves `leaf 0` to `leaf 69`; the expected values are SHA-256 over
//! what `TreeHash`, `ProveRecord` (every leaf of every size) and `ProveTree` (every earlier size from 1) returned, in
//! ascending order of size.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tlog::{Frontier, Hash, NodeId};

const LEAVES: u64 = 70;
const LAST_ROOT: &str = "49e2474a6b0428b754c646811dbed945a5e1badfa4906e42f46af6731afe28cc";
const ROOTS: &str = "ea1ddaba4cea4d80f8317c3cf33c8f5c59319c8ae546430d1978dd7d54776586";
const INCLUSION: &str = "4a28350444e7d378b0cf6fa925e74f834ebfac302ae1597d1e401a4e08a3c0d2";
const CONSISTENCY: &str = "00f3ed6efec106d5507913987e21d98a1b11f2d5d06f28d222201500d43080f3";

/// A tree whose nodes are stored, as a service stores them.
#[derive(Default)]
pub(crate) struct Stored {
    frontier: Frontier,
    nodes: BTreeMap<NodeId, Hash>,
}

impl Stored {
    pub(crate) fn append(&mut self, leaf: &[u8]) {
        self.append_hash(Hash::of_leaf(leaf));
    }

    pub(crate) fn append_hash(&mut self, leaf: Hash) {
        for (id, hash) in self.frontier.append(leaf).unwrap() {
            assert_eq!(self.nodes.insert(id, hash), None, "a node is complete once");
        }
    }

    pub(crate) fn nodes(&self) -> impl Fn(NodeId) -> Option<Hash> + '_ {
        |id| self.nodes.get(&id).copied()
    }

    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
    }
}

fn tree() -> Stored {
    let mut tree = Stored::default();
    (0..LEAVES).for_each(|index| tree.append(format!("leaf {index}").as_bytes()));
    tree
}

fn digest(hashes: impl Iterator<Item = Hash>) -> String {
    let digest = hashes.fold(Sha256::new(), |digest, hash| digest.chain_update(hash.bytes()));
    Hash::new(digest.finalize().into()).to_string()
}

#[test]
fn every_root() {
    let tree = tree();
    assert_eq!(tree.root().to_string(), LAST_ROOT);
    let roots = (1..=LEAVES).map(|size| tlog::root(size, &tree.nodes()).unwrap());
    assert_eq!(digest(roots), ROOTS);
}

#[test]
fn every_inclusion_proof() {
    let (tree, mut count) = (tree(), 0);
    let proofs = (1..=LEAVES).flat_map(|size| (0..size).map(move |index| (index, size)));
    let hashes = proofs.flat_map(|(index, size)| {
        count += 1;
        let read: Vec<_> = tlog::inclusion_nodes(index, size).unwrap();
        let only = |id: NodeId| tree.nodes()(id).filter(|_| read.contains(&id));
        tlog::inclusion_proof(index, size, &only).unwrap()
    });
    assert_eq!(digest(hashes), INCLUSION);
    assert_eq!(count, 70 * 71 / 2);
}

#[test]
fn every_consistency_proof() {
    let tree = tree();
    let proofs = (1..=LEAVES).flat_map(|to| (1..=to).map(move |from| (from, to)));
    let hashes = proofs.flat_map(|(from, to)| {
        let read: Vec<_> = tlog::consistency_nodes(from, to).unwrap();
        let only = |id: NodeId| tree.nodes()(id).filter(|_| read.contains(&id));
        tlog::consistency_proof(from, to, &only).unwrap()
    });
    assert_eq!(digest(hashes), CONSISTENCY);
}
