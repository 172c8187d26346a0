//! Identifiers that follow from others (RFC 9562, section 5.5: name-based UUIDs).

use uuid::Uuid;

use crate::{ApplicationId, EdgeId, EventId, OrgId, TokenId};

/// The event of type `output_type` that an engine makes from the event `input`: the same one however often it is
/// made.
#[must_use]
pub fn output_event_id(input: EventId, output_type: &str) -> EventId {
    EventId::new(Uuid::new_v5(&input.uuid(), output_type.as_bytes()))
}

/// The edge from one environment of an application to another.
#[must_use]
pub fn edge_id(application: ApplicationId, from: &str, to: &str) -> EdgeId {
    // A zero byte is in no environment's name, so no two pairs of names make one string.
    EdgeId::new(Uuid::new_v5(&application.uuid(), format!("{from}\0{to}").as_bytes()))
}

/// The token that somebody of an organisation asks for under a name of their own: the same one however often they ask.
#[must_use]
pub fn token_id(org: OrgId, by: &str, name: &str) -> TokenId {
    // No user's name holds a zero byte.
    TokenId::new(Uuid::new_v5(&org.uuid(), format!("{by}\0{name}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_name_based_uuids() {
        // Python: uuid.uuid5(uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"), also in RFC 9562, A.4.
        let namespace = EventId::new(Uuid::NAMESPACE_DNS);
        let expected = "2ed6657d-e927-568b-95e1-2665a8aea6a2";
        assert_eq!(output_event_id(namespace, "www.example.com").to_string(), expected);
    }

    #[test]
    fn an_edge_is_known_by_both_its_ends() {
        let application = ApplicationId::new(Uuid::NAMESPACE_URL);
        assert_ne!(edge_id(application, "a", "bc"), edge_id(application, "ab", "c"));
        assert_ne!(edge_id(application, "a", "b"), edge_id(application, "b", "a"));
    }
}
