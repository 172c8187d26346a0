//! The table of all events.

use serde::{Serialize, de::DeserializeOwned};

use crate::topic::Service;

/// A type of event.
pub trait EventBody: Serialize + DeserializeOwned + Into<Event> {
    /// Its name in `ce_type`: `plimsoll.CONTEXT.v1.NAME`, which is the full name of its schema.
    const TYPE: &'static str;
    /// The number of its schema where no registry gives one.
    const SCHEMA_ID: u32;
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) id: u32,
    pub(crate) event_type: &'static str,
    pub(crate) schema: &'static str,
    pub(crate) writers: &'static [Service],
}

/// The services that write an event, each to its own topic.
macro_rules! writers {
    (Any) => { &Service::ALL };
    ($($writer:ident)|+) => { &[$(Service::$writer),+] };
}

macro_rules! events {
    ($($id:literal => $context:ident::$name:ident by $($writer:ident)|+,)*) => {
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

        /// Each event.
        pub(crate) const TABLE: &[Row] = &[$(Row {
            id: $id,
            event_type: concat!("plimsoll.", stringify!($context), ".v1.", stringify!($name)),
            schema: include_str!(concat!(
                "../../../schemas/avro/", stringify!($context), "/", stringify!($name), ".avsc"
            )),
            writers: writers!($($writer)|+),
        },)*];

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
    1 => promotion::PreviewRequested by Promotion,
    2 => promotion::ReplanRequested by Promotion,
    3 => promotion::PreviewCompleted by Promotion,
    4 => promotion::PromotionFailed by Promotion,
    5 => promotion::ApprovalGiven by Promotion,
    6 => promotion::PromotionApproved by Promotion,
    7 => promotion::PromotionRejected by Promotion,
    8 => promotion::PromotionOpened by Promotion,
    9 => promotion::ApprovalCarried by Promotion,
    10 => promotion::PromotionStale by Promotion,
    11 => promotion::PromotionSuperseded by Promotion,
    12 => promotion::PromotionMerged by Promotion,
    13 => promotion::PromotionClosed by Promotion,
    14 => promotion::BaseAdvanced by Promotion,
    15 => promotion::CommandRefused by Promotion,
    16 => promotion::PromotionDelayed by Promotion,
    20 => preview::DiffComputed by Diff,
    21 => preview::CostEstimated by Cost,
    22 => preview::RiskAssessed by Risk,
    23 => preview::PreviewExplained by Explain,
    24 => preview::PreviewFailed by Diff | Cost | Risk | Explain,
    25 => preview::ExplanationPhrased by Explain,
    30 => gitops::BranchPushed by Gitops,
    31 => gitops::PullRequestOpened by Gitops,
    32 => gitops::PushRefused by Gitops,
    33 => gitops::MergeSeen by Gitops,
    34 => gitops::ConflictDetected by Gitops,
    35 => gitops::BranchDeleted by Gitops,
    36 => gitops::PushDelayed by Gitops,
    40 => catalog::OrganisationCreated by Catalog,
    41 => catalog::ApplicationRegistered by Catalog,
    42 => catalog::ApplicationUpdated by Catalog,
    43 => catalog::ApplicationRemoved by Catalog,
    44 => catalog::ClusterRegistered by Catalog,
    45 => catalog::ClusterRenamed by Catalog,
    46 => catalog::ClusterRemoved by Catalog,
    47 => catalog::CatalogRefused by Catalog,
    48 => catalog::WaiverGranted by Catalog,
    49 => catalog::WaiverRevoked by Catalog,
    50 => access::TokenCreated by Gateway,
    51 => access::TokenRevoked by Gateway,
    52 => access::AccessRefused by Gateway,
    60 => delivery::EventParked by Any,
    61 => delivery::DeadLetterRetried by Any,
    62 => delivery::DeadLetterDiscarded by Any,
    70 => audit::CheckpointSigned by Audit,
}
