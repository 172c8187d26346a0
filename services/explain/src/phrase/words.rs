//! Asking for a model's words, within the budget, and holding them against the facts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use explainer::{Explanation, Fact};
use ids::{BlobHash, OrgId, PromotionId};
use phrasing::{Asked, Prompt, Refusal};
use service::{Clock, Failure, Parts};
use tokio::time::Instant;

use crate::config::Config;
use crate::model::{Asking, Endpoint, Model, Trouble};
use crate::phrase::ledger::{Ledger, Spent};
use crate::phrase::outcome::{Outcome, Used};

/// Of a token so many bytes, where nobody counts them: English has about four.
const BYTES_PER_TOKEN: usize = 4;

/// So many answers are at hand.
const MOST_RECENT: usize = 256;

/// A model, what may be spent on it, and what it has answered.
pub(super) struct Words {
    config: Config,
    model: Model,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    /// Answers that this process got, should the ledger be away.
    recent: Mutex<HashMap<(OrgId, BlobHash), String>>,
}

impl Words {
    pub(super) fn new(config: &Config, parts: &Parts, ledger: Arc<dyn Ledger>) -> Result<Self, Failure> {
        let clock = Arc::clone(&parts.clock);
        let model = Model::new(Endpoint::of(config)?, Arc::clone(&clock), config.max_answer_tokens.get());
        Ok(Self { config: config.clone(), model, ledger, clock, recent: Mutex::default() })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        self.model.endpoint()
    }

    /// The model's words, or why there are none. Only the service's own store fails it.
    pub(super) async fn phrase(
        &self,
        org: OrgId,
        promotion: PromotionId,
        facts: &[Fact],
    ) -> Result<Outcome, Failure> {
        let mut used = Used::default();
        let phrased = match Prompt::NEWEST.ask(facts, self.config.names()) {
            Ok(asked) => {
                used.facts_hash = Some(asked.facts_hash());
                self.within_budget(org, &asked, &mut used).await?
            }
            Err(error) => Err(error.into()),
        };
        let code = phrased.as_ref().err().map(|trouble| trouble.code());
        telemetry::models::phrased(code.unwrap_or(if used.cached { "CACHED" } else { "OK" }));
        let (tries, tokens_in, tokens_out) = (used.tries, used.tokens_in, used.tokens_out);
        match &phrased {
            Ok(_) => {
                tracing::info!(%promotion, tries, tokens_in, tokens_out, cached = used.cached, "phrased")
            }
            Err(trouble) => {
                let (code, refused) = (trouble.code(), used.refused.join(","));
                tracing::warn!(%promotion, code, error = %trouble, tries, tokens_in, tokens_out, refused, "not phrased");
            }
        }
        Ok(Outcome { phrased, used })
    }

    async fn within_budget(
        &self,
        org: OrgId,
        asked: &Asked,
        used: &mut Used,
    ) -> Result<Result<Explanation, Trouble>, Failure> {
        let name = self.name(asked);
        if let Some(answer) = self.answered(org, name).await?
            && let Ok(explanation) = asked.read(&answer)
        {
            used.cached = true;
            used.answer_hash = Some(BlobHash::of(answer.as_bytes()));
            return Ok(Ok(explanation));
        }
        let day = self.clock.now().date();
        let reserved = self.estimate(asked);
        if !self.ledger.reserve(org, day, reserved, self.config.budget()).await? {
            return Ok(Err(Trouble::Budget));
        }
        let answered = self.ask(asked, used).await;
        if let Ok((_, answer)) = &answered {
            self.recent().insert((org, name), answer.clone());
        }
        let micros = self.config.cost(used.tokens_in, used.tokens_out);
        telemetry::models::spent(used.tokens_in, used.tokens_out, micros);
        let tokens = u64::from(used.tokens_in) + u64::from(used.tokens_out);
        self.ledger.settle(org, day, reserved, Spent { tokens, micros }).await?;
        match answered {
            Ok((explanation, answer)) => {
                self.ledger.keep(org, name, &answer, day).await?;
                Ok(Ok(explanation))
            }
            Err(trouble) => Ok(Err(trouble)),
        }
    }

    /// What was answered to the same request before, by this process or another.
    async fn answered(&self, org: OrgId, name: BlobHash) -> Result<Option<String>, Failure> {
        let recent = self.recent().get(&(org, name)).cloned();
        match recent {
            Some(answer) => Ok(Some(answer)),
            None => Ok(self.ledger.answer(org, name).await?),
        }
    }

    fn recent(&self) -> MutexGuard<'_, HashMap<(OrgId, BlobHash), String>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= MOST_RECENT {
            recent.clear();
        }
        recent
    }

    /// Asks, and once more with the reasons for which the first answer was refused.
    async fn ask(&self, asked: &Asked, used: &mut Used) -> Result<(Explanation, String), Trouble> {
        let until = Instant::now() + self.config.deadline();
        let mut asking = Asking { until, left: self.config.tries.get(), tries: 0 };
        let (answer, refusals) = match self.answer(asked, &mut asking, used).await? {
            Ok(phrased) => return Ok(phrased),
            Err(refused) => refused,
        };
        let again = asked.again(&answer, &refusals)?;
        if asking.left == 0 || Instant::now() >= asking.until {
            return Err(Trouble::AnswerRefused);
        }
        let second = self.answer(&again, &mut asking, used).await?;
        second.map_err(|_| Trouble::AnswerRefused)
    }

    /// One answer that came: what it says, or why it is refused.
    async fn answer(
        &self,
        asked: &Asked,
        asking: &mut Asking,
        used: &mut Used,
    ) -> Result<Result<(Explanation, String), (String, Vec<Refusal>)>, Trouble> {
        let before = asking.tries;
        let answered = self.model.ask(asked, asking).await;
        used.count(*asking);
        if asking.tries > before {
            used.asked_hash = Some(asked.hash());
        }
        if answered.as_ref().is_err_and(|trouble| trouble.may_have_cost()) {
            // Nobody says how much of it was answered.
            used.tokens((sent(asked), 0));
        }
        let answer = answered?;
        used.tokens(answer.usage.unwrap_or_else(|| (sent(asked), tokens(&answer.text))));
        used.answer_hash = Some(BlobHash::of(answer.text.as_bytes()));
        Ok(match asked.read(&answer.text) {
            Ok(explanation) => Ok((explanation, answer.text)),
            Err(refusals) => {
                used.refuse(&refusals);
                Err((answer.text, refusals))
            }
        })
    }

    /// What an explanation may use: two answers, the second of which is asked for with the first.
    fn estimate(&self, asked: &Asked) -> Spent {
        let (sent, most) = (sent(asked), self.config.max_answer_tokens.get());
        let (tokens_in, tokens_out) = (sent.saturating_mul(2).saturating_add(most), most.saturating_mul(2));
        let tokens = u64::from(tokens_in) + u64::from(tokens_out);
        Spent { tokens, micros: self.config.cost(tokens_in, tokens_out) }
    }

    /// Under which an answer is kept.
    fn name(&self, asked: &Asked) -> BlobHash {
        let (host, model) = (self.model.endpoint().host(), self.model.endpoint().model());
        let pseudonyms = self.config.pseudonyms.to_string();
        let facts = asked.facts_hash().to_string();
        let parts = [&*facts, asked.prompt().name(), host, model, &pseudonyms];
        BlobHash::of(parts.join("\n").as_bytes())
    }
}

fn tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX)
}

fn sent(asked: &Asked) -> u32 {
    asked.messages().iter().map(|message| tokens(&message.content)).fold(0, u32::saturating_add)
}
