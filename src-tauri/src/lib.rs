//! The desktop shell of WxPay Desk: it opens the window and hands what the window asks to `desk`.

mod alarm_watch;
#[cfg(test)]
mod allowed;
mod commands;
mod data_dir;
mod day_files;
mod diagnosing;
mod dialog;
mod dto;
mod error;
mod file_choice;
mod home;
pub mod ipc;
mod jobs;
mod logging;
mod question;
mod standings_watch;
#[cfg(test)]
mod test_desk;
mod tray;
mod window;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use data_dir::Arguments;
use home::Home;
use tauri::{App, Manager as _, RunEvent, Wry};

/// Why the window could not be opened.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("窗口没有打开 / the window did not open: {0}")]
    Window(#[from] tauri::Error),
    #[error("数据文件夹 {folder} 无法建立 / the data folder {folder} could not be made: {source}")]
    DataDir { folder: PathBuf, source: std::io::Error },
}

/// Runs the window until it is closed. Exit status: 0 closed, 1 it could not start, 2 usage.
#[must_use]
pub fn run() -> ExitCode {
    print_only_the_place_of_a_panic();
    // The first one wins; a second installation is refused and changes nothing.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let arguments = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return leave(&error, 2),
    };
    if arguments.version {
        let printed = writeln!(std::io::stdout(), "wxpay-desk {}", env!("CARGO_PKG_VERSION"));
        return if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match open(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => leave(&error, 1),
    }
}

fn open(arguments: &Arguments) -> Result<(), StartError> {
    let named = data_dir::named(arguments.data_dir.as_deref(), std::env::var_os(data_dir::HOME_VARIABLE));
    let try_at_once = arguments.try_at_once;
    let ipc = ipc::builder();
    let mut builder = tauri::Builder::default();
    if named.is_none() {
        // Only the platform's own folder is shared by two starts; a named folder is its own program.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::raise(app)));
    }
    builder
        .invoke_handler(ipc.invoke_handler())
        .setup(move |app| {
            ipc.mount_events(app);
            Ok(set_up(app, named, try_at_once)?)
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Home>().close();
            }
        });
    Ok(())
}

fn set_up(app: &App<Wry>, named: Option<PathBuf>, try_at_once: bool) -> Result<(), StartError> {
    let webview_dir = named.as_ref().map(|folder| folder.join("webview"));
    let data_dir = match named {
        Some(folder) => folder,
        None => app.path().app_data_dir()?,
    };
    std::fs::create_dir_all(&data_dir).map_err(|source| StartError::DataDir { folder: data_dir.clone(), source })?;
    let tray_pictures = data_dir.join("tray");
    app.manage(Home::new(data_dir, app.handle().clone(), try_at_once));
    app.state::<Home>().tray.place(app.handle(), &tray_pictures);
    // The desk is opened while the web view starts; the first command waits for whatever is left of it.
    let handle = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        // A failure is logged, and said to the window by the first command, which tries again.
        drop(handle.state::<Home>().desk().await.map(drop));
    });
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_when_asked(app.handle().clone()));
    Ok(window::open(app.handle(), webview_dir)?)
}

/// Ends as by closing the window when the system asks for it: at the end of a session, or by `kill`.
#[cfg(unix)]
async fn end_when_asked(app: tauri::AppHandle<Wry>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return tracing::warn!("the system's request to end will not be heard");
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}

/// A panic's message may carry what the program was working on, so only its place is told.
fn print_only_the_place_of_a_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        drop(writeln!(std::io::stderr(), "wxpay-desk panicked at {place}"));
    }));
}

fn leave(error: &dyn std::error::Error, status: u8) -> ExitCode {
    drop(writeln!(std::io::stderr(), "wxpay-desk: {error}"));
    ExitCode::from(status)
}
