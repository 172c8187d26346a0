//! The OpenAPI document (3.1): what is the same for every endpoint.

use api::error::ErrorBody;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder, SecurityRequirement};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Plimsoll",
        description = "What a Kubernetes promotion changes, costs and risks, before it is merged.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ErrorBody))
)]
pub(crate) struct Document;

/// What every endpoint may answer beside its own answers.
const ERRORS: [(&str, &str); 2] = [
    ("4XX", "The request is refused; `error.code` is stable"),
    ("5XX", "The server cannot answer now; `Retry-After` says when to try again"),
];

/// The document with the token that every endpoint asks for and the errors that it may answer.
pub(crate) fn finished(mut document: OpenApi) -> OpenApi {
    let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_with(Default::default).add_security_scheme("token", scheme);
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("token", [])]);
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
            .into_iter()
            .flatten();
        for operation in operations {
            for (status, description) in ERRORS {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
                let response = ResponseBuilder::new()
                    .description(description)
                    .content("application/json", content)
                    .build();
                operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
            }
        }
    }
    document
}
