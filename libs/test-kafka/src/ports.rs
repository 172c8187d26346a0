//! Ports that nobody has.

use std::net::TcpListener;

/// So many ports of this machine. They are free when this returns: who wants them takes them soon.
pub(crate) fn free(count: usize) -> Vec<u16> {
    let bind = |_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let listeners: Vec<TcpListener> = (0..count).map(bind).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("its address").port()).collect()
}
