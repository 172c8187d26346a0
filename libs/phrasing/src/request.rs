//! What a model is asked, and its answer held against it.

use explainer::{Explanation, Fact};
use ids::BlobHash;
use serde::Serialize;

use crate::answer;
use crate::facts::{Facts, chosen, required};
use crate::prompt::Prompt;
use crate::pseudonyms::Pseudonyms;
use crate::refusal::Refusal;
use crate::rules::Rules;

/// A fact's text is cut after so many characters.
const MOST_OF_A_TEXT: usize = 320;

/// What of names leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// Names, values and sentences, as the facts have them.
    #[default]
    Sent,
    /// None: stable pseudonyms (`workload-1`) in the place of names; no sentences, and of values only quantities.
    Pseudonyms,
}

/// Who says something to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// We, about the task.
    System,
    /// We, about this change.
    User,
    /// The model, before.
    Assistant,
}

/// What is said to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// By whom.
    pub role: Role,
    /// What.
    pub content: String,
}

/// Why nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The detector of secrets knows something of what would be sent. It should have been masked long before.
    #[error("what would be sent holds something that looks like a secret; nothing is sent")]
    Secret,
    /// There is nothing to write about.
    #[error("there are no facts to write about")]
    NoFacts,
}

impl RequestError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Secret => "MODEL_SECRET",
            Self::NoFacts => "MODEL_NO_FACTS",
        }
    }
}

/// What is asked about some facts.
#[derive(Debug, Clone)]
pub struct Asked {
    prompt: Prompt,
    facts: Vec<Fact>,
    required: Vec<String>,
    facts_hash: BlobHash,
    names: Option<Pseudonyms>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Sent<'a> {
    id: &'a str,
    kind: explainer::FactKind,
    text: String,
}

impl Prompt {
    /// Asks for words for these facts.
    ///
    /// # Errors
    /// When there are none, or the detector of secrets knows something of what would be sent.
    pub fn ask(self, facts: &[Fact], names: Names) -> Result<Asked, RequestError> {
        if facts.is_empty() {
            return Err(RequestError::NoFacts);
        }
        let facts_hash = hash(facts);
        let required = required(facts);
        let facts = chosen(facts, &required);
        let names = (names == Names::Pseudonyms).then(|| Pseudonyms::of(&facts));
        let lines: Vec<String> = facts.iter().map(|fact| line(fact, names.as_ref())).collect();
        let texts = self.texts();
        let asked = texts.facts.replace("<<facts>>", &lines.join("\n"));
        let asked = asked.replace("<<required>>", &required.join(", "));
        let messages = vec![
            Message { role: Role::System, content: texts.system.clone() },
            Message { role: Role::User, content: asked },
        ];
        let asked = Asked { prompt: self, facts, required, facts_hash, names, messages };
        asked.without_secrets()
    }
}

/// A fact as it is sent: one line of JSON, in which nothing of it is anything but data.
fn line(fact: &Fact, names: Option<&Pseudonyms>) -> String {
    let text = names.map_or_else(|| fact.text.clone(), |names| names.text(fact));
    let text = kube_model::escaped(&text, MOST_OF_A_TEXT);
    // Templates are ours alone.
    let text = text.replace("<<", "< <").replace("{{", "{ {");
    let sent = Sent { id: &fact.id, kind: fact.kind, text };
    serde_json::to_string(&sent).unwrap_or_default()
}

fn hash(value: &(impl Serialize + ?Sized)) -> BlobHash {
    BlobHash::of(&serde_json::to_vec(value).unwrap_or_default())
}

impl Asked {
    /// What is said, in order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The version of the prompt.
    #[must_use]
    pub fn prompt(&self) -> Prompt {
        self.prompt
    }

    /// The SHA-256 of the facts, as they are before any of them is left out or called otherwise.
    #[must_use]
    pub fn facts_hash(&self) -> BlobHash {
        self.facts_hash
    }

    /// The SHA-256 of what is said.
    #[must_use]
    pub fn hash(&self) -> BlobHash {
        hash(&self.messages)
    }

    /// The answer with its facts filled in, if it says nothing but facts.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self, answer: &str) -> Result<Explanation, Vec<Refusal>> {
        let turned = self.names.as_ref().map(|names| names.turn_back(answer));
        let facts = Facts::of(&self.facts);
        let rules = Rules { facts: &facts, vocabulary: &self.prompt.texts().vocabulary };
        answer::read(turned.as_deref().unwrap_or(answer), &rules, &self.required)
    }

    /// Asks once more, after an answer that was refused.
    ///
    /// # Errors
    /// When the detector of secrets knows something of what would be sent, the model's own words too.
    pub fn again(&self, answer: &str, refusals: &[Refusal]) -> Result<Self, RequestError> {
        let reasons: Vec<String> = refusals.iter().map(Refusal::told).collect();
        let told = self.prompt.texts().again.replace("<<reasons>>", &reasons.join("\n"));
        let answer: String = answer.chars().take(answer::MOST_BYTES / 4).collect();
        let more =
            [Message { role: Role::Assistant, content: answer }, Message { role: Role::User, content: told }];
        let messages = self.messages.iter().cloned().chain(more).collect();
        Self { messages, ..self.clone() }.without_secrets()
    }

    /// The last door: what the detector knows as secret does not leave, whoever let it come so far.
    fn without_secrets(self) -> Result<Self, RequestError> {
        let ours = 1;
        let sent = self.messages.iter().skip(ours).flat_map(|message| message.content.lines());
        let texts = self.facts.iter().map(|fact| &*fact.text).filter(|_| self.names.is_none());
        match sent.chain(texts).any(kube_model::line_holds_secret) {
            true => Err(RequestError::Secret),
            false => Ok(self),
        }
    }
}
