//! The verifiable audit log, without its storage: what a log proves, and how a stranger checks it.
//!
//! - a Merkle tree as in [RFC 6962](https://www.rfc-editor.org/rfc/rfc6962) over SHA-256: [`Frontier`] appends,
//!   [`root`], [`inclusion_proof`] and [`consistency_proof`] read stored nodes, [`verify_inclusion`] and
//!   [`verify_consistency`] check;
//! - [`Checkpoint`]s ([C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint)) as [`SignedNote`]s
//!   ([C2SP signed-note](https://c2sp.org/signed-note)), signed with Ed25519;
//! - [`Leaf`]: what one entry of the log covers, byte for byte;
//! - [`Line`]: the export, one JSON object a line, and [`Verifier`], which reads it and says where it is not what was
//!   signed.
//!
//! `docs/audit-log.md` is the specification for those who verify without this crate.
//!
//! The crate does no I/O, reads no clock and draws no random number: nodes, seeds and lines are arguments.

mod base64;
mod checkpoint;
mod error;
mod export;
mod frontier;
mod hash;
mod key;
mod leaf;
mod note;
mod proof;
mod tree;
mod verifier;

pub use base64::Base64;
pub use checkpoint::{Checkpoint, OpenCheckpoint, origin};
pub use error::{KeyError, NoteError, ProofError, TreeError};
pub use export::{CheckpointLine, End, FORMAT, Header, LeafLine, Line, Selection, VERSION};
pub use frontier::Frontier;
pub use hash::{Hash, NotAHash};
pub use key::{PublicKey, SigningKey};
pub use leaf::{EventRecord, Leaf, Position, RawRecord, Record};
pub use note::{Signature, SignedNote};
pub use proof::{verify_consistency, verify_inclusion};
pub use tree::{NodeId, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, peaks, root};
pub use verifier::{Defect, Fault, MAX_DEFECTS, Report, Verifier, verify};
