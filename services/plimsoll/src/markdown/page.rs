//! A page that stays below a limit: a Git host refuses a longer comment, and with it all that it says.
//!
//! GitHub takes 65,536 characters, GitLab 1,000,000. What does not fit is left out whole, the largest parts first, and
//! the page says what it was. The verdict stays; findings go last, and of them the mildest first.

use std::cmp::Reverse;

/// Room for the sentence that says what was left out.
const NOTE_CHARACTERS: usize = 1_500;
/// As many parts are named in it.
const NAMED: usize = 8;
/// No name in it is longer.
const LONGEST_NAME: usize = 120;

/// What may be left out of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// Nothing: a verdict, the head of a table.
    Kept,
    /// What a person must see before the change is merged.
    Finding,
    /// An object, with so many changes.
    Object(usize),
    /// Anything else.
    Detail,
}

#[derive(Debug)]
struct Part {
    rank: Rank,
    /// As Markdown.
    name: String,
    text: String,
    characters: usize,
}

/// The parts of a page, in their order.
#[derive(Debug, Default)]
pub(crate) struct Page {
    parts: Vec<Part>,
}

impl Page {
    /// What is always there.
    pub(crate) fn keep(&mut self, text: impl Into<String>) {
        self.push(Rank::Kept, String::new(), text.into());
    }

    /// A finding, the gravest first. Its name is Markdown, as all names are.
    pub(crate) fn finding(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.push(Rank::Finding, name.into(), text.into());
    }

    /// What changes in an object.
    pub(crate) fn object(&mut self, name: impl Into<String>, changes: usize, text: impl Into<String>) {
        self.push(Rank::Object(changes), name.into(), text.into());
    }

    /// What people look up when they need it.
    pub(crate) fn detail(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.push(Rank::Detail, name.into(), text.into());
    }

    /// What another page has.
    pub(crate) fn append(&mut self, other: Self) {
        self.parts.extend(other.parts);
    }

    fn push(&mut self, rank: Rank, name: String, text: String) {
        let characters = text.chars().count();
        self.parts.push(Part { rank, name, text, characters });
    }

    /// The page in at most `limit` characters.
    pub(crate) fn fit(self, limit: usize) -> String {
        let total: usize = self.parts.iter().map(|part| part.characters).sum();
        if total <= limit {
            return self.parts.into_iter().map(|part| part.text).collect();
        }
        let left_out = self.left_out(total.saturating_sub(limit.saturating_sub(NOTE_CHARACTERS)));
        let mut page = String::new();
        let mut is_out = left_out.iter().peekable();
        for (index, part) in self.parts.iter().enumerate() {
            match is_out.next_if(|out| **out == index) {
                Some(_) => {}
                None => page.push_str(&part.text),
            }
        }
        let parts: Vec<&Part> = left_out.iter().map(|index| &self.parts[*index]).collect();
        let room = limit.saturating_sub(NOTE_CHARACTERS);
        cut_at_line(&mut page, room);
        page + &note(&parts, limit)
    }

    /// The parts that go so that the page gets shorter by `excess`, in the page's order.
    fn left_out(&self, excess: usize) -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..self.parts.len()).filter(|index| self.parts[*index].rank != Rank::Kept).collect();
        order.sort_by_key(|index| match self.parts[*index].rank {
            // From the last one.
            Rank::Finding => (1, Reverse(*index)),
            _ => (0, Reverse(self.parts[*index].characters)),
        });
        let mut gone = 0;
        let mut left_out: Vec<usize> = order
            .into_iter()
            .take_while(|index| {
                let goes = gone < excess;
                gone += self.parts[*index].characters;
                goes
            })
            .collect();
        left_out.sort_unstable();
        left_out
    }
}

/// Should what is always there be too long by itself, it ends with a whole line.
fn cut_at_line(page: &mut String, room: usize) {
    if let Some((at, _)) = page.char_indices().nth(room) {
        let end = page[..at].rfind('\n').map_or(at, |line| line + 1);
        page.truncate(end);
    }
}

fn note(parts: &[&Part], limit: usize) -> String {
    let mut objects: Vec<(&Part, usize)> = parts
        .iter()
        .filter_map(|part| match part.rank {
            Rank::Object(changes) => Some((*part, changes)),
            _ => None,
        })
        .collect();
    objects.sort_by_key(|(_, changes)| Reverse(*changes));
    let count = crate::text::count;
    let mut said = Vec::new();
    if !objects.is_empty() {
        let changes = objects.iter().map(|(_, changes)| changes).sum();
        let named = objects
            .iter()
            .take(NAMED)
            .map(|(part, changes)| format!("{} ({})", name_of(part), count(*changes, "change", "changes")));
        said.push(format!(
            "{} with {}: {}",
            count(objects.len(), "object", "objects"),
            count(changes, "change", "changes"),
            listed(named.collect(), objects.len())
        ));
    }
    for (rank, one, many) in [(Rank::Finding, "finding", "findings"), (Rank::Detail, "part", "parts")] {
        let of_rank: Vec<&&Part> = parts.iter().filter(|part| part.rank == rank).collect();
        if !of_rank.is_empty() {
            let named = of_rank.iter().take(NAMED).map(|part| name_of(part)).collect();
            said.push(format!("{}: {}", count(of_rank.len(), one, many), listed(named, of_rank.len())));
        }
    }
    let said = if said.is_empty() { "the end of the text".to_owned() } else { said.join("; ") };
    format!(
        "\n> **Left out to stay below {limit} characters:** {said}. The command's text or JSON shows all.\n"
    )
}

fn name_of(part: &Part) -> String {
    match part.name.chars().count() > LONGEST_NAME {
        true => "one with a long name".to_owned(),
        false => part.name.clone(),
    }
}

fn listed(named: Vec<String>, all: usize) -> String {
    let more = all - named.len();
    match more {
        0 => named.join(", "),
        _ => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut page = Page::default();
        page.keep("### verdict\n");
        page.finding("`A`", format!("- critical {}\n", "a".repeat(900)));
        page.finding("`B`", format!("- low {}\n", "b".repeat(900)));
        page.object("`small`", 1, format!("| small {} |\n", "s".repeat(500)));
        page.object("`large`", 30, format!("| large {} |\n", "l".repeat(3_000)));
        page.detail("the edit", format!("{}\n", "e".repeat(1_000)));
        page
    }

    #[test]
    fn what_fits_is_all_there() {
        let whole = page().fit(100_000);
        assert!(whole.contains("large") && whole.ends_with("e\n") && !whole.contains("Left out"));
    }

    #[test]
    fn the_largest_part_goes_first_and_is_named() {
        let shown = page().fit(5_500);
        assert!(shown.chars().count() <= 5_500);
        assert!(shown.contains("| small") && shown.contains("eee") && !shown.contains("| large"), "{shown}");
        assert!(
            shown.contains("below 5500 characters:** 1 object with 30 changes: `large` (30 changes). The"),
            "{shown}"
        );
    }

    #[test]
    fn findings_go_last_and_the_gravest_stays() {
        let shown = page().fit(2_600);
        assert!(shown.chars().count() <= 2_600);
        assert!(shown.starts_with("### verdict\n- critical") && !shown.contains("- low"), "{shown}");
        assert!(shown.contains("2 objects with 31 changes"), "{shown}");
        assert!(shown.contains("1 finding: `B`; 1 part: the edit."), "{shown}");
    }

    #[test]
    fn many_small_parts_are_counted() {
        let mut page = Page::default();
        page.keep("head\n");
        (0..1_000).for_each(|n| page.object(format!("`o{n}`"), 2, format!("| {n:0100} |\n")));
        let shown = page.fit(20_000);
        assert!(shown.chars().count() <= 20_000);
        let left = 1_000 - shown.lines().filter(|line| line.starts_with("| 0")).count();
        assert!(left > 0 && shown.contains(&format!("{left} objects with {} changes", left * 2)), "{shown}");
        assert!(shown.contains(&format!("and {} more", left - NAMED)), "{shown}");
    }

    #[test]
    fn what_is_always_there_is_cut_at_a_line() {
        let mut page = Page::default();
        (0..100).for_each(|n| page.keep(format!("line {n} {}\n", "x".repeat(90))));
        let shown = page.fit(4_000);
        assert!(shown.chars().count() <= 4_000);
        assert!(
            shown.contains("x\n\n> **Left out to stay below 4000 characters:** the end of the text."),
            "{shown}"
        );
    }
}
