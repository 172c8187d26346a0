//! `configMapGenerator` and `secretGenerator`.

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::error::{KustomizeError, Problem};
use crate::kustomization::{Generator, GeneratorOptions, Located, Pairs};
use crate::node::Node;
use crate::origin::{By, GeneratorKind, Origin};
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// What a generator reads and where its entries stand.
pub(crate) trait Sources {
    /// The path of a file and its bytes.
    fn file(&mut self, path: &Located<String>) -> Result<(String, Vec<u8>), KustomizeError>;
    /// The origin of something in the kustomization.
    fn here(&self, by: By, line: usize, span: &Range<usize>) -> Origin;
    /// The origin of a line of another file.
    fn there(&self, by: By, file: &str, line: usize) -> Origin;
    /// An error at a line of the kustomization.
    fn refuse(&self, line: usize, why: String) -> KustomizeError;
    /// A limit that a line of the kustomization reaches.
    fn limited(&self, line: usize, problem: Problem) -> KustomizeError;
}

/// A key of a generated object.
struct Pair {
    key: String,
    value: Vec<u8>,
    origin: Origin,
}

/// Makes the object of a generator.
pub(crate) fn generate(
    sources: &mut dyn Sources,
    kind: GeneratorKind,
    index: usize,
    generator: &Generator,
    options: Option<&GeneratorOptions>,
) -> Result<Resource, KustomizeError> {
    if generator.name.value.is_empty() {
        return Err(sources.refuse(generator.at.line, "a generator needs a name".to_owned()));
    }
    let origin = sources.here(By::Generator(kind, index), generator.at.line, &generator.at.span);
    let is_secret = kind == GeneratorKind::Secret;
    let mut node = without_data(sources, kind, index, generator);
    for pair in pairs(sources, kind, index, generator)? {
        if !crate::node::is_key(&pair.key) {
            let why = format!("the key {:?} is printed without quotes, and is then no string", pair.key);
            return Err(sources.refuse(generator.at.line, why));
        }
        set_pair(&mut node, pair, is_secret);
    }
    set_options(&mut node, generator, options, sources, &origin);
    let mut resource = Resource::new(node);
    resource.needs_hash = options.is_none_or(|options| !options.disable_name_suffix_hash);
    resource.behavior = generator.behavior;
    resource.is_generated = true;
    Ok(resource)
}

/// The object before its data: kind, name and namespace, of a Secret its type.
fn without_data(sources: &dyn Sources, kind: GeneratorKind, index: usize, generator: &Generator) -> Node {
    let of = |line: usize, span: &Range<usize>| sources.here(By::Generator(kind, index), line, span);
    let text = |text: &Located<String>| Node::string(&text.value, &of(text.line, &text.span));
    let origin = of(generator.at.line, &generator.at.span);
    let mut metadata = Node::mapping(&origin);
    metadata.set("name", text(&generator.name));
    if let Some(namespace) = &generator.namespace {
        metadata.set("namespace", text(namespace));
    }
    let mut node = Node::mapping(&origin);
    node.set("apiVersion", Node::string("v1", &origin));
    let is_secret = kind == GeneratorKind::Secret;
    node.set("kind", Node::string(if is_secret { "Secret" } else { "ConfigMap" }, &origin));
    node.set("metadata", metadata);
    if is_secret {
        let written = generator.secret_type.as_ref().map(text);
        node.set("type", written.unwrap_or_else(|| Node::string("Opaque", &origin)));
        node.set("data", Node::mapping(&origin));
    }
    node
}

/// The options of a generator over those of the kustomization.
pub(crate) fn merged_options(
    own: Option<&GeneratorOptions>,
    global: Option<&GeneratorOptions>,
) -> Option<GeneratorOptions> {
    let Some(global) = global else { return own.cloned() };
    let mut merged = own.cloned().unwrap_or_default();
    let fill = |into: &mut Pairs, from: &Pairs| {
        for pair in from {
            if !into.iter().any(|(key, _)| *key == pair.0) {
                into.push(pair.clone());
            }
        }
        into.sort_by(|one, other| one.0.cmp(&other.0));
    };
    fill(&mut merged.labels, &global.labels);
    fill(&mut merged.annotations, &global.annotations);
    merged.disable_name_suffix_hash |= global.disable_name_suffix_hash;
    merged.immutable |= global.immutable;
    Some(merged)
}

fn set_options(
    node: &mut Node,
    generator: &Generator,
    options: Option<&GeneratorOptions>,
    sources: &dyn Sources,
    origin: &Origin,
) {
    let Some(options) = options else { return };
    let own = |key: &str, pairs: fn(&GeneratorOptions) -> &Pairs| {
        generator.options.as_ref().is_some_and(|own| pairs(own).iter().any(|(known, _)| known == key))
    };
    for field in ["labels", "annotations"] {
        let pairs: fn(&GeneratorOptions) -> &Pairs = match field {
            "labels" => |options| &options.labels,
            _ => |options| &options.annotations,
        };
        let mut mapping = Node::mapping(origin);
        for (key, value) in pairs(options) {
            let by = if own(key, pairs) { origin.source.by.clone() } else { By::GeneratorOptions };
            mapping.set(key, Node::string(&value.value, &sources.here(by, value.line, &value.span)));
        }
        if let Some(metadata) = node.get_mut("metadata").filter(|_| !mapping.is_empty()) {
            metadata.set(field, mapping);
        }
    }
    if options.immutable {
        node.set("immutable", Node::scalar(Scalar::plain("true", Tag::Bool), origin));
    }
}

fn set_pair(node: &mut Node, pair: Pair, is_secret: bool) {
    let (field, text) = match String::from_utf8(pair.value) {
        Ok(text) if is_secret => ("data", folded(text.as_bytes())),
        Ok(text) => ("data", text),
        Err(error) if is_secret => ("data", folded(error.as_bytes())),
        Err(error) => ("binaryData", folded(error.as_bytes())),
    };
    if node.get(field).is_none() {
        node.set(field, Node::mapping(&pair.origin));
    }
    let scalar = Scalar { quoted: text.contains('\n'), ..Scalar::string(&text) };
    if let Some(data) = node.get_mut(field) {
        data.set(&pair.key, Node::scalar(scalar, &pair.origin));
    }
}

/// Base64 in lines of 70, as kyaml writes it; one line has no line end.
fn folded(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < 70 {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / 70 + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(70));
        lines.push_str(line);
        lines.push('\n');
        rest = next;
    }
    lines
}

fn pairs(
    sources: &mut dyn Sources,
    kind: GeneratorKind,
    generator: usize,
    args: &Generator,
) -> Result<Vec<Pair>, KustomizeError> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (index, path) in args.envs.iter().enumerate() {
        let (file, content) = sources.file(path)?;
        let by = By::Env { kind, generator, index };
        for (line, key, value) in
            env_lines(&content).map_err(|why| sources.refuse(path.line, format!("{file}: {why}")))?
        {
            let origin = sources.there(by.clone(), &file, line);
            pairs.push(Pair { key, value: value.into_bytes(), origin });
        }
    }
    for (index, literal) in args.literals.iter().enumerate() {
        let parts = literal.value.split_once('=').filter(|(key, _)| !key.is_empty());
        // The text may hold a secret, so it is not shown.
        let refused = || sources.refuse(literal.line, "a literal is `key=value`".to_owned());
        let (key, value) = parts.ok_or_else(refused)?;
        let origin = sources.here(By::Literal { kind, generator, index }, literal.line, &literal.span);
        pairs.push(Pair { key: key.to_owned(), value: unquoted(value).as_bytes().to_vec(), origin });
    }
    for (index, file) in args.files.iter().enumerate() {
        let (key, path) = file_source(&file.value).map_err(|why| sources.refuse(file.line, why))?;
        let (path, value) = sources.file(&Located { value: path, ..file.clone() })?;
        let origin = sources.there(By::File { kind, generator, index }, &path, 1);
        pairs.push(Pair { key, value, origin });
    }
    crate::size::few(pairs.len()).map_err(|problem| sources.limited(args.at.line, problem))?;
    pairs.sort_by(|one, other| one.key.cmp(&other.key));
    match pairs.windows(2).find(|pair| pair[0].key == pair[1].key) {
        Some(pair) => Err(sources.refuse(args.at.line, format!("the key {:?} is there twice", pair[0].key))),
        None => Ok(pairs),
    }
}

/// `path`, `key=path`.
fn file_source(source: &str) -> Result<(String, String), String> {
    match source.split_once('=') {
        None => Ok((crate::location::base_name(source).to_owned(), source.to_owned())),
        Some((_, path)) if path.contains('=') => Err(format!("{source:?}: a key or a path with `=` in it")),
        Some(("", _)) => Err(format!("{source:?} has no key")),
        Some((_, "")) => Err(format!("{source:?} has no path")),
        Some((key, path)) => Ok((key.to_owned(), path.to_owned())),
    }
}

fn unquoted(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first @ (b'"' | b'\'')), Some(last)) if text.len() > 1 && first == last => {
            &text[1..text.len() - 1]
        }
        _ => text,
    }
}

/// The longest line that Go's scanner reads; it stops at a longer one.
const LONGEST_LINE: usize = 64 * 1024;

/// The lines `key=value` of a file, with their numbers. Empty lines and comments say nothing.
fn env_lines(content: &[u8]) -> Result<Vec<(usize, String, String)>, String> {
    let mut pairs = Vec::new();
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
        if line.len() >= LONGEST_LINE {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_| format!("line {} is not UTF-8", index + 1))?;
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !key.is_empty() {
            pairs.push((index + 1, key.to_owned(), value.to_owned()));
        }
    }
    Ok(pairs)
}
