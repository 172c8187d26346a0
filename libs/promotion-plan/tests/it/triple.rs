//! Source, target and base, given as text.

use kube_model::{Place, PlacePattern, Redactor, State, yaml::Limits};
use promotion_plan::{
    Base, Environment, FileEdit, Held, Plan, PlanError, Request, Selection, Take, apply_edit, plan,
};

/// What a plan is asked for, as a person would write it.
#[derive(Default)]
pub(crate) struct Triple {
    source: String,
    target: String,
    base: Option<String>,
    /// Places with the older base that counts there; none where nobody knows.
    held: Vec<(Place, Option<String>)>,
    promote: Vec<PlacePattern>,
    keep: Vec<PlacePattern>,
    selection: Selection,
}

impl Triple {
    pub(crate) fn new(source: &str, target: &str, base: &str) -> Self {
        Self { base: Some(base.to_owned()), ..Self::without_base(source, target) }
    }

    pub(crate) fn without_base(source: &str, target: &str) -> Self {
        Self { source: source.to_owned(), target: target.to_owned(), ..Self::default() }
    }

    pub(crate) fn take(mut self, take: &str) -> Self {
        self.selection.take.push(take.parse::<Take>().unwrap());
        self
    }

    pub(crate) fn only(mut self, place: &str) -> Self {
        self.selection.only.push(place.parse().unwrap());
        self
    }

    pub(crate) fn skip(mut self, place: &str) -> Self {
        self.selection.skip.push(place.parse().unwrap());
        self
    }

    pub(crate) fn promote(mut self, rule: &str) -> Self {
        self.promote.push(rule.parse().unwrap());
        self
    }

    pub(crate) fn keep(mut self, rule: &str) -> Self {
        self.keep.push(rule.parse().unwrap());
        self
    }

    /// What an earlier plan left waiting: there counts what was the base then.
    pub(crate) fn held(mut self, place: &Place, older: Option<&str>) -> Self {
        self.held.push((place.clone(), older.map(str::to_owned)));
        self
    }

    pub(crate) fn try_plan(&self) -> Result<Plan, PlanError> {
        let limits = Limits::default();
        let read = |text: &str| State::read([("app.yaml", text)], &limits).unwrap();
        let (source, target) = (read(&self.source), read(&self.target));
        let base = self.base.as_deref().map(read);
        let older: Vec<_> =
            self.held.iter().map(|(place, text)| (place.clone(), text.as_deref().map(read))).collect();
        let held: Vec<Held<'_>> = older
            .iter()
            .map(|(place, state)| Held { place: place.clone(), source: state.as_ref() })
            .collect();
        let environment = |name: &str| Environment { name: Some(name.to_owned()), namespace: None };
        plan(&Request {
            source: &source,
            target: &target,
            base: base.as_ref().map(|newest| Base { newest, held: &held }),
            source_environment: environment("staging"),
            target_environment: environment("production"),
            promote: self.promote.clone(),
            keep: self.keep.clone(),
            selection: self.selection.clone(),
            redactor: &Redactor::new(b"a key for tests"),
            limits: &limits,
            layers: None,
            base_layer: None,
        })
    }

    pub(crate) fn plan(&self) -> Planned {
        Planned { plan: self.try_plan().unwrap(), target: self.target.clone() }
    }

    /// The same question, asked again of the target after the edit.
    pub(crate) fn after(self, plan: &Plan) -> Self {
        let edit = plan.edits.iter().find(|edit| edit.path == "app.yaml");
        let target = match edit {
            Some(edit) => edited(&self.target, edit),
            None => self.target.clone(),
        };
        Self { target, ..self }
    }
}

fn edited(before: &str, edit: &FileEdit) -> String {
    let after = apply_edit(Some(before.as_bytes()), edit).unwrap();
    String::from_utf8(after.unwrap_or_default()).unwrap()
}

/// A plan, with questions that tests ask.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    target: String,
}

impl Planned {
    /// The list that a place is in, with the reason.
    pub(crate) fn verdict(&self, place: &str) -> (&'static str, &str) {
        let plan = &self.plan;
        let lists = [
            ("carried", &plan.carried),
            ("kept", &plan.kept),
            ("pending", &plan.pending),
            ("candidate", &plan.candidates),
            ("blocked", &plan.blocked),
        ];
        let mut found = lists.iter().flat_map(|(name, items)| {
            items.iter().filter(|item| item.label == place).map(|item| (*name, item.reason.as_str()))
        });
        let first = found.next().unwrap_or_else(|| panic!("{place} is in no list: {plan:#?}"));
        assert!(found.next().is_none(), "{place} is in two lists");
        first
    }

    pub(crate) fn is(&self, place: &str, list: &str) {
        let (found, reason) = self.verdict(place);
        assert_eq!(found, list, "{place}: {reason}");
    }

    /// The text of the target's file after the edit.
    pub(crate) fn text(&self) -> String {
        edited(&self.target, self.plan.edits.first().expect("an edit"))
    }

    /// The place of this label, in full.
    pub(crate) fn place(&self, label: &str) -> Place {
        let plan = &self.plan;
        let lists = [&plan.carried, &plan.kept, &plan.pending, &plan.candidates, &plan.blocked];
        let found = lists.into_iter().flatten().find(|item| item.label == label);
        found.unwrap_or_else(|| panic!("{label} is in no list: {plan:#?}")).place.clone()
    }
}
