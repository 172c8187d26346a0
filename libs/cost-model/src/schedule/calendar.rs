//! On which share of all days a schedule fires.

use std::sync::LazyLock;

use super::field::Field;
use crate::ratio::Ratio;

/// The days of the Gregorian calendar's cycle of 400 years, after which dates and weekdays repeat (20,871 weeks).
const CYCLE: i128 = 146_097;

/// By month from 0, day from 0 and weekday from Sunday: on how many days of the cycle they meet.
type Meetings = [[[i128; 7]; 31]; 12];

static MEETINGS: LazyLock<Meetings> = LazyLock::new(meetings);

fn meetings() -> Meetings {
    const DAYS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut meetings = [[[0; 7]; 31]; 12];
    // 1 January 2000 was a Saturday.
    let mut weekday = 6;
    for year in 2000_u32..2400 {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        for (month, days) in DAYS.iter().enumerate() {
            let days = days + usize::from(leap && month == 1);
            for day in &mut meetings[month][..days] {
                day[weekday] += 1;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    meetings
}

/// The share of days on which the day fields match. If both the day of the month and the weekday are restricted, either
/// of them is enough (`dayMatches` of robfig/cron; POSIX says the same of crontab).
pub(super) fn share_of_days(days: &Field, months: &Field, weekdays: &Field) -> Option<Ratio> {
    let matches = |day: u32, weekday: u32| {
        let (by_day, by_weekday) = (days.has(day), weekdays.has(weekday));
        if days.star || weekdays.star { by_day && by_weekday } else { by_day || by_weekday }
    };
    let mut count = 0;
    for (month, days_of_month) in (1..).zip(MEETINGS.iter()) {
        if !months.has(month) {
            continue;
        }
        for (day, by_weekday) in (1..).zip(days_of_month) {
            count += (0..)
                .zip(by_weekday)
                .filter(|(weekday, _)| matches(day, *weekday))
                .map(|(_, n)| n)
                .sum::<i128>();
        }
    }
    Ratio::new(count, CYCLE)
}
