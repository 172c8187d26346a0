//! Workloads: applications and their environments.

use api::catalog::{Workload, WorkloadFile, WorkloadSource};
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
    OpenApiRouter::new().routes(routes!(list, register)).routes(routes!(get, update, remove))
}

/// The organisation's workloads, by name
#[utoipa::path(get, path = "/workloads", operation_id = "list_workloads", tag = "Workloads",
    params(PageQuery), responses((status = 200, body = Page<Workload>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<Workload>>, ApiError> {
    let (after, limit) = wanted_after(&query)?;
    let message = proto::ListApplicationsRequest { after: after.unwrap_or_default(), limit };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().list_applications(request).await?.into_inner();
    let items: Vec<Workload> =
        answer.applications.into_iter().map(|found| workload(Some(found))).collect::<Result<_, _>>()?;
    let next_cursor = items.last().filter(|_| answer.more).map(|last| word(&last.name));
    Ok(Json(Page { items, next_cursor }))
}

/// Registers a workload: a plimsoll.yaml as JSON, or where to read it from
#[utoipa::path(post, path = "/workloads", operation_id = "register_workload", tag = "Workloads",
    request_body = WorkloadSource, responses((status = 201, body = Workload)))]
async fn register(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    headers: HeaderMap,
    Body(asked): Body<WorkloadSource>,
) -> Result<(StatusCode, Json<Workload>), ApiError> {
    let message = proto::RegisterApplicationRequest {
        source: Some(source(asked)?),
        idempotency_key: idempotency_key(&headers)?,
    };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().register_application(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(workload(answer.application)?)))
}

/// A workload, by its identifier or its name
#[utoipa::path(get, path = "/workloads/{id}", operation_id = "get_workload", tag = "Workloads",
    params(("id" = String, Path, description = "Its identifier or its name")),
    responses((status = 200, body = Workload)))]
async fn get(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id_or_name): Path<String>,
) -> Result<Json<Workload>, ApiError> {
    let request = gateway.call(&caller, proto::GetApplicationRequest { id_or_name })?;
    let answer = gateway.services.catalog.clone().get_application(request).await?.into_inner();
    workload(answer.application).map(Json)
}

/// Gives a workload another document, or another place to read it from
#[utoipa::path(patch, path = "/workloads/{id}", operation_id = "update_workload", tag = "Workloads",
    params(("id" = String, Path, description = "Its identifier or its name")),
    request_body = WorkloadSource, responses((status = 200, body = Workload)))]
async fn update(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(application_id): Path<String>,
    Body(asked): Body<WorkloadSource>,
) -> Result<Json<Workload>, ApiError> {
    let message = proto::UpdateApplicationRequest { application_id, source: Some(source(asked)?) };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().update_application(request).await?.into_inner();
    workload(answer.application).map(Json)
}

/// Removes a workload; what happened to it stays in the log
#[utoipa::path(delete, path = "/workloads/{id}", operation_id = "remove_workload", tag = "Workloads",
    params(("id" = String, Path, description = "Its identifier or its name")), responses((status = 204)))]
async fn remove(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(application_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let request = gateway.call(&caller, proto::RemoveApplicationRequest { application_id })?;
    gateway.services.catalog.clone().remove_application(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn source(asked: WorkloadSource) -> Result<proto::ApplicationSource, ApiError> {
    use proto::application_source::Source;
    let source = match asked {
        WorkloadSource::File(file) => {
            Source::File(proto::RepositoryFile { repository: file.repo, path: file.path })
        }
        WorkloadSource::Document(document) => {
            not_half_a_file(&document)?;
            Source::Document(document.to_string())
        }
    };
    Ok(proto::ApplicationSource { source: Some(source) })
}

/// A document has neither `repo` nor `path` at its top: who writes one means a file, and is told what is wrong with that.
fn not_half_a_file(document: &serde_json::Value) -> Result<(), ApiError> {
    if document.get("repo").is_none() && document.get("path").is_none() {
        return Ok(());
    }
    match serde_json::from_value::<WorkloadFile>(document.clone()) {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = format!("read from a repository, a workload has repo and path: {error}");
            Err(ApiError::unprocessable("BODY_INVALID", why))
        }
    }
}

fn workload(found: Option<proto::Application>) -> Result<Workload, ApiError> {
    let found = found.ok_or_else(|| internal("INTERNAL", "the catalog answered without an application"))?;
    let id = found.application_id.parse();
    let id = id.map_err(|_| internal("INTERNAL", "the catalog answered with a wrong identifier"))?;
    let document = serde_json::from_str(&found.document)
        .map_err(|_| internal("INTERNAL", "the catalog answered with a document that is no JSON"))?;
    Ok(Workload { id, name: found.name, repository: found.repository, path: found.path, document })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_file_is_told_what_it_lacks() {
        let said = |body| not_half_a_file(&body).map_err(|error| error.message);
        for (body, named) in [
            (json!({"repo": "https://git.example/shop.git"}), "`path`"),
            (json!({"path": "plimsoll.yaml"}), "`repo`"),
            (json!({"repo": "https://git.example/shop.git", "path": "a", "branch": "b"}), "`branch`"),
        ] {
            assert!(said(body.clone()).is_err_and(|why| why.contains(named)), "{body}");
        }
        assert_eq!(said(json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application"})), Ok(()));
    }
}
