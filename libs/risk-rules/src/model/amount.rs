//! A count or a share of pods: Kubernetes' `IntOrString`.

use serde_json::Value;

/// A count of pods, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Count(i64),
    Percent(i64),
}

impl Amount {
    /// Reads `1`, `"1"` or `"25%"`.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Count),
            Value::String(text) => match text.strip_suffix('%') {
                Some(share) => share.parse().ok().map(Self::Percent),
                None => text.parse().ok().map(Self::Count),
            },
            _ => None,
        }
    }

    /// Of so many pods, rounded up: as disruption budgets count (Kubernetes documentation, "Specifying a
    /// Disruption Budget": 50% of 7 is 4).
    pub(crate) fn of_pods_up(self, pods: i64) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(share) => share.saturating_mul(pods).saturating_add(99).div_euclid(100),
        }
    }

    /// Of so many pods, rounded down: as a Deployment counts `maxUnavailable`.
    pub(crate) fn of_pods_down(self, pods: i64) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(share) => share.saturating_mul(pods).div_euclid(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shares_are_rounded_as_kubernetes_rounds_them() {
        let half = Amount::of(&json!("50%")).unwrap();
        assert_eq!((half.of_pods_up(7), half.of_pods_down(7)), (4, 3));
        assert_eq!((half.of_pods_up(1), half.of_pods_down(1)), (1, 0));
        assert_eq!(Amount::of(&json!(3)), Some(Amount::Count(3)));
        assert_eq!(Amount::of(&json!("3")), Some(Amount::Count(3)));
        assert_eq!(Amount::of(&json!("some")), None);
    }
}
