//! The real window, driven over WebDriver.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, NewSessionError};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::built::{NotBuilt, wxpay_desk};
use crate::display::Display;
use crate::leash::Leash;

/// The window's program, by the name that the system has for it.
const PROGRAM: &str = "wxpay-desk";
/// How long the driver may take to listen and the window to open; a busy machine is slow, a hung one must not hang us.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long an element may take to appear.
const APPEAR_LIMIT: Duration = Duration::from_secs(20);
/// How often we look again where the driver offers nothing to wait for.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// What went wrong with the window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The window's program is missing.
    #[error(transparent)]
    NotBuilt(#[from] NotBuilt),
    /// The screen, the driver or a file could not be had.
    #[error("the screen, the driver or a file: {0}")]
    Io(#[from] io::Error),
    /// The driver refused to open the window.
    #[error("the driver did not open the window: {0}")]
    Session(#[from] NewSessionError),
    /// The driver refused a command; its words alone are often empty.
    #[error("the window: {0:?}")]
    Command(#[from] CmdError),
    /// The window shows something else than it should.
    #[error("not as it should be: {what}")]
    Unexpected {
        /// What should be, and what there is.
        what: String,
    },
    /// Something took too long.
    #[error("waited {seconds} s for {what}")]
    TooLong {
        /// What was waited for, and what was there instead.
        what: String,
        /// The limit in seconds.
        seconds: u64,
    },
}

impl WindowError {
    /// An error where `holds` is not so; `what` says what should be and what there is.
    #[expect(clippy::result_large_err, reason = "the same error as of every step beside it, and made once at most")]
    pub fn unless(holds: bool, what: impl FnOnce() -> String) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Unexpected { what: what() }) }
    }
}

/// How a window is to be started.
#[derive(Debug, Clone)]
pub struct WindowStart {
    data_dir: PathBuf,
    program: Option<PathBuf>,
    arguments: Vec<String>,
    environment: Vec<(OsString, OsString)>,
    screen: (u32, u32),
}

impl WindowStart {
    /// A window over this data folder, on a screen that its usual size just fits.
    #[must_use]
    pub fn over(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_path_buf(),
            program: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            screen: (1280, 900),
        }
    }

    /// Takes another build of the window than the one beside this test.
    #[must_use]
    pub fn program(mut self, program: &Path) -> Self {
        self.program = Some(program.to_path_buf());
        self
    }

    /// Adds an argument of the program.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Adds a variable to the program's environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Takes a screen of another size, in pixels.
    #[must_use]
    pub fn screen(mut self, width: u32, height: u32) -> Self {
        self.screen = (width, height);
        self
    }

    /// Opens the window.
    pub async fn open(self) -> Result<DeskWindow, WindowError> {
        DeskWindow::open(self).await
    }
}

/// An open window. Dropped, it ends with everything that it started.
#[derive(Debug)]
pub struct DeskWindow {
    client: Client,
    driver: Leash,
    display: Display,
}

impl DeskWindow {
    async fn open(start: WindowStart) -> Result<Self, WindowError> {
        let program = start.program.clone().map_or_else(wxpay_desk, Ok)?;
        let display = Display::start(start.screen.0, start.screen.1)?;
        let port = free_port()?;
        let driver = Leash::start(&driver_command(&start, &display, port)?)?;
        listening(port).await?;
        let client = session(&program, &start.arguments, port).await?;
        Ok(Self { client, driver, display })
    }

    /// The WebDriver session, for what has no word here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The process group of the driver and the window.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.driver.group()
    }

    /// The screen that the window is on, as `DISPLAY` names it.
    #[must_use]
    pub fn display(&self) -> &str {
        self.display.name()
    }

    /// Waits for the element with this CSS selector.
    pub async fn find(&self, css: &str) -> Result<Element, WindowError> {
        let found =
            timeout(APPEAR_LIMIT, self.client.wait().forever().every(LOOK_AGAIN).for_element(Locator::Css(css)));
        if let Ok(element) = found.await {
            return Ok(element?);
        }
        let script = "const screen = document.querySelector('[data-testid^=\"screen-\"]') ?? document.body; \
             return screen ? screen.innerText : ''";
        let shown = timeout(LOOK_AGAIN * 40, self.client.execute(script, vec![])).await;
        let shown = shown.ok().and_then(Result::ok).unwrap_or_default();
        let shown: String = shown.as_str().unwrap_or_default().chars().take(800).collect();
        Err(too_long(format!("{css}; the window shows: {shown}"), APPEAR_LIMIT))
    }

    /// Waits for the element with this `data-testid`.
    pub async fn by_test_id(&self, id: &str) -> Result<Element, WindowError> {
        self.find(&test_id(id)).await
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click(&self, id: &str) -> Result<(), WindowError> {
        self.press(&test_id(id)).await
    }

    /// Clicks the first element with this CSS selector, once it holds still: a row that arrives above it would have the
    /// click land beside it.
    pub async fn press(&self, css: &str) -> Result<(), WindowError> {
        let where_it_is = "const e = document.querySelector(arguments[0]); if (!e) return null; \
             const box = e.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]";
        let mut last = serde_json::Value::Null;
        self.find(css).await?;
        let pressed = timeout(APPEAR_LIMIT, async {
            loop {
                let element = self.find(css).await?;
                let now = self.client.execute(where_it_is, vec![json!(css)]).await?;
                let still = now == last && !now.is_null();
                last = now;
                if still {
                    match element.click().await {
                        // It was drawn anew between the look and the click.
                        Err(error) if error.is_stale_element_reference() => {}
                        clicked => return Ok::<_, WindowError>(clicked?),
                    }
                }
                sleep(LOOK_AGAIN).await;
            }
        });
        pressed.await.map_err(|_| too_long(format!("{css} to hold still, last at {last}"), APPEAR_LIMIT))?
    }

    /// Opens the first `details` with this CSS selector, and looks that it is open.
    pub async fn unfold(&self, css: &str) -> Result<(), WindowError> {
        let is_open = "const e = document.querySelector(arguments[0]); return e ? e.open : null";
        let opened = timeout(APPEAR_LIMIT, async {
            while self.client.execute(is_open, vec![json!(css)]).await? != json!(true) {
                self.press(&format!("{css} > summary")).await?;
                sleep(LOOK_AGAIN * 8).await;
            }
            Ok::<_, WindowError>(())
        });
        opened.await.map_err(|_| too_long(format!("{css} to open"), APPEAR_LIMIT))?
    }

    /// Types into the element with this `data-testid`.
    pub async fn type_into(&self, id: &str, text: &str) -> Result<(), WindowError> {
        Ok(self.by_test_id(id).await?.send_keys(text).await?)
    }

    /// Waits until the text of the first element with this `data-testid` satisfies `wanted`, and returns it.
    pub async fn text_when(&self, id: &str, wanted: impl Fn(&str) -> bool) -> Result<String, WindowError> {
        self.text_of_when(&test_id(id), wanted).await
    }

    /// As [`DeskWindow::text_when`], by CSS selector.
    pub async fn text_of_when(&self, css: &str, wanted: impl Fn(&str) -> bool) -> Result<String, WindowError> {
        let script = "const e = document.querySelector(arguments[0]); return e ? e.innerText : null";
        self.value_when(script, css, |value| value.as_str().is_some_and(&wanted))
            .await
            .map(|value| value.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until there are exactly this many elements with this `data-testid`.
    pub async fn count_is(&self, id: &str, count: u64) -> Result<(), WindowError> {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.value_when(script, &test_id(id), |value| value.as_u64() == Some(count)).await.map(|_| ())
    }

    /// Waits until this script answers what is wanted; `argument` is its first argument.
    pub async fn answer_when(
        &self,
        script: &str,
        argument: &str,
        wanted: impl Fn(&serde_json::Value) -> bool,
    ) -> Result<serde_json::Value, WindowError> {
        self.value_when(script, argument, wanted).await
    }

    /// Waits until nothing matches this CSS selector.
    pub async fn gone(&self, css: &str) -> Result<(), WindowError> {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.value_when(script, css, |value| value.as_u64() == Some(0)).await.map(|_| ())
    }

    async fn value_when(
        &self,
        script: &str,
        argument: &str,
        wanted: impl Fn(&serde_json::Value) -> bool,
    ) -> Result<serde_json::Value, WindowError> {
        let mut last = serde_json::Value::Null;
        let seen = timeout(APPEAR_LIMIT, async {
            loop {
                last = self.client.execute(script, vec![json!(argument)]).await?;
                if wanted(&last) {
                    return Ok::<_, CmdError>(last.clone());
                }
                sleep(LOOK_AGAIN).await;
            }
        })
        .await;
        match seen {
            Ok(value) => Ok(value?),
            Err(_) => Err(too_long(format!("{argument}; last seen: {last}"), APPEAR_LIMIT)),
        }
    }

    /// Saves what the page shows as a PNG.
    pub async fn screenshot(&self, file: &Path) -> Result<(), WindowError> {
        let picture = timeout(APPEAR_LIMIT, self.client.screenshot());
        let picture = picture.await.map_err(|_| too_long("a picture of the window".to_owned(), APPEAR_LIMIT))??;
        Ok(tokio::fs::write(file, picture).await?)
    }

    /// The process id of the window's program.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.driver.process(PROGRAM)
    }

    /// Ends the program in good order, as at the end of a session, then whatever is left.
    pub async fn close(mut self) -> Result<(), WindowError> {
        if let Some(process) = self.process() {
            // The driver itself would only cut the program off.
            let ended = tokio::task::spawn_blocking(move || Leash::end_process(process));
            ended.await.map_err(io::Error::other)?;
        }
        self.driver.end();
        Ok(())
    }

    /// Closes the session as its driver does, which cuts the program off, then ends what is left.
    pub async fn cut_off(mut self) -> Result<(), WindowError> {
        let closed = timeout(START_LIMIT, self.client.clone().close()).await;
        self.driver.end();
        closed.map_err(|_| too_long("the window to close".to_owned(), START_LIMIT))?.map_err(Into::into)
    }

    /// Kills the window in the middle of whatever it does, as a power cut would.
    pub fn kill(mut self) {
        self.driver.kill();
    }
}

fn driver_command(start: &WindowStart, display: &Display, port: u16) -> io::Result<Command> {
    let webkit_dir = start.data_dir.join("xdg");
    let runtime_dir = start.data_dir.join("run");
    std::fs::create_dir_all(&webkit_dir)?;
    std::fs::create_dir_all(&runtime_dir)?;
    let mut driver = Command::new("WebKitWebDriver");
    driver
        .arg(format!("--port={port}"))
        .arg("--host=127.0.0.1")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        // With its other renderers the web view never answers the driver's request for a picture.
        .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
        .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE")
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env("DISPLAY", display.name())
        .env_remove("WAYLAND_DISPLAY")
        .env("WXPAY_DESK_HOME", &start.data_dir)
        .env("XDG_DATA_HOME", &webkit_dir)
        .env("XDG_RUNTIME_DIR", &runtime_dir)
        // No test may reach the keyring of whoever runs it.
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", runtime_dir.join("no-bus").display()));
    for (name, value) in &start.environment {
        driver.env(name, value);
    }
    Ok(driver)
}

async fn session(program: &Path, arguments: &[String], port: u16) -> Result<Client, WindowError> {
    let options = json!({ "binary": program, "args": arguments });
    let mut wanted = Capabilities::new();
    wanted.insert("browserName".to_owned(), json!("wry"));
    wanted.insert("webkitgtk:browserOptions".to_owned(), options);
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let url = format!("http://127.0.0.1:{port}");
    let connecting = builder.capabilities(wanted).connect(&url);
    match timeout(START_LIMIT, connecting).await {
        Ok(client) => Ok(client?),
        Err(_) => Err(too_long("the window to open".to_owned(), START_LIMIT)),
    }
}

async fn listening(port: u16) -> Result<(), WindowError> {
    let attempts = async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            sleep(LOOK_AGAIN).await;
        }
    };
    timeout(START_LIMIT, attempts)
        .await
        .map_err(|_| too_long("WebKitWebDriver to listen; is webkit2gtk-driver installed?".to_owned(), START_LIMIT))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

fn too_long(what: String, limit: Duration) -> WindowError {
    WindowError::TooLong { what, seconds: limit.as_secs() }
}
