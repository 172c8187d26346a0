//! Which day it is, for what holds between days.

use price_book::Date;

use crate::failure::Failure;

/// Today (UTC), as applications write days.
pub(crate) fn today() -> Result<application::Date, Failure> {
    let now = time::OffsetDateTime::now_utc().date();
    let year = u16::try_from(now.year()).ok();
    let day = year.and_then(|year| application::Date::new(year, u8::from(now.month()), now.day()));
    day.ok_or_else(|| Failure::new("USAGE", format!("the clock says {now}, which is no day")))
}

/// The day that was asked for, or today (UTC).
pub(crate) fn or_today(asked: Option<&Date>) -> Result<Date, Failure> {
    if let Some(day) = asked {
        return Ok(day.clone());
    }
    today()?
        .to_string()
        .parse()
        .map_err(|error: price_book::NotADate| Failure::new("USAGE", error.to_string()))
}
