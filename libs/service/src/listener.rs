//! Sockets that servers listen on.

use std::fs::Permissions;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::address::Address;
use crate::failure::Failure;

/// A socket that a server listens on. A Unix socket is this user's alone, and is removed in the end.
#[derive(Debug)]
pub enum Listener {
    /// A port.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener, SocketFile),
}

/// The file of a Unix socket, which goes with this.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl Listener {
    /// Listens.
    ///
    /// # Errors
    /// `PORT_IN_USE` if somebody else listens there, `LISTEN_FAILED` if it cannot be listened on.
    pub async fn bind(address: &Address) -> Result<Self, Failure> {
        let bound = match address {
            Address::Tcp { host, port } => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                TcpListener::bind((host, *port)).await.map(Self::Tcp)
            }
            Address::Unix(path) => bind_unix(path).await,
        };
        bound.map_err(|error| failure(address, &error))
    }

    /// Where it listens, with the port that it has.
    ///
    /// # Errors
    /// `LISTEN_FAILED`: the system does not say.
    pub fn address(&self) -> Result<Address, Failure> {
        match self {
            Self::Unix(_, file) => Ok(Address::Unix(file.0.clone())),
            Self::Tcp(listener) => {
                let address = listener.local_addr();
                let address =
                    address.map_err(|error| Failure::unavailable("LISTEN_FAILED", error.to_string()))?;
                let host = match address.is_ipv6() {
                    true => format!("[{}]", address.ip()),
                    false => address.ip().to_string(),
                };
                Ok(Address::Tcp { host, port: address.port() })
            }
        }
    }
}

async fn bind_unix(path: &Path) -> Result<Listener, Error> {
    let listener = match UnixListener::bind(path) {
        // A process that was killed leaves its socket: nobody listens there.
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_left_over(path).await => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(Listener::Unix(listener, SocketFile(path.to_owned())))
}

async fn is_left_over(path: &Path) -> bool {
    matches!(UnixStream::connect(path).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

fn failure(address: &Address, error: &Error) -> Failure {
    let code = if error.kind() == ErrorKind::AddrInUse { "PORT_IN_USE" } else { "LISTEN_FAILED" };
    Failure::unavailable(code, format!("{address} cannot be listened on: {error}"))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // One that is gone already needs no more.
        let _ = std::fs::remove_file(&self.0);
    }
}
