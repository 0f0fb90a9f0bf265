//! Where connections come in: plain, or through TLS handshakes that never hold up the next connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use super::line::{Grip, Line, Stream};
use super::port::Port;
use super::tls::{Handshake, Peer, Tls};
use crate::faults::Kind;

/// How long a client may take to agree on TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// More than so many unfinished handshakes make newcomers wait in the system's queue.
const MAX_HANDSHAKES: usize = 256;
/// No client hello is longer: it is one record.
const HELLO_BYTES: usize = 16 * 1024 + 5;

/// What nginx answers to a request without TLS on its TLS port.
const PLAIN_ON_TLS: &str = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The listening side of a gateway.
pub(super) struct Door {
    port: Port,
    tls: Option<Arc<Tls>>,
    handshakes: JoinSet<Option<(Link, SocketAddr)>>,
}

/// One connection, and who is at its other end.
pub(super) enum Link {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>, Peer),
}

/// What a request knows of its connection.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) grip: Grip,
    pub(super) peer: Peer,
}

impl Door {
    pub(super) fn new(port: Port, tls: Option<Arc<Tls>>) -> Self {
        Self { port, tls, handshakes: JoinSet::new() }
    }
}

impl Listener for Door {
    type Io = Line<Link>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line<Link>, SocketAddr) {
        let Some(tls) = &self.tls else {
            let (stream, from, _) = self.port.accept_tcp().await;
            return (Line::new(Link::Plain(stream)), from);
        };
        loop {
            let room = self.handshakes.len() < MAX_HANDSHAKES;
            tokio::select! {
                (stream, from, fault) = self.port.accept_tcp(), if room => {
                    let tls = Arc::clone(tls);
                    self.handshakes.spawn(async move { Some((introduce(stream, &tls, fault).await?, from)) });
                }
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some((link, from))) = done {
                        return (Line::new(link), from);
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.port.address())
    }
}

/// The connection once both sides agree on TLS; nothing for one that ends before.
async fn introduce(stream: TcpStream, tls: &Tls, fault: Option<Kind>) -> Option<Link> {
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, shake(stream, tls, fault)).await {
        Ok(Ok(link)) => link,
        Ok(Err(fault)) => {
            tracing::debug!(%fault, "no TLS with this client");
            None
        }
        Err(_) => {
            tracing::debug!("a client did not finish its TLS handshake");
            None
        }
    }
}

async fn shake(mut stream: TcpStream, tls: &Tls, fault: Option<Kind>) -> io::Result<Option<Link>> {
    let mut first = [0];
    // A TLS client begins with a handshake record, an HTTP client with the name of a method.
    if stream.peek(&mut first).await? == 1 && first[0].is_ascii_uppercase() {
        let head = format!(
            "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            PLAIN_ON_TLS.len()
        );
        stream.write_all(format!("{head}{PLAIN_ON_TLS}").as_bytes()).await?;
        stream.shutdown().await?;
        return Ok(None);
    }
    match tls.handshake(fault)? {
        Handshake::Rustls(config) => Ok(Some(agreed(TlsAcceptor::from(config).accept(stream).await?, tls))),
        Handshake::Absent(name, config) => {
            let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            if start.client_hello().server_name() == Some(name) {
                tracing::debug!(name, "nobody is there under this name, on purpose");
                return Ok(None);
            }
            Ok(Some(agreed(start.into_stream(config).await?, tls)))
        }
        Handshake::Refuse(bytes) => {
            // What is left unread at the end would turn it into a reset.
            let mut hello = vec![0; HELLO_BYTES];
            let length = stream.read(&mut hello).await?;
            tracing::debug!(length, "a handshake is refused on purpose");
            stream.write_all(bytes).await?;
            stream.shutdown().await?;
            Ok(None)
        }
    }
}

fn agreed(stream: TlsStream<TcpStream>, tls: &Tls) -> Link {
    let peer = tls.judge(stream.get_ref().1.peer_certificates());
    Link::Tls(Box::new(stream), peer)
}

impl Link {
    fn peer(&self) -> Peer {
        match self {
            Self::Plain(_) => Peer::PlainHttp,
            Self::Tls(_, peer) => peer.clone(),
        }
    }
}

impl Stream for Link {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream, _) => stream.get_ref().0,
        }
    }
}

impl Connected<IncomingStream<'_, Door>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        let line = stream.io();
        Self { grip: line.grip(), peer: line.with(Link::peer) }
    }
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Self::Tls(stream, _) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream, _) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream, _) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream, _) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            Self::Tls(stream, _) => Pin::new(stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream, _) => stream.is_write_vectored(),
        }
    }
}
