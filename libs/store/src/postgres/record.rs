//! A record of the log as columns.

use events::Record;
use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;

use crate::error::StoreError;

/// Binds `key`, `header_names`, `header_values` and `value`, in this order.
pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    record: &'q Record,
) -> Query<'q, Postgres, PgArguments> {
    let (names, values): (Vec<&[u8]>, Vec<&[u8]>) =
        record.headers.iter().map(|(name, value)| (name.as_bytes(), value)).unzip();
    query.bind(record.key.as_bytes()).bind(names).bind(values).bind(record.value.as_slice())
}

pub(super) fn read(row: &PgRow) -> Result<Record, StoreError> {
    let names: Vec<Vec<u8>> = row.try_get("header_names")?;
    let values: Vec<Vec<u8>> = row.try_get("header_values")?;
    let headers = names
        .into_iter()
        .zip(values)
        .map(|(name, value)| Ok((text(name)?, value)))
        .collect::<Result<_, StoreError>>()?;
    Ok(Record { key: text(row.try_get("key")?)?, headers, value: row.try_get("value")? })
}

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|error| StoreError::Damaged(error.to_string()))
}
