//! What listens at an address that does not answer as it should.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address::Address;

/// How long it may take to find out.
const PATIENCE: Duration = Duration::from_secs(2);
/// With which a client of HTTP/2 begins, and settings that say nothing (RFC 9113, sections 3.4 and 6.5).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// The first byte of what a server of TLS answers to that (RFC 8446, section 5.1: `alert`). A server of HTTP/2 begins with the length
/// of its settings, which is far below that.
const ALERT: u8 = 21;

/// Whether it speaks TLS. Who fails to speak plain HTTP/2 with it cannot tell by the failure: the connection is gone before its last
/// words are read.
pub(super) async fn speaks_tls(address: &Address) -> bool {
    let Address::Tcp { host, port } = address else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let first = async {
        let mut stream = TcpStream::connect((host, *port)).await?;
        stream.write_all(PREFACE).await?;
        stream.read_u8().await
    };
    matches!(timeout(PATIENCE, first).await, Ok(Ok(ALERT)))
}
