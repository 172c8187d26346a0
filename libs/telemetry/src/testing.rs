//! What a test counts.

use metrics::LocalRecorderGuard;
use metrics_exporter_prometheus::{PrometheusHandle, PrometheusRecorder};

use crate::MetricsError;
use crate::metrics::{builder, describe};

/// What is counted on one thread for as long as this lives: that of a test whose runtime has no other.
pub struct Counts {
    handle: PrometheusHandle,
    _counting: LocalRecorderGuard<'static>,
}

impl Counts {
    /// Counts from now on.
    ///
    /// # Errors
    /// As [`crate::Metrics::install`], but that others may count, too.
    pub fn of_this_thread() -> Result<Self, MetricsError> {
        // A test's process is soon over.
        let recorder: &'static PrometheusRecorder = Box::leak(Box::new(builder()?.build_recorder()));
        let handle = recorder.handle();
        let counting = metrics::set_default_local_recorder(recorder);
        describe();
        Ok(Self { handle, _counting: counting })
    }

    /// The value that `/metrics` would have behind this name with these labels (`NAME{LABEL="VALUE",…}`); none if nothing was counted there.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<f64> {
        let text = self.handle.render();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }
}
