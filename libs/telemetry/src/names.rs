//! Names of attributes that more than one module gives.

/// Why something failed, as a stable code (OpenTelemetry's conventions).
pub(crate) const ERROR: &str = "error.type";
/// Whose it is.
pub(crate) const ORGANISATION: &str = "plimsoll.organisation.id";
