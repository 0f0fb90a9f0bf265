//! The listening side: so many connections at most, each for one exchange, and none that keeps others waiting by saying nothing.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
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
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);

/// Accepts connections within the limits.
pub(super) struct Connections {
    listener: TcpListener,
    room: Arc<Semaphore>,
    silent: Silent,
}

/// A connection whose request is not complete: whether it is by now, and the means to end it.
type Waiting = (Arc<AtomicBool>, oneshot::Sender<()>);

/// Those connections, the oldest first.
#[derive(Clone, Default)]
struct Silent(Arc<Mutex<VecDeque<Waiting>>>);

impl Silent {
    /// Ends the connection that has been silent longest, so that a newcomer need not wait for its time to run out.
    fn end_oldest(&self) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((spoken, end)) = silent.pop_front() {
            if !spoken.load(Ordering::Relaxed) && end.send(()).is_ok() {
                return;
            }
        }
    }

    fn add(&self, spoken: &Arc<AtomicBool>) -> oneshot::Receiver<()> {
        let (end, ended) = oneshot::channel();
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|(spoken, end)| !spoken.load(Ordering::Relaxed) && !end.is_closed());
        silent.push_back((Arc::clone(spoken), end));
        ended
    }
}

impl Connections {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(CONNECTIONS)), silent: Silent::default() }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.listener).await;
        let room = Arc::clone(&self.room);
        if room.available_permits() == 0 {
            self.silent.end_oldest();
        }
        // The semaphore is never closed.
        let permit = room.acquire_owned().await.ok();
        let spoken = Arc::new(AtomicBool::new(false));
        let ended = self.silent.add(&spoken);
        let until = Box::pin(tokio::time::sleep(HEAD));
        (Connection { stream, spoken, ended, until, _permit: permit }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection. Until its request's head is complete it ends when its time is over or a newcomer needs its place.
pub(super) struct Connection {
    stream: TcpStream,
    spoken: Arc<AtomicBool>,
    ended: oneshot::Receiver<()>,
    until: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What a request knows of its connection.
#[derive(Clone)]
pub(super) struct Visitor {
    /// The other end.
    pub(super) from: SocketAddr,
    spoken: Arc<AtomicBool>,
}

impl Visitor {
    /// The head of the request is complete.
    pub(super) fn has_spoken(&self) {
        self.spoken.store(true, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Connections>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        Self { from: *stream.remote_addr(), spoken: Arc::clone(&stream.io().spoken) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.spoken.load(Ordering::Relaxed) {
            let ended = matches!(Pin::new(&mut self.ended).poll(context), Poll::Ready(Ok(())));
            if ended || self.until.as_mut().poll(context).is_ready() {
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
