//! Helm's grammar of `--set` and its like (`pkg/strvals`): `image.tag=1.2,hosts[0].name=a,args={x,y}`, with `\` before a
//! character that means itself.

use serde_json::Value;

use crate::error::HelmError;
use crate::merge::lay_over;
use crate::release::Set;
use crate::tree::{Map, Origin, Shape, Tree};

/// The largest index of a list that Helm takes.
const MAX_INDEX: usize = 65_536;
/// The most dots in a name that Helm takes.
const MAX_DOTS: usize = 30;

/// Sets what an entry says.
pub(crate) fn apply(set: &Set, index: usize, values: &mut Tree) -> Result<(), HelmError> {
    let origin = Origin::Set(index);
    let text = text_of(set);
    let name = || text.split('=').next().unwrap_or_default().to_owned();
    let failed = |why: &str| HelmError::Set { name: name(), why: why.to_owned() };
    if let Set::Json(json) = set
        && json.trim_start().starts_with('{')
    {
        let value: Value = serde_json::from_str(json).map_err(|_| failed("it is no JSON object"))?;
        lay_over(values, Tree::of(&value, Some(&origin)));
        return Ok(());
    }
    let Some(map) = values.map_mut() else { return Ok(()) };
    let characters = text.chars().collect();
    let mut parser = Parser { characters, at: 0, set, origin: &origin };
    loop {
        match parser.key(map, 0) {
            Ok(Flow::More) => {}
            Ok(Flow::End) => return Ok(()),
            Err(why) => return Err(failed(why)),
        }
    }
}

fn text_of(set: &Set) -> String {
    match set {
        Set::Typed(text) | Set::Text(text) | Set::Json(text) | Set::Literal(text) => text.clone(),
        // What follows the name is the path of the file, which stands for its bytes.
        Set::File { name, .. } => format!("{name}=file"),
    }
}

/// Whether there is more to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    More,
    End,
}

type Parsed<T> = Result<T, &'static str>;

struct Parser<'a> {
    characters: Vec<char>,
    at: usize,
    set: &'a Set,
    origin: &'a Origin,
}

impl Parser<'_> {
    /// One name with its value, below a map.
    fn key(&mut self, map: &mut Map, dots: usize) -> Parsed<Flow> {
        let stops = if matches!(self.set, Set::Literal(_)) { "=[." } else { "=[,." };
        let (name, stop) = self.until(stops);
        match stop {
            None if name.is_empty() => Ok(Flow::End),
            None => Err("it has no value"),
            Some('[') => {
                let index = self.index()?;
                let mut list = match map.remove(&name) {
                    None => Vec::new(),
                    Some(Tree { shape: Shape::List(items), .. }) => items,
                    Some(_) => return Err("what it indexes is no list"),
                };
                let flow = self.item(&mut list, index, dots)?;
                self.put(map, name, Shape::List(list));
                Ok(flow)
            }
            Some('=') => self.assigned(map, name),
            Some('.') if dots >= MAX_DOTS => Err("its name is nested too deep"),
            Some('.') => {
                let mut inner = match map.remove(&name) {
                    None => Map::new(),
                    Some(Tree { shape: Shape::Map(inner), .. }) => inner,
                    Some(_) => return Err("what it goes through is no map"),
                };
                let flow = self.key(&mut inner, dots + 1)?;
                if inner.is_empty() && flow == Flow::More {
                    return Err("it has no value");
                }
                if !inner.is_empty() {
                    self.put(map, name, Shape::Map(inner));
                }
                Ok(flow)
            }
            Some(_) => Err("it has no value, and a comma follows"),
        }
    }

    fn assigned(&mut self, map: &mut Map, name: String) -> Parsed<Flow> {
        let (shape, flow) = self.value()?;
        let mut tree = self.tree(shape);
        if let Some(below) = map.get(&name) {
            tree.hide(below);
        }
        if !name.is_empty() {
            map.insert(name, tree);
        }
        Ok(flow)
    }

    /// What stands behind a `=`, with its comma.
    fn value(&mut self) -> Parsed<(Shape, Flow)> {
        if let Set::Json(_) = self.set {
            return Ok((self.json()?, Flow::More));
        }
        if let Set::Literal(_) = self.set {
            let rest = self.characters[self.at..].iter().collect();
            self.at = self.characters.len();
            return Ok((Shape::Scalar(Value::String(rest)), Flow::More));
        }
        match self.characters.get(self.at) {
            None => Ok((Shape::Scalar(Value::String(String::new())), Flow::End)),
            Some('{') => Ok((self.list()?, Flow::More)),
            Some(_) => {
                let (text, _) = self.until(",");
                Ok((Shape::Scalar(self.scalar(text)), Flow::More))
            }
        }
    }

    /// `{a,b}`.
    fn list(&mut self) -> Parsed<Shape> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(",}");
            let item = Shape::Scalar(self.scalar(text));
            items.push(self.tree(item));
            match stop {
                None => return Err("its list does not end with }"),
                Some('}') => break,
                Some(_) => {}
            }
        }
        if self.characters.get(self.at) == Some(&',') {
            self.at += 1;
        }
        Ok(Shape::List(items))
    }

    /// One value of JSON; nothing is null.
    fn json(&mut self) -> Parsed<Shape> {
        if self.is_blank_up_to_comma() {
            return Ok(Shape::Scalar(Value::Null));
        }
        let rest: String = self.characters[self.at..].iter().collect();
        let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<Value>();
        let value = stream.next().and_then(Result::ok).ok_or("its value is no JSON")?;
        self.at += rest[..stream.byte_offset()].chars().count();
        self.is_blank_up_to_comma();
        Ok(Tree::of(&value, Some(self.origin)).shape)
    }

    /// Passes over blanks; whether a comma, which is taken, or the end follows.
    fn is_blank_up_to_comma(&mut self) -> bool {
        loop {
            match self.characters.get(self.at) {
                None => return true,
                Some(',') => {
                    self.at += 1;
                    return true;
                }
                Some(c) if c.is_whitespace() => self.at += 1,
                Some(_) => return false,
            }
        }
    }

    /// What follows `[index]` in a name.
    fn item(&mut self, list: &mut Vec<Tree>, index: usize, dots: usize) -> Parsed<Flow> {
        let (rest, stop) = self.until("[.=");
        match stop {
            _ if !rest.is_empty() => Err("something follows its index"),
            None => Ok(Flow::End),
            Some('=') => {
                let (shape, _) = self.value()?;
                self.put_item(list, index, shape);
                Ok(Flow::More)
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get_mut(index).map(|tree| std::mem::replace(&mut tree.shape, NULL))
                {
                    None | Some(NULL) => Vec::new(),
                    Some(Shape::List(items)) => items,
                    Some(_) => return Err("what it indexes is no list"),
                };
                let flow = self.item(&mut inner, next, dots)?;
                self.put_item(list, index, Shape::List(inner));
                Ok(flow)
            }
            Some(_) => {
                let held = list.get_mut(index).map(|tree| std::mem::replace(&mut tree.shape, NULL));
                let mut inner = match held {
                    Some(Shape::Map(map)) => map,
                    _ => Map::new(),
                };
                let is_new = list.len() <= index;
                let flow = self.key(&mut inner, dots)?;
                // So Helm: an empty value at the end, of an item that was not there, adds none.
                if flow == Flow::More || !is_new {
                    self.put_item(list, index, Shape::Map(inner));
                }
                Ok(flow)
            }
        }
    }

    fn index(&mut self) -> Parsed<usize> {
        let (text, stop) = self.until("]");
        let index = stop.and_then(|_| text.parse().ok()).ok_or("its index is no number")?;
        if index > MAX_INDEX { Err("its index is too large") } else { Ok(index) }
    }

    fn scalar(&self, text: String) -> Value {
        match self.set {
            Set::Typed(_) => typed(text),
            Set::File { bytes, .. } => Value::String(String::from_utf8_lossy(bytes).into_owned()),
            Set::Text(_) | Set::Json(_) | Set::Literal(_) => Value::String(text),
        }
    }

    fn tree(&self, shape: Shape) -> Tree {
        Tree::new(shape, Some(self.origin.clone()))
    }

    fn put(&self, map: &mut Map, name: String, shape: Shape) {
        if !name.is_empty() {
            map.insert(name, self.tree(shape));
        }
    }

    /// A list that is too short is filled up with null.
    fn put_item(&self, list: &mut Vec<Tree>, index: usize, shape: Shape) {
        while list.len() <= index {
            list.push(Tree::new(NULL, Some(self.origin.clone())));
        }
        if let Some(item) = list.get_mut(index) {
            *item = self.tree(shape);
        }
    }

    /// Up to one of these characters, which is taken too; none if there is none. `\` is taken off what it stands before.
    fn until(&mut self, stops: &str) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.characters.get(self.at).copied() {
            self.at += 1;
            match c {
                c if stops.contains(c) => return (text, Some(c)),
                '\\' => {
                    let Some(next) = self.characters.get(self.at) else { break };
                    text.push(*next);
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
        (text, None)
    }
}

const NULL: Shape = Shape::Scalar(Value::Null);

/// A boolean, null or a whole number where the text is one. A number does not start with 0.
fn typed(text: String) -> Value {
    match text.to_lowercase().as_str() {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "null" => return Value::Null,
        "0" => return Value::from(0),
        _ => {}
    }
    match text.parse::<i64>() {
        Ok(number) if !text.starts_with('0') => Value::from(number),
        _ => Value::String(text),
    }
}
