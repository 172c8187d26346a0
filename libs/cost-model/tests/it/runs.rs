//! Jobs and CronJobs, of ten minutes a run.

use crate::support::{CORE, Case, check, cost};

const POD: &str = "template: {spec: {restartPolicy: Never, containers: [{name: c, resources: {requests: {cpu: 6, memory: 0}}}]}}";

/// Six cores for ten minutes are one core-hour: 0.03, which is 30,000 micro-units.
const RUN: i64 = CORE / 730;

fn job(spec: &str) -> String {
    format!("{{apiVersion: batch/v1, kind: Job, metadata: {{name: migrate}}, spec: {{{spec} {POD}}}}}\n")
}

fn cron(schedule: &str, spec: &str, job: &str) -> String {
    format!(
        "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: report}}, spec: {{schedule: \"{schedule}\", {spec} \
         jobTemplate: {{spec: {{{job} {POD}}}}}}}}}\n"
    )
}

#[test]
fn a_job_is_one_run_a_month() {
    check(&[
        ("a Job", job(""), RUN),
        ("completions", job("completions: 6, parallelism: 2,"), RUN * 6),
        ("completions alone", job("completions: 4,"), RUN * 4),
        // a work queue: as many pods as run at once
        ("parallelism alone", job("parallelism: 3,"), RUN * 3),
        ("no parallelism", job("completions: 6, parallelism: 0,"), 0),
        ("suspended", job("suspend: true,"), 0),
    ]);
    let notes = |yaml: &str| cost(yaml).objects[0].notes.clone();
    assert_eq!(notes(&job("")), ["counted as one run a month: 10 minutes (assumed)"]);
    assert_eq!(
        notes(&job("completions: 6, parallelism: 2,")),
        ["counted as one run a month: 6 pods, 2 at a time, of 10 minutes each (assumed)"]
    );
    assert_eq!(notes(&job("suspend: true,")), ["suspended: it starts no pods and costs nothing"]);
}

/// Runs a month × 30,000; the runs as in the tests of schedules.
#[test]
fn a_cron_job_costs_its_runs() {
    let cases: Vec<Case> = [
        // 105,120 runs a year / 12 = 8,760 a month
        ("*/5 * * * *", 8_760 * RUN),
        // 730 a month
        ("@hourly", 730 * RUN),
        ("15 * * * *", 730 * RUN),
        // 365 / 12 × 30,000
        ("0 3 * * *", 912_500),
        // 365 / 7 / 12 × 30,000 = 130,357.142…
        ("@weekly", 130_357),
        // 4,800 / 146,097 × 730 / 24 × 30,000 = 29,980.08… (a month of 730 hours is a little short)
        ("@monthly", 29_980),
        // 5 / 7 × 365 / 12 × 30,000 = 651,785.714…
        ("30 6 * * MON-FRI", 651_786),
        // every two hours from 8 to 18: 6 a day
        ("0 8-18/2 * * *", 912_500 * 6),
        // 97 / 146,097 × 730 / 24 × 30,000 = 605.847…
        ("0 0 29 2 *", 606),
        // never
        ("0 0 31 4 *", 0),
    ]
    .into_iter()
    .map(|(schedule, micros)| (schedule, cron(schedule, "", ""), micros))
    .collect();
    check(&cases);
    check(&[
        ("suspended", cron("@hourly", "suspend: true,", ""), 0),
        ("pods of a run", cron("@hourly", "", "completions: 3,"), 730 * RUN * 3),
        // Every minute for ten minutes: ten at a time. One at a time is all month: 6 cores × 730 hours.
        ("overlapping", cron("* * * * *", "", ""), 43_800 * RUN),
        ("not overlapping", cron("* * * * *", "concurrencyPolicy: Forbid,", ""), CORE * 6),
        ("replaced", cron("* * * * *", "concurrencyPolicy: Replace,", "parallelism: 2,"), CORE * 12),
        ("seldom enough", cron("@hourly", "concurrencyPolicy: Forbid,", ""), 730 * RUN),
    ]);
}

#[test]
fn how_runs_are_counted_is_said() {
    let notes = |yaml: &str| cost(yaml).objects[0].notes.clone();
    assert_eq!(notes(&cron("*/5 * * * *", "", "")), ["8760 runs a month: 10 minutes (assumed)"]);
    assert_eq!(notes(&cron("0 3 * * *", "", "")), ["30.42 runs a month: 10 minutes (assumed)"]);
    assert_eq!(notes(&cron("0 0 31 4 *", "", "")), ["its schedule never fires"]);
    assert_eq!(
        notes(&cron("@hourly", "suspend: true,", "")),
        ["suspended: it starts no runs and costs nothing"]
    );
    assert_eq!(
        notes(&cron("* * * * *", "concurrencyPolicy: Forbid,", ""))[1],
        "concurrencyPolicy Forbid: one run at a time, so no more than the whole month"
    );
}
