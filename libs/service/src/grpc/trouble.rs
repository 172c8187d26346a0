//! Why a call did not get through, said so that somebody can mend it.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::address::Address;

/// Why a call did not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The stable code.
    pub(super) code: &'static str,
    pub(super) why: String,
}

/// One end does not believe the other's certificate.
const UNTRUSTED: &str = "PEER_UNTRUSTED";
/// One end speaks TLS and the other does not.
const NOT_TLS: &str = "PEER_NOT_TLS";

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
        Self { code: "SERVICE_UNAVAILABLE", why: format!("{address} cannot be reached: {last}") }
    }

    /// Nothing came in time.
    pub(super) fn late(address: &Address, deadline: std::time::Duration) -> Self {
        let why = format!("{address} has not answered within {deadline:?}");
        Self { code: "SERVICE_UNAVAILABLE", why }
    }

    /// Whether it lasts until somebody mends it.
    pub(super) fn lasts(&self) -> bool {
        self.code != "SERVICE_UNAVAILABLE"
    }
}

/// An error, and what led to it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| led_to(*cause))
}

/// Errors of input and output, and of HTTP/2, hide what led to them from who asks as one asks everywhere.
fn led_to<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(outer) = error.downcast_ref::<io::Error>() {
        return outer.get_ref().map(|inner| inner as &(dyn Error + 'static));
    }
    if let Some(inner) = error.downcast_ref::<h2::Error>().and_then(h2::Error::get_io) {
        return Some(inner);
    }
    error.source()
}

fn known(cause: &(dyn Error + 'static), address: &Address) -> Option<Trouble> {
    if let Some(error) = cause.downcast_ref::<h2::Error>() {
        // The first bytes of TLS' answer to who speaks none are the length of no frame.
        let why = format!("{address} speaks TLS, and tls.ca is not said here");
        return (error.reason() == Some(h2::Reason::FRAME_SIZE_ERROR))
            .then_some(Trouble { code: NOT_TLS, why });
    }
    let (code, why) = match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(error) => {
            (UNTRUSTED, format!("the certificate of {address} is not believed: {}", named(error)))
        }
        rustls::Error::AlertReceived(alert) if is_about_us(*alert) => {
            (UNTRUSTED, format!("{address} does not believe this process: {alert:?}"))
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            (NOT_TLS, format!("{address} speaks no TLS, and tls.ca is said here"))
        }
        _ => return None,
    };
    Some(Trouble { code, why })
}

fn named(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "none of the authorities in tls.ca has signed it".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is of another name".to_owned()
        }
        other => other.to_string(),
    }
}

/// Of RFC 8446, section 6.2: what a server says of a client's certificate.
fn is_about_us(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
    )
}
