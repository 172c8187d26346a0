//! The numbers that were looked up, kept for when the registry is away.

use ::store::{Database, Migration, StoreError};
use sqlx::Row as _;

use crate::subject::Subject;

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "numbers",
    sql: include_str!("../../../migrations/schema_registry/0001_numbers.sql"),
}];

/// A schema that had another number when it was looked up first.
pub(crate) struct Renumbered {
    pub(crate) subject: String,
    pub(crate) kept: i64,
    pub(crate) found: i64,
}

/// Numbers that were looked up.
#[derive(Clone)]
pub struct NumberStore {
    database: Database,
}

impl NumberStore {
    /// Opens them in a schema of its own, and makes what is missing.
    ///
    /// # Errors
    /// The database cannot be reached, or a newer release was here.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let database = Database::new(url, "schema_registry", 2)?;
        database.migrate("numbers", MIGRATIONS).await?;
        Ok(Self { database })
    }

    /// Keeps what a registry said of schemas that it was not asked for before. If it now says of another that it has another number, that is
    /// one of those: what was kept of it stays.
    pub(crate) async fn keep(
        &self,
        registry: &str,
        found: &[(Subject, u32)],
    ) -> Result<Option<Renumbered>, StoreError> {
        let names: Vec<String> = found.iter().map(|(subject, _)| subject.name()).collect();
        let fingerprints: Vec<&[u8]> =
            found.iter().map(|(subject, _)| subject.schema.fingerprint.as_slice()).collect();
        let numbers: Vec<i64> = found.iter().map(|(_, number)| i64::from(*number)).collect();
        let keep = async {
            let mut transaction = self.database.begin().await?;
            sqlx::query(
                "INSERT INTO number (registry, subject, fingerprint, number)
                 SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bigint[]) ON CONFLICT DO NOTHING",
            )
            .bind(registry)
            .bind(&names)
            .bind(&fingerprints)
            .bind(&numbers)
            .execute(&mut *transaction)
            .await?;
            let other = sqlx::query(
                "SELECT subject, kept.number AS kept, found.number AS found
                 FROM number AS kept JOIN unnest($2::text[], $3::bytea[], $4::bigint[])
                     AS found (subject, fingerprint, number) USING (subject, fingerprint)
                 WHERE registry = $1 AND kept.number <> found.number ORDER BY subject LIMIT 1",
            )
            .bind(registry)
            .bind(&names)
            .bind(&fingerprints)
            .bind(&numbers)
            .fetch_optional(&mut *transaction)
            .await?;
            // Of a registry that was made anew nothing is believed: what it says of others is not written down either.
            if other.is_none() {
                transaction.commit().await?;
            }
            Ok::<_, StoreError>(other)
        };
        let Some(row) = self.database.in_time(keep).await?? else { return Ok(None) };
        let (subject, kept, found) = (row.try_get("subject")?, row.try_get("kept")?, row.try_get("found")?);
        Ok(Some(Renumbered { subject, kept, found }))
    }

    /// What this registry said of a schema under a subject, if it was asked before.
    pub(crate) async fn number(&self, registry: &str, subject: &Subject) -> Result<Option<u32>, StoreError> {
        let asked = sqlx::query_scalar(
            "SELECT number FROM number WHERE registry = $1 AND subject = $2 AND fingerprint = $3",
        )
        .bind(registry)
        .bind(subject.name())
        .bind(subject.schema.fingerprint.as_slice())
        .fetch_optional(self.database.pool());
        let number: Option<i64> = self.database.in_time(asked).await??;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }
}
