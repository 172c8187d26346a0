//! `make bench-kafka`: previews by services that run as processes of their own on a real broker, with one, two and four copies of
//! each engine: how long a processor is busy with a preview, and how evenly the copies share the work. The peer of a number
//! of copies is one copy.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench is where time is measured, and may fail"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use benches::{Figure, processor, write_repository};
use serde_json::{Value, json};
use stack::{Brokers, Copies, Janitor, Layout, Part, Ready, Schemas, Shared, Stack};

const ENGINES: [&str; 4] = ["diff", "cost", "risk", "explain"];
const OBJECTS: usize = 300;
/// Previews of a round, of which so many are asked for at once.
const PREVIEWS: usize = 120;
const AT_ONCE: usize = 8;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(60);
const PORT: u16 = 19_500;

fn main() {
    let programs = PathBuf::from(std::env::var("STACK_PROGRAMS").expect("STACK_PROGRAMS is a directory"));
    let temporary = tempfile::tempdir().unwrap();
    let layout = Layout {
        directory: temporary.path().join("stack"),
        programs: std::path::absolute(programs).unwrap(),
        cache: stack::fetched(),
        brokers: Brokers::One,
        schemas: Schemas::Bundled,
        copies: Copies::One,
        shared: Shared::Nothing,
        port: PORT,
        lines: false,
    };
    let janitor = Janitor::of(&layout.directory).unwrap();
    let stack = Stack::up(layout, |_| ()).unwrap();
    let client = Client::new(&stack);
    let (_, repository) = write_repository(temporary.path(), OBJECTS, &[]).unwrap();
    client.register(&repository);
    client.previews(AT_ONCE);
    measure(&stack, &client);
    stack.down();
    drop(janitor);
}

fn measure(stack: &Stack, client: &Client) {
    println!(
        "| copies of each engine | engines: CPU-s a preview | all services | previews a second | × CPU of one copy |"
    );
    println!("|---|---|---|---|---|");
    let mut copies: Vec<Copy> = Vec::new();
    let (mut first, mut shares) = (None, Vec::new());
    for wanted in [1, 2, 4] {
        for copy in copies.len() / ENGINES.len() + 1..wanted {
            copies.extend(ENGINES.iter().map(|engine| Copy::start(stack, engine, copy)));
        }
        copies.iter().for_each(|copy| copy.part.until_ready(PATIENCE).unwrap());
        // The group shares its partitions anew, and what is new fills its caches.
        client.previews(PREVIEWS / 2);
        let before = handled(stack, &copies);
        let rounds: Vec<Round> = (0..ROUNDS).map(|_| Round::of(stack, &copies, client)).collect();
        let median = |figure: fn(&Round) -> f64| Figure::of(rounds.iter().map(figure).collect()).median;
        let (engines, services) = (median(|round| round.engines), median(|round| round.services));
        let one = *first.get_or_insert(engines);
        let rate = median(|round| round.rate);
        println!("| {wanted} | {engines:.4} | {services:.4} | {rate:.1} | {:.2} |", engines / one);
        shares.push((wanted, before, handled(stack, &copies)));
    }
    print_shares(&shares);
}

/// What a round of previews took.
struct Round {
    engines: f64,
    services: f64,
    rate: f64,
}

impl Round {
    fn of(stack: &Stack, copies: &[Copy], client: &Client) -> Self {
        let busy = || {
            let first = |name: &&str| busy_of(stack.part(name).unwrap());
            let engines: f64 = ENGINES.iter().map(first).sum();
            let engines = engines + copies.iter().map(|copy| busy_of(&copy.part)).sum::<f64>();
            let others = ["catalog", "promotion", "gitops", "audit", "gateway"];
            (engines, engines + others.iter().map(first).sum::<f64>())
        };
        let (began, before) = (Instant::now(), busy());
        client.previews(PREVIEWS);
        let (seconds, after) = (began.elapsed().as_secs_f64(), busy());
        let previews = PREVIEWS as f64;
        Self {
            engines: (after.0 - before.0) / previews,
            services: (after.1 - before.1) / previews,
            rate: previews / seconds,
        }
    }
}

fn busy_of(part: &Part) -> f64 {
    let pid = part.process().expect("it runs").as_raw_nonzero().to_string();
    processor::seconds(&pid).expect("it runs")
}

type Handled = BTreeMap<&'static str, Vec<u64>>;

/// How many events each copy of each engine has handled.
fn handled(stack: &Stack, copies: &[Copy]) -> Handled {
    let of = |engine: &'static str| {
        let others = copies.iter().filter(|copy| copy.engine == engine).map(|copy| &copy.part);
        let parts = [stack.part(engine).unwrap()].into_iter().chain(others);
        (engine, parts.map(|part| metric(part, engine)).collect())
    };
    ENGINES.into_iter().map(of).collect()
}

fn metric(part: &Part, engine: &str) -> u64 {
    let Ready::Answers { port, .. } = part.ready else { panic!("{} has no metrics", part.name) };
    let url = format!("http://127.0.0.1:{port}/metrics");
    let text = ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap();
    let is_it = |line: &&str| {
        line.starts_with("messaging_client_consumed_messages_total{")
            && line.contains(&format!("messaging_consumer_group_name=\"{engine}\""))
    };
    let values = text.lines().filter(is_it).filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
    values.sum()
}

fn print_shares(all: &[(usize, Handled, Handled)]) {
    println!("\n| copies | engine | events that each handled | most ÷ mean |");
    println!("|---|---|---|---|");
    for (wanted, before, after) in all.iter().filter(|(wanted, ..)| *wanted > 1) {
        for engine in ENGINES {
            let counts: Vec<u64> = after[engine].iter().zip(&before[engine]).map(|(a, b)| a - b).collect();
            let mean = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
            let most = counts.iter().max().copied().unwrap_or_default() as f64;
            let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
            println!("| {wanted} | {engine} | {} | {:.2} |", counts.join(", "), most / mean);
        }
    }
}

/// One more process of an engine.
struct Copy {
    engine: &'static str,
    part: Part,
}

impl Copy {
    fn start(stack: &Stack, engine: &'static str, copy: usize) -> Self {
        let part = stack.copy(engine, u16::try_from(copy).unwrap()).unwrap();
        part.start().unwrap();
        Self { engine, part }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.part.kill();
    }
}

/// Who asks for previews, of an application each.
struct Client {
    server: String,
    token: String,
}

impl Client {
    fn new(stack: &Stack) -> Self {
        let server = format!("http://127.0.0.1:{}/api/v1", stack.layout().api_port());
        Self { server, token: stack.admin_token().unwrap() }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let request = ureq::post(format!("{}{path}", self.server));
        let sent = request.header("authorization", format!("Bearer {}", self.token)).send_json(body);
        sent.unwrap().body_mut().with_config().limit(1 << 30).read_json().unwrap()
    }

    fn register(&self, repository: &Path) {
        for number in 0..AT_ONCE {
            self.post("/workloads", &application(&format!("shop-{number}"), repository));
        }
    }

    /// So many previews, one after another of each application.
    fn previews(&self, count: usize) {
        let taken = AtomicUsize::new(0);
        scope(|scope| {
            for number in 0..AT_ONCE {
                let (client, taken) = (&self, &taken);
                scope.spawn(move || {
                    let body = json!({"application": format!("shop-{number}"), "from": "staging", "to": "production"});
                    while taken.fetch_add(1, Ordering::Relaxed) < count {
                        let answer = client.post("/promotions?wait=60", &body);
                        assert_eq!(answer["status"], "preview", "{answer}");
                    }
                });
            }
        });
    }
}

/// JSON is YAML, too.
fn application(name: &str, repository: &Path) -> Value {
    json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": name}, "spec": {
        "source": {"repo": repository, "render": "plain"},
        "environments": [{"name": "staging", "path": "staging"}, {"name": "production", "path": "production"}],
        "promotions": [{"from": "staging", "to": "production"}]}})
}
