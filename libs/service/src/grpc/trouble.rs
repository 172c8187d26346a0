//! Why a call did not get through, said so that somebody can mend it.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::address::Address;

/// Why a call did not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    kind: Kind,
    pub(super) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One end does not believe the other's certificate.
    Untrusted,
    /// One end speaks TLS and the other does not.
    NotTls,
    /// Nobody is there, or nobody answers.
    Away,
}

impl Trouble {
    /// What went wrong on the way to this address.
    pub(super) fn of(error: &(dyn Error + 'static), address: &Address) -> Self {
        let mut last = error;
        for cause in causes(error) {
            if let Some(trouble) = known(cause, address) {
                return trouble;
            }
            last = cause;
        }
        Self { kind: Kind::Away, why: format!("{address} cannot be reached: {last}") }
    }

    /// Nothing came in time.
    pub(super) fn late(address: &Address, deadline: Duration) -> Self {
        Self { kind: Kind::Away, why: format!("{address} has not answered within {deadline:?}") }
    }

    /// The other end speaks TLS, and this one does not.
    pub(super) fn in_the_clear(address: &Address) -> Self {
        Self { kind: Kind::NotTls, why: format!("{address} speaks TLS, and tls.ca is not said here") }
    }

    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self.kind {
            Kind::Untrusted => "PEER_UNTRUSTED",
            Kind::NotTls => "PEER_NOT_TLS",
            Kind::Away => "SERVICE_UNAVAILABLE",
        }
    }

    /// Whether it lasts until somebody mends it.
    pub(super) fn lasts(&self) -> bool {
        self.kind != Kind::Away
    }
}

/// An error, and what led to it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| led_to(*cause))
}

/// Errors of input and output hide what led to them from who asks as one asks everywhere.
fn led_to<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(outer) => outer.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

fn known(cause: &(dyn Error + 'static), address: &Address) -> Option<Trouble> {
    let (kind, why) = match cause.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(error)) => {
            (Kind::Untrusted, format!("the certificate of {address} is not believed: {}", named(error)))
        }
        Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            (Kind::NotTls, format!("{address} speaks no TLS, and tls.ca is said here"))
        }
        _ => {
            let alert = about_us(&cause.to_string())?;
            (Kind::Untrusted, format!("{address} does not believe this process: {alert:?}"))
        }
    };
    Some(Trouble { kind, why })
}

fn named(error: &CertificateError) -> String {
    match error {
        // An authority that was made anew has the name of the one before.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "none of the authorities in tls.ca has signed it".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is of another name".to_owned()
        }
        other => other.to_string(),
    }
}

/// What a server says of a client's certificate (RFC 8446, section 6.2). It comes after the client has done its part, and HTTP/2 then keeps
/// the words of the error alone.
fn about_us(words: &str) -> Option<AlertDescription> {
    use AlertDescription as Alert;
    let alerts = [
        Alert::CertificateRequired,
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::AccessDenied,
        Alert::DecryptError,
    ];
    alerts.into_iter().find(|alert| rustls::Error::AlertReceived(*alert).to_string() == words)
}
