//! CronJob schedules, as Kubernetes reads them (`ParseStandard` of robfig/cron v3).

mod calendar;
mod every;
mod field;

use std::str::FromStr;

use crate::assumptions::HOURS_A_MONTH;
use crate::ratio::Ratio;
use field::{Bounds, Field};

/// When a CronJob runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// At these minutes of these hours of these days.
    Calendar { minutes: Field, hours: Field, days: Field, months: Field, weekdays: Field },
    /// Every so many seconds.
    Every(i128),
}

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a schedule: {why}")]
pub(crate) struct ScheduleError {
    text: String,
    why: String,
}

impl Schedule {
    /// How often it fires in a month of 730 hours: the times of a day on which it fires, × the share of such days
    /// in the Gregorian calendar's cycle of 400 years, × the 730 / 24 days of the month. Time zones and changes of
    /// the clock do not move the count.
    pub(crate) fn runs_a_month(&self) -> Option<Ratio> {
        match self {
            Self::Every(seconds) => Ratio::new(i128::from(HOURS_A_MONTH) * 3600, *seconds),
            Self::Calendar { minutes, hours, days, months, weekdays } => {
                let times = i128::from(minutes.count()) * i128::from(hours.count());
                let share = calendar::share_of_days(days, months, weekdays)?;
                share.times(Ratio::whole(times))?.times(Ratio::new(i128::from(HOURS_A_MONTH), 24)?)
            }
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let fail = |why: String| ScheduleError { text: text.to_owned(), why };
        let spec = without_time_zone(text).map_err(fail)?;
        if let Some(interval) = spec.strip_prefix("@every ") {
            return every::seconds(interval).map(Self::Every).map_err(fail);
        }
        let spec = match spec {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            macro_name if macro_name.starts_with('@') => {
                return Err(fail(format!("{macro_name} is no macro")));
            }
            spec => spec,
        };
        let fields: Vec<&str> = spec.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(fail(format!("expected 5 fields, found {}", fields.len())));
        };
        let field = |text, bounds| Field::parse(text, bounds).map_err(fail);
        Ok(Self::Calendar {
            minutes: field(minutes, &Bounds::MINUTES)?,
            hours: field(hours, &Bounds::HOURS)?,
            days: field(days, &Bounds::DAYS)?,
            months: field(months, &Bounds::MONTHS)?,
            weekdays: field(weekdays, &Bounds::WEEKDAYS)?,
        })
    }
}

/// `TZ=` and `CRON_TZ=` in front of a schedule: Kubernetes takes them no longer from new objects, but keeps the
/// CronJobs that have them. The count does not depend on the zone.
fn without_time_zone(text: &str) -> Result<&str, String> {
    if !text.starts_with("TZ=") && !text.starts_with("CRON_TZ=") {
        return Ok(text);
    }
    let (_, rest) = text.split_once(' ').ok_or("nothing follows the time zone")?;
    Ok(rest.trim())
}

#[cfg(test)]
mod tests;
