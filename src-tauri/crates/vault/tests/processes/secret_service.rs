//! The real keyring: gnome-keyring on a bus of its own, with folders of its own.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Command, Output};

use desk_vault::{KeyringAbsence, KeyringStatus, Mode, OsKeyring, SecretId, State, Vault, VaultError};
use tempfile::TempDir;
use wxpay_protocol::Secret;

use crate::{FOLDER, child_arguments};

/// Starts an opened keyring, then whatever follows.
const OPENED: &str = r#"printf 'pw\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@""#;
/// Leaves it to the bus to start the daemon, which is locked then.
const LOCKED: &str = r#"exec "$@""#;

/// A home of its own for the daemon, which is ended with it.
struct Session {
    folder: TempDir,
}

impl Session {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["run", "data", "config", "cache"] {
            let path = folder.path().join(name);
            fs::DirBuilder::new().mode(0o700).create(path).unwrap();
        }
        Self { folder }
    }

    fn isolated(&self, program: &str) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program);
        command
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("GNOME_KEYRING_CONTROL")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder.join("run"))
            .env("XDG_DATA_HOME", folder.join("data"))
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .env(FOLDER, folder);
        command
    }

    /// Runs one of the children below on a bus of its own.
    fn run(&self, script: &str, test: &str) {
        let output = self
            .isolated("dbus-run-session")
            .args(["--", "sh", "-c", script, "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(child_arguments(test))
            .output()
            .unwrap();
        self.end_daemons();
        expect_success(test, &output);
    }

    /// Runs one of the children below without any bus.
    fn run_without_bus(&self, test: &str) {
        let output = self
            .isolated(std::env::current_exe().unwrap().to_str().unwrap())
            .args(child_arguments(test))
            .output()
            .unwrap();
        expect_success(test, &output);
    }

    /// Ends the daemons of this session by their process numbers; they are known by their runtime folder.
    fn end_daemons(&self) {
        let mark = format!("XDG_RUNTIME_DIR={}", self.folder.path().join("run").display());
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let ours = environment.split(|b| *b == 0).any(|line| line == mark.as_bytes());
            if ours && let Some(pid) = entry.file_name().to_str() {
                // It may have ended with its bus already.
                Command::new("kill").arg(pid).output().ok();
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_daemons();
    }
}

fn expect_success(child: &str, output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{child}\n{text}\n{errors}");
    assert!(text.contains("1 passed"), "{child} did not run\n{text}\n{errors}");
}

fn vault() -> Option<Vault> {
    let folder = std::env::var(FOLDER).ok()?;
    let path = Path::new(&folder).join("desk").join("vault.json");
    Some(Vault::open(&path, Box::new(OsKeyring::new())).unwrap())
}

fn key() -> Secret {
    Secret::new("只在这个测试里用的密钥".as_bytes().to_vec())
}

#[test]
#[ignore = "the task of a child process"]
fn child_creates_in_an_opened_keyring() {
    let Some(vault) = vault() else { return };
    assert_eq!(vault.keyring_status(), KeyringStatus::Usable);
    assert_eq!(vault.state().unwrap(), State::Absent);
    vault.create_in_keyring().unwrap();
    vault.put(&SecretId::api_key("shop"), &key()).unwrap();
    vault.lock();
    vault.unlock_from_keyring().unwrap();
    vault.change_to_keyring().unwrap();
    assert!(vault.same_secret(&SecretId::api_key("shop"), &key()).unwrap());
}

#[test]
#[ignore = "the task of a child process"]
fn child_meets_a_locked_keyring() {
    let Some(vault) = vault() else { return };
    assert_eq!(vault.keyring_status(), KeyringStatus::Locked);
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringLocked)));
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
}

#[test]
#[ignore = "the task of a child process"]
fn child_meets_no_keyring_at_all() {
    let Some(vault) = vault() else { return };
    let absent = KeyringStatus::Absent(KeyringAbsence::NoService);
    assert_eq!(vault.keyring_status(), absent);
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringAbsent(_))));
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
}

#[test]
#[ignore = "the task of a child process"]
fn child_opens_again() {
    let Some(vault) = vault() else { return };
    vault.unlock_from_keyring().unwrap();
    assert!(vault.same_secret(&SecretId::api_key("shop"), &key()).unwrap());
}

fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[test]
fn a_real_keyring_opens_the_vault_and_a_locked_or_missing_one_is_never_a_first_run() {
    let missing: Vec<_> =
        ["dbus-run-session", "gnome-keyring-daemon"].into_iter().filter(|program| !installed(program)).collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED, NOT TESTED: the real keyring; install {}", missing.join(" and "));
        return;
    }
    let session = Session::new();
    session.run(OPENED, "secret_service::child_creates_in_an_opened_keyring");
    session.run(LOCKED, "secret_service::child_meets_a_locked_keyring");
    session.run_without_bus("secret_service::child_meets_no_keyring_at_all");
    session.run(OPENED, "secret_service::child_opens_again");
}
