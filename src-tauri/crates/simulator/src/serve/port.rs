//! The listening socket: it resets a newcomer or closes for a while where a plan of faults says so.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::faults::Kind;
use crate::gateway::Gateway;

/// Between two attempts to listen again on a port that somebody else has taken.
const AGAIN: Duration = Duration::from_millis(100);

pub(super) struct Port {
    listener: Option<TcpListener>,
    address: SocketAddr,
    gateway: Arc<Gateway>,
}

impl Port {
    pub(super) fn new(listener: TcpListener, address: SocketAddr, gateway: Arc<Gateway>) -> Self {
        Self { listener: Some(listener), address, gateway }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection, and the fault of TLS that it is to meet.
    pub(super) async fn accept_tcp(&mut self) -> (TcpStream, SocketAddr, Option<Kind>) {
        let gateway = Arc::clone(&self.gateway);
        loop {
            if let Some(until) = gateway.closing.until() {
                self.listener = None;
                gateway.closing.closed.notify_waiters();
                tokio::time::sleep_until(until).await;
                gateway.closing.over(until);
                continue;
            }
            let listener = match &mut self.listener {
                Some(listener) => listener,
                place => place.insert(listen_again(self.address).await),
            };
            let (stream, from) = tokio::select! {
                connection = Listener::accept(listener) => connection,
                () = gateway.closing.wanted.notified() => continue,
            };
            if let Err(fault) = stream.set_nodelay(true) {
                // Small answers would wait for the next segment's acknowledgement.
                tracing::debug!(%fault, "no TCP_NODELAY");
            }
            match gateway.fault_of_connection() {
                Some(Kind::ResetOnAccept) => {
                    if let Err(fault) = stream.set_zero_linger() {
                        tracing::debug!(%fault, "a connection cannot be reset and is closed instead");
                    }
                }
                fault => return (stream, from, fault),
            }
        }
    }
}

async fn listen_again(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(fault) => tracing::warn!(%fault, %address, "cannot listen again yet"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// The word between the fault that closes the port and the port itself.
#[derive(Default)]
pub(crate) struct Closing {
    until: Mutex<Option<Instant>>,
    wanted: Notify,
    closed: Notify,
}

impl Closing {
    /// Closes the port for so long, and waits until it is closed.
    pub(super) async fn close(&self, time: Duration) {
        let mut closed = std::pin::pin!(self.closed.notified());
        closed.as_mut().enable();
        *self.place() = Some(Instant::now() + time);
        self.wanted.notify_one();
        closed.await;
    }

    /// Whether the port is closed, or about to be.
    pub(super) fn is_closed(&self) -> bool {
        self.until().is_some()
    }

    fn place(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn until(&self) -> Option<Instant> {
        *self.place()
    }

    /// Ends the time that ran until then, unless it was made longer meanwhile.
    fn over(&self, until: Instant) {
        let mut place = self.place();
        if *place == Some(until) {
            *place = None;
        }
    }
}
