//! `plimsoll waiver`.

use api::page::Page;
use api::waiver::{GrantWaiver, Waiver};

use crate::cli::{self, WaiverVerb, Waivers};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::Client;
use crate::remote::client::segment;
use crate::remote::show::{either, table};

pub(crate) fn run(waivers: &Waivers) -> Result<Outcome, Failure> {
    match &waivers.verb {
        WaiverVerb::Grant(asked) => grant(asked),
        WaiverVerb::List { application, environment, expiring_within, server } => {
            let filter = [
                ("application", application.as_deref()),
                ("environment", environment.as_deref()),
                ("expiring_within", expiring_within.as_deref()),
            ];
            let page: Page<Waiver> = Client::open(server)?.all("/waivers", &filter)?;
            let rows = || page.items.iter().map(row).collect::<Vec<_>>();
            let heads = ["id", "application", "environment", "rule", "place", "who", "until", "reason"];
            either(server, &page, || table(&heads, &rows()))
        }
        WaiverVerb::Revoke { waiver, server } => {
            Client::open(server)?.delete(&format!("/waivers/{}", segment(waiver)))?;
            Ok(Outcome::of(format!("{} is revoked\n", escape::line(waiver))))
        }
    }
}

fn grant(asked: &cli::GrantWaiver) -> Result<Outcome, Failure> {
    let cli::GrantWaiver { application, environment, rule, place, reason, until, server } = asked;
    let body = GrantWaiver {
        application: application.clone(),
        environment: environment.clone(),
        rule: rule.clone(),
        place: place.to_string(),
        reason: reason.clone(),
        until: until.to_string(),
    };
    let granted: Waiver = Client::open(server)?.create("/waivers", &body)?;
    let Waiver { id, rule, place, until, .. } = &granted;
    either(server, &granted, || {
        escape::line(&format!("{rule} at {place} is waived until {until}: {id}")) + "\n"
    })
}

fn row(waiver: &Waiver) -> Vec<String> {
    let Waiver { id, application, environment, rule, place, who, until, ended, reason, .. } = waiver;
    let until = if *ended { format!("{until} (ended)") } else { until.clone() };
    let environment = environment.clone().unwrap_or_else(|| "all".to_owned());
    let texts = [application, &environment, rule, place, who, &until, reason];
    [id.to_string()].into_iter().chain(texts.into_iter().cloned()).collect()
}
