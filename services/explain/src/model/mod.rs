//! An endpoint that speaks as OpenAI's chat completions do: OpenAI, Azure OpenAI, vLLM, Ollama and others.

mod breaker;
mod call;
mod endpoint;
mod stream;
mod tries;
mod trouble;

pub(crate) use endpoint::Endpoint;
pub(crate) use tries::{Asking, Model};
pub(crate) use trouble::Trouble;
