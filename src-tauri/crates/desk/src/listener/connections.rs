//! The listening side: so many connections at most, each for one exchange, and none that keeps others waiting by saying nothing.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Sleep;

/// So many connections at once; more wait.
const CONNECTIONS: usize = 64;
/// So many of one other machine; more are turned away.
const CONNECTIONS_OF_PEER: usize = 8;
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);

/// Accepts connections within the limits.
pub(super) struct Connections {
    listener: TcpListener,
    room: Arc<Semaphore>,
    silent: Silent,
    peers: Peers,
}

/// How much of a request has come.
#[derive(Default)]
struct Spoken(AtomicU8);

impl Spoken {
    const HEAD: u8 = 1;
    const WHOLE: u8 = 2;

    fn has_head(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::HEAD
    }

    fn is_whole(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::WHOLE
    }
}

/// How many connections other machines have.
#[derive(Clone, Default)]
struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place among those of its machine.
struct Seat {
    peers: Peers,
    of: IpAddr,
}

impl Peers {
    /// A place, unless the machine has all of its own. This machine's are not counted: a relay brings everybody's.
    fn seat(&self, of: IpAddr) -> Option<Seat> {
        if !of.is_loopback() {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(of).or_default();
            if *count >= CONNECTIONS_OF_PEER {
                return None;
            }
            *count += 1;
        }
        Some(Seat { peers: self.clone(), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.of) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.of);
            }
        }
    }
}

/// A connection whose request is not complete: whether it is by now, and the means to end it.
type Waiting = (Arc<Spoken>, oneshot::Sender<()>);

/// Those connections, the oldest first.
#[derive(Clone, Default)]
struct Silent(Arc<Mutex<VecDeque<Waiting>>>);

impl Silent {
    /// Ends the connection that has been silent longest, so that a newcomer need not wait for its time to run out.
    fn end_oldest(&self) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((spoken, end)) = silent.pop_front() {
            if !spoken.is_whole() && end.send(()).is_ok() {
                return;
            }
        }
    }

    fn add(&self, spoken: &Arc<Spoken>) -> oneshot::Receiver<()> {
        let (end, ended) = oneshot::channel();
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|(spoken, end)| !spoken.is_whole() && !end.is_closed());
        silent.push_back((Arc::clone(spoken), end));
        ended
    }
}

impl Connections {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(CONNECTIONS)),
            silent: Silent::default(),
            peers: Peers::default(),
        }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from, seat) = loop {
            let (stream, from) = Listener::accept(&mut self.listener).await;
            if let Some(seat) = self.peers.seat(from.ip()) {
                break (stream, from, seat);
            }
        };
        let room = Arc::clone(&self.room);
        if room.available_permits() == 0 {
            self.silent.end_oldest();
        }
        // The semaphore is never closed.
        let permit = room.acquire_owned().await.ok();
        let spoken = Arc::<Spoken>::default();
        let ended = self.silent.add(&spoken);
        let until = Box::pin(tokio::time::sleep(HEAD));
        (Connection { stream, spoken, ended, until, _permit: permit, _seat: seat }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection. It ends when its request's head is not complete in time, or when a newcomer needs its place before its
/// request is.
pub(super) struct Connection {
    stream: TcpStream,
    spoken: Arc<Spoken>,
    ended: oneshot::Receiver<()>,
    until: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
    _seat: Seat,
}

/// What a request knows of its connection.
#[derive(Clone)]
pub(super) struct Visitor {
    /// The other end.
    pub(super) from: SocketAddr,
    spoken: Arc<Spoken>,
}

impl Visitor {
    /// The head of the request is complete.
    pub(super) fn head_is_complete(&self) {
        self.spoken.0.fetch_max(Spoken::HEAD, Ordering::Relaxed);
    }

    /// The whole request is there, or no more of it is wanted.
    pub(super) fn has_spoken(&self) {
        self.spoken.0.fetch_max(Spoken::WHOLE, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Connections>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        Self { from: *stream.remote_addr(), spoken: Arc::clone(&stream.io().spoken) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.spoken.is_whole() {
            // Once the means to end it are gone, as when the listener stops, there is nothing to wait for.
            let ended =
                !self.ended.is_terminated() && matches!(Pin::new(&mut self.ended).poll(context), Poll::Ready(Ok(())));
            let late = !self.spoken.has_head() && self.until.as_mut().poll(context).is_ready();
            if ended || late {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
