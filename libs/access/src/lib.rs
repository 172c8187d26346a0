//! Who is calling, what they may do, and how that is passed on.
//!
//! The gateway knows callers by their tokens. Behind it, a call carries an [`Identity`] that the gateway vouches for
//! ([`Voucher`]), so that a service needs no table of tokens and takes nobody's word.

mod endpoints;
mod identity;
mod role;
mod voucher;

pub use endpoints::{ENDPOINTS, Endpoint, endpoint};
pub use identity::Identity;
pub use role::{Role, RoleError};
pub use voucher::{METADATA_KEY, Voucher, VoucherError};
