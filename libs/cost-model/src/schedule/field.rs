//! One field of a schedule: a list of ranges, as a set of numbers.

/// The numbers that a field may hold, and the names that some of them have.
pub(super) struct Bounds {
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

impl Bounds {
    pub(super) const MINUTES: Self = Self { least: 0, most: 59, names: &[] };
    pub(super) const HOURS: Self = Self { least: 0, most: 23, names: &[] };
    pub(super) const DAYS: Self = Self { least: 1, most: 31, names: &[] };
    pub(super) const MONTHS: Self = Self {
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    };
    /// Sunday is 0; 7 is refused, unlike in Vixie cron.
    pub(super) const WEEKDAYS: Self =
        Self { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

    fn number(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        if let Some(index) = named.and_then(|index| u32::try_from(index).ok()) {
            return Ok(self.least + index);
        }
        text.parse().map_err(|_| format!("{text:?} is not a number"))
    }
}

/// The numbers that a field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    bits: u64,
    /// Whether it holds `*` or `?` without a step: of the two day fields, such a one does not restrict.
    pub(super) star: bool,
}

impl Field {
    pub(super) fn parse(text: &str, bounds: &Bounds) -> Result<Self, String> {
        let mut field = Self { bits: 0, star: false };
        for range in text.split(',').filter(|range| !range.is_empty()) {
            let part = parse_range(range, bounds).map_err(|why| format!("in {range:?}, {why}"))?;
            field.bits |= part.bits;
            field.star |= part.star;
        }
        Ok(field)
    }

    pub(super) fn has(self, number: u32) -> bool {
        self.bits & (1 << number) != 0
    }

    pub(super) fn count(self) -> u32 {
        self.bits.count_ones()
    }
}

fn parse_range(text: &str, bounds: &Bounds) -> Result<Field, String> {
    let (range, step_text) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let step = match step_text {
        Some(step) => step.parse::<usize>().map_err(|_| format!("{step:?} is not a step"))?,
        None => 1,
    };
    if step == 0 {
        return Err("a step must be above 0".to_owned());
    }
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (first, Some(last)),
        None => (range, None),
    };
    let any = matches!(first, "*" | "?");
    let start = if any { bounds.least } else { bounds.number(first)? };
    let end = match last {
        _ if any => bounds.most,
        Some(last) => bounds.number(last)?,
        // `N/step` means `N-max/step`.
        None if step_text.is_some() => bounds.most,
        None => start,
    };
    if start < bounds.least {
        return Err(format!("{start} is below {}", bounds.least));
    }
    if end > bounds.most {
        return Err(format!("{end} is above {}", bounds.most));
    }
    if start > end {
        return Err(format!("the range starts at {start}, after its end at {end}"));
    }
    let bits = (start..=end).step_by(step).fold(0, |bits, number| bits | 1 << number);
    Ok(Field { bits, star: any && step == 1 })
}
