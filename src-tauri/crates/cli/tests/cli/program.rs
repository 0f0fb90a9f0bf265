//! Runs the program in a directory of its own and keeps what it answers.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The key of the vectors; it belongs to nobody.
pub(crate) const KEY: &str = "0123456789abcdef0123456789ABCDEF";
/// The passphrase of the vaults in these tests.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
pub(crate) const V1: &str = "appid=wx0000000000000001&attach=a=1&b=2+3%20&body=测试商城-T恤 & \"帽子\"&device_info=WEB&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c&notify_url=https://shop.example.com/wx/notify&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_trade_no=T20240102030405_001&spbill_create_ip=127.0.0.1&total_fee=101&trade_type=JSAPI";
pub(crate) const V1_MD5: &str = "652E14CC3AC936C310CC802F8FE8A5AA";

pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|fault| panic!("{fault}: {} / {}", self.out, self.err))
    }

    /// The status, with everything that was said if it is another one.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

pub(crate) struct Desk {
    directory: TempDir,
}

impl Desk {
    /// A directory with the key in `key.txt`.
    pub(crate) fn new() -> Self {
        let desk = Self { directory: TempDir::new().unwrap() };
        desk.file("key.txt", format!("{KEY}\n"));
        desk
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, "")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("WXPAY_DESK_HOME", self.path("data"))
            // Whoever runs the tests may have a keyring; it is left alone.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        command
    }

    /// With `--json` and the passphrase of the vault.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Answer {
        self.run(&[arguments, &["--json", "--passphrase-file", "pass.txt"]].concat())
    }

    /// Adds a merchant for a gateway on this machine.
    pub(crate) fn merchant(&self, name: &str, url: &str, more: &[&str]) -> Answer {
        self.file("pass.txt", format!("{PASSPHRASE}\n"));
        let add = ["profile", "add", name, "--appid", "wx0000000000000001", "--mch-id", "1900000001"];
        let at = ["--key-file", "key.txt", "--environment", "simulator", "--base-url", url];
        self.ask(&[add.as_slice(), &at, more].concat())
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Answer {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = input.as_ref().to_vec();
        // A program that refuses early may close its end first.
        let writer = std::thread::spawn(move || stdin.write_all(&bytes).ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
