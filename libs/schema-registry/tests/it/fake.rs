//! A registry for tests. It answers as the documentation of Confluent's REST API has it, and otherwise if it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use schema_registry::{Registry, RegistrySettings};
use serde_json::{Value, json};

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Connections end without an answer.
    Down,
    /// It takes longer than anybody waits.
    Slow,
    /// It answers after this time.
    Late(Duration),
    /// It answers all the same.
    Says(u16, &'static str, String),
}

#[derive(Default)]
struct State {
    mood: Option<Mood>,
    /// The schemas of a subject, and their numbers.
    subjects: BTreeMap<String, Vec<(u32, String)>>,
    levels: BTreeMap<String, String>,
    /// Subjects that a new schema does not fit.
    unfit: BTreeSet<String>,
    asked: Vec<String>,
}

/// A registry on a port of this machine.
#[derive(Clone)]
pub(crate) struct Fake {
    port: u16,
    state: Arc<Mutex<State>>,
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

impl Fake {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let fake = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let serving = fake.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream.unwrap()));
            }
        });
        fake
    }

    pub(crate) fn settings(&self) -> RegistrySettings {
        let url = format!("http://127.0.0.1:{}", self.port);
        let (username, password) = (Some("plimsoll".to_owned()), Some("hunter2".to_owned()));
        RegistrySettings { url, username, password, ca: None, timeout: PATIENCE }
    }

    pub(crate) fn client(&self) -> Registry {
        Registry::new(&self.settings()).unwrap()
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = Some(mood);
    }

    /// Has a schema under a subject with this number.
    pub(crate) fn has(&self, subject: &str, number: u32, schema: &str) {
        let mut state = self.state.lock().unwrap();
        state.subjects.entry(subject.to_owned()).or_default().push((number, schema.to_owned()));
    }

    pub(crate) fn numbers(&self, subject: &str) -> Vec<u32> {
        let state = self.state.lock().unwrap();
        let versions = state.subjects.get(subject).cloned().unwrap_or_default();
        versions.into_iter().map(|(number, _)| number).collect()
    }

    /// The first schema of a subject has another number from now on.
    pub(crate) fn renumbers(&self, subject: &str, number: u32) {
        let mut state = self.state.lock().unwrap();
        state.subjects.get_mut(subject).unwrap()[0].0 = number;
    }

    pub(crate) fn level(&self, subject: &str) -> Option<String> {
        self.state.lock().unwrap().levels.get(subject).cloned()
    }

    pub(crate) fn set_level(&self, subject: &str, level: &str) {
        self.state.lock().unwrap().levels.insert(subject.to_owned(), level.to_owned());
    }

    pub(crate) fn nothing_fits(&self, subject: &str) {
        self.state.lock().unwrap().unfit.insert(subject.to_owned());
    }

    /// What it was asked for: `METHOD PATH`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut line) = (Vec::new(), String::new());
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            head.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        let Some(first) = head.first() else { return };
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap().to_owned());
        let header = |name: &str| {
            let found = head.iter().filter_map(|line| line.split_once(": "));
            found.filter(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        self.state.lock().unwrap().asked.push(format!("{method} {path}"));
        let mood = self.state.lock().unwrap().mood.clone().unwrap_or(Mood::Well);
        if let Mood::Late(delay) = mood {
            thread::sleep(delay);
        }
        let knows = header("authorization") == Some("Basic cGxpbXNvbGw6aHVudGVyMg==");
        let (status, headers, body) = match mood {
            Mood::Down => return,
            Mood::Slow => return thread::sleep(3 * PATIENCE),
            Mood::Says(status, headers, body) => (status, headers, body),
            Mood::Well | Mood::Late(_) if !knows => (401, "", "{}".to_owned()),
            Mood::Well | Mood::Late(_) => {
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let (status, answer) = self.state.lock().unwrap().answer(method, &path, &body);
                (status, "", answer.to_string())
            }
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} A\r\ncontent-type: application/vnd.schemaregistry.v1+json\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        // Who asked may be gone.
        let _ = (&stream).write_all(answer.as_bytes());
    }
}

impl State {
    fn answer(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let schema = body["schema"].as_str().unwrap_or_default();
        match (method, parts.as_slice()) {
            ("GET", ["schemas", "ids", number]) => {
                let number: u32 = number.parse().unwrap();
                let mut all = self.subjects.values().flatten();
                match all.find(|(known, _)| *known == number) {
                    Some((_, schema)) => (200, json!({"schema": schema})),
                    None => (404, json!({"error_code": 40403, "message": "Schema not found"})),
                }
            }
            ("GET", ["subjects", subject, "versions"]) => match self.subjects.get(*subject) {
                Some(versions) => (200, json!((1..=versions.len()).collect::<Vec<_>>())),
                None => (404, json!({"error_code": 40401, "message": "Subject not found"})),
            },
            ("POST", ["subjects", subject]) => {
                let versions = self.subjects.get(*subject).into_iter().flatten();
                match versions.clone().find(|(_, known)| known == schema) {
                    Some((number, _)) => (200, json!({"subject": subject, "id": number, "version": 1})),
                    None => (404, json!({"error_code": 40403, "message": "Schema not found"})),
                }
            }
            ("POST", ["subjects", subject, "versions"]) if self.unfit.contains(*subject) => {
                (409, json!({"error_code": 409, "message": "Schema being registered is incompatible"}))
            }
            ("POST", ["subjects", subject, "versions"]) => {
                let next = 1000 + u32::try_from(self.subjects.values().flatten().count()).unwrap();
                let mut all = self.subjects.values().flatten();
                let number = all.find(|(_, known)| known == schema).map_or(next, |(number, _)| *number);
                self.subjects.entry((*subject).to_owned()).or_default().push((number, schema.to_owned()));
                (200, json!({"id": number}))
            }
            ("POST", ["compatibility", "subjects", subject, "versions"]) => {
                let fits = !self.unfit.contains(*subject);
                let messages: &[&str] = if fits { &[] } else { &["reader needs a", "reader needs b"] };
                (200, json!({"is_compatible": fits, "messages": messages}))
            }
            ("GET", ["config", subject]) => match self.levels.get(*subject) {
                Some(level) => (200, json!({"compatibilityLevel": level})),
                None => (404, json!({"error_code": 40408, "message": "no such config"})),
            },
            // As Apicurio does.
            ("PUT", ["config", subject]) if !self.subjects.contains_key(*subject) => {
                (404, json!({"error_code": 40401, "message": "Subject not found"}))
            }
            ("PUT", ["config", subject]) => {
                let level = body["compatibility"].as_str().unwrap();
                self.levels.insert((*subject).to_owned(), level.to_owned());
                (200, json!({"compatibility": level}))
            }
            _ => (405, json!({"error_code": 405, "message": "no such call"})),
        }
    }
}
