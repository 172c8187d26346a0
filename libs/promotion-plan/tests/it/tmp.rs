use kube_model::*;
use promotion_plan::*;
use std::path::Path as P;
fn files(dir: &P) -> Vec<(String, Vec<u8>)> {
    let mut out = vec![];
    for e in std::fs::read_dir(dir).unwrap() {
        let e = e.unwrap().path();
        out.push((e.file_name().unwrap().to_str().unwrap().to_string(), std::fs::read(&e).unwrap()));
    }
    out
}
#[test]
fn scenarios() {
    let root = P::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let mut dirs: Vec<_> = std::fs::read_dir(&root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with("plain"))
        .collect();
    dirs.sort();
    let mut bad = 0;
    for d in dirs {
        let name = d.file_name().unwrap().to_str().unwrap().to_string();
        let limits = yaml::Limits::default();
        let st = |p: &P| State::read(files(p), &limits).unwrap();
        let s = st(&d.join("repo/staging"));
        let t = st(&d.join("repo/production"));
        let b = d.join("base").exists().then(|| st(&d.join("base")));
        let mut env = |n: &str| Environment { name: Some(n.into()), namespace: None };
        let (mut es, mut et) = (env("staging"), env("production"));
        let (mut promote, mut keep) = (vec![], vec![]);
        if let Ok(text) = std::fs::read_to_string(d.join("repo/plimsoll.yaml")) {
            let docs = yaml::parse(&text, &limits).unwrap();
            let v = yaml::to_value(&docs[0], &docs[0].root, &limits).unwrap();
            for e in v["spec"]["environments"].as_array().unwrap() {
                let ns = e["namespace"].as_str().map(str::to_owned);
                if e["name"] == "staging" { es.namespace = ns } else { et.namespace = ns }
            }
            for p in v["spec"]["promotions"].as_array().cloned().unwrap_or_default() {
                let l = |k: &str| {
                    p[k].as_array()
                        .cloned()
                        .unwrap_or_default()
                        .iter()
                        .map(|x| x.as_str().unwrap().parse().unwrap())
                        .collect::<Vec<PlacePattern>>()
                };
                promote = l("promote");
                keep = l("keep");
            }
        }
        let cmd = std::fs::read_to_string(d.join("command")).unwrap();
        let mut selection = Selection::default();
        let words: Vec<_> = cmd.split_whitespace().collect();
        for w in words.windows(2) {
            let v = w[1].trim_matches('"');
            match w[0] {
                "--take" => selection.take.push(v.parse().unwrap()),
                "--skip" => selection.skip.push(v.parse().unwrap()),
                "--only" => selection.only.push(v.parse().unwrap()),
                _ => {}
            }
        }
        let r = Redactor::new(b"k");
        let plan = plan(&Request {
            source: &s,
            target: &t,
            base: b.as_ref(),
            source_environment: es,
            target_environment: et,
            promote,
            keep,
            selection,
            redactor: &r,
            limits: &limits,
        })
        .unwrap();
        let exp: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(d.join("expected.json")).unwrap()).unwrap();
        for (k, l) in [
            ("carried", &plan.carried),
            ("kept", &plan.kept),
            ("pending", &plan.pending),
            ("candidates", &plan.candidates),
            ("blocked", &plan.blocked),
        ] {
            let mut got: Vec<String> = l.iter().map(|i| i.label.clone()).collect();
            let mut want: Vec<String> =
                exp[k].as_array().unwrap().iter().map(|x| x.as_str().unwrap().to_owned()).collect();
            got.sort();
            want.sort();
            if got != want {
                bad += 1;
                println!(
                    "{name} {k}:\n  missing {:?}\n  extra {:?}",
                    want.iter().filter(|x| !got.contains(x)).collect::<Vec<_>>(),
                    l.iter()
                        .filter(|i| !want.contains(&i.label))
                        .map(|i| (&i.label, &i.reason))
                        .collect::<Vec<_>>()
                );
            }
        }
        let after = d.join("after/production");
        let want: std::collections::BTreeMap<String, Vec<u8>> =
            if after.exists() { files(&after).into_iter().collect() } else { Default::default() };
        let removed: Vec<String> = std::fs::read_to_string(d.join("removed"))
            .unwrap_or_default()
            .lines()
            .map(|l| l.trim_start_matches("production/").to_owned())
            .collect();
        for (p, w) in &want {
            let got =
                plan.edits.iter().find(|e| e.path == *p).and_then(|e| e.after.clone()).unwrap_or_default();
            if got.as_bytes() != &w[..] {
                bad += 1;
                println!("{name} {p}: got\n{got}\n--- want\n{}", String::from_utf8_lossy(w));
            }
        }
        for e in &plan.edits {
            if e.after.is_none() {
                if !removed.contains(&e.path) {
                    bad += 1;
                    println!("{name}: removed {}", e.path)
                }
            } else if !want.contains_key(&e.path) {
                bad += 1;
                println!("{name}: extra edit {} {:?}", e.path, e.splices)
            }
        }
        for p in &removed {
            if !plan.edits.iter().any(|e| e.path == *p && e.after.is_none()) {
                bad += 1;
                println!("{name}: not removed {p}");
            }
        }
        println!("{name} notes {:?}", plan.notes);
    }
    assert_eq!(bad, 0);
}
