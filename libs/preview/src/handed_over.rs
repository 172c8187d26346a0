//! Targets that somebody else writes whole: a plan of them would fight whoever does.

use discovery::{FreightRequest, KargoStage, OwnedBy, Owner, Owns};

/// Why a target is not edited, and what to do in the place of a promotion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandedOver {
    /// Kargo promotes it.
    #[error("Kargo promotes it ({at}): promote {freight} to the Stage {stage}")]
    Kargo {
        /// Where the Stage stands, or the annotation that names it.
        at: String,
        /// The Freight that it takes.
        freight: String,
        /// `PROJECT/STAGE`.
        stage: String,
    },
    /// A hydrator renders it.
    #[error("a hydrator has rendered it ({at}) and will again: edit and promote its dry source, {dry}")]
    Hydrated {
        /// Where that is said.
        at: String,
        /// The dry source.
        dry: String,
    },
}

impl HandedOver {
    /// Who writes all that a target is rendered from, if somebody does.
    pub(crate) fn of(owners: &[Owner]) -> Option<Self> {
        let whole = owners.iter().filter(|owner| owner.owns == Owns::Everything);
        whole.filter_map(Self::by).next()
    }

    fn by(owner: &Owner) -> Option<Self> {
        let at = owner.at.to_string();
        match &owner.by {
            OwnedBy::KargoStage(stage) => Some(Self::Kargo {
                at,
                freight: freight(stage),
                stage: format!("{}/{}", stage.project, stage.name),
            }),
            OwnedBy::Hydrator { dry } => Some(Self::Hydrated { at, dry: dry.clone() }),
            OwnedBy::ImageUpdater { .. } | OwnedBy::FluxImagePolicy { .. } => None,
        }
    }

    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kargo { .. } => "PLAN_KARGO_OWNS",
            Self::Hydrated { .. } => "PLAN_HYDRATED",
        }
    }
}

fn freight(stage: &KargoStage) -> String {
    let one = |request: &FreightRequest| match request.stages.as_slice() {
        [] => format!("Freight of the Warehouse {}", request.warehouse),
        stages => format!(
            "Freight of the Warehouse {} that is verified in the Stage {}",
            request.warehouse,
            stages.join(" or ")
        ),
    };
    match stage.freight.as_slice() {
        [] => "its Freight".to_owned(),
        requests => requests.iter().map(one).collect::<Vec<_>>().join(" and "),
    }
}
