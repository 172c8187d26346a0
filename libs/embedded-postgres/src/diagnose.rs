//! Whether everything is there that a database needs, without starting or changing anything.

mod private;

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::database::running;
use crate::postgres::Options;
use crate::programs::SUPPORTED;
use crate::url::DatabaseUrl;

const PATIENCE: Duration = Duration::from_secs(5);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, such as `disk space`.
    pub name: &'static str,
    /// Whether it is as it has to be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do, where it is not.
    pub mend: Option<String>,
}

impl Check {
    fn new(name: &'static str, found: Result<String, (String, &str)>) -> Self {
        match found {
            Ok(detail) => Self { name, ok: true, detail, mend: None },
            Err((detail, mend)) => Self { name, ok: false, detail, mend: Some(mend.to_owned()) },
        }
    }
}

/// Looks at the operator's database if there is one, else at what the private one needs. No secret is in the answer.
pub async fn diagnose(options: &Options) -> Vec<Check> {
    if let Some(url) = &options.lookup.database_url {
        return external(url).await;
    }
    let (local, owned) = (running(options), options.clone());
    let mut checks = spawn_blocking(move || private::look(&owned)).await.unwrap_or_default();
    if let Some(url) = local {
        let mend =
            "read the newest file in postgres/log in the data directory, and the output of plimsoll up";
        checks.push(Check::new("server", version(&url).await.map_err(|why| (why, mend))));
    }
    checks
}

async fn external(url: &DatabaseUrl) -> Vec<Check> {
    let mend = "correct DATABASE_URL, or start that server, or unset it to have a private one";
    let server = Check::new("server", version(url).await.map_err(|why| (why, mend)));
    if !server.ok {
        return vec![server];
    }
    let question = "SELECT has_database_privilege(current_database(), 'CREATE')";
    let mend = "GRANT CREATE ON DATABASE to the role in DATABASE_URL";
    let may = match ask::<bool>(url, question).await {
        Ok(true) => Ok("the role may create schemas".to_owned()),
        Ok(false) => Err(("the role may not create schemas".to_owned(), mend)),
        Err(why) => Err((why, mend)),
    };
    vec![server, Check::new("privileges", may)]
}

/// Connects and reads the version.
async fn version(url: &DatabaseUrl) -> Result<String, String> {
    let said: String = ask(url, "SELECT current_setting('server_version')").await?;
    let number: i32 = ask(url, "SELECT current_setting('server_version_num')::int").await?;
    let major = u32::try_from(number / 10_000).unwrap_or_default();
    if SUPPORTED.contains(&major) {
        return Ok(format!("Postgres {said} answers"));
    }
    let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
    Err(format!("it is Postgres {said}; Plimsoll runs on {first} to {last}"))
}

async fn ask<T>(url: &DatabaseUrl, question: &'static str) -> Result<T, String>
where
    T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
{
    let answer = async {
        let mut connection = PgConnection::connect(url.as_str()).await?;
        let answer = sqlx::query_scalar(question).fetch_one(&mut connection).await?;
        connection.close().await.map(|()| answer)
    };
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error: sqlx::Error| error.to_string()),
        Err(_) => Err(format!("it does not answer within {} s", PATIENCE.as_secs())),
    }
}
