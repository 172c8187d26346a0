//! `plimsoll cluster` and `plimsoll application`.

use api::catalog::{Cluster, CreateCluster, Workload, WorkloadFile, WorkloadSource};
use api::page::Page;

use crate::cli::{Application, ApplicationVerb, ClusterVerb, Clusters, Server};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::Client;
use crate::remote::client::segment;
use crate::remote::show::{either, table};

pub(crate) fn clusters(clusters: &Clusters) -> Result<Outcome, Failure> {
    match &clusters.verb {
        ClusterVerb::Register { name, server } => {
            let cluster: Cluster =
                Client::open(server)?.create("/clusters", &CreateCluster { name: name.clone() })?;
            either(server, &cluster, || format!("{} is registered as {}\n", cluster.name, cluster.id))
        }
        ClusterVerb::List { server } => {
            let page: Page<Cluster> = Client::open(server)?.all("/clusters", &[])?;
            let row = |cluster: &Cluster| vec![cluster.id.to_string(), cluster.name.clone()];
            either(server, &page, || table(&["id", "name"], &page.items.iter().map(row).collect::<Vec<_>>()))
        }
        ClusterVerb::Rename { cluster, name, server } => {
            let path = format!("/clusters/{}", segment(cluster));
            let renamed: Cluster =
                Client::open(server)?.patch(&path, &CreateCluster { name: name.clone() })?;
            either(server, &renamed, || format!("{cluster} is {} now\n", renamed.name))
        }
        ClusterVerb::Delete { cluster, server } => {
            Client::open(server)?.delete(&format!("/clusters/{}", segment(cluster)))?;
            Ok(Outcome::of(format!("{cluster} is removed\n")))
        }
    }
}

pub(crate) fn applications(application: &Application) -> Result<Outcome, Failure> {
    match &application.verb {
        ApplicationVerb::Register { repo, path, server } => {
            let file = WorkloadFile { repo: repo.clone(), path: path.clone() };
            let made: Workload = Client::open(server)?.create("/workloads", &WorkloadSource::File(file))?;
            either(server, &made, || format!("{} is registered as {}\n", made.name, made.id))
        }
        ApplicationVerb::List { server } => {
            let page: Page<Workload> = Client::open(server)?.all("/workloads", &[])?;
            let row =
                |found: &Workload| vec![found.id.to_string(), found.name.clone(), found.repository.clone()];
            let rows = || page.items.iter().map(row).collect::<Vec<_>>();
            either(server, &page, || table(&["id", "name", "repository"], &rows()))
        }
        ApplicationVerb::Update { application, repo, path, server } => {
            update(&Client::open(server)?, application, (repo.as_deref(), path.as_deref()), server)
        }
        ApplicationVerb::Delete { application, server } => {
            Client::open(server)?.delete(&format!("/workloads/{}", segment(application)))?;
            Ok(Outcome::of(format!("{application} is removed\n")))
        }
    }
}

/// What is not said stays as the server has it.
fn update(
    client: &Client,
    id_or_name: &str,
    (repo, path): (Option<&str>, Option<&str>),
    server: &Server,
) -> Result<Outcome, Failure> {
    let place = format!("/workloads/{}", segment(id_or_name));
    let known: Workload = client.get(&place)?;
    let path = path.map(str::to_owned).or(known.path);
    let file = WorkloadFile {
        repo: repo.map_or(known.repository, str::to_owned),
        path: path.unwrap_or_else(|| application::FILE_NAME.to_owned()),
    };
    let updated: Workload = client.patch(&place, &WorkloadSource::File(file))?;
    let path = updated.path.clone().unwrap_or_default();
    either(server, &updated, || format!("{} is read from {path} of {}\n", updated.name, updated.repository))
}
