//! Whatever the three states: every difference is in one list, planning again gives nothing, and what is the
//! target's own is not touched.

use kube_model::{State, yaml::Limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::triple::Triple;

/// What may differ in a small application. Each field is drawn from a few values, so that sides often agree.
#[derive(Debug, Clone)]
struct App {
    tag: u8,
    replicas: Option<u8>,
    memory: Option<u8>,
    env: Vec<(u8, u8)>,
    settings: Vec<(u8, u8)>,
    period: Option<u8>,
    volume: bool,
    extra: bool,
    inits: Vec<u8>,
    flags: Vec<(u8, u8)>,
}

prop_compose! {
    fn any_app()(
        tag in 0..3_u8, replicas in prop::option::of(1..4_u8), memory in prop::option::of(1..3_u8),
        env in prop::collection::btree_map(0..5_u8, 0..3_u8, 0..4),
        settings in prop::collection::btree_map(0..4_u8, 0..3_u8, 1..4),
        period in prop::option::of(1..3_u8), volume in any::<bool>(), extra in any::<bool>(),
        inits in prop::sample::subsequence(vec![0_u8, 1, 2], 0..=3).prop_shuffle(),
        flags in prop::collection::btree_map(0..4_u8, 0..3_u8, 0..4),
    ) -> App {
        App {
            tag, replicas, memory, period, volume, extra, inits,
            env: env.into_iter().collect(), settings: settings.into_iter().collect(), flags: flags.into_iter().collect(),
        }
    }
}

impl App {
    fn objects(&self) -> Vec<Value> {
        let mut container = json!({"name": "web", "image": format!("r.example/web:{}", self.tag)});
        let env: Vec<Value> = self
            .env
            .iter()
            .map(|(key, value)| json!({"name": format!("E{key}"), "value": format!("v{value}")}))
            .collect();
        if !env.is_empty() {
            container["env"] = Value::from(env);
        }
        if let Some(memory) = self.memory {
            container["resources"] = json!({"limits": {"memory": format!("{memory}Gi")}});
        }
        if let Some(period) = self.period {
            container["readinessProbe"] = json!({"periodSeconds": period});
        }
        if !self.flags.is_empty() {
            let flags = self.flags.iter().map(|(flag, value)| format!("--f{flag}=v{value}"));
            container["args"] =
                Value::from(std::iter::once("serve".to_owned()).chain(flags).collect::<Vec<_>>());
        }
        let mut pod = json!({"containers": [container]});
        if !self.inits.is_empty() {
            let inits = self.inits.iter().map(|init| json!({"name": format!("init{init}"), "image": "i:1"}));
            pod["initContainers"] = Value::from(inits.collect::<Vec<_>>());
        }
        if self.volume {
            pod["volumes"] = json!([{"name": "tmp", "emptyDir": {}}]);
        }
        let mut deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod}}});
        if let Some(replicas) = self.replicas {
            deployment["spec"]["replicas"] = Value::from(replicas);
        }
        let data: serde_json::Map<String, Value> = self
            .settings
            .iter()
            .map(|(key, value)| (format!("S{key}"), Value::from(format!("v{value}"))))
            .collect();
        let mut objects = vec![
            deployment,
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": data}),
        ];
        if self.extra {
            objects.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "extra"}, "spec": {"ports": [{"port": 80}]}}));
        }
        objects
    }

    /// As YAML in blocks, or as flow documents.
    fn text(&self, flow: bool) -> String {
        let write = |object: &Value| match flow {
            true => format!("{object}\n"),
            false => block(object, 0),
        };
        self.objects().iter().map(write).collect::<Vec<_>>().join("---\n")
    }
}

fn block(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(map) if !map.is_empty() => format!("{pad}{key}:\n{}", block(value, indent + 2)),
                Value::Array(items) if !items.is_empty() => {
                    let items =
                        items.iter().map(|item| format!("{pad}- {}", block(item, indent + 2).trim_start()));
                    format!("{pad}{key}:\n{}", items.collect::<String>())
                }
                other => format!("{pad}{key}: {other}\n"),
            })
            .collect(),
        other => format!("{pad}{other}\n"),
    }
}

fn state(text: &str) -> State {
    State::read([("app.yaml", text)], &Limits::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_difference_is_in_one_list_and_planning_again_gives_nothing(
        source in any_app(), target in any_app(), base in prop::option::of(any_app()), flow in any::<bool>(), source_flow in any::<bool>(),
    ) {
        let (source_text, target_text) = (source.text(source_flow), target.text(flow));
        let triple = match &base {
            Some(base) => Triple::new(&source_text, &target_text, &base.text(false)),
            None => Triple::without_base(&source_text, &target_text),
        };
        let plan = triple.try_plan().unwrap();
        let mut places: Vec<String> = [&plan.carried, &plan.kept, &plan.pending, &plan.candidates, &plan.blocked]
            .iter().flat_map(|list| list.iter().map(|item| item.label.clone())).collect();
        places.sort();
        let count = places.len();
        places.dedup();
        prop_assert_eq!(places.len(), count, "a place is in two lists");

        let diff = diff_engine::diff(&state(&target_text).objects, &state(&source_text).objects);
        for change in &diff.changes {
            let place = format!("{}/{}:{}", change.object.kind, change.object.name, change.path);
            prop_assert!(places.iter().any(|listed| listed.starts_with(&place)), "{} is in no list", place);
        }

        let edited: Vec<_> = plan.edits.iter().map(|edit| edit.path.as_str()).collect();
        prop_assert_eq!(edited.is_empty(), plan.carried.is_empty());
        let again = triple.after(&plan).try_plan().unwrap();
        prop_assert!(again.carried.is_empty() && again.edits.is_empty(), "again: {:#?}", again.carried);
        prop_assert_eq!(labels(&again.kept), labels(&plan.kept));
        prop_assert_eq!(labels(&again.blocked), labels(&plan.blocked));
    }

    #[test]
    fn without_a_base_only_version_pointers_move(source in any_app(), target in any_app()) {
        let plan = Triple::without_base(&source.text(false), &target.text(false)).try_plan().unwrap();
        prop_assert!(plan.carried.iter().all(|item| item.label.ends_with(".image")));
        prop_assert!(plan.pending.is_empty() && plan.blocked.is_empty());
    }

    #[test]
    fn a_source_that_has_not_changed_carries_nothing(source in any_app(), target in any_app()) {
        let plan = Triple::new(&source.text(true), &target.text(false), &source.text(false)).try_plan().unwrap();
        prop_assert!(plan.edits.is_empty());
        prop_assert!(plan.carried.is_empty() && plan.pending.is_empty() && plan.blocked.is_empty());
    }

    #[test]
    fn a_target_that_is_the_base_takes_every_change_but_sizes(source in any_app(), base in any_app()) {
        let plan = Triple::new(&source.text(false), &base.text(false), &base.text(false)).try_plan().unwrap();
        prop_assert!(plan.blocked.is_empty(), "{:#?}", plan.blocked);
        prop_assert!(plan.kept.iter().all(|item| item.label.contains("replicas") || item.label.contains("resources")));
    }
}

fn labels(items: &[promotion_plan::PlanItem]) -> Vec<&str> {
    items.iter().map(|item| item.label.as_str()).collect()
}
