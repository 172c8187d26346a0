//! The role and the database of Plimsoll's services.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::settings::{DATABASE, ROLE};
use crate::url::DatabaseUrl;

/// Creates what is missing. `CREATE DATABASE` cannot be part of a transaction, so that a start may have ended between
/// the two: each start looks again, and so proves that the server takes connections.
pub(crate) async fn role_and_database(superuser: &DatabaseUrl) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(superuser.as_str()).await?;
    let steps = [
        ("SELECT 1 FROM pg_roles WHERE rolname = $1", ROLE, format!("CREATE ROLE {ROLE} LOGIN")),
        (
            "SELECT 1 FROM pg_database WHERE datname = $1",
            DATABASE,
            format!("CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0"),
        ),
    ];
    for (question, name, statement) in steps {
        if sqlx::query(question).bind(name).fetch_optional(&mut connection).await?.is_none() {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
    }
    connection.close().await
}
