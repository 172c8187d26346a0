//! `plimsoll cluster` and `plimsoll application`.

use api::catalog::{Cluster, CreateCluster, Workload, WorkloadFile, WorkloadSource};
use api::page::Page;

use crate::cli::{Application, ApplicationVerb, ClusterVerb, Clusters};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::Client;
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
    }
}
