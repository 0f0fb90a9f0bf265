//! Processes that write one vault at the same time, and processes that are killed while they write.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use desk_vault::{MemoryKeyring, SecretId, Vault};
use tempfile::TempDir;
use wxpay_protocol::Secret;

use crate::{FOLDER, child};

const WRITER: &str = "DESK_VAULT_TEST_WRITER";

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn open(path: &Path) -> Vault {
    Vault::open(path, Box::new(MemoryKeyring::absent())).unwrap()
}

fn unlocked(path: &Path) -> Vault {
    let vault = open(path);
    vault.unlock(&secret("a passphrase of this test")).unwrap();
    vault
}

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.json");
    let phrase = secret("a passphrase of this test");
    open(&path).create_with_passphrase(&phrase).unwrap();
    (folder, path)
}

fn spawn(folder: &Path, writer: &str) -> Child {
    child("writers::child_writes_200_records")
        .env(FOLDER, folder)
        .env(WRITER, writer)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn id(writer: &str, n: usize) -> SecretId {
    SecretId::api_key(format!("{writer} {n}"))
}

fn value(writer: &str, n: usize) -> Secret {
    secret(&format!("secret {n} of {writer}"))
}

#[test]
#[ignore = "the task of a child process"]
fn child_writes_200_records() {
    let (Ok(folder), Ok(writer)) = (std::env::var(FOLDER), std::env::var(WRITER)) else {
        return;
    };
    let vault = unlocked(&Path::new(&folder).join("vault.json"));
    for n in 0..200 {
        vault.put(&id(&writer, n), &value(&writer, n)).unwrap();
        println!("written {n}");
    }
}

#[test]
fn two_processes_writing_200_records_each_lose_none() {
    let (folder, path) = fresh();
    let children = ["window", "cli"].map(|writer| spawn(folder.path(), writer));
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
    }
    let vault = unlocked(&path);
    assert_eq!(vault.list().unwrap().len(), 400);
    for writer in ["window", "cli"] {
        for n in 0..200 {
            assert!(vault.same_secret(&id(writer, n), &value(writer, n)).unwrap());
        }
    }
}

#[test]
fn a_writer_killed_twenty_times_loses_nothing_that_it_reported_as_written() {
    let (folder, path) = fresh();
    for round in 0..20 {
        let writer = format!("round {round}");
        let mut child = spawn(folder.path(), &writer);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut written = 0;
        // Killed after another number of reports each time, somewhere in the write that follows.
        while written < round % 7 + 1 {
            let line = lines.next().unwrap().unwrap();
            written += usize::from(line.contains("written "));
        }
        child.kill().unwrap();
        written += lines.map_while(Result::ok).filter(|line| line.contains("written ")).count();
        child.wait().unwrap();
        let vault = unlocked(&path);
        for n in 0..written {
            assert!(vault.same_secret(&id(&writer, n), &value(&writer, n)).unwrap());
        }
        // Small again, so that the next round is quick.
        for record in vault.list().unwrap() {
            vault.remove(&record).unwrap();
        }
    }
}
