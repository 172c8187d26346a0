//! URLs, as Go's `url.ParseRequestURI` reads them: absolute, or an absolute path.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::{Key, Val};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("url", None, [Val::Text(text)]) => Some(parsed(text).map_or_else(
            || Fault::error(format!("URL parse error during conversion from string: parse {text:?}")),
            |url| Ok(Val::Url(Rc::new(url))),
        )),
        ("isURL", None, [Val::Text(text)]) => Some(Ok(Val::Bool(parsed(text).is_some()))),
        (name, Some(Val::Url(url)), []) => method(name, url),
        _ => None,
    }
}

fn method(name: &str, url: &Url) -> Option<Evaluated> {
    let (host, port) = host_and_port(&url.host);
    Some(Ok(match name {
        "getScheme" => Val::text(&url.scheme),
        "getHost" => Val::text(&url.host),
        "getHostname" => Val::text(host.trim_start_matches('[').trim_end_matches(']')),
        "getPort" => Val::text(port),
        "getEscapedPath" => Val::text(escaped(&url.path)),
        "getQuery" => query(&url.query),
        _ => return None,
    }))
}

fn host_and_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    }
}

fn parsed(text: &str) -> Option<Url> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (scheme, rest) = match text.strip_prefix('/') {
        Some(_) => ("", text),
        None => text.split_once(':').filter(|(scheme, _)| is_scheme(scheme))?,
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = match (rest.strip_prefix("//"), scheme) {
        (Some(rest), scheme) if !scheme.is_empty() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        _ => ("", rest),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let port = host_and_port(host).1;
    let is_host = !host.contains([' ', '<', '>', '"', '\\', '^', '`', '{', '|', '}'])
        && (!host.contains('[') || host.contains(']'))
        && host_and_port(host).0.matches(':').count() <= if host.starts_with('[') { 8 } else { 0 };
    (is_host && port.chars().all(|c| c.is_ascii_digit()) && is_escaped(path)).then(|| Url {
        scheme: scheme.to_lowercase(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
    })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Whether each `%` is followed by two hexadecimal digits.
fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// What a path may not hold is written as `%20`.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@%!'()*[]".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(one).collect()
}

/// `a=1&b=2&a=3` as a map of lists.
fn query(text: &str) -> Val {
    let mut fields: BTreeMap<Key, Vec<Val>> = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.entry(Key::text(&unescaped(key))).or_default().push(Val::text(unescaped(value)));
    }
    Val::Map(Rc::new(fields.into_iter().map(|(key, values)| (key, Val::list(values))).collect()))
}

fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(*byte),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&out).into_owned()
}
