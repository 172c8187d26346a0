//! Every setting is on the page of settings, and every row of the page is a setting.

use std::collections::BTreeSet;
use std::fs;

use crate::sandbox::workspace;

/// Each struct of settings: its file, its name, and the table that its fields are in.
const STRUCTS: [(&str, &str, &str); 29] = [
    ("services/gateway/src/config.rs", "Config", "gateway"),
    ("services/gateway/src/config.rs", "ProcessConfig", "gateway"),
    ("services/gateway/src/config.rs", "Addresses", "gateway.services"),
    ("services/cost/src/lib.rs", "Config", "cost"),
    ("services/gitops/src/config.rs", "Config", "gitops"),
    ("services/gitops/src/config.rs", "ProcessConfig", "gitops"),
    ("services/catalog/src/config.rs", "Config", "catalog"),
    ("services/catalog/src/config.rs", "WaiverSettings", "waivers"),
    ("services/promotion/src/config.rs", "Config", "promotion"),
    ("services/promotion/src/prices.rs", "PriceSettings", "prices"),
    ("services/diff/src/config.rs", "Config", "diff"),
    ("services/diff/src/config.rs", "RenderSettings", "render"),
    ("services/audit/src/config.rs", "Config", "audit"),
    ("libs/repositories/src/settings.rs", "GitSettings", "git"),
    ("libs/service/src/platform.rs", "PostgresSettings", "postgres"),
    ("libs/service/src/kafka.rs", "KafkaSettings", "kafka"),
    ("libs/service/src/kafka/token.rs", "TokenSettings", "kafka.token"),
    ("libs/service/src/registry.rs", "RegistrySettings", "kafka.registry"),
    ("libs/service/src/start.rs", "ProbeSettings", "probes"),
    ("libs/service/src/program.rs", "GrpcSettings", "grpc"),
    ("libs/service/src/grpc/tls.rs", "TlsSettings", "tls"),
    ("libs/service/src/redis.rs", "RedisSettings", "redis"),
    ("libs/service/src/traces.rs", "TelemetrySettings", "telemetry"),
    ("services/plimsoll/src/up/config.rs", "Services", "services"),
    ("services/plimsoll/src/up/config.rs", "KeySettings", "keys"),
    ("services/plimsoll/src/up/config.rs", "Organisation", "organisation"),
    ("services/gateway/src/first.rs", "First", "gateway.first"),
    ("services/risk/src/lib.rs", "Config", "risk"),
    ("services/explain/src/config.rs", "Config", "explain"),
];

fn fields(file: &str, name: &str) -> Vec<String> {
    let text = fs::read_to_string(workspace().join(file)).unwrap();
    let (_, rest) = text.split_once(&format!("struct {name} {{")).unwrap();
    let body = rest.split('}').next().unwrap();
    let field = |line: &str| {
        let line = line.trim().strip_prefix("pub")?.trim_start_matches("(crate)").trim();
        Some(line.split_once(": ")?.0.to_owned())
    };
    body.lines().filter_map(field).collect()
}

#[test]
fn every_setting_is_on_the_page_and_nothing_else() {
    let mut settings = BTreeSet::new();
    for (file, name, table) in STRUCTS {
        settings.extend(fields(file, name).iter().map(|field| format!("{table}.{field}")));
    }
    // Tables, whose keys are rows of their own.
    for table in ["gateway.services", "gateway.first", "kafka.registry", "kafka.token"] {
        assert!(settings.remove(table), "{table}");
    }
    assert!(settings.len() > 30 && settings.contains("git.credentials"), "{settings:?}");
    let page = fs::read_to_string(workspace().join("docs/settings.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let described: BTreeSet<String> = rows.map(|(key, _)| key.to_owned()).collect();
    assert_eq!(described, settings);
}
