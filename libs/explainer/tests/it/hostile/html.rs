//! What a reader of HTML sees, as a tokenizer of the WHATWG's standard has it.

use html5gum::{Token, Tokenizer};

/// The text of each paragraph and item, or what else the tokenizer found.
pub(super) fn read(html: &str) -> Result<Vec<String>, String> {
    let mut blocks: Vec<String> = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                if !tag.attributes.is_empty() {
                    return Err(format!("attributes in {html}"));
                }
                match &**tag.name {
                    b"p" | b"li" => blocks.push(String::new()),
                    b"strong" | b"ul" => {}
                    other => return Err(format!("<{}> in {html}", String::from_utf8_lossy(other))),
                }
            }
            Token::EndTag(tag) => match &**tag.name {
                b"p" | b"li" | b"strong" | b"ul" => {}
                other => return Err(format!("</{}> in {html}", String::from_utf8_lossy(other))),
            },
            Token::String(text) => {
                let text = String::from_utf8(text.to_vec()).map_err(|error| error.to_string())?;
                match text.trim_matches('\n') {
                    "" => {}
                    text => blocks.last_mut().ok_or("text outside of a block")?.push_str(text),
                }
            }
            other => return Err(format!("{other:?} in {html}")),
        }
    }
    Ok(blocks.iter().map(|block| block.trim_end().to_owned()).collect())
}
