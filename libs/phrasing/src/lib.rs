//! What a language model is asked to write from the facts of a change, and what of its answer is let through.
//!
//! [`Prompt::ask`] makes a request of the facts: each with its identifier, its kind and its text, as data.
//! [`Asked::read`] reads the answer, in which every figure, name, value and level is a reference to a fact
//! (`{{cost.delta}}`), and fills them in. Between the references stand words of a list that is part of the prompt, and
//! nothing else: no digit, no quote, no markup, no identifier, no level, no denial, no claim of safety can be written with
//! it. An answer that does not keep to that is refused with its reasons ([`Refusal`]), for one more try and then for none.
//!
//! So whatever the model answers, what comes out says of the change only what its facts say. What anybody chose (names,
//! values, people's reasons) stands in quotes, and what stands outside of quotes is ours. It all is text: the forms for
//! terminals, Markdown and HTML are [`explainer::Explanation`]'s.

mod answer;
mod facts;
mod prompt;
mod pseudonyms;
mod refusal;
mod request;
mod rules;
mod token;
mod vocabulary;

pub use answer::MOST_BYTES;
pub use prompt::Prompt;
pub use refusal::{Reason, Refusal};
pub use request::{Asked, Message, Names, RequestError, Role};
