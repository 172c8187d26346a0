//! The engines in one: the real stages of a preview, on files in memory.

use std::sync::Arc;

use application::Policy;
use cost_model::Assumptions;
use events::plan::{Compared, PlanInputs};
use events::preview::PreviewExplained;
use events::{Event, Message, Service};
use ids::PromotionId;
use kube_model::Redactor;
use kube_model::yaml::Limits;
use preview::{BaseTrees, DiffInput, HeldTree, KnownNodes, Selection, Side, Tree};
use price_book::PriceBook;
use repositories::{MemoryRepositories, Repositories};
use service::Parts;

pub(crate) struct Chain {
    pub(crate) parts: Parts,
    pub(crate) repositories: MemoryRepositories,
}

/// The one manifest of each environment.
pub(crate) const FILE: &str = "web.yaml";

/// What was read of an environment at a commit.
struct Read {
    side: Side,
    root: String,
    bytes: Vec<u8>,
}

impl Read {
    fn tree(&self) -> Tree<'_> {
        Tree { side: self.side.clone(), root: &self.root, files: vec![(FILE, &self.bytes)], recipe: None }
    }
}

impl Chain {
    /// What the engines answer to an event, if it concerns them.
    pub(crate) async fn answer(&self, message: &Message) -> Option<Message> {
        let (promotion, inputs) = match &message.event {
            Event::PreviewRequested(event) => (event.promotion_id, &event.inputs),
            Event::ReplanRequested(event) => (event.promotion_id, &event.inputs),
            _ => return None,
        };
        Some(self.preview(message, promotion, inputs).await)
    }

    async fn preview(&self, message: &Message, promotion: PromotionId, inputs: &PlanInputs) -> Message {
        let (org, blobs) = (message.envelope.org, Arc::clone(&self.parts.blobs));
        let policy: Policy = documents::read(&*blobs, org, inputs.policy).await.unwrap();
        let book: PriceBook = documents::read(&*blobs, org, inputs.price_book).await.unwrap();
        let source = self.read(inputs, &inputs.from, &inputs.source_commit).await;
        let target = self.read(inputs, &inputs.to, &inputs.target_commit).await;
        let (newest, held) = self.base(inputs).await;
        let held = held.iter().map(|(place, read)| HeldTree {
            places: vec![place.parse().unwrap()],
            tree: read.as_ref().map(Read::tree),
        });
        let held = held.collect();
        let selection: Selection = serde_json::from_value(serde_json::json!({
            "take": inputs.take, "only": inputs.only, "skip": inputs.skip,
        }))
        .unwrap();
        let input = DiffInput {
            source: source.tree(),
            target: target.tree(),
            base: newest.as_ref().map(|newest| BaseTrees { newest: newest.tree(), held }),
            policy: &policy,
            selection: &selection,
            redactor: &Redactor::new(&[7; 32]),
            limits: &Limits::default(),
            shared: &std::collections::BTreeSet::new(),
            programs: &preview::NoPrograms,
        };
        let output = match preview::diff(&input) {
            Ok(output) => output,
            Err(error) => {
                let why = (error.code(), error.to_string());
                return documents::failed(message, Service::Diff, (promotion, message.envelope.id), why);
            }
        };
        let cost = preview::cost(&output.rendered, &book, &Assumptions::default()).unwrap();
        let risk = preview::risk(&output.rendered, &output.plan, preview::of_nodes(None));
        let explanation = preview::explain(&output.plan, &output.changes, (&cost, None), &risk);
        let nodes = KnownNodes::Unknown("nothing describes them".to_owned());
        let bill = nodes.bill(&output.rendered, &book).unwrap();
        let (before, after) = documents::write_rendered(&*blobs, org, &output.rendered).await.unwrap();
        let compared = Compared {
            plan: documents::write(&*blobs, org, &output.plan).await.unwrap(),
            before,
            after,
            changes: documents::write(&*blobs, org, &output.changes).await.unwrap(),
            nodes: documents::write(&*blobs, org, &nodes).await.unwrap(),
        };
        let explained = PreviewExplained {
            promotion_id: promotion,
            request: message.envelope.id,
            from: inputs.from.environment.clone(),
            to: inputs.to.environment.clone(),
            policy: inputs.policy,
            price_book: inputs.price_book,
            compared,
            cost: documents::write(&*blobs, org, &cost).await.unwrap(),
            bill: documents::write(&*blobs, org, &bill).await.unwrap(),
            risk: documents::write(&*blobs, org, &risk).await.unwrap(),
            explanation: documents::write(&*blobs, org, &explanation).await.unwrap(),
            headline: "a headline".to_owned(),
        };
        message.output(Service::Explain, explained)
    }

    async fn base(&self, inputs: &PlanInputs) -> (Option<Read>, Vec<(String, Option<Read>)>) {
        let Some(base) = &inputs.base else { return (None, Vec::new()) };
        let newest = self.read(inputs, &inputs.from, &base.commit).await;
        let mut all = Vec::new();
        for held in &base.held {
            let read = match &held.commit {
                Some(commit) => Some(self.read(inputs, &inputs.from, commit).await),
                None => None,
            };
            all.push((held.place.clone(), read));
        }
        (Some(newest), all)
    }

    async fn read(&self, inputs: &PlanInputs, side: &events::plan::Side, commit: &str) -> Read {
        let path = format!("{}/{FILE}", side.path);
        let bytes = self.repositories.file(&inputs.repository, commit, &path).await.unwrap();
        let known = Side {
            source: inputs.repository.clone(),
            environment: Some(side.environment.clone()),
            namespace: side.namespace.clone(),
            commit: Some(commit.to_owned()),
        };
        Read { side: known, root: side.path.clone(), bytes: bytes.expect("the file is not there") }
    }
}
