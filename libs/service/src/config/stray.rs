//! Environment variables of our prefix that are no settings: those that are something else, and those that are mistakes.

/// What is read otherwise than as a setting, and what the repository's Makefile hands to its own tools.
const OTHERS: [&str; 12] = [
    "PLIMSOLL_AWAY_SECONDS",
    "PLIMSOLL_BIN",
    "PLIMSOLL_CACHE",
    "PLIMSOLL_CONFIG",
    "PLIMSOLL_CRASHES",
    "PLIMSOLL_DATA",
    "PLIMSOLL_LOG",
    "PLIMSOLL_HELM",
    "PLIMSOLL_HELM_CACHE",
    "PLIMSOLL_PG_BIN",
    "PLIMSOLL_SERVER",
    "PLIMSOLL_TOKEN",
];

/// Further away than this, a name is no misspelling of another.
const NEAR: usize = 3;

/// What is wrong with a variable of our prefix that has no `__`; none if it is meant for somebody else.
pub(super) fn complaint(name: &str, rest: &str, value: &str, sections: &[String]) -> Option<String> {
    if OTHERS.contains(&name) || is_of_kubernetes(rest, value) {
        return None;
    }
    let nearest = of_section(rest, sections).or_else(|| near(name));
    Some(match nearest {
        Some(nearest) => format!("there is no such variable; is {nearest} meant?"),
        None => "there is no such variable; a setting is PLIMSOLL_SECTION__KEY".to_owned(),
    })
}

/// Kubernetes gives every pod variables of each service of its namespace ("Environment variables" in the Service concept):
/// of one that is named plimsoll-gateway, `PLIMSOLL_GATEWAY_SERVICE_HOST`, `PLIMSOLL_GATEWAY_PORT_8080_TCP_ADDR` and more.
fn is_of_kubernetes(rest: &str, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_link = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let after_port = rest.split_once("PORT_").map(|(_, port)| port.split('_').collect::<Vec<_>>());
    let is_port = after_port.is_some_and(|parts| {
        is_number(parts[0]) && parts.get(1).is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(protocol))
    });
    rest.ends_with("SERVICE_HOST")
        || rest.ends_with("SERVICE_PORT")
        || (rest.contains("SERVICE_PORT_") && is_number(value))
        || (rest.ends_with("PORT") && is_link)
        || is_port
}

/// The setting, if the name begins with a section's.
fn of_section(rest: &str, sections: &[String]) -> Option<String> {
    let written = sections.iter().map(|section| section.replace('-', "_").to_uppercase());
    let key = |section: String| Some((section.clone(), rest.strip_prefix(&section)?.strip_prefix('_')?));
    let found = written.filter_map(key).filter(|(_, key)| !key.is_empty());
    let (section, key) = found.max_by_key(|(section, _)| section.len())?;
    Some(format!("PLIMSOLL_{section}__{key}"))
}

fn near(name: &str) -> Option<String> {
    let measured = OTHERS.map(|other| (strsim::levenshtein(name, other), other));
    let (distance, other) = measured.into_iter().min()?;
    (distance <= NEAR).then(|| other.to_owned())
}
