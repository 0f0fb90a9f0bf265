//! A connection that a fault can take out of the server's hands.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A stream whose end can be a reset.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The socket under it.
    fn socket(&self) -> &TcpStream;
}

/// One connection, as the server has it.
pub(super) struct Line<S>(Arc<Held<S>>);

struct Held<S> {
    stream: Mutex<S>,
    taken: AtomicBool,
}

/// The other end of [`Line`]: what takes the connection over.
#[derive(Clone)]
pub(super) struct Grip(Arc<dyn Grasped>);

trait Grasped: Send + Sync {
    fn take(&self);
    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;
    fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_shutdown(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_left(&self, context: &mut Context<'_>) -> Poll<()>;
    fn reset(&self);
}

impl<S: Stream> Line<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Arc::new(Held { stream: Mutex::new(stream), taken: AtomicBool::new(false) }))
    }

    pub(super) fn grip(&self) -> Grip {
        Grip(Arc::<Held<S>>::clone(&self.0))
    }

    /// Asks the stream something.
    pub(super) fn with<T>(&self, ask: impl FnOnce(&S) -> T) -> T {
        ask(&self.0.stream())
    }

    fn is_taken(&self) -> bool {
        self.0.taken.load(Ordering::Relaxed)
    }
}

impl<S> Held<S> {
    fn stream(&self) -> MutexGuard<'_, S> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Stream> AsyncRead for Line<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // The server goes on waiting for the client while another hand writes; an error would end that too early.
        if self.is_taken() {
            return Poll::Pending;
        }
        Pin::new(&mut *self.0.stream()).poll_read(context, into)
    }
}

impl<S: Stream> AsyncWrite for Line<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // The server's own answer is what ends a connection in other hands.
        if self.is_taken() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut *self.0.stream()).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_taken() { Poll::Ready(Ok(())) } else { Pin::new(&mut *self.0.stream()).poll_flush(context) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_taken() { Poll::Ready(Ok(())) } else { Pin::new(&mut *self.0.stream()).poll_shutdown(context) }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_taken() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut *self.0.stream()).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.stream().is_write_vectored()
    }
}

impl<S: Stream> Grasped for Held<S> {
    fn take(&self) {
        self.taken.store(true, Ordering::Relaxed);
    }

    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream()).poll_write(context, bytes)
    }

    fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_flush(context)
    }

    fn poll_shutdown(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_shutdown(context)
    }

    fn poll_left(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; 1024];
        loop {
            let mut into = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut *self.stream()).poll_read(context, &mut into)) {
                Ok(()) if !into.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }

    fn reset(&self) {
        if let Err(fault) = self.stream().socket().set_zero_linger() {
            tracing::debug!(%fault, "a connection cannot be reset and is closed instead");
        }
    }
}

impl Grip {
    /// From now on the server writes nothing more; the connection ends when the server notices.
    pub(super) fn take(&self) {
        self.0.take();
    }

    pub(super) async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = poll_fn(|context| self.0.poll_write(context, bytes)).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = bytes.get(written..).unwrap_or_default();
        }
        poll_fn(|context| self.0.poll_flush(context)).await
    }

    /// Says that nothing more comes.
    pub(super) async fn finish(&self) -> io::Result<()> {
        poll_fn(|context| self.0.poll_shutdown(context)).await
    }

    /// Until the client closes its side; what it sends meanwhile is dropped.
    pub(super) async fn left(&self) {
        poll_fn(|context| self.0.poll_left(context)).await;
    }

    /// The end of the connection will be a reset.
    pub(super) fn reset(&self) {
        self.0.reset();
    }
}
