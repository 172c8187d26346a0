//! The choice among groups that could grow.

use super::options::{Expander, Options};

/// What growing a group would do.
#[derive(Debug, Clone)]
pub(super) struct Growth {
    pub(super) group: usize,
    pub(super) name: String,
    pub(super) nodes: usize,
    pub(super) pods: usize,
    /// The share of CPU that is left over on the new nodes plus that of memory.
    pub(super) waste: f64,
}

/// The group that grows. Where the expander leaves several, cluster-autoscaler takes one at random and here the first by
/// name; `favourite` is taken wherever chance decides.
pub(super) fn choose(options: &Options, growths: &[Growth], favourite: Option<usize>) -> Option<usize> {
    let mut left: Vec<&Growth> = growths.iter().collect();
    match options.expander {
        Expander::Random => {}
        Expander::MostPods => keep_best(&mut left, |one| one.pods),
        Expander::LeastNodes => keep_best(&mut left, |one| std::cmp::Reverse(one.nodes)),
        Expander::LeastWaste => {
            let least = left.iter().map(|one| one.waste).min_by(f64::total_cmp)?;
            left.retain(|one| one.waste.total_cmp(&least).is_eq());
        }
        Expander::Priority => keep_best(&mut left, |one| priority(options, &one.name)),
    }
    let favoured = left.iter().find(|one| Some(one.group) == favourite);
    let first = || left.iter().min_by(|a, b| a.name.cmp(&b.name));
    favoured.or_else(first).map(|one| one.group)
}

fn keep_best<K: Ord>(left: &mut Vec<&Growth>, key: impl Fn(&Growth) -> K) {
    let best = left.iter().map(|one| key(one)).max();
    left.retain(|one| Some(key(one)) == best);
}

/// The highest priority of which an expression finds the group's name; none is below all.
fn priority(options: &Options, name: &str) -> Option<i64> {
    let finds = |expressions: &Vec<super::options::Expression>| {
        expressions.iter().any(|expression| expression.0.is_match(name))
    };
    options.priorities.iter().rev().find(|(_, expressions)| finds(expressions)).map(|(one, _)| *one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn growth(group: usize, name: &str, nodes: usize, pods: usize, waste: f64) -> Growth {
        Growth { group, name: name.to_owned(), nodes, pods, waste }
    }

    /// The definitions of cluster-autoscaler's FAQ, "What are Expanders?".
    #[test]
    fn each_expander_takes_what_its_definition_says() {
        let growths = [
            growth(0, "small", 3, 6, 0.4),
            growth(1, "large", 1, 8, 0.9),
            growth(2, "spot-medium", 2, 8, 0.2),
        ];
        for (options, chosen) in [
            (json!({}), 2),
            (json!({"expander": "least-waste"}), 2),
            // large and spot-medium run 8 pods each: the first by name.
            (json!({"expander": "most-pods"}), 1),
            (json!({"expander": "least-nodes"}), 1),
            (json!({"expander": "priority", "priorities": {"10": [".*"], "50": ["spot.*"]}}), 2),
            (json!({"expander": "priority", "priorities": {"10": [".*"], "50": ["^sm"]}}), 0),
        ] {
            let options: Options = serde_json::from_value(options.clone()).unwrap();
            assert_eq!(choose(&options, &growths, None), Some(chosen), "{options:?}");
        }
    }

    #[test]
    fn chance_decides_only_where_the_expander_does_not() {
        let growths = [growth(0, "a", 1, 4, 0.1), growth(1, "b", 1, 2, 0.1)];
        let random: Options = serde_json::from_value(json!({"expander": "random"})).unwrap();
        assert_eq!(choose(&random, &growths, Some(1)), Some(1));
        let most: Options = serde_json::from_value(json!({"expander": "most-pods"})).unwrap();
        assert_eq!(choose(&most, &growths, Some(1)), Some(0));
    }
}
