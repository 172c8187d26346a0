//! TLS between services, and what is said where the two ends do not fit.

use std::sync::Arc;
use std::time::Duration;

use events::Service;
use protos::call::code;
use protos::operations as proto;
use protos::operations::dead_letter_service_client::DeadLetterServiceClient;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use service::{Address, Channel, Health, Peers, Secret, Supervisor, SystemClock, TlsSettings};
use time::{OffsetDateTime, macros::datetime};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::bench::until;

/// An authority that signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

struct Certificate {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn signs(&self, name: &str) -> Certificate {
        self.signs_until(name, datetime!(2100-01-01 00:00 UTC))
    }

    fn signs_until(&self, name: &str, until: OffsetDateTime) -> Certificate {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (datetime!(2000-01-01 00:00 UTC), until);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Certificate { certificate, key: key.serialize_pem() }
    }
}

/// As a process is set up that shows this certificate and trusts these authorities.
fn settings(shown: Option<&Certificate>, ca: Option<&Authority>, clients: Option<&Authority>) -> TlsSettings {
    let pem = |authority: &Authority| authority.pem.clone();
    TlsSettings {
        certificate: shown.map(|shown| shown.certificate.clone()),
        key: shown.map(|shown| Secret::new(shown.key.clone())),
        ca: ca.map(pem),
        client_ca: clients.map(pem),
    }
}

fn peers(shown: Option<&Certificate>, ca: Option<&Authority>, clients: Option<&Authority>) -> Peers {
    settings(shown, ca, clients).peers().unwrap()
}

struct Server {
    address: Address,
    health: Health,
    shutdown: CancellationToken,
    task: JoinHandle<Vec<String>>,
}

impl Server {
    async fn start(peers: &Peers) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let task = peers.server("tests", address.clone(), Routes::default());
        let supervisor = Supervisor::new(health.clone(), Arc::new(SystemClock));
        let task = tokio::spawn(supervisor.run(vec![task], shutdown.clone()));
        let server = Self { address, health, shutdown, task };
        until("it serves", async || server.health.readiness().is_ok()).await;
        server
    }

    async fn stop(self) {
        self.shutdown.cancel();
        assert_eq!(self.task.await.unwrap(), Vec::<String>::new());
    }

    /// Whether it is ready, as a process that is set up so finds out.
    async fn asked(&self, by: &Peers) -> Result<ServingStatus, Status> {
        health(by.channel(Service::Promotion, &self.address, Duration::from_secs(20)).unwrap()).await
    }

    async fn refuses(&self, by: &Peers) -> (Code, String, String) {
        told(&self.asked(by).await.unwrap_err())
    }
}

async fn health(channel: Channel) -> Result<ServingStatus, Status> {
    let request = HealthCheckRequest::default();
    Ok(HealthClient::new(channel).check(request).await?.into_inner().status())
}

fn told(status: &Status) -> (Code, String, String) {
    (status.code(), code(status).unwrap_or_default().to_owned(), status.message().to_owned())
}

#[tokio::test]
async fn services_call_each_other_over_tls_and_both_show_who_they_are() {
    let authority = Authority::new();
    let (server, client) = (authority.signs("127.0.0.1"), authority.signs("gateway"));
    let one = Server::start(&peers(Some(&server), None, None)).await;
    until("it says that it serves", async || {
        one.asked(&peers(None, Some(&authority), None)).await.unwrap() == ServingStatus::Serving
    })
    .await;
    let both = Server::start(&peers(Some(&server), None, Some(&authority))).await;
    both.asked(&peers(Some(&client), Some(&authority), None)).await.unwrap();
    one.stop().await;
    both.stop().await;
}

#[tokio::test]
async fn a_server_that_is_not_believed_is_not_called() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let trusting = peers(None, Some(&ours), None);
    let expired = ours.signs_until("127.0.0.1", datetime!(2001-01-01 00:00 UTC));
    for (shown, why) in [
        (theirs.signs("127.0.0.1"), "none of the authorities in tls.ca has signed it"),
        (expired, "it has expired"),
        (ours.signs("promotion.example"), "it is of another name"),
    ] {
        let server = Server::start(&peers(Some(&shown), None, None)).await;
        let (code, stable, message) = server.refuses(&trusting).await;
        assert_eq!((code, &*stable), (Code::Unavailable, "PEER_UNTRUSTED"), "{message}");
        assert!(message.contains(why) && message.contains(&server.address.to_string()), "{message}");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_client_that_is_not_believed_is_told_so() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let server = Server::start(&peers(Some(&ours.signs("127.0.0.1")), None, Some(&ours))).await;
    let stranger = theirs.signs("gateway");
    for client in [peers(None, Some(&ours), None), peers(Some(&stranger), Some(&ours), None)] {
        let (code, stable, message) = server.refuses(&client).await;
        assert_eq!((code, &*stable), (Code::Unavailable, "PEER_UNTRUSTED"), "{message}");
        assert!(message.contains("does not believe this process"), "{message}");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_apart_from_who_is_away() {
    let authority = Authority::new();
    let secret = Server::start(&peers(Some(&authority.signs("127.0.0.1")), None, None)).await;
    let open = Server::start(&Peers::default()).await;
    let trusting = peers(None, Some(&authority), None);
    for (server, client, why) in
        [(&secret, &Peers::default(), "speaks TLS"), (&open, &trusting, "speaks no TLS")]
    {
        let (code, stable, message) = server.refuses(client).await;
        assert_eq!((code, &*stable), (Code::Unavailable, "PEER_NOT_TLS"), "{message}");
        assert!(message.contains(why), "{message}");
    }
    let address = open.address.clone();
    open.stop().await;
    secret.stop().await;
    let away = trusting.channel(Service::Promotion, &address, Duration::from_secs(20)).unwrap();
    let (code, stable, message) = told(&health(away).await.unwrap_err());
    assert_eq!((code, &*stable), (Code::Unavailable, "SERVICE_UNAVAILABLE"), "{message}");
}

/// One that takes connections and says nothing: not even who it is.
#[tokio::test]
async fn a_server_that_hangs_meets_the_deadline_with_and_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    for peers in [Peers::default(), peers(None, Some(&Authority::new()), None)] {
        let channel = peers.channel(Service::Promotion, &address, Duration::from_millis(300)).unwrap();
        let (code, stable, message) = told(&health(channel).await.unwrap_err());
        assert_eq!((code, &*stable), (Code::DeadlineExceeded, "SERVICE_UNAVAILABLE"), "{message}");
    }
}

/// Who sends a command and hears nothing does not know whether it was done: to send it again is for who asked.
#[tokio::test]
async fn a_command_is_not_sent_twice_by_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // Every connection is read for a while and dropped: what is asked may have been done.
    let served = tokio::spawn(async move {
        let mut calls = 0;
        while let Ok(Ok((mut stream, _))) =
            tokio::time::timeout(Duration::from_secs(1), listener.accept()).await
        {
            let (mut buffer, mut read) = ([0; 4096], Vec::new());
            while let Ok(Ok(length @ 1..)) =
                tokio::time::timeout(Duration::from_millis(200), stream.read(&mut buffer)).await
            {
                read.extend_from_slice(&buffer[..length]);
            }
            // The command's own words are in its message, which HTTP/2 does not compress.
            calls += read.windows(9).filter(|bytes| *bytes == b"promoted!").count();
        }
        calls
    });
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let channel = Peers::default().channel(Service::Promotion, &address, Duration::from_secs(20)).unwrap();
    let command = proto::DiscardRequest { id: "cost/1".to_owned(), reason: "promoted!".to_owned() };
    let status = DeadLetterServiceClient::new(channel).discard(command).await.unwrap_err();
    assert_eq!(told(&status).1, "SERVICE_UNAVAILABLE", "{status:?}");
    assert_eq!(served.await.unwrap(), 1);
}

#[test]
fn settings_that_do_not_fit_are_found_at_the_start() {
    let authority = Authority::new();
    let (one, other) = (authority.signs("a"), authority.signs("b"));
    let mixed = Certificate { certificate: one.certificate.clone(), key: other.key };
    let wrong = [
        (settings(Some(&mixed), None, None), "tls.key"),
        (settings(None, None, Some(&authority)), "tls.client_ca"),
        (TlsSettings { key: None, ..settings(Some(&one), None, None) }, "tls.key"),
        (TlsSettings { ca: Some("none".to_owned()), ..TlsSettings::default() }, "tls.ca"),
        (
            TlsSettings { certificate: Some(String::new()), ..settings(Some(&one), None, None) },
            "tls.certificate",
        ),
    ];
    for (settings, key) in wrong {
        let failure = settings.peers().err().unwrap();
        assert_eq!(failure.code(), "CONFIG_INVALID");
        assert!(failure.message().starts_with(key), "{failure}");
        assert!(!failure.message().contains("PRIVATE"), "{failure}");
    }
}
