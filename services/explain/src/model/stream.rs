//! An answer as it comes: server-sent events with pieces of it, or one JSON object.

use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

use crate::model::trouble::Trouble;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    /// What the model wrote.
    pub(crate) text: String,
    /// The tokens that were sent and answered, if the endpoint counts them.
    pub(crate) usage: Option<(u32, u32)>,
}

/// All that is read of a response, with what stands around the answer.
pub(crate) const MOST_READ: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Piece>,
    message: Option<Piece>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Piece {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

/// What is known of an answer so far.
#[derive(Default)]
struct Reading {
    answer: Answer,
    finish: Option<String>,
    declined: bool,
}

/// Reads an answer of server-sent events to its end.
pub(crate) fn events(body: impl Read) -> Result<Answer, Trouble> {
    let mut reading = Reading::default();
    let mut lines = BufReader::new(body.take(MOST_READ + 1));
    let (mut line, mut read) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line).map_err(broken)?;
        read += u64::try_from(length).unwrap_or(u64::MAX);
        if read > MOST_READ {
            return Err(Trouble::TooLarge);
        }
        if length == 0 {
            return reading.ended();
        }
        let text = std::str::from_utf8(&line).map_err(|_| Trouble::Garbled)?;
        // Comments keep the connection alive, and other fields say nothing that is needed.
        let Some(data) = text.strip_prefix("data:").map(str::trim) else { continue };
        if data == "[DONE]" {
            return reading.ended();
        }
        reading.take(serde_json::from_str(data).map_err(|_| Trouble::Garbled)?)?;
    }
}

/// Reads an answer that came at once.
pub(crate) fn whole(body: impl Read) -> Result<Answer, Trouble> {
    let mut bytes = Vec::new();
    body.take(MOST_READ + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > MOST_READ {
        return Err(Trouble::TooLarge);
    }
    let mut reading = Reading::default();
    reading.take(serde_json::from_slice(&bytes).map_err(|_| Trouble::Garbled)?)?;
    match reading.finish {
        None if reading.answer.text.is_empty() => Err(Trouble::Garbled),
        _ => reading.ended(),
    }
}

/// Why a body could not be read on.
fn broken(error: std::io::Error) -> Trouble {
    match ureq::Error::from(error) {
        ureq::Error::Timeout(_) => Trouble::Timeout,
        ureq::Error::BodyExceedsLimit(_) => Trouble::TooLarge,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Trouble::Timeout,
        _ => Trouble::Truncated,
    }
}

impl Reading {
    fn take(&mut self, chunk: Chunk) -> Result<(), Trouble> {
        if chunk.error.is_some() {
            return Err(Trouble::Failed(200));
        }
        if let Some(usage) = chunk.usage {
            self.answer.usage = Some((usage.prompt_tokens, usage.completion_tokens));
        }
        for choice in chunk.choices {
            if let Some(piece) = choice.delta.or(choice.message) {
                self.answer.text.extend(piece.content);
                self.declined |= piece.refusal.is_some_and(|refusal| !refusal.is_empty());
            }
            self.finish = choice.finish_reason.or(self.finish.take());
        }
        match self.answer.text.len() > phrasing::MOST_BYTES {
            true => Err(Trouble::TooLarge),
            false => Ok(()),
        }
    }

    fn ended(self) -> Result<Answer, Trouble> {
        match self.finish.as_deref() {
            _ if self.declined => Err(Trouble::Declined),
            Some("content_filter") => Err(Trouble::Declined),
            Some("stop") => Ok(self.answer),
            // The limit of tokens, or the end of the connection.
            _ => Err(Trouble::Truncated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: &str = ": hello\n\nevent: message\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"a\\\"\"}}]}\r\n\r\n\
        data:{\"choices\":[{\"delta\":{\"content\":\":1}\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";

    #[test]
    fn pieces_are_put_together() {
        let answer = Answer { text: "{\"a\":1}".to_owned(), usage: Some((7, 3)) };
        assert_eq!(events(PIECES.as_bytes()), Ok(answer.clone()));
        // Without the last line, as some servers end.
        assert_eq!(events(PIECES.replace("data: [DONE]\n\n", "").as_bytes()), Ok(answer));
    }

    #[test]
    fn what_ends_early_or_is_something_else_is_said() {
        let (start, _) = PIECES.split_once("data:{").unwrap();
        let length = PIECES.replace("\"stop\"", "\"length\"");
        let filtered = PIECES.replace("\"stop\"", "\"content_filter\"");
        let refusal =
            "data: {\"choices\":[{\"delta\":{\"refusal\":\"I will not\"},\"finish_reason\":\"stop\"}]}\n";
        let large = "data: {\"choices\":[{\"delta\":{\"content\":\"xxxxxxxxxxxxxxxx\"}}]}\n".repeat(3000);
        for (body, trouble) in [
            (start, Trouble::Truncated),
            ("", Trouble::Truncated),
            (&length, Trouble::Truncated),
            (&filtered, Trouble::Declined),
            (refusal, Trouble::Declined),
            (&large, Trouble::TooLarge),
            ("data: <html>\n", Trouble::Garbled),
            ("data: {\"error\":{\"message\":\"overloaded\"}}\n", Trouble::Failed(200)),
        ] {
            assert_eq!(events(body.as_bytes()), Err(trouble), "{}", &body[..body.len().min(60)]);
        }
        assert_eq!(events("x".repeat(2 << 20).as_bytes()), Err(Trouble::TooLarge));
    }

    #[test]
    fn an_answer_may_come_at_once() {
        let body = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
        assert_eq!(whole(body.as_bytes()), Ok(Answer { text: "{}".to_owned(), usage: Some((1, 0)) }));
        for (body, trouble) in [
            ("<html>busy</html>", Trouble::Garbled),
            ("{}", Trouble::Garbled),
            (r#"{"choices":[{"message":{"content":"{"},"finish_reason":"length"}]}"#, Trouble::Truncated),
        ] {
            assert_eq!(whole(body.as_bytes()), Err(trouble));
        }
    }
}
