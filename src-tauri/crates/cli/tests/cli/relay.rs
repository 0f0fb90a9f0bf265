//! Stands between the program and a gateway: passes requests on, and keeps answers back when told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

const PASS: u8 = 0;
const DROP: u8 = 1;
const HOLD: u8 = 2;

struct Shared {
    gateway: Option<String>,
    mode: AtomicU8,
    seen: AtomicUsize,
    arrived: Sender<String>,
    held: Mutex<Vec<TcpStream>>,
}

pub(crate) struct Relay {
    pub(crate) url: String,
    shared: Arc<Shared>,
    arrivals: Receiver<String>,
}

impl Relay {
    /// Passes everything on to the gateway at `url`.
    pub(crate) fn to(url: &str) -> Self {
        Self::start(Some(url.trim_start_matches("http://").to_owned()), PASS)
    }

    /// Takes requests, has nobody to pass them on to, and hangs up.
    pub(crate) fn swallowing() -> Self {
        Self::start(None, DROP)
    }

    fn start(gateway: Option<String>, mode: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (arrived, arrivals) = mpsc::channel();
        let (mode, seen) = (AtomicU8::new(mode), AtomicUsize::new(0));
        let shared = Arc::new(Shared { gateway, mode, seen, arrived, held: Mutex::default() });
        let serving = Arc::clone(&shared);
        // Ends with the process of the tests; it holds nothing but its port.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.unwrap(), Arc::clone(&serving));
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { url, shared, arrivals }
    }

    /// From now on requests reach the gateway and their answers are dropped.
    pub(crate) fn drop_answers(&self) {
        self.shared.mode.store(DROP, Ordering::SeqCst);
    }

    /// From now on requests reach the gateway and nobody gets an answer.
    pub(crate) fn hold_answers(&self) {
        self.shared.mode.store(HOLD, Ordering::SeqCst);
    }

    pub(crate) fn pass(&self) {
        self.shared.mode.store(PASS, Ordering::SeqCst);
    }

    /// How many requests arrived.
    pub(crate) fn seen(&self) -> usize {
        self.shared.seen.load(Ordering::SeqCst)
    }

    /// Waits until the next request has arrived and returns its body.
    pub(crate) fn next(&self) -> String {
        self.arrivals.recv_timeout(std::time::Duration::from_secs(60)).unwrap()
    }

    /// The bodies of all requests that arrived and were not waited for.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.arrivals.try_iter().collect()
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Some((head, body)) = read_message(&mut stream) else { return };
        let answer = self.gateway.as_ref().map(|gateway| ask(gateway, &head, &body));
        self.seen.fetch_add(1, Ordering::SeqCst);
        self.arrived.send(String::from_utf8(body).unwrap()).ok();
        match self.mode.load(Ordering::SeqCst) {
            PASS => {
                // Who asked may be gone by now.
                stream.write_all(&answer.unwrap()).ok();
            }
            HOLD => self.held.lock().unwrap().push(stream),
            _ => {}
        }
    }
}

fn read_message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut block = [0u8; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            let body = &bytes[end + 4..];
            if body.len() >= length.unwrap_or(0) {
                return Some((head, body.to_vec()));
            }
        }
        match stream.read(&mut block) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&block[..count]),
        }
    }
}

fn ask(gateway: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let line = head.lines().next().unwrap();
    let mut onward = TcpStream::connect(gateway).unwrap();
    let head = format!("{line}\r\nHost: {gateway}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    onward.write_all(head.as_bytes()).unwrap();
    onward.write_all(body).unwrap();
    let mut answer = Vec::new();
    onward.read_to_end(&mut answer).unwrap();
    answer
}
