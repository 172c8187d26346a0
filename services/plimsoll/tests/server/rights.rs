//! Rights, as a real Postgres holds them: what `plimsoll rights postgres` prints is enough for each service, and no more.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog as _, MemoryLog};
use events::Service;
use gateway::{Differences, ProjectionOperations};
use ids::OrgId;
use schema_registry::{NumberStore, Numbers, Registry, RegistrySettings};
use service::{Clock as _, Parts, SystemClock};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{Blobs as _, Database, MemoryBlobs, MemoryStore, Migration, PostgresBlobs, PostgresStore};

use crate::server::{plimsoll, text};

fn statements() -> String {
    let output = plimsoll().args(["rights", "postgres"]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Connections of a service's role.
struct As(String);

impl As {
    fn url(&self, service: Service) -> String {
        format!("{}&options[role]=plimsoll_{service}", self.0)
    }

    /// What the server says to a statement of a service: its SQLSTATE, if it refuses.
    async fn asks(&self, service: Service, sql: &str) -> Option<String> {
        let mut connection = PgConnection::connect(&self.url(service)).await.unwrap();
        let answer = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
        answer.err().map(|error| error.as_database_error().unwrap().code().unwrap().into_owned())
    }
}

/// Of the PostgreSQL manual, appendix A: insufficient_privilege, check_violation.
const REFUSED: &str = "42501";
const VIOLATION: &str = "23514";

/// Whose the shared schemas are, and who adds to the blobs.
const OWNER: Service = Service::Diff;
const ADDING: [Service; 5] =
    [Service::Catalog, Service::Promotion, Service::Cost, Service::Risk, Service::Explain];

#[tokio::test]
async fn a_service_has_its_schema_and_the_server_refuses_it_every_other() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    let superuser = server.superuser_url(&database);
    let mut connection = PgConnection::connect(superuser.as_str()).await.unwrap();
    // Twice: an administrator may.
    for _ in 0..2 {
        sqlx::raw_sql(AssertSqlSafe(statements())).execute(&mut connection).await.unwrap();
    }
    who_may_connect(&mut connection).await;
    let roles = As(superuser.as_str().to_owned());
    // Whose the blobs are starts first, as one of the others would wait for it.
    let mut services = Service::ALL;
    services.sort_by_key(|service| *service != OWNER);
    for early in services.into_iter().skip(1) {
        let error = NumberStore::open(&roles.url(early)).await.err().unwrap();
        assert!(error.is_transient() && error.code() == "STORE_REFUSED", "{early} waits: {error}");
    }
    let registry = Registry::new(&registry()).unwrap();
    for service in services {
        work(&roles, service).await;
        numbers(&roles.url(service), &registry).await;
    }
    for service in Service::ALL {
        for other in Service::ALL.into_iter().filter(|other| *other != service) {
            for sql in [
                format!("SELECT state FROM \"{other}\".aggregates"),
                format!("SELECT value FROM \"{other}\".outbox"),
                format!("DELETE FROM \"{other}\".outbox"),
                format!("CREATE TABLE \"{other}\".mine (a int)"),
            ] {
                assert_eq!(roles.asks(service, &sql).await.as_deref(), Some(REFUSED), "{service}: {sql}");
            }
        }
        for sql in [
            "DELETE FROM blob.blobs",
            "UPDATE blob.blobs SET hash = sha256('b'), bytes = 'b' WHERE bytes = 'a'",
            "UPDATE blob.migrations_blob SET success = true",
            "DELETE FROM schema_registry.number",
            "UPDATE schema_registry.number SET number = number",
            "CREATE TABLE schema_registry.mine (a int)",
            "INSERT INTO installation.log (registered) VALUES (false) ON CONFLICT DO NOTHING",
            "UPDATE installation.log SET registered = false",
        ] {
            let answer = roles.asks(service, sql).await;
            assert_eq!(answer.as_deref(), (service != OWNER).then_some(REFUSED), "{service}: {sql}");
        }
        // Nobody keeps other bytes under a name, and of what is there nobody but the owner could change any.
        let other_bytes = "INSERT INTO blob.blobs (org, hash, bytes) VALUES ('0192d3b4-5c6d-7e8f-9a0b-000000000001', sha256('a'), 'b')";
        let adds = service == OWNER || ADDING.contains(&service);
        let answer = roles.asks(service, other_bytes).await;
        assert_eq!(answer.as_deref(), Some(if adds { VIOLATION } else { REFUSED }), "{service}");
        let emptied = "INSERT INTO blob.blobs (org, hash, bytes) VALUES ('0192d3b4-5c6d-7e8f-9a0b-000000000001', sha256('a'), 'a');
             UPDATE blob.blobs SET bytes = ''";
        let answer = roles.asks(service, emptied).await;
        let expected = if service == OWNER { VIOLATION } else { REFUSED };
        assert_eq!(answer.as_deref(), Some(expected), "{service}");
        let temporary = roles.asks(service, "CREATE TEMPORARY TABLE mine (a int)").await;
        assert_eq!(temporary.as_deref(), Some(REFUSED), "{service}");
        let elsewhere = roles.asks(service, "CREATE TABLE public.mine (a int)").await;
        assert_eq!(elsewhere.as_deref(), Some(REFUSED), "{service}");
    }
}

/// Postgres lets everybody into a new database, and make temporary tables there.
async fn who_may_connect(connection: &mut PgConnection) {
    sqlx::raw_sql("CREATE ROLE stranger LOGIN").execute(&mut *connection).await.unwrap();
    for (role, connects) in
        [("public", false), ("stranger", false), ("plimsoll_cost", true), ("plimsoll_gateway", true)]
    {
        let may = async |connection: &mut PgConnection, right: &str| -> bool {
            let asked = sqlx::query_scalar(
                "SELECT has_database_privilege($1::text::name, current_database()::text, $2)",
            );
            asked.bind(role).bind(right).fetch_one(connection).await.unwrap()
        };
        assert_eq!(may(connection, "CONNECT").await, connects, "{role}");
        assert!(!may(connection, "TEMPORARY").await && !may(connection, "CREATE").await, "{role}");
    }
}

/// What a service's program does at its start with a registry: it keeps what is looked up.
async fn numbers(url: &str, registry: &Registry) {
    let store = NumberStore::open(url).await.unwrap();
    // Twice: what is there stays.
    for _ in 0..2 {
        Numbers::look_up(registry.clone(), &store).await.unwrap();
    }
}

/// A registry that gives every schema the same number.
fn registry() -> RegistrySettings {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = answer(&stream.unwrap());
        }
    });
    RegistrySettings { url, username: None, password: None, ca: None, timeout: Duration::from_secs(30) }
}

fn answer(mut stream: &TcpStream) -> std::io::Result<()> {
    let (mut reader, mut line, mut length) = (BufReader::new(stream), String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length])?;
    let body = r#"{"id": 7}"#;
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// What a service's program does at its start, and with blobs.
async fn work(roles: &As, service: Service) {
    let url = roles.url(service);
    let database = Database::new(&url, service.name(), 2).unwrap();
    PostgresStore::open(&database).await.unwrap();
    match service {
        Service::Gateway => drop(gateway::Projections::open(&database).await.unwrap()),
        Service::Audit => drop(audit::AuditStore::open(&database).await.unwrap()),
        _ => {}
    }
    let log = Migration {
        version: 1,
        name: "log",
        sql: include_str!("../../../../migrations/installation/0001_log.sql"),
    };
    Database::new(&url, "installation", 1).unwrap().migrate("installation", &[log]).await.unwrap();
    let blobs = PostgresBlobs::open(&url, 2).await.unwrap();
    let org = OrgId::new("0192d3b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap());
    let put = blobs.put(org, b"what is rendered").await;
    let only_sees = service != OWNER && !ADDING.contains(&service);
    match put {
        Ok(hash) => {
            assert!(!only_sees, "{service}");
            assert_eq!(blobs.get(org, hash).await.unwrap().unwrap(), b"what is rendered");
        }
        Err(error) => {
            assert!(only_sees, "{service}: {error}");
            assert_eq!(error.code(), "STORE_REFUSED");
            let hash = ids::BlobHash::of(b"what is rendered");
            assert_eq!(blobs.get(org, hash).await.unwrap().unwrap(), b"what is rendered");
        }
    }
}

/// A disk asks nobody. Who still has a blob's bytes mends it without a right to change one, and cannot make anything else of it.
#[tokio::test]
async fn a_damaged_blob_is_mended_by_who_may_only_add() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    let superuser = server.superuser_url(&database);
    let mut connection = PgConnection::connect(superuser.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements())).execute(&mut connection).await.unwrap();
    let roles = As(superuser.as_str().to_owned());
    for service in [OWNER, Service::Cost] {
        work(&roles, service).await;
    }
    let damage =
        "ALTER TABLE blob.blobs DROP CONSTRAINT blobs_named_by_hash; UPDATE blob.blobs SET bytes = 'damaged';
         ALTER TABLE blob.blobs ADD CONSTRAINT blobs_named_by_hash CHECK (hash = sha256(bytes)) NOT VALID";
    sqlx::raw_sql(damage).execute(&mut connection).await.unwrap();
    let otherwise = "SELECT blob.mend(org, hash, 'otherwise') FROM blob.blobs";
    assert_eq!(roles.asks(Service::Cost, otherwise).await.as_deref(), Some(VIOLATION));
    work(&roles, Service::Cost).await;
    let whole: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT bytes FROM blob.blobs").fetch_all(&mut connection).await.unwrap();
    assert_eq!(whole, [b"what is rendered"]);
}

/// An administrator who makes the projection again, or a table in a service's schema, takes nothing away from the service.
#[tokio::test]
async fn what_an_administrator_makes_in_a_schema_becomes_its_owners() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    let superuser = server.superuser_url(&database);
    let mut connection = PgConnection::connect(superuser.as_str()).await.unwrap();
    let granted = || AssertSqlSafe(statements());
    sqlx::raw_sql(granted()).execute(&mut connection).await.unwrap();
    let roles = As(superuser.as_str().to_owned());
    let asked = "SELECT count(*) FROM gateway.promotion";
    gateway::Projections::open(&Database::new(&roles.url(Service::Gateway), "gateway", 2).unwrap())
        .await
        .unwrap();
    assert_eq!(roles.asks(Service::Gateway, asked).await, None);
    let log = MemoryLog::default();
    for service in Service::ALL {
        log.ensure_topic(&service.topic(), 1).await.unwrap();
    }
    let store = MemoryStore::new(|| SystemClock.now());
    let parts =
        Parts::new(Arc::new(log), Arc::new(store), Arc::new(MemoryBlobs::default()), Arc::new(SystemClock));
    let operations = ProjectionOperations::new(superuser.as_str(), &parts).unwrap();
    assert!(operations.rebuild(Differences::Refuse, |_| ()).await.unwrap().swapped);
    assert_eq!(roles.asks(Service::Gateway, asked).await, None);
    let made = "CREATE TABLE cost.made (number bigint GENERATED ALWAYS AS IDENTITY); CREATE VIEW cost.seen AS SELECT 1;
         CREATE FUNCTION cost.told(text) RETURNS text LANGUAGE sql AS 'SELECT $1'";
    sqlx::raw_sql(made).execute(&mut connection).await.unwrap();
    for sql in ["INSERT INTO cost.made DEFAULT VALUES", "SELECT * FROM cost.seen"] {
        assert_eq!(roles.asks(Service::Cost, sql).await.as_deref(), Some(REFUSED));
    }
    sqlx::raw_sql(granted()).execute(&mut connection).await.unwrap();
    let dropped = "DROP FUNCTION cost.told";
    for sql in ["INSERT INTO cost.made DEFAULT VALUES", "SELECT * FROM cost.seen", dropped] {
        assert_eq!(roles.asks(Service::Cost, sql).await, None, "{sql}");
    }
}
