//! What Kafka's errors are to the log.

use events::Topic;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::error::LogError;

/// What the error is, wherever it comes from. `about` is what was asked for: `topic/partition`, a topic or a group.
pub(super) fn failure(error: &KafkaError, about: &str) -> LogError {
    let Some(code) = error.rdkafka_error_code() else {
        return match error {
            KafkaError::ClientConfig(_, why, name, _) => LogError::Misconfigured(format!("{name}: {why}")),
            KafkaError::ClientCreation(why) => LogError::Misconfigured(why.clone()),
            _ => LogError::Unavailable(format!("{about}: {error}")),
        };
    };
    of_code(code, about)
}

pub(super) fn of_code(code: Code, about: &str) -> LogError {
    match code {
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            LogError::TopicUnknown(Topic::new(about.split('/').next().unwrap_or_default()))
        }
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed => LogError::Refused(format!(
            "{about}: {code}: this user has no right to it; `plimsoll rights kafka` prints the grants of each service"
        )),
        code if is_refusal(code) => LogError::Refused(format!(
            "{about}: {code}: look at kafka.sasl_username, its password, and the certificates of kafka.tls_ca"
        )),
        Code::KafkaStorageError | Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => {
            LogError::Full(format!(
                "{about}: {code}: look at the disks of the brokers, and whether enough of them run"
            ))
        }
        Code::FencedInstanceId => LogError::Misconfigured(format!(
            "{about}: {code}: another process was started with the same kafka.instance; each has a name of its own, or none"
        )),
        Code::InvalidReplicationFactor | Code::InvalidConfig | Code::PolicyViolation => {
            LogError::Misconfigured(format!("{about}: {code}"))
        }
        code => LogError::Unavailable(format!("{about}: {code}")),
    }
}

/// Whether brokers do not let a client in.
pub(super) fn is_refusal(code: Code) -> bool {
    matches!(code, Code::SaslAuthenticationFailed | Code::Authentication | Code::SSL)
}

/// Whether a commit was refused because the partition is another member's.
pub(super) fn is_fenced(code: Code) -> bool {
    matches!(code, Code::FencedInstanceId | Code::AssignmentLost | Code::Fenced | Code::FencedMemberEpoch)
}

/// Whether a commit was refused because the group is being shared anew. Whether the partition goes by that is heard apart: one that
/// stays is given again by nobody, so that what was handled of it has to be committed after all.
pub(super) fn is_shared_anew(code: Code) -> bool {
    matches!(
        code,
        Code::RebalanceInProgress
            | Code::WaitingForCoordinator
            | Code::IllegalGeneration
            | Code::UnknownMemberId
            | Code::StaleMemberEpoch
    )
}
