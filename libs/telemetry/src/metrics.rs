//! Metrics in the form that Prometheus reads.

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use crate::{kafka, messaging, models, redis, trace};

/// Bounds of the histograms, in seconds: from a hop in memory to a clone of a large repository.
const BOUNDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The metrics of this process.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

/// Metrics cannot be counted.
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be counted: {0}")]
pub struct MetricsError(#[from] BuildError);

impl MetricsError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "TELEMETRY_FAILED"
    }
}

impl Metrics {
    /// Counts from now on, once a process. [`Metrics::upkeep`] is to be called every few seconds.
    ///
    /// # Errors
    /// Somebody counts already.
    pub fn install() -> Result<Self, MetricsError> {
        let recorder = builder()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(BuildError::from)?;
        describe();
        Ok(Self(handle))
    }

    /// What was counted, as the text of `/metrics` (Prometheus' text format 0.0.4).
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Sums up what was measured since the last time, so that it takes no more memory.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Says what is counted, to who counts.
pub(crate) fn describe() {
    messaging::describe();
    kafka::describe();
    models::describe();
    redis::describe();
    trace::describe();
}

pub(crate) fn builder() -> Result<PrometheusBuilder, BuildError> {
    Ok(PrometheusBuilder::new().set_buckets(&BOUNDS)?.with_recommended_naming(true))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn metrics_have_the_names_of_the_conventions() {
        let recorder = builder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            messaging::consumed("diff", "plimsoll.promotion.v1", 2);
            messaging::processed("diff", "plimsoll.promotion.v1", Duration::from_millis(30));
            messaging::lag("diff", "plimsoll.promotion.v1", 3, 7);
            messaging::lag_measured("diff", "plimsoll.promotion.v1", 1_700_000_000);
            messaging::outbox_lag("diff", 4, Duration::from_millis(2500), 1_700_000_001);
            messaging::parked("diff", "plimsoll.promotion.v1", "HANDLER_PANICKED");
        });
        let text = handle.render();
        let labels =
            r#"messaging_consumer_group_name="diff",messaging_destination_name="plimsoll.promotion.v1""#;
        for line in [
            format!("messaging_client_consumed_messages_total{{{labels}}} 2"),
            // 30 ms lie between the bounds 25 ms and 50 ms.
            format!(r#"messaging_process_duration_seconds_bucket{{{labels},le="0.025"}} 0"#),
            format!(r#"messaging_process_duration_seconds_bucket{{{labels},le="0.05"}} 1"#),
            format!(r#"plimsoll_consumer_lag_messages{{{labels},messaging_destination_partition_id="3"}} 7"#),
            format!("plimsoll_consumer_lag_timestamp_seconds{{{labels}}} 1700000000"),
            r#"plimsoll_outbox_lag_messages{service_name="diff"} 4"#.to_owned(),
            r#"plimsoll_outbox_lag_time_seconds{service_name="diff"} 2.5"#.to_owned(),
            r#"plimsoll_outbox_lag_timestamp_seconds{service_name="diff"} 1700000001"#.to_owned(),
            format!(r#"plimsoll_consumer_parked_messages_total{{{labels},error_type="HANDLER_PANICKED"}} 1"#),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
    }
}
