//! A file dragged from another program onto a window, as a file manager does it: XDND version 5, spoken over a connection of its own.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME};

/// How long the window may take to agree to the drop, and to have taken it.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// A person who drags moves; each move asks the window once more.
const MOVE_EVERY: Duration = Duration::from_millis(100);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const VERSION: u32 = 5;

x11rb::atom_manager! {
    /// The words of the protocol.
    Words: WordsCookie {
        XdndAware,
        XdndSelection,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndDrop,
        XdndFinished,
        XdndActionCopy,
        TEXT_URI_LIST: b"text/uri-list",
        TARGETS,
        UTF8_STRING,
        _NET_WM_NAME,
    }
}

/// Drags these files onto the window whose title begins so and lets go at this place of it, in pixels from its corner.
///
/// # Errors
/// When the screen cannot be reached, no such window takes drops, or it does not agree within thirty seconds.
pub fn drop_files_on(display: &str, title: &str, place: (u16, u16), files: &[&Path]) -> io::Result<()> {
    let (connection, screen) = RustConnection::connect(Some(display)).map_err(io::Error::other)?;
    let root = connection.setup().roots.get(screen).ok_or(io::ErrorKind::NotFound)?.root;
    let words = Words::new(&connection).map_err(io::Error::other)?.reply().map_err(io::Error::other)?;
    let uris = files.iter().map(|file| format!("file://{}\r\n", percent_encoded(file))).collect::<Vec<_>>().concat();
    let mut drag = Drag { connection, words, root, source: 0, target: 0, uris, agreed: false, finished: false };
    drag.start(title).map_err(io::Error::other)?.ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, format!("no window {title:?} that takes drops shows"))
    })?;
    drag.carry(place).map_err(io::Error::other)
}

/// What went wrong on the way.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Connection(#[from] x11rb::errors::ConnectionError),
    #[error(transparent)]
    Reply(#[from] x11rb::errors::ReplyError),
    #[error(transparent)]
    Id(#[from] x11rb::errors::ReplyOrIdError),
    #[error("the window did not {0} within {seconds} s", seconds = TAKEN_WITHIN.as_secs())]
    TooLong(&'static str),
}

struct Drag {
    connection: RustConnection,
    words: Words,
    root: Window,
    source: Window,
    target: Window,
    uris: String,
    agreed: bool,
    finished: bool,
}

impl Drag {
    /// Makes a window that owns what is dragged and finds the one to drop on; nothing where there is none.
    fn start(&mut self, title: &str) -> Result<Option<()>, Failed> {
        let Some(target) = self.titled(self.root, title)? else { return Ok(None) };
        self.target = target;
        self.source = self.connection.generate_id()?;
        let all = CreateWindowAux::new().override_redirect(1);
        let (depth, visual) = (COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT);
        let class = WindowClass::INPUT_OUTPUT;
        self.connection.create_window(depth, self.source, self.root, -10, -10, 1, 1, 0, class, visual, &all)?;
        self.connection.set_selection_owner(self.source, self.words.XdndSelection, CURRENT_TIME)?.check()?;
        Ok(Some(()))
    }

    /// The first window that takes drops and whose title begins so; without a window manager it is near the root.
    fn titled(&self, of: Window, title: &str) -> Result<Option<Window>, Failed> {
        for child in self.connection.query_tree(of)?.reply()?.children {
            let takes = !self.property(child, self.words.XdndAware, AtomEnum::ATOM.into())?.is_empty();
            let named = self.property(child, self.words._NET_WM_NAME, self.words.UTF8_STRING)?;
            if takes && named.starts_with(title.as_bytes()) {
                return Ok(Some(child));
            }
            if let Some(found) = self.titled(child, title)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn property(&self, window: Window, name: Atom, kind: Atom) -> Result<Vec<u8>, Failed> {
        Ok(self.connection.get_property(false, window, name, kind, 0, 1024)?.reply()?.value)
    }

    fn carry(&mut self, (x, y): (u16, u16)) -> Result<(), Failed> {
        let words = self.words;
        self.tell(words.XdndEnter, [self.source, VERSION << 24, words.TEXT_URI_LIST, 0, 0])?;
        let corner = self.connection.translate_coordinates(self.target, self.root, 0, 0)?.reply()?;
        let at = |corner: i16, inside: u16| u32::from(corner.saturating_add_unsigned(inside).unsigned_abs());
        let place = at(corner.dst_x, x) << 16 | at(corner.dst_y, y);
        let started = Instant::now();
        while !self.agreed {
            if started.elapsed() > TAKEN_WITHIN {
                return Err(Failed::TooLong("agree to take the files"));
            }
            self.tell(words.XdndPosition, [self.source, 0, place, CURRENT_TIME, words.XdndActionCopy])?;
            self.answer_until(Instant::now() + MOVE_EVERY, |drag| drag.agreed)?;
        }
        self.tell(words.XdndDrop, [self.source, 0, CURRENT_TIME, 0, 0])?;
        self.answer_until(Instant::now() + TAKEN_WITHIN, |drag| drag.finished)?;
        if self.finished { Ok(()) } else { Err(Failed::TooLong("take the files")) }
    }

    fn tell(&self, word: Atom, numbers: [u32; 5]) -> Result<(), Failed> {
        let message = ClientMessageEvent::new(32, self.target, word, numbers);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, message)?;
        Ok(self.connection.flush()?)
    }

    /// Answers what the window asks until something is so or time is up.
    fn answer_until(&mut self, end: Instant, is_so: impl Fn(&Self) -> bool) -> Result<(), Failed> {
        while !is_so(self) && Instant::now() < end {
            match self.connection.poll_for_event()? {
                Some(Event::SelectionRequest(asked)) => self.hand_over(&asked)?,
                Some(Event::ClientMessage(said)) if said.type_ == self.words.XdndStatus => {
                    self.agreed = said.data.as_data32()[1] & 1 == 1;
                }
                Some(Event::ClientMessage(said)) if said.type_ == self.words.XdndFinished => self.finished = true,
                Some(_) => {}
                None => thread::sleep(LOOK_AGAIN),
            }
        }
        Ok(())
    }

    fn hand_over(&self, asked: &SelectionRequestEvent) -> Result<(), Failed> {
        let (window, property, words) = (asked.requestor, asked.property, self.words);
        let given = if asked.target == words.TEXT_URI_LIST {
            let text = self.uris.as_bytes();
            self.connection.change_property8(PropMode::REPLACE, window, property, words.TEXT_URI_LIST, text)?;
            property
        } else if asked.target == words.TARGETS {
            let offered = [words.TARGETS, words.TEXT_URI_LIST];
            self.connection.change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &offered)?;
            property
        } else {
            x11rb::NONE
        };
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: window,
            selection: asked.selection,
            target: asked.target,
            property: given,
        };
        self.connection.send_event(false, window, EventMask::NO_EVENT, notice)?;
        Ok(self.connection.flush()?)
    }
}

/// A path as an address of a file says it.
fn percent_encoded(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut said = String::new();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            said.push(char::from(*byte));
        } else {
            // Writing into a String cannot fail.
            write!(said, "%{byte:02X}").ok();
        }
    }
    said
}
