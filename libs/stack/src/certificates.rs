//! Certificates by which the services know each other.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::error::StackError;
use crate::layout::put;

/// Writes an authority of its own (`authorities.pem`) into a directory, and for each of these names what it has signed for this machine's
/// loopback: `NAME.pem` and `NAME-key.pem`. The authority's key is forgotten; what is there already stays.
///
/// # Errors
/// A file cannot be written.
pub fn certificates(directory: &Path, names: &[&str]) -> Result<(), StackError> {
    let authorities = directory.join("authorities.pem");
    if authorities.exists() {
        return Ok(());
    }
    let failed = |error: rcgen::Error| StackError::new(format!("a certificate: {error}"));
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let key = KeyPair::generate().map_err(failed)?;
    let root = params.self_signed(&key).map_err(failed)?;
    let issuer = Issuer::new(params, key);
    for name in names {
        let key = KeyPair::generate().map_err(failed)?;
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).map_err(failed)?;
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        put(&directory.join(format!("{name}.pem")), &certificate.pem())?;
        put(&directory.join(format!("{name}-key.pem")), &key.serialize_pem())?;
    }
    // Last: where it is, the others are.
    put(&authorities, &root.pem())
}
