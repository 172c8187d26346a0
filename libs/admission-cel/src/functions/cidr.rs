//! Ranges of IP addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Call, ip};
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: IpAddr,
    bits: u8,
}

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("cidr", None, [Val::Text(text)]) => Some(parsed(text).map(Val::Cidr)),
        ("isCIDR", None, [Val::Text(text)]) => Some(Ok(Val::Bool(parsed(text).is_ok()))),
        (name, Some(Val::Cidr(range)), args) => method(name, *range, args),
        _ => None,
    }
}

fn parsed(text: &str) -> Evaluated<Cidr> {
    let wrong = || Fault::error(format!("network address parse error during conversion from string: {text}"));
    let Some((address, bits)) = text.split_once('/') else { return wrong() };
    let address = ip::parsed(address)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let is_plain = bits == "0" || !bits.starts_with(['0', '+']);
    match bits.parse::<u8>() {
        Ok(bits) if bits <= most && is_plain => Ok(Cidr { address, bits }),
        _ => wrong(),
    }
}

fn method(name: &str, range: Cidr, args: &[Val]) -> Option<Evaluated> {
    Some(match (name, args) {
        ("containsIP", [Val::Ip(address)]) => Ok(Val::Bool(range.contains(*address))),
        ("containsIP", [Val::Text(text)]) => {
            ip::parsed(text).map(|address| Val::Bool(range.contains(address)))
        }
        ("containsCIDR", [Val::Cidr(other)]) => Ok(Val::Bool(range.covers(*other))),
        ("containsCIDR", [Val::Text(text)]) => parsed(text).map(|other| Val::Bool(range.covers(other))),
        ("ip", []) => Ok(Val::Ip(range.address)),
        ("masked", []) => Ok(Val::Cidr(Cidr { address: masked(range.address, range.bits), ..range })),
        ("prefixLength", []) => Ok(Val::Int(range.bits.into())),
        _ => return None,
    })
}

impl Cidr {
    fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4()
            && masked(address, self.bits) == masked(self.address, self.bits)
    }

    fn covers(self, other: Self) -> bool {
        self.bits <= other.bits && self.contains(other.address)
    }
}

fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            Ipv6Addr::from(u128::from(address) & mask).into()
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}
