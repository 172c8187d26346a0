//! What is known of the nodes that the target runs on.

use std::borrow::Cow;

use cost_model::{Bill, CostError};
use file_tree::{FileTree, Found};
use kube_model::yaml::Limits;
use kube_model::{FileBytes, Object, Redactor, State, StateError};
use packing::{Cluster, PackingError};
use price_book::PriceBook;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::rendered::{Listed, Rendered};

/// What of the objects that describe a cluster decides about its nodes, masked.
#[derive(Debug, Clone)]
pub struct NodeFacts(Vec<Object>);

impl NodeFacts {
    /// What of these objects decides.
    #[must_use]
    pub fn of(objects: &[Object], redactor: &Redactor) -> Self {
        Self(redactor.redact_all(&packing::essence(objects)))
    }

    /// What of the objects of these files decides.
    ///
    /// # Errors
    /// When a file is not what Kubernetes reads.
    pub fn read(files: &[FileBytes<'_>], redactor: &Redactor, limits: &Limits) -> Result<Self, StateError> {
        let mut objects = State::objects_together(&[files], limits);
        objects.pop().unwrap_or_else(|| Ok(Vec::new())).map(|objects| Self::of(&objects, redactor))
    }

    /// The cluster that they describe.
    ///
    /// # Errors
    /// When a field is not what its schema says, or no node is described.
    pub fn cluster(&self) -> Result<Cluster, PackingError> {
        Cluster::read(&self.0)
    }
}

/// What is known of the nodes that the target runs on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownNodes {
    /// The facts.
    Facts {
        /// What describes the nodes.
        nodes: NodeFacts,
        /// Where manifests that name no namespace are applied.
        namespace: Option<String>,
    },
    /// Nothing, and why.
    Unknown(String),
}

/// What a change does to the bill for nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billed {
    /// The bill.
    Bill(Box<Bill>),
    /// Nobody knows, and why.
    Unknown(String),
}

impl KnownNodes {
    /// What an edit of the target does to their bill.
    ///
    /// # Errors
    /// As [`bill`](crate::bill), and when the facts describe no nodes.
    pub fn bill(&self, rendered: &Rendered, book: &PriceBook) -> Result<Billed, CostError> {
        match self {
            Self::Facts { nodes, namespace } => {
                let bill = crate::bill(rendered, (&nodes.cluster()?, namespace.as_deref()), book)?;
                Ok(Billed::Bill(Box::new(bill)))
            }
            Self::Unknown(why) => Ok(Billed::Unknown(why.clone())),
        }
    }
}

impl Billed {
    /// The bill, if it is known.
    #[must_use]
    pub fn bill(&self) -> Option<&Bill> {
        match self {
            Self::Bill(bill) => Some(bill),
            Self::Unknown(_) => None,
        }
    }

    /// Why it is not known, if it is not.
    #[must_use]
    pub fn why_unknown(&self) -> Option<&str> {
        match self {
            Self::Bill(_) => None,
            Self::Unknown(why) => Some(why),
        }
    }
}

/// Objects with the namespace that they are applied in, where their manifests name none: what runs in a cluster is told by it.
#[must_use]
pub fn applied_in<'o>(objects: &'o [Object], namespace: Option<&str>) -> Cow<'o, [Object]> {
    let lacks = |object: &Object| object.key.namespace.is_none();
    let Some(namespace) = namespace.filter(|_| objects.iter().any(lacks)) else {
        return Cow::Borrowed(objects);
    };
    let apply = |object: &Object| {
        let mut object = object.clone();
        object.key.namespace.get_or_insert_with(|| namespace.to_owned());
        object
    };
    Cow::Owned(objects.iter().map(apply).collect())
}

/// The manifests at a path of a repository: a file, or those below a directory. None where there are none.
#[must_use]
pub fn manifests_at<'t>(tree: &'t FileTree, path: &'t str) -> Vec<FileBytes<'t>> {
    let is_manifest = |path: &str| [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    match tree.find(path) {
        Found::File(bytes) => vec![(path, bytes)],
        Found::Directory => tree.below(path).filter(|(path, _)| is_manifest(path)).collect(),
        Found::Link | Found::Nothing => Vec::new(),
    }
}

impl Serialize for NodeFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Listed::of(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NodeFacts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Listed::deserialize(deserializer).map(|listed| Self(listed.read()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document as _;

    const NODES: &str = "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {a: b}}\nspec: {providerID: p}\nstatus: {allocatable: {cpu: 1}}\n";

    fn facts(text: &str) -> NodeFacts {
        NodeFacts::read(&[("nodes.yaml", text.as_bytes())], &Redactor::new(&[7; 32]), &Limits::default())
            .unwrap()
    }

    #[test]
    fn they_are_read_as_they_are_written() {
        let written =
            KnownNodes::Facts { nodes: facts(NODES), namespace: Some("shop".to_owned()) }.write().unwrap();
        let read = <KnownNodes as crate::Document>::read(&written).unwrap();
        assert_eq!(read.write().unwrap(), written);
        assert!(!String::from_utf8(written).unwrap().contains("providerID"));
        let KnownNodes::Facts { nodes: read, .. } = read else { panic!("there are facts") };
        assert!(read.cluster().is_ok());
        assert_eq!(
            facts("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n").cluster().unwrap_err(),
            PackingError::NoNodes
        );
    }

    #[test]
    fn a_path_is_a_file_or_a_directory() {
        let files = ["clusters/eu/nodes.yaml", "clusters/eu/README.md", "clusters/eu/sub/pools.yml"];
        let tree = FileTree::new(files.map(|path| (path.to_owned(), b"a: 1".to_vec())), []);
        let paths = |path: &'static str| -> Vec<String> {
            manifests_at(&tree, path).into_iter().map(|(path, _)| path.to_owned()).collect()
        };
        assert_eq!(paths("clusters/eu"), ["clusters/eu/nodes.yaml", "clusters/eu/sub/pools.yml"]);
        assert_eq!(paths("clusters/eu/nodes.yaml"), ["clusters/eu/nodes.yaml"]);
        assert!(paths("clusters/us").is_empty());
    }
}
