//! Kubernetes manifests as values.
//!
//! Everything that Plimsoll says rests on reading a manifest exactly as Kubernetes does: [`yaml`] (YAML 1.1
//! scalars, strict keys, the bytes of every node), [`State`] (the objects of a set of files), [`Quantity`],
//! [`Place`] (the one grammar for a place in an object), [`lists`] (which lists are merged by which keys) and
//! [`Redactor`] (what is never shown). The crate does no I/O.

pub mod args;
pub mod duration;
mod each;
pub mod image;
mod label_requirement;
pub mod lists;
mod object;
pub mod order;
mod path;
mod place;
pub mod pod;
pub mod policy;
mod quantity;
mod redact;
pub mod schema;
pub mod scope;
mod shown;
pub mod size;
mod state;
mod together;
pub mod yaml;

pub use each::map_each;
pub use label_requirement::{meets_requirement, required_label};
pub use object::{Object, ObjectKey, ObjectRef, Origin};
pub use path::{Path, PathError, Segment};
pub use place::{ObjectPattern, Place, PlaceError, PlacePattern};
pub use quantity::{Quantity, QuantityError};
pub use redact::{Redactor, SecretSpan, SecretSpans, Sensitivity, is_mark, line_holds_secret};
pub use shown::{SHOWN_CHARACTERS, escaped, shown, shown_list, shown_value};
pub use state::{ManifestFile, State, StateError};
pub use together::{FileBytes, Unequal};
