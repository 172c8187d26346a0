//! IP addresses.

use std::net::{IpAddr, Ipv6Addr};

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("ip", None, [Val::Text(text)]) => Some(parsed(text).map(Val::Ip)),
        ("isIP", None, [Val::Text(text)]) => Some(Ok(Val::Bool(parsed(text).is_ok()))),
        ("ip.isCanonical", None, [Val::Text(text)]) => {
            Some(parsed(text).map(|address| Val::Bool(address.to_string() == **text)))
        }
        (name, Some(Val::Ip(address)), []) => method(name, *address),
        _ => None,
    }
}

/// As `k8s.io/apiserver/pkg/cel/library/ip.go` reads one: without a zone, and no IPv4 address written as IPv6.
pub(super) fn parsed(text: &str) -> Evaluated<IpAddr> {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            Fault::error(format!("IPv4-mapped IPv6 address {text:?} is not allowed"))
        }
        Ok(address) => Ok(address),
        Err(_) => Fault::error(format!("IP Address {text:?} parse error during conversion from string")),
    }
}

fn method(name: &str, address: IpAddr) -> Option<Evaluated> {
    let is = |is: bool| Ok(Val::Bool(is));
    Some(match name {
        "family" => Ok(Val::Int(if address.is_ipv4() { 4 } else { 6 })),
        "isUnspecified" => is(address.is_unspecified()),
        "isLoopback" => is(address.is_loopback()),
        "isLinkLocalMulticast" => is(is_link_local_multicast(address)),
        "isLinkLocalUnicast" => is(is_link_local(address)),
        "isGlobalUnicast" => is(is_global(address)),
        _ => return None,
    })
}

fn is_link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[..3] == [224, 0, 0],
        IpAddr::V6(address) => address.segments()[0] & 0xff0f == 0xff02,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => Ipv6Addr::is_unicast_link_local(&address),
    }
}

/// As Go's `netip.Addr.IsGlobalUnicast` has it: private addresses too.
fn is_global(address: IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !(address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || is_link_local(address)
        || is_broadcast)
}
