//! Whether an explanation says nothing but facts, in words that are none.

use std::collections::BTreeSet;

use explainer::FactSheet;

use crate::inventions;

/// The plain words of explanations, none of which is a level, a name or a number.
const WORDS: &str = "
    a about accepted added affects after again against agree all allocated already also an and annotation any anybody
    anything approve are as assumed at be before between bill block blocks bounds budget budgets by called can cancels
    candidate candidates carried change changed changes cluster comes container cost costs could counting counts count
    decide delete difference differences differently earlier edit end ended everything evaluated field fields figure
    file files find finding findings follows for found from gets go goes had has have here highest if image images in
    input inputs instead is it its kind kinds known lack lacks last least left less level live look loses make may
    month more most name named names new no nobody nodes not nothing now object objects of on once only or other out
    over owns pending place places plan pods prices promotion promotions read readable reasons removed renew request risk
    rule rules said same saves say says see server set setting settings settle settled size sizes so source stay stays
    store taken target targets than that the their them there these they thing things those through to touches under
    unknown up usage use version waits wait waive waived waiver waives was were what when which who will with without
    worsens would writes writing you api s hand containers promoted introduces broken blocked does
    drift behind needs need preview knows holds room owner
    whether hold out without upper bound alone every do until renamed policy policies held year ahead
";

/// What a text says that is no fact: nothing, if all is well.
pub(crate) fn inventions(sheet: &FactSheet, text: &str) -> Vec<String> {
    let mut inventions = strangers(sheet, text);
    inventions.extend(miscounts(sheet, text));
    inventions
}

/// What is neither a fact nor a plain word.
pub(crate) fn strangers(sheet: &FactSheet, text: &str) -> Vec<String> {
    let words: BTreeSet<&str> = WORDS.split_whitespace().collect();
    inventions::inventions(&sheet.facts(), text, |word| words.contains(word))
}

/// The counts that do not count what stands after them.
fn miscounts(sheet: &FactSheet, text: &str) -> Vec<String> {
    let changes = &sheet.changes;
    let plan = sheet.plan.clone().unwrap_or_default();
    let unknown = sheet.cost.as_ref().map_or(0, |cost| cost.unknown.len());
    let mut counted: Vec<(String, usize)> = Vec::new();
    let mut count = |number: usize, phrases: &[&str]| {
        counted.extend(phrases.iter().map(|phrase| ((*phrase).to_owned(), number)));
    };
    count(changes.images.len(), &["image", "images"]);
    count(changes.settings.len(), &["setting", "settings"]);
    count(changes.sizes.len(), &["size", "sizes"]);
    count(changes.fields.len(), &["other field", "other fields", "field", "fields"]);
    count(changes.added.len(), &["new object", "new objects", "object is new", "objects are new"]);
    count(changes.removed.len(), &["object is removed", "objects are removed"]);
    count(changes.renamed.len(), &["object is called", "objects are called"]);
    count(changes.suppressed, &["difference is in writing", "differences are in writing"]);
    count(
        unknown,
        &["object of unknown cost", "objects of unknown cost", "object is in no", "objects are in no"],
    );
    count(plan.blocked.len(), &["thing blocks", "things block", "place has", "places have"]);
    count(plan.pending.len(), &["place stays", "places stay"]);
    count(plan.candidates.len(), &["candidate", "candidates", "difference from", "differences from"]);
    count(plan.partial.len(), &["input could", "inputs could"]);
    count(
        sheet.risk.as_ref().map_or(0, |risk| risk.waived.len()),
        &["finding is waived", "findings are waived"],
    );
    count(
        sheet.budgets.iter().filter(|budget| budget.against).count(),
        &["budget is against", "budgets are against"],
    );
    count(plan.kept.len(), &["difference stays", "differences stay"]);
    count(plan.edits.len(), &["file", "files"]);
    for level in ["low", "medium", "high", "critical"] {
        let findings = sheet.risk.iter().flat_map(|risk| &risk.findings);
        count(findings.filter(|finding| finding.level.as_str() == level).count(), &[level]);
    }
    counted.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    numbers(text).filter_map(|(number, after)| wrong(&counted, number, after)).collect()
}

fn wrong(counted: &[(String, usize)], number: usize, after: &str) -> Option<String> {
    let is_whole = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    let (phrase, expected) =
        counted.iter().find(|(phrase, _)| after.strip_prefix(phrase.as_str()).is_some_and(is_whole))?;
    (number != *expected).then(|| format!("{number} {phrase}"))
}

/// Every whole number of a text with what stands after it and a space.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| {
        let is_start = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-$".contains(c));
        let digits = text[at..].find(|c: char| !c.is_ascii_digit())?;
        let number = text[at..at + digits].parse().ok().filter(|_| is_start)?;
        Some((number, text[at + digits..].strip_prefix(' ')?))
    })
}
