//! Whether the waivers that a preview rests on still count.

use std::collections::HashSet;

use access::Identity;
use application::Date;
use risk_rules::{RiskReport, Waiver};
use service::{Failure, Undone};
use time::OffsetDateTime;

use crate::domain::{Promotion, Standing, UsedWaiver};
use crate::resolve::Resolver;

/// The day of a moment (UTC), as applications write days.
pub(crate) fn day_of(now: OffsetDateTime) -> Result<Date, Failure> {
    let day = now.date();
    let year = u16::try_from(day.year()).ok();
    let day = year.and_then(|year| Date::new(year, u8::from(day.month()), day.day()));
    day.ok_or_else(|| Failure::unhandled("INTERNAL", format!("{now} is on no day of the calendar")))
}

/// What stands of the waivers that a promotion's preview rests on; nothing is known of a preview that is not complete.
pub(crate) async fn standing(
    resolver: &Resolver,
    caller: &Identity,
    promotion: Option<&Promotion>,
) -> Result<Standing, Undone> {
    let parts = resolver.promotions.parts();
    let today = day_of(parts.clock.now())?;
    let Some((promotion, preview)) = promotion.and_then(|one| Some((one, one.preview.as_ref()?))) else {
        return Ok(Standing { risk: None, today, used: Vec::new() });
    };
    let report: RiskReport = documents::read(&*parts.blobs, caller.org, preview.risk).await?;
    let of_api = report.waived.iter().any(|waived| waived.waiver.id.is_some());
    let granted: HashSet<String> = match of_api {
        true => {
            let application = promotion.inputs.application_id;
            let granted = resolver.catalog.waivers(caller, application).await?;
            granted.into_iter().map(|granted| granted.id).collect()
        }
        false => HashSet::new(),
    };
    let mut used: Vec<UsedWaiver> = Vec::new();
    for waived in &report.waived {
        let waiver = used_waiver(&waived.waiver, &granted);
        if !used.contains(&waiver) {
            used.push(waiver);
        }
    }
    Ok(Standing { risk: Some(preview.risk), today, used })
}

fn used_waiver(waiver: &Waiver, granted: &HashSet<String>) -> UsedWaiver {
    let by = waiver.who.as_ref().map(|who| format!(" by {who}")).unwrap_or_default();
    UsedWaiver {
        name: format!("{} at {}{by}", waiver.rule, waiver.place),
        until: waiver.until,
        revoked: waiver.id.as_ref().is_some_and(|id| !granted.contains(id)),
    }
}
