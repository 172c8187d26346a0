//! What a reader of Markdown sees, as a parser of Markdown has it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::dead::is_dead;

/// The text of each block, or what else the parser found. Our blocks are paragraphs with bold words, and one task list.
pub(super) fn read(markdown: &str) -> Result<Vec<String>, String> {
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    let mut blocks: Vec<String> = Vec::new();
    // What a site looks through for names and addresses: text that nothing keeps apart.
    let mut run = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(text) => {
                run.push_str(&text);
                blocks.last_mut().ok_or("text outside of a block")?.push_str(&text);
                continue;
            }
            Event::InlineHtml(comment) if &*comment == "<!-- -->" => {}
            Event::Start(Tag::Paragraph | Tag::Item) => blocks.push(String::new()),
            Event::Start(Tag::List(None) | Tag::Strong)
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::List(false) | TagEnd::Strong)
            | Event::TaskListMarker(false) => {}
            other => return Err(format!("{other:?} in {markdown}")),
        }
        is_dead(&run).map_err(|why| format!("{why} in {markdown}"))?;
        run.clear();
    }
    Ok(blocks.iter().map(|block| block.trim_end().to_owned()).collect())
}
