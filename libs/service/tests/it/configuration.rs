//! A file, the environment and flags; what is unknown is an error, what is secret is not told.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use service::{ConfigError, Secret, Settings, Sources};

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default)]
struct Gateway {
    listen: SocketAddr,
    workers: u16,
    origins: Vec<String>,
    key: Option<Secret<String>>,
    rate: Rate,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default)]
struct Rate {
    burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { burst: 10 }
    }
}

impl Default for Gateway {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self { listen, workers: 2, origins: Vec::new(), key: None, rate: Rate::default() }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Store {
    brokers: String,
    token: Token,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Token {
    url: String,
}

#[derive(Debug, Deserialize)]
struct Required {
    #[expect(dead_code, reason = "only asked for")]
    url: Secret<String>,
}

/// A directory with a file of this content.
struct Config {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Config {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("plimsoll.toml");
        std::fs::write(&file, text).unwrap();
        Self { directory, sources: Sources { file: Some(file), ..Sources::default() } }
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn flag(mut self, name: &str, value: &str) -> Self {
        self.sources.flags.push((name.to_owned(), value.to_owned()));
        self
    }

    fn holds(self, name: &str, text: &str) -> Self {
        std::fs::write(self.directory.path().join(name), text).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self) -> Result<Settings, ConfigError> {
        Settings::read(&self.sources, &["gateway", "store", "billing-reconcile"])
    }

    fn gateway(&self) -> Gateway {
        self.read().unwrap().section("gateway").unwrap()
    }

    /// The error's sentence, with the directory left out.
    fn error(&self) -> String {
        let error = self.read().and_then(|settings| settings.section::<Gateway>("gateway")).unwrap_err();
        assert_eq!(error.code(), "CONFIG_INVALID");
        error.to_string().replace(&format!("{}/", self.directory.path().display()), "")
    }
}

#[test]
fn without_any_source_there_are_the_defaults() {
    let settings = Settings::read(&Sources::default(), &["gateway"]).unwrap();
    let gateway: Gateway = settings.section("gateway").unwrap();
    assert_eq!((gateway.workers, gateway.rate.burst), (2, 10));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "[gateway]\nworkers = 3\norigins = ['a']\n[gateway.rate]\nburst = 30\n";
    let config = Config::new(file);
    assert_eq!((config.gateway().workers, config.gateway().rate.burst), (3, 30));
    let config = config.env("PLIMSOLL_GATEWAY__WORKERS", "4").env("PLIMSOLL_GATEWAY__RATE__BURST", "40");
    assert_eq!((config.gateway().workers, config.gateway().rate.burst), (4, 40));
    let config = config.flag("gateway.workers", "5").flag("gateway.listen", "127.0.0.1:9");
    let gateway = config.gateway();
    assert_eq!((gateway.workers, gateway.rate.burst, gateway.listen.port()), (5, 40, 9));
    assert_eq!(gateway.origins, ["a"]);
}

#[test]
fn text_is_taken_as_it_is_and_as_a_list_or_number_where_one_is_wanted() {
    let config = Config::new("")
        .env("PLIMSOLL_GATEWAY__KEY", " \"007\" ")
        .env("PLIMSOLL_GATEWAY__ORIGINS", "[https://a.example, https://b.example]")
        .env("PLIMSOLL_GATEWAY__WORKERS", "12");
    let gateway = config.gateway();
    assert_eq!(gateway.key.unwrap().expose(), " \"007\" ");
    assert_eq!(gateway.origins, ["https://a.example", "https://b.example"]);
    assert_eq!(gateway.workers, 12);
}

#[test]
fn what_is_unknown_is_an_error_that_names_it_and_where_it_is() {
    for (text, expected) in [
        ("[gateway]\nlisten_on = 1", "plimsoll.toml: gateway.listen_on: there is no such setting"),
        ("[gateway.rate]\nburts = 1", "plimsoll.toml: gateway.rate.burts: there is no such setting"),
        ("[gatewya]\nlisten = 1", "plimsoll.toml: gatewya: there is no such section"),
        ("listen = 1", "plimsoll.toml: listen: there is no such section"),
    ] {
        assert_eq!(Config::new(text).error(), expected);
    }
    let variable = Config::new("").env("PLIMSOLL_GATEWAY__LISTEN_ON", "1");
    let expected =
        "the environment variable PLIMSOLL_GATEWAY__LISTEN_ON: gateway.listen_on: there is no such setting";
    assert_eq!(variable.error(), expected);
    let section = Config::new("").env("PLIMSOLL_GATEWYA__LISTEN", "1");
    let expected = "the environment variable PLIMSOLL_GATEWYA__LISTEN: gatewya: there is no such section";
    assert_eq!(section.error(), expected);
    let flag = Config::new("").flag("gateway.lisen", "1");
    assert_eq!(flag.error(), "the flag gateway.lisen: there is no such setting");
    assert_eq!(Config::new("").flag("listen", "1").error(), "the flag listen: a setting is SECTION.KEY");
}

/// A section of which serde itself knows the keys says which there are, and names a wrong one once.
#[test]
fn a_section_that_knows_its_keys_says_which_there_are() {
    for (text, expected) in [
        ("[store]\nbroker = 'a'", "store.broker: there is no such setting; there are brokers, token"),
        ("[store.token]\nur = 'a'", "store.token.ur: there is no such setting; there are url"),
    ] {
        let config = Config::new(text);
        let error = config.read().unwrap().section::<Store>("store").unwrap_err().to_string();
        assert!(error.ends_with(&format!("plimsoll.toml: {expected}")), "{error}");
    }
}

#[test]
fn a_key_is_said_or_it_is_not() {
    let says = |config: Config| config.read().unwrap().says("store.url");
    assert!(!says(Config::new("[gateway]\nurl = 'a'\n[store]\nbrokers = 'a'\n[store.token]\nurl = 'a'\n")));
    assert!(says(Config::new("[store]\nurl = 'a'\n")));
    assert!(says(Config::new("[store]\nurl_file = 'url'\n").holds("url", "a")));
    assert!(says(Config::new("").env("PLIMSOLL_STORE__URL", "a")));
    assert!(says(Config::new("").flag("store.url", "a")));
}

#[test]
fn sections_of_others_and_variables_of_kubernetes_are_passed_over() {
    let config = Config::new("[store]\nanything = 1\n[billing-reconcile]\nelse = 2\n")
        .env("PLIMSOLL_GATEWAY_SERVICE_HOST", "10.0.0.1")
        .env("PLIMSOLL_LOG", "debug")
        .env("PLIMSOLL_BILLING_RECONCILE__X", "1")
        .env("HOME", "/");
    assert_eq!(config.gateway().workers, 2);
}

#[test]
fn a_variable_that_was_meant_to_be_a_setting_is_an_error() {
    for (name, meant) in [
        ("PLIMSOLL_GATEWAY_LISTEN", "; is PLIMSOLL_GATEWAY__LISTEN meant?"),
        ("PLIMSOLL_BILLING_RECONCILE_X", "; is PLIMSOLL_BILLING_RECONCILE__X meant?"),
        ("PLIMSOLL_CONFG", "; is PLIMSOLL_CONFIG meant?"),
        ("PLIMSOLL_ANYTHING", "; a setting is PLIMSOLL_SECTION__KEY"),
    ] {
        let expected = format!("the environment variable {name}: there is no such variable{meant}");
        assert_eq!(Config::new("").env(name, "hunter2").error(), expected);
    }
    // Of the services plimsoll and plimsoll-gateway of the pod's namespace.
    for (name, value) in [
        ("PLIMSOLL_SERVICE_HOST", "10.0.0.1"),
        ("PLIMSOLL_PORT", "tcp://10.0.0.1:8080"),
        ("PLIMSOLL_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("PLIMSOLL_GATEWAY_SERVICE_PORT", "8080"),
        ("PLIMSOLL_GATEWAY_SERVICE_PORT_HTTP", "8080"),
        ("PLIMSOLL_GATEWAY_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ] {
        assert_eq!(Config::new("").env(name, value).gateway().workers, 2, "{name}");
    }
}

#[test]
fn a_value_of_another_form_is_an_error_without_the_value() {
    for (text, expected) in [
        (
            "workers = 'hunter2'",
            "plimsoll.toml: gateway.workers: a text where a whole number from 0 to 65535 is expected",
        ),
        ("workers = 70000", "plimsoll.toml: gateway.workers: a whole number from 0 to 65535 is expected"),
        ("rate = 'hunter2'", "plimsoll.toml: gateway.rate: a text where a table is expected"),
        ("key = ['hunter2']", "plimsoll.toml: gateway.key: the secret is not of its form"),
    ] {
        assert_eq!(Config::new(&format!("[gateway]\n{text}")).error(), expected);
    }
    let error = Config::new("[gateway]\nkey = 'hunter2\n").error();
    assert!(error.contains("line 2") && !error.contains("hunter2"), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let error = Config::new("").read().unwrap().section::<Required>("store").unwrap_err();
    assert!(error.to_string().ends_with("store.url: it is missing"), "{error}");
}

#[test]
fn a_secret_is_never_printed() {
    let config = Config::new("[gateway]\nkey = 'hunter2'\n");
    let gateway = config.gateway();
    assert_eq!(gateway.key.as_ref().unwrap().expose(), "hunter2");
    let printed = format!("{gateway:?} {}", gateway.key.as_ref().unwrap());
    let json = serde_json::to_string(&gateway).unwrap();
    assert!(json.contains(r#""key":"***""#), "{json}");
    for text in [printed, json, format!("{:?}", config.read().unwrap())] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_secret_may_lie_in_a_file() {
    let config = Config::new("[gateway]\nkey_file = 'key'\n").holds("key", "hunter2\n");
    assert_eq!(config.gateway().key.unwrap().expose(), "hunter2");
    let other = config.path("other");
    let config =
        config.holds("other", "hunter3\r\n").env("PLIMSOLL_GATEWAY__KEY_FILE", other.to_str().unwrap());
    assert_eq!(config.gateway().key.unwrap().expose(), "hunter3");
    let missing = Config::new("[gateway]\nkey_file = 'key'\n").error();
    assert!(missing.starts_with("plimsoll.toml: gateway.key_file: key: No such file"), "{missing}");
    let twice = Config::new("[gateway]\nkey_file = 'key'\nkey = 'hunter4'\n").holds("key", "hunter2").error();
    assert!(twice.contains("one of them is too many") && !twice.contains("hunter"), "{twice}");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let mut config = Config::new("");
    config.sources.file = Some(config.path("other.toml"));
    assert!(config.error().starts_with("other.toml: No such file"), "{}", config.error());
}
