//! Clusters.

use access::Role;
use tonic::Code;

use crate::world::World;

#[tokio::test]
async fn clusters_are_registered_renamed_and_removed() {
    let world = World::new();
    let admin = world.admin();
    let eu = admin.cluster("eu-prod").await.unwrap();
    admin.cluster("us-prod").await.unwrap();
    assert_eq!(admin.clusters().await, ["eu-prod", "us-prod"]);
    let exists = Err((Code::AlreadyExists, "CLUSTER_EXISTS".to_owned()));
    assert_eq!(admin.cluster("eu-prod").await, exists);
    assert_eq!(admin.rename(&eu.cluster_id, "us-prod").await, exists);
    admin.rename(&eu.cluster_id, "zz").await.unwrap();
    assert_eq!(admin.get_cluster("zz").await.unwrap().cluster_id, eu.cluster_id);
    admin.remove_cluster(&eu.cluster_id).await.unwrap();
    assert_eq!(admin.clusters().await, ["us-prod"]);
    let unknown = (Code::NotFound, "CLUSTER_NOT_FOUND".to_owned());
    assert_eq!(admin.get_cluster("zz").await, Err(unknown.clone()));
    assert_eq!(admin.remove_cluster(&eu.cluster_id).await, Err(unknown.clone()));
    assert_eq!(admin.rename("none", "x").await, Err(unknown));
    // By its name too, as it is looked up.
    admin.rename("us-prod", "us").await.unwrap();
    admin.remove_cluster("us").await.unwrap();
    assert_eq!(admin.clusters().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cluster_is_named_as_kubernetes_names_things() {
    let world = World::new();
    let long = "x".repeat(64);
    for name in ["", "EU", "a_b", "-a", "a-", "a..b", "ü", &long] {
        let refused = world.admin().cluster(name).await.unwrap_err();
        assert_eq!(refused, (Code::InvalidArgument, "CLUSTER_NAME_INVALID".to_owned()), "{name:?}");
    }
    assert!(world.admin().cluster("eu-1.prod").await.is_ok());
}

#[tokio::test]
async fn only_admins_say_what_there_is() {
    let world = World::new();
    let bob = world.person("acme", "bob", Role::Approver);
    assert_eq!(bob.cluster("eu").await, Err((Code::PermissionDenied, "FORBIDDEN".to_owned())));
    assert_eq!(world.types().await, ["CatalogRefused"]);
    assert_eq!(bob.clusters().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_a_name_one_has_it() {
    let world = World::new();
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let admin = world.admin();
        racing.spawn(async move { admin.cluster("eu").await.is_ok() });
    }
    let won = racing.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!((won, world.admin().clusters().await.len()), (1, 1));
    assert_eq!(world.types().await.len(), 8, "one registered, seven refused");
}

#[tokio::test]
async fn a_refusal_is_given_again_and_told_once() {
    let world = World::new();
    let admin = world.admin();
    let eu = admin.cluster_as("eu", Some("first")).await.unwrap();
    assert_eq!(admin.cluster_as("eu", Some("first")).await.unwrap(), eu);
    let exists = Err((Code::AlreadyExists, "CLUSTER_EXISTS".to_owned()));
    assert_eq!(admin.cluster_as("eu", Some("second")).await, exists);
    // Also when it would be granted by now: the answer belongs to the name.
    admin.remove_cluster(&eu.cluster_id).await.unwrap();
    assert_eq!(admin.cluster_as("eu", Some("second")).await, exists);
    assert_eq!(world.types().await, ["ClusterRegistered", "CatalogRefused", "ClusterRemoved"]);
}

#[tokio::test]
async fn clusters_come_in_pages_by_name() {
    let world = World::new();
    for name in ["c", "a", "b"] {
        world.admin().cluster(name).await.unwrap();
    }
    assert_eq!(world.admin().clusters_after("", 2).await, (vec!["a".to_owned(), "b".to_owned()], true));
    assert_eq!(world.admin().clusters_after("b", 2).await, (vec!["c".to_owned()], false));
    assert_eq!(world.admin().clusters_after("a", 2).await.0, ["b", "c"]);
}
