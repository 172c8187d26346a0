//! Who calls, and what follows for the record.

use access::Identity;
use events::Service;
use ids::PromotionId;
use service::Occasion;
use uuid::Uuid;

use crate::domain::Actor;
use crate::promotions::Asked;

/// Who calls.
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    pub(crate) traceparent: Option<String>,
}

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        Actor { user: self.identity.user.clone(), role: self.identity.role }
    }

    pub(crate) fn asked(&self, command: &'static str, promotion: Option<PromotionId>) -> Asked {
        Asked { by: self.identity.user.clone(), command, promotion }
    }

    /// A call about a promotion; one that could be about none belongs to `call` alone.
    pub(crate) fn occasion(&self, promotion: Option<PromotionId>, call: Uuid) -> Occasion {
        let correlation = promotion.map_or(call, PromotionId::uuid);
        Occasion {
            org: self.identity.org,
            service: Service::Promotion,
            aggregate: correlation.to_string(),
            correlation,
            causation: None,
            traceparent: self.traceparent.clone(),
            handled: None,
            command: None,
        }
    }
}
