//! One verifiable tree of everything that happened in an organisation.
