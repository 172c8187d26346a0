//! Clusters.

use api::catalog::{Cluster, CreateCluster};
use api::page::{Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use protos::catalog as proto;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cursor::word;
use crate::error::{ApiError, internal};
use crate::extract::{Asked, Body, Caller, Path, idempotency_key};
use crate::routes::wanted_after;
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(list, register)).routes(routes!(get, rename, remove))
}

/// The organisation's clusters, by name
#[utoipa::path(get, path = "/clusters", operation_id = "list_clusters", tag = "Clusters",
    params(PageQuery), responses((status = 200, body = Page<Cluster>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<Cluster>>, ApiError> {
    let (after, limit) = wanted_after(&query)?;
    let message = proto::ListClustersRequest { after: after.unwrap_or_default(), limit };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().list_clusters(request).await?.into_inner();
    let items: Vec<Cluster> =
        answer.clusters.into_iter().map(|found| cluster(Some(found))).collect::<Result<_, _>>()?;
    let next_cursor = items.last().filter(|_| answer.more).map(|last| word(&last.name));
    Ok(Json(Page { items, next_cursor }))
}

/// Registers a cluster
#[utoipa::path(post, path = "/clusters", operation_id = "register_cluster", tag = "Clusters",
    request_body = CreateCluster, responses((status = 201, body = Cluster)))]
async fn register(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    headers: HeaderMap,
    Body(asked): Body<CreateCluster>,
) -> Result<(StatusCode, Json<Cluster>), ApiError> {
    let message =
        proto::RegisterClusterRequest { name: asked.name, idempotency_key: idempotency_key(&headers)? };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().register_cluster(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(cluster(answer.cluster)?)))
}

/// A cluster, by its identifier or its name
#[utoipa::path(get, path = "/clusters/{id}", operation_id = "get_cluster", tag = "Clusters",
    params(("id" = String, Path, description = "Its identifier or its name")),
    responses((status = 200, body = Cluster)))]
async fn get(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id_or_name): Path<String>,
) -> Result<Json<Cluster>, ApiError> {
    let request = gateway.call(&caller, proto::GetClusterRequest { id_or_name })?;
    let answer = gateway.services.catalog.clone().get_cluster(request).await?.into_inner();
    cluster(answer.cluster).map(Json)
}

/// Gives a cluster another name
#[utoipa::path(patch, path = "/clusters/{id}", operation_id = "rename_cluster", tag = "Clusters",
    params(("id" = String, Path, description = "Its identifier or its name")),
    request_body = CreateCluster, responses((status = 200, body = Cluster)))]
async fn rename(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(cluster_id): Path<String>,
    Body(asked): Body<CreateCluster>,
) -> Result<Json<Cluster>, ApiError> {
    let request = gateway.call(&caller, proto::RenameClusterRequest { cluster_id, name: asked.name })?;
    let answer = gateway.services.catalog.clone().rename_cluster(request).await?.into_inner();
    cluster(answer.cluster).map(Json)
}

/// Removes a cluster
#[utoipa::path(delete, path = "/clusters/{id}", operation_id = "remove_cluster", tag = "Clusters",
    params(("id" = String, Path, description = "Its identifier or its name")), responses((status = 204)))]
async fn remove(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(cluster_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let request = gateway.call(&caller, proto::RemoveClusterRequest { cluster_id })?;
    gateway.services.catalog.clone().remove_cluster(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn cluster(found: Option<proto::Cluster>) -> Result<Cluster, ApiError> {
    let found = found.ok_or_else(|| internal("INTERNAL", "the catalog answered without a cluster"))?;
    let id = found.cluster_id.parse();
    let id = id.map_err(|_| internal("INTERNAL", "the catalog answered with a wrong identifier"))?;
    Ok(Cluster { id, name: found.name })
}
