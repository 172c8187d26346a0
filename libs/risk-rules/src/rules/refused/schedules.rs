//! Schedules of CronJobs that cannot be read.

use kube_model::{Object, shown};
use serde_json::Value;

use super::{Refused, spec};

const SOURCE: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax";

/// A schedule that is none.
pub(super) fn refused(object: &Object) -> Option<Refused> {
    if object.key.group != "batch" || object.key.kind != "CronJob" {
        return None;
    }
    let schedule = object.text(&["spec", "schedule"])?;
    let fault = fault(schedule)?;
    let message = format!("The schedule {} {fault}: the API server refuses it.", shown(schedule));
    Some(Refused { path: spec("schedule"), value: Some(Value::from(schedule)), message, source: SOURCE })
}

const DESCRIPTORS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A field of a schedule: its name, its bounds, and the names that its values have.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[] },
    Field { name: "hour", least: 0, most: 23, names: &[] },
    Field { name: "day of the month", least: 1, most: 31, names: &[] },
    Field { name: "month", least: 1, most: 12, names: &MONTHS },
    Field { name: "day of the week", least: 0, most: 6, names: &DAYS },
];

/// Why a schedule is none by the syntax that the API server reads (the standard parser of robfig/cron, version 3).
fn fault(schedule: &str) -> Option<String> {
    let schedule = match schedule.strip_prefix("TZ=").or_else(|| schedule.strip_prefix("CRON_TZ=")) {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest),
        None => schedule,
    };
    if schedule.starts_with('@') {
        let is_known = DESCRIPTORS.contains(&schedule) || schedule.starts_with("@every ");
        return (!is_known).then(|| "is none that is known".to_owned());
    }
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!("has {} fields instead of 5", parts.len()));
    }
    let bad = FIELDS.iter().zip(&parts).find(|(field, part)| !part.split(',').all(|one| field.takes(one)));
    bad.map(|(field, part)| format!("has {} as its {}", shown(part), field.name))
}

impl Field {
    /// `5`, `1-5`, `*`, `*/15`, `1-31/2`, `mon-fri`.
    fn takes(&self, part: &str) -> bool {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
            return false;
        }
        if matches!(range, "*" | "?") {
            return true;
        }
        match range.split_once('-') {
            Some((first, last)) => {
                self.value(first).zip(self.value(last)).is_some_and(|(first, last)| first <= last)
            }
            None => self.value(range).is_some(),
        }
    }

    fn value(&self, text: &str) -> Option<u32> {
        let text = text.to_lowercase();
        let named = (self.least..).zip(self.names).find(|(_, name)| **name == text).map(|(value, _)| value);
        let value = named.or_else(|| text.parse().ok())?;
        (self.least..=self.most).contains(&value).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `cron.ParseStandard` takes and refuses, by its documentation and tests.
    #[test]
    fn schedules_are_read_as_the_api_server_reads_them() {
        for good in [
            "0 * * * *",
            "*/15 0-6 1,15 * mon-fri",
            "0 0 ? JAN-DEC 0",
            "5/15 * * * *",
            "@daily",
            "@every 1h30m",
            "CRON_TZ=UTC 0 5 * * *",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "* * * *",
            "0 * * * * *",
            "60 * * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 * 13 *",
            "0 0 * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "0 0 * * funday",
            "@fortnightly",
            "",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
