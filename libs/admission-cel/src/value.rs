//! CEL's values, with those of Kubernetes' libraries.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use kube_model::{Quantity, is_mark};
use serde_json::Value;
use time::OffsetDateTime;

use crate::fault::{Evaluated, Fault};
use crate::functions::{cidr::Cidr, format::NamedFormat, url::Url};
use crate::steps::Steps;

#[derive(Debug, Clone)]
pub(crate) enum Val {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    List(Rc<Vec<Val>>),
    Map(Rc<BTreeMap<Key, Val>>),
    Optional(Option<Rc<Val>>),
    Type(Rc<str>),
    Duration(i128),
    Timestamp(OffsetDateTime),
    Quantity(Quantity),
    Url(Rc<Url>),
    Ip(std::net::IpAddr),
    Cidr(Cidr),
    Semver(Rc<semver::Version>),
    Format(NamedFormat),
    /// What only the API server knows, and why.
    Unknown(Rc<str>),
    /// A secret's mark: what it is equal to is known, and that it is a text, and nothing else.
    Masked(Rc<str>),
}

/// A key of a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Bool(bool),
    Int(i128),
    Text(Rc<str>),
}

impl Val {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Rc::from(text.as_ref()))
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    pub(crate) fn some(value: Self) -> Self {
        Self::Optional(Some(Rc::new(value)))
    }

    pub(crate) fn int(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    pub(crate) fn unknown(why: &str) -> Self {
        Self::Unknown(Rc::from(why))
    }

    /// As the API server hands an object to CEL: whole numbers are `int`, others `double`.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(*is),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) if is_mark(text) => Self::Masked(Rc::from(text.as_str())),
            Value::String(text) => Self::text(text),
            Value::Array(items) => Self::list(items.iter().map(Self::of).collect()),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (Key::text(key), Self::of(value)));
                Self::Map(Rc::new(fields.collect()))
            }
        }
    }

    /// The name of its type, as `type()` and errors have it.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) | Self::Masked(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Url(_) => "kubernetes.URL",
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The value, unless it is one that nobody knows here.
    pub(crate) fn known(self) -> Evaluated {
        match self {
            Self::Unknown(why) => Err(Fault::Unknown(why.to_string())),
            Self::Masked(_) => Err(Fault::Unknown("a secret's value, which is masked".to_owned())),
            value => Ok(value),
        }
    }

    pub(crate) fn into_bool(self) -> Evaluated<bool> {
        match self.known()? {
            Self::Bool(is) => Ok(is),
            _ => Fault::overload(),
        }
    }

    /// Whether two values are equal, as CEL has it: numbers across types, lists and maps by their elements, and everything
    /// else unequal to what is of another type.
    pub(crate) fn equals(&self, other: &Self, steps: &Steps) -> Evaluated<bool> {
        steps.take(1)?;
        Ok(match (self, other) {
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => return Err(Fault::Unknown(why.to_string())),
            (Self::Masked(one), Self::Masked(two)) => one == two,
            (Self::Masked(_), Self::Text(text)) | (Self::Text(text), Self::Masked(_)) => {
                // What is masked is never empty.
                if text.is_empty() {
                    return Ok(false);
                }
                return self.clone().known().and(other.clone().known()).map(|_| false);
            }
            (Self::Text(one), Self::Text(two)) => {
                steps.text(one.len().min(two.len()))?;
                one == two
            }
            (Self::List(one), Self::List(two)) => {
                return same_length(one.len(), two.len(), || {
                    all(one.iter().zip(two.iter()).map(|(one, two)| one.equals(two, steps)))
                });
            }
            (Self::Map(one), Self::Map(two)) => {
                return same_length(one.len(), two.len(), || {
                    all(one.iter().map(|(key, one)| match two.get(key) {
                        Some(two) => one.equals(two, steps),
                        None => Ok(false),
                    }))
                });
            }
            (Self::Optional(Some(one)), Self::Optional(Some(two))) => return one.equals(two, steps),
            _ => self.equals_plainly(other),
        })
    }

    fn equals_plainly(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Optional(None), Self::Optional(None)) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Bytes(one), Self::Bytes(two)) => one == two,
            (Self::Type(one), Self::Type(two)) => one == two,
            (Self::Duration(one), Self::Duration(two)) => one == two,
            (Self::Timestamp(one), Self::Timestamp(two)) => one == two,
            (Self::Quantity(one), Self::Quantity(two)) => one == two,
            (Self::Url(one), Self::Url(two)) => one == two,
            (Self::Ip(one), Self::Ip(two)) => one == two,
            (Self::Cidr(one), Self::Cidr(two)) => one == two,
            (Self::Semver(one), Self::Semver(two)) => one == two,
            (Self::Format(one), Self::Format(two)) => one == two,
            _ => self.number_order(other) == Some(Some(Ordering::Equal)),
        }
    }

    /// How two numbers are ordered; `Some(None)` with a NaN, none where one is no number.
    fn number_order(&self, other: &Self) -> Option<Option<Ordering>> {
        let whole = |value: &Self| match value {
            Self::Int(number) => Some(i128::from(*number)),
            Self::Uint(number) => Some(i128::from(*number)),
            _ => None,
        };
        match (self, other) {
            (Self::Double(one), Self::Double(two)) => Some(one.partial_cmp(two)),
            (Self::Double(one), two) => Some(double_order(*one, whole(two)?)),
            (one, Self::Double(two)) => Some(double_order(*two, whole(one)?).map(Ordering::reverse)),
            (one, two) => Some(Some(whole(one)?.cmp(&whole(two)?))),
        }
    }

    /// The order of two values that CEL can compare; none with a NaN.
    pub(crate) fn order(&self, other: &Self, steps: &Steps) -> Evaluated<Option<Ordering>> {
        let (one, two) = (self.clone().known()?, other.clone().known()?);
        Ok(Some(match (&one, &two) {
            (Self::Text(one), Self::Text(two)) => {
                steps.text(one.len().min(two.len()))?;
                one.cmp(two)
            }
            (Self::Bool(one), Self::Bool(two)) => one.cmp(two),
            (Self::Bytes(one), Self::Bytes(two)) => one.cmp(two),
            (Self::Duration(one), Self::Duration(two)) => one.cmp(two),
            (Self::Timestamp(one), Self::Timestamp(two)) => one.cmp(two),
            (one, two) => match one.number_order(two) {
                Some(order) => return Ok(order),
                None => return Fault::overload(),
            },
        }))
    }
}

fn double_order(one: f64, two: i128) -> Option<Ordering> {
    // Beyond 2⁶⁵ a double is larger than every int and uint; below, its whole part is exact in 128 bits.
    if one.is_nan() {
        return None;
    }
    if one.abs() > 3.7e19 {
        return Some(if one > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = one.trunc() as i128;
    Some(whole.cmp(&two).then_with(|| one.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal)))
}

fn same_length(one: usize, two: usize, equal: impl FnOnce() -> Evaluated<bool>) -> Evaluated<bool> {
    if one == two { equal() } else { Ok(false) }
}

/// Whether all are true; one that is not wins over one that nobody knows.
fn all(each: impl Iterator<Item = Evaluated<bool>>) -> Evaluated<bool> {
    let mut fault: Option<Fault> = None;
    for one in each {
        match one {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(Fault::Steps) => return Err(Fault::Steps),
            Err(new) => {
                fault = Some(match fault {
                    Some(old) => old.of_both(new),
                    None => new,
                });
            }
        }
    }
    fault.map_or(Ok(true), Err)
}

impl Key {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }

    /// The key that a value is.
    pub(crate) fn of(value: &Val) -> Evaluated<Self> {
        match value.clone().known()? {
            Val::Bool(is) => Ok(Self::Bool(is)),
            Val::Int(number) => Ok(Self::Int(number.into())),
            Val::Uint(number) => Ok(Self::Int(number.into())),
            Val::Double(number) if number.fract() == 0.0 && number.abs() < 1e18 => {
                Ok(Self::Int(number as i128))
            }
            Val::Text(text) => Ok(Self::Text(text)),
            other => Fault::error(format!("unsupported key type: {}", other.type_name())),
        }
    }

    pub(crate) fn value(&self) -> Val {
        match self {
            Self::Bool(is) => Val::Bool(*is),
            Self::Int(number) => match i64::try_from(*number) {
                Ok(number) => Val::Int(number),
                Err(_) => Val::Uint(u64::try_from(*number).unwrap_or(u64::MAX)),
            },
            Self::Text(text) => Val::Text(Rc::clone(text)),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(is) => write!(f, "{is}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
