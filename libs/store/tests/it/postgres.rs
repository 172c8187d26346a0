//! The twins in Postgres keep the contract.

mod store_in_postgres {
    use std::sync::Arc;
    use std::time::Duration;

    use store::Store;

    async fn fresh() -> Arc<dyn Store> {
        // What wakes within this process is no poll.
        Arc::new(crate::fixture::postgres().await.with_poll(Duration::from_hours(1)))
    }

    store::store_conformance!(fresh);
}

mod blobs_in_postgres {
    use std::sync::Arc;

    use store::{Blobs, PostgresBlobs};

    async fn fresh() -> Arc<dyn Blobs> {
        let database = crate::fixture::database().await;
        Arc::new(PostgresBlobs::open(database.url().as_str(), 4).await.unwrap())
    }

    store::blobs_conformance!(fresh);
}
