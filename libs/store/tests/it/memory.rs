//! The twins in memory keep the contract.

mod store_in_memory {
    use std::sync::Arc;

    use store::{MemoryStore, Store};

    use crate::fixture::ticking;

    async fn fresh() -> Arc<dyn Store> {
        Arc::new(MemoryStore::new(ticking()))
    }

    store::store_conformance!(fresh);
}

mod blobs_in_memory {
    use std::sync::Arc;

    use store::{Blobs, MemoryBlobs};

    async fn fresh() -> Arc<dyn Blobs> {
        Arc::new(MemoryBlobs::default())
    }

    store::blobs_conformance!(fresh);
}

mod cached {
    use std::sync::Arc;

    use store::{Blobs, CachedBlobs, MemoryBlobs};

    async fn fresh() -> Arc<dyn Blobs> {
        Arc::new(CachedBlobs::new(Arc::new(MemoryBlobs::default()), 1 << 20))
    }

    store::blobs_conformance!(fresh);
}
