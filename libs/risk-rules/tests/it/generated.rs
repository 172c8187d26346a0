//! Objects whose name the API server makes: several share one identity, and each is a new one.

use crate::case::{of_rule, risk};

fn jobs(bodies: &[&str]) -> String {
    let job = |body: &&str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{generateName: job-, namespace: shop}}\nspec: {{template: {{spec: {{restartPolicy: Never, containers: [{body}]}}}}}}\n"
        )
    };
    bodies.iter().map(job).collect::<Vec<_>>().join("---\n")
}

const FIRST: &str = "{name: first, image: 'registry.example/first:1.0.0'}";
const SECOND: &str = "{name: second, image: 'registry.example/second:1.0.0'}";

#[test]
fn two_of_one_prefix_that_stay_as_they_are_give_nothing() {
    let text = jobs(&[FIRST, SECOND]);
    assert_eq!(risk(&text, &text).findings, []);
}

#[test]
fn a_new_template_is_a_new_job_and_no_immutable_field() {
    let after = jobs(&[&FIRST.replace("1.0.0", "1.1.0"), SECOND]);
    assert_eq!(risk(&jobs(&[FIRST, SECOND]), &after).findings, []);
}

/// The first is held against the first, and the second against the second.
#[test]
fn what_is_worse_in_one_of_them_is_seen_in_that_one() {
    let worse = |container: &str| container.replace("1.0.0", "latest");
    for (bodies, image) in [
        ([worse(FIRST), SECOND.to_owned()], "registry.example/first:latest"),
        ([FIRST.to_owned(), worse(SECOND)], "registry.example/second:latest"),
    ] {
        let report = risk(&jobs(&[FIRST, SECOND]), &jobs(&[&bodies[0], &bodies[1]]));
        let found = of_rule(&report, "image-unpinned");
        assert_eq!(found.len(), 1, "{:#?}", report.findings);
        assert_eq!(found[0].after, Some(image.into()));
    }
}
