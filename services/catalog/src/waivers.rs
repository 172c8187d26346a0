//! Waivers as people ask for them, and as they are answered.

use ids::ApplicationId;
use kube_model::{PlacePattern, line_holds_secret};
use protos::catalog as proto;
use serde_json::json;
use service::{Kind, Refused};
use time::Date;
use time::macros::format_description;

use crate::domain::{Catalog, Waiver, no_waiver};
use crate::shown;

/// The longest reason, and the longest rule and place.
const REASON: usize = 1_000;
const NAME: usize = 500;

/// The waiver that is asked for, and how many days from today it ends.
pub(crate) fn wanted(
    catalog: &Catalog,
    asked: proto::GrantWaiverRequest,
    by: &str,
    today: Date,
) -> Result<(Waiver, i64), Refused> {
    let (application, _) = shown::application(catalog, &asked.application)?;
    rule("rule", &asked.rule)?;
    text("place", &asked.place, NAME)?;
    asked.place.parse::<PlacePattern>().map_err(|error| invalid("place", &error.to_string()))?;
    text("reason", &asked.reason, REASON)?;
    if line_holds_secret(&asked.reason) {
        return Err(invalid("reason", "it holds what looks like a secret, and is shown to everybody"));
    }
    let day = Date::parse(&asked.until, format_description!("[year]-[month]-[day]"));
    let day = day.map_err(|_| invalid("until", "a day is expected: YYYY-MM-DD"))?;
    let waiver = Waiver {
        application,
        environment: asked.environment.filter(|environment| !environment.is_empty()),
        rule: asked.rule,
        place: asked.place,
        reason: asked.reason,
        who: by.to_owned(),
        until: asked.until,
    };
    Ok((waiver, (day - today).whole_days()))
}

/// Whether there is such a rule: a name that is misspelled would waive nothing, and nobody would see why.
fn rule(field: &str, rule: &str) -> Result<(), Refused> {
    let known = risk_rules::catalogue();
    let is_known = rule == "*" || known.iter().any(|one| one.id == rule || one.equivalents.contains(&rule));
    match is_known {
        true => Ok(()),
        false => Err(invalid(field, &format!("there is no rule {rule:?}; plimsoll rules list has them"))),
    }
}

fn text(field: &str, text: &str, most: usize) -> Result<(), Refused> {
    let plain = !text.trim().is_empty() && !text.contains(char::is_control);
    match plain && text.chars().count() <= most {
        true => Ok(()),
        false => Err(invalid(
            field,
            &format!("1 to {most} characters are expected, none of them a control character"),
        )),
    }
}

fn invalid(field: &str, why: &str) -> Refused {
    Refused::new(Kind::Invalid, "WAIVER_INVALID", format!("{field}: {why}")).with(json!({ "field": field }))
}

/// A waiver by its identifier.
pub(crate) fn shown(catalog: &Catalog, id: &str) -> Result<proto::Waiver, Refused> {
    let found = id.parse().ok().and_then(|id| catalog.waivers.get_key_value(&id));
    found.map(|(id, waiver)| message(catalog, &id.to_string(), waiver)).ok_or_else(|| no_waiver(id))
}

/// The waivers of an application.
pub(crate) fn of_application(catalog: &Catalog, application: ApplicationId) -> Vec<proto::Waiver> {
    let its = catalog.waivers.iter().filter(|(_, waiver)| waiver.application == application);
    its.map(|(id, waiver)| message(catalog, &id.to_string(), waiver)).collect()
}

fn message(catalog: &Catalog, id: &str, waiver: &Waiver) -> proto::Waiver {
    let known = catalog.applications.get(&waiver.application);
    let Waiver { application, environment, rule, place, reason, who, until } = waiver.clone();
    proto::Waiver {
        waiver_id: id.to_owned(),
        application_id: application.to_string(),
        application: known.map(|known| known.name.clone()).unwrap_or_default(),
        environment,
        rule,
        place,
        reason,
        who,
        until,
    }
}
