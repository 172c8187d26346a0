//! The table of all events.

use serde::{Serialize, de::DeserializeOwned};

/// A type of event.
pub trait EventBody: Serialize + DeserializeOwned + Into<Event> {
    /// Its name in `ce_type`: `plimsoll.CONTEXT.v1.NAME`, which is the full name of its schema.
    const TYPE: &'static str;
    /// The number of its schema where no registry gives one.
    const SCHEMA_ID: u32;
}

macro_rules! events {
    ($($id:literal => $context:ident::$name:ident,)*) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Event {
            $(
                #[doc = concat!("`plimsoll.", stringify!($context), ".v1.", stringify!($name), "`")]
                $name(crate::$context::$name),
            )*
        }

        $(
            impl EventBody for crate::$context::$name {
                const TYPE: &'static str =
                    concat!("plimsoll.", stringify!($context), ".v1.", stringify!($name));
                const SCHEMA_ID: u32 = $id;
            }

            impl From<crate::$context::$name> for Event {
                fn from(event: crate::$context::$name) -> Self {
                    Self::$name(event)
                }
            }
        )*

        /// The number, type and schema of each event.
        pub(crate) const TABLE: &[(u32, &str, &str)] = &[$((
            $id,
            concat!("plimsoll.", stringify!($context), ".v1.", stringify!($name)),
            include_str!(concat!(
                "../../../schemas/avro/", stringify!($context), "/", stringify!($name), ".avsc"
            )),
        ),)*];

        impl Event {
            /// Its name in `ce_type`.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => <crate::$context::$name as EventBody>::TYPE,)*
                }
            }

            /// The number of its schema where no registry gives one.
            #[must_use]
            pub fn schema_id(&self) -> u32 {
                match self {
                    $(Self::$name(_) => $id,)*
                }
            }

            pub(crate) fn write(&self, schema: &apache_avro::Schema) -> Result<Vec<u8>, apache_avro::Error> {
                match self {
                    $(Self::$name(event) => crate::schema::write(schema, event),)*
                }
            }

            pub(crate) fn read(
                schema_id: u32,
                schema: &apache_avro::Schema,
                body: &[u8],
            ) -> Result<Option<Self>, apache_avro::Error> {
                Ok(match schema_id {
                    $($id => Some(Self::$name(crate::schema::read(schema, body)?)),)*
                    _ => None,
                })
            }
        }
    };
}

events! {
    1 => promotion::PreviewRequested,
    2 => promotion::ReplanRequested,
    3 => promotion::PreviewCompleted,
    4 => promotion::PromotionFailed,
    5 => promotion::ApprovalGiven,
    6 => promotion::PromotionApproved,
    7 => promotion::PromotionRejected,
    8 => promotion::PromotionOpened,
    9 => promotion::ApprovalCarried,
    10 => promotion::PromotionStale,
    11 => promotion::PromotionSuperseded,
    12 => promotion::PromotionMerged,
    13 => promotion::PromotionClosed,
    14 => promotion::BaseAdvanced,
    15 => promotion::CommandRefused,
    16 => promotion::PromotionDelayed,
    20 => preview::DiffComputed,
    21 => preview::CostEstimated,
    22 => preview::RiskAssessed,
    23 => preview::PreviewExplained,
    24 => preview::PreviewFailed,
    25 => preview::ExplanationPhrased,
    30 => gitops::BranchPushed,
    31 => gitops::PullRequestOpened,
    32 => gitops::PushRefused,
    33 => gitops::MergeSeen,
    34 => gitops::ConflictDetected,
    35 => gitops::BranchDeleted,
    36 => gitops::PushDelayed,
    40 => catalog::OrganisationCreated,
    41 => catalog::ApplicationRegistered,
    42 => catalog::ApplicationUpdated,
    43 => catalog::ApplicationRemoved,
    44 => catalog::ClusterRegistered,
    45 => catalog::ClusterRenamed,
    46 => catalog::ClusterRemoved,
    47 => catalog::CatalogRefused,
    48 => catalog::WaiverGranted,
    49 => catalog::WaiverRevoked,
    50 => access::TokenCreated,
    51 => access::TokenRevoked,
    52 => access::AccessRefused,
    60 => delivery::EventParked,
    61 => delivery::DeadLetterRetried,
    62 => delivery::DeadLetterDiscarded,
    70 => audit::CheckpointSigned,
}
