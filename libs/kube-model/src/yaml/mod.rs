//! YAML and JSON, exactly as Kubernetes reads them, with the bytes that every node came from.

mod compose;
pub(crate) mod direct;
mod node;
mod scalar;
mod split;
mod value;
mod write;

pub use node::{Document, Layout, Node, NodeKind, ScalarStyle};
pub(crate) use split::split;
pub use value::{is_merge_key, key_text, to_value};
pub use write::{Mark, write, write_escaping, write_marked};

/// What a stream may ask of the reader before it is refused.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest file, in bytes.
    pub bytes: usize,
    /// The deepest nesting of collections.
    pub depth: usize,
    /// The most nodes that a file may have, and that a document may have once its aliases are expanded.
    pub nodes: usize,
}

impl Limits {
    /// For what was read before.
    pub(crate) const NONE: Self = Self { bytes: usize::MAX, depth: usize::MAX, nodes: usize::MAX };
}

impl Default for Limits {
    /// 20 MiB a file, 200 levels, two million nodes: well above what an API server takes (1.5 MiB an object).
    fn default() -> Self {
        Self { bytes: 20 << 20, depth: 200, nodes: 2_000_000 }
    }
}

/// Why a stream is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct YamlError {
    /// What is wrong.
    pub problem: YamlProblem,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// The ways in which a stream can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlProblem {
    /// It does not parse.
    #[error("this is not valid YAML: {0}")]
    Syntax(String),
    /// A mapping names one key twice.
    #[error("the key {key:?} is given twice in one mapping (first on line {first_line})")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first_line: usize,
    },
    /// A key that is not a scalar, or null.
    #[error("a key of a mapping must be a string, a number or a boolean")]
    Key,
    /// A scalar that Kubernetes cannot store.
    #[error("{0}")]
    Scalar(&'static str),
    /// A merge key over something that is no mapping.
    #[error("`<<` takes a mapping, or a list of mappings")]
    Merge,
    /// Nested too deep.
    #[error("nested more than {0} levels deep")]
    TooDeep(usize),
    /// Too many nodes, which is what an alias bomb expands to.
    #[error("more than {0} nodes, with its aliases expanded")]
    TooManyNodes(usize),
    /// The file is too large.
    #[error("{size} bytes, and the limit is {limit}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// Not text.
    #[error("this is not text: {0}")]
    Binary(&'static str),
}

impl YamlError {
    /// `column` is counted from 0, as the parser does.
    pub(crate) fn new(problem: YamlProblem, line: usize, column: usize) -> Self {
        Self { problem, line, column: column + 1 }
    }

    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.problem {
            YamlProblem::Syntax(_) => "MANIFEST_SYNTAX",
            YamlProblem::DuplicateKey { .. } => "MANIFEST_DUPLICATE_KEY",
            YamlProblem::Key | YamlProblem::Scalar(_) | YamlProblem::Merge => "MANIFEST_VALUE",
            YamlProblem::TooDeep(_) => "MANIFEST_TOO_DEEP",
            YamlProblem::TooManyNodes(_) => "MANIFEST_ALIAS_LIMIT",
            YamlProblem::TooLarge { .. } => "MANIFEST_TOO_LARGE",
            YamlProblem::Binary(_) => "MANIFEST_BINARY",
        }
    }
}

/// The text of a file: UTF-8, without its byte-order mark, within the limit of size.
///
/// # Errors
/// When it is too large, or not text.
pub fn text_of<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, YamlError> {
    if bytes.len() > limits.bytes {
        let problem = YamlProblem::TooLarge { size: bytes.len(), limit: limits.bytes };
        return Err(YamlError::new(problem, 1, 0));
    }
    let line_of = |at: usize| 1 + bytes[..at].iter().filter(|b| **b == b'\n').count();
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(YamlError::new(YamlProblem::Binary("it holds a NUL byte"), line_of(at), 0));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        YamlError::new(YamlProblem::Binary("it is not UTF-8"), line_of(error.valid_up_to()), 0)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads every document of a stream. JSON is read the same way, being a subset.
///
/// # Errors
/// When the text does not parse, or is nested too deep.
pub fn parse(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    match parse_apart(text, limits) {
        Some(documents) => Ok(documents),
        None => compose::compose(text, limits),
    }
}

/// The documents of a stream, each read by itself in one pass; none where one of them cannot be.
fn parse_apart(text: &str, limits: &Limits) -> Option<Vec<Document>> {
    let (mut documents, mut lines, mut left) = (Vec::new(), 0, limits.nodes);
    for range in split(text)? {
        let part = &text[range.clone()];
        let (document, nodes) = direct::tree(part, &Limits { nodes: left, ..limits.clone() })?;
        left -= nodes;
        documents.push(document.placed(range.start, lines));
        lines += memchr::memchr_iter(b'\n', part.as_bytes()).count();
    }
    Some(documents)
}

/// [`parse`] for the text of one document: that document, and how much of the budget of nodes it takes. None for what
/// is no document by itself, or several.
pub(crate) fn parse_one(text: &str, limits: &Limits) -> Option<(Document, usize)> {
    direct::tree(text, limits).or_else(|| compose_one(text, limits))
}

fn compose_one(text: &str, limits: &Limits) -> Option<(Document, usize)> {
    let (documents, nodes) = compose::compose_counted(text, limits).ok()?;
    let [document] = <[Document; 1]>::try_from(documents).ok()?;
    Some((document, nodes))
}
