//! The vault: created once, locked or open, shared by the window and the command line through its file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use wxpay_protocol::Secret;

use crate::attempts::Attempts;
use crate::document::{Document, Wrap};
use crate::encoded::Fixed;
use crate::file::{self, WriteLock};
use crate::kdf::Limits;
use crate::keyring_store::{KeyringStatus, KeyringStore};
use crate::sealing::Key;
use crate::{Broken, VaultError};

/// What opens the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A key in the keyring of the operating system.
    Keyring,
    /// A passphrase.
    Passphrase,
}

/// Where the vault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no file: nothing was ever stored here.
    Absent,
    /// There is a file; this is what opens it. A vault whose keyring is locked is here, never [`State::Absent`].
    Locked(Mode),
    /// Its data key is in memory.
    Open(Mode),
}

/// Which file was seen: kept outside the vault and given back to [`Vault::refuse_older_than`], it shows that somebody
/// put an older copy in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The vault's own random identity, 32 hexadecimal digits.
    pub vault_id: String,
    /// Counts its writes, from 1.
    pub generation: u64,
}

/// One vault file. It can be shared between threads; other processes may use the same file at the same time.
pub struct Vault {
    path: PathBuf,
    keyring: Box<dyn KeyringStore>,
    limits: Limits,
    opened: Instant,
    /// Held while a key is sought, so that guesses come one after the other. Taken before `held`.
    attempts: Mutex<Attempts>,
    held: Mutex<Held>,
}

/// What is in memory. While there is a key, `loaded` has passed its seal.
#[derive(Default)]
pub(crate) struct Held {
    key: Option<HeldKey>,
    loaded: Option<Loaded>,
    newest: Option<Revision>,
}

struct HeldKey {
    vault_id: Fixed<16>,
    key: Key,
}

struct Loaded {
    raw: Vec<u8>,
    document: Document,
}

impl Vault {
    /// Looks at the vault file at `path`, which need not exist, and refuses one that is damaged. Nothing is created,
    /// asked of the keyring or unlocked.
    pub fn open(path: &Path, keyring: Box<dyn KeyringStore>) -> Result<Self, VaultError> {
        Self::open_within(path, keyring, Limits::SHIPPED)
    }

    pub(crate) fn open_within(path: &Path, keyring: Box<dyn KeyringStore>, limits: Limits) -> Result<Self, VaultError> {
        let vault = Self {
            path: path.to_owned(),
            keyring,
            limits,
            opened: Instant::now(),
            attempts: Mutex::default(),
            held: Mutex::default(),
        };
        vault.refresh(&mut vault.held())?;
        Ok(vault)
    }

    /// Where the file is or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the vault stands now; another process may have created, changed or removed the file.
    pub fn state(&self) -> Result<State, VaultError> {
        let mut held = self.held();
        self.refresh(&mut held)?;
        Ok(match (&held.loaded, &held.key) {
            (None, _) => State::Absent,
            (Some(loaded), None) => State::Locked(loaded.document.wrap.mode()),
            (Some(loaded), Some(_)) => State::Open(loaded.document.wrap.mode()),
        })
    }

    /// Which file this is, or nothing where there is none. Only that of an open vault is proven.
    pub fn revision(&self) -> Result<Option<Revision>, VaultError> {
        let mut held = self.held();
        self.refresh(&mut held)?;
        Ok(held.loaded.as_ref().map(|loaded| revision(&loaded.document)))
    }

    /// From now on refuses an older file of the same vault, as it does with the ones it has seen itself.
    pub fn refuse_older_than(&self, seen: Revision) -> Result<(), VaultError> {
        let mut held = self.held();
        held.saw(seen);
        held.loaded = None;
        self.refresh(&mut held)
    }

    /// Writes to the keyring and takes it back, to see whether it can hold a key. May bring up the system's prompt.
    pub fn keyring_status(&self) -> KeyringStatus {
        self.keyring.probe()
    }

    /// Wrong passphrases in a row, since this vault was opened by this process.
    pub fn attempts(&self) -> u32 {
        self.attempting().wrong()
    }

    /// Creates an empty vault whose key lies in the keyring, and opens it. The keyring is tried by writing first.
    pub fn create_in_keyring(&self) -> Result<(), VaultError> {
        let _attempting = self.attempting();
        self.must_be_absent()?;
        let vault_id = Fixed::random()?;
        let data_key = Key::random()?;
        let wrap = self.wrap_in_keyring(&vault_id, &data_key)?;
        let created = self.create(Document::new(vault_id, wrap.clone()), data_key);
        if created.is_err() {
            self.forget_wrapping_key(&vault_id, &wrap);
        }
        created
    }

    /// Creates an empty vault under a passphrase, and opens it.
    pub fn create_with_passphrase(&self, passphrase: &Secret) -> Result<(), VaultError> {
        let _attempting = self.attempting();
        must_not_be_empty(passphrase)?;
        self.must_be_absent()?;
        let vault_id = Fixed::random()?;
        let data_key = Key::random()?;
        let wrap = Wrap::with_passphrase(&vault_id, passphrase, self.limits, &data_key)?;
        self.create(Document::new(vault_id, wrap), data_key)
    }

    /// Opens a vault with its passphrase. After a wrong one, attempts are refused unseen for 1 s, 2 s, 4 s, … .
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), VaultError> {
        let mut attempts = self.attempting();
        if let Some(retry_after_ms) = attempts.wait_ms(self.opened.elapsed()) {
            return Err(VaultError::TooSoon { retry_after_ms });
        }
        let document = self.document()?;
        let Wrap::Passphrase { kdf, .. } = &document.wrap else {
            return Err(VaultError::OtherMode(Mode::Keyring));
        };
        let wrapping = kdf.derive(passphrase)?;
        let Some(data_key) = document.unwrap_key(&wrapping) else {
            let (attempts, retry_after_ms) = attempts.failed(self.opened.elapsed());
            return Err(VaultError::WrongPassphrase { attempts, retry_after_ms });
        };
        attempts.succeeded();
        self.hold(&document, data_key)
    }

    /// Opens a vault with its key from the keyring.
    pub fn unlock_from_keyring(&self) -> Result<(), VaultError> {
        let _attempting = self.attempting();
        let document = self.document()?;
        let Wrap::Keyring { nonce, .. } = &document.wrap else {
            return Err(VaultError::OtherMode(Mode::Passphrase));
        };
        let account = account(&document.vault_id, nonce);
        let wrapping = self.key_in_keyring(&account)?;
        let data_key = Key::copied_from(wrapping.expose())
            .and_then(|wrapping| document.unwrap_key(&wrapping))
            .ok_or_else(|| file::broken(&self.path, Broken::WrappedKey))?;
        self.hold(&document, data_key)
    }

    /// Forgets the data key; it is wiped.
    pub fn lock(&self) {
        self.held().key = None;
    }

    /// Puts an open vault under a passphrase, also in place of another one. The records stay as they are.
    ///
    /// Whoever has an older copy of the file and what opened it then still has the data key.
    pub fn change_to_passphrase(&self, passphrase: &Secret) -> Result<(), VaultError> {
        let _attempting = self.attempting();
        must_not_be_empty(passphrase)?;
        let (vault_id, before) = self.change(|document, key| {
            let before = document.wrap.clone();
            let vault_id = document.vault_id;
            document.wrap = Wrap::with_passphrase(&vault_id, passphrase, self.limits, key)?;
            Ok((vault_id, before))
        })?;
        self.forget_wrapping_key(&vault_id, &before);
        Ok(())
    }

    /// Puts an open vault under a new key in the keyring. The records stay as they are.
    pub fn change_to_keyring(&self) -> Result<(), VaultError> {
        let _attempting = self.attempting();
        // The system's prompt comes up here, before anything is locked that others wait for.
        match self.keyring.probe() {
            KeyringStatus::Usable => {}
            KeyringStatus::Locked => return Err(VaultError::KeyringLocked),
            KeyringStatus::Absent(why) => return Err(VaultError::KeyringAbsent(why)),
        }
        let mut written = None;
        let changed = self.change(|document, key| {
            let vault_id = document.vault_id;
            let wrap = self.wrap_in_keyring(&vault_id, key)?;
            written = Some((vault_id, wrap.clone()));
            let before = std::mem::replace(&mut document.wrap, wrap);
            Ok((vault_id, before))
        });
        match (changed, written) {
            (Ok((vault_id, before)), _) => {
                self.forget_wrapping_key(&vault_id, &before);
                Ok(())
            }
            (Err(error), Some((vault_id, wrap))) => {
                self.forget_wrapping_key(&vault_id, &wrap);
                Err(error)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Reads from an open vault.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Document, &Key) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let mut held = self.held();
        self.refresh(&mut held)?;
        let (document, key) = self.must_be_open(&held)?;
        read(document, key)
    }

    /// Changes an open vault: under the lock, on the file as it is then, written before this returns.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut Document, &Key) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut held = self.held();
        self.refresh(&mut held)?;
        self.must_be_open(&held)?;
        let lock = WriteLock::acquire(&self.path)?;
        self.refresh(&mut held)?;
        let (document, key) = self.must_be_open(&held)?;
        let mut document = document.clone();
        let answer = change(&mut document, key)?;
        document.reseal(key)?;
        write(&lock, &mut held, document)?;
        Ok(answer)
    }

    /// The identities in the file, sealed or not.
    pub(crate) fn document(&self) -> Result<Document, VaultError> {
        let mut held = self.held();
        self.refresh(&mut held)?;
        match &held.loaded {
            Some(loaded) => Ok(loaded.document.clone()),
            None => Err(self.absent()),
        }
    }

    fn create(&self, mut document: Document, data_key: Key) -> Result<(), VaultError> {
        file::make_folder(&self.path)?;
        let mut held = self.held();
        let lock = WriteLock::acquire(&self.path)?;
        if file::read(&self.path)?.is_some() {
            return Err(self.already_exists());
        }
        document.reseal(&data_key)?;
        let vault_id = document.vault_id;
        write(&lock, &mut held, document)?;
        held.key = Some(HeldKey { vault_id, key: data_key });
        Ok(())
    }

    /// Takes the key, after the seal has passed: there is no half-open vault.
    fn hold(&self, document: &Document, data_key: Key) -> Result<(), VaultError> {
        document.verify(&data_key).map_err(|reason| file::broken(&self.path, reason))?;
        let mut held = self.held();
        held.saw(revision(document));
        held.key = Some(HeldKey { vault_id: document.vault_id, key: data_key });
        // The file may have changed since it was read; this puts the newest one to the test, too.
        held.loaded = None;
        self.refresh(&mut held)?;
        self.must_be_open(&held).map(drop)
    }

    /// Loads the file if it is not the one in memory; a file that fails any test locks the vault.
    fn refresh(&self, held: &mut Held) -> Result<(), VaultError> {
        let refreshed = self.load(held);
        if let Err(VaultError::Broken { .. }) = refreshed {
            held.key = None;
            held.loaded = None;
        }
        refreshed
    }

    fn load(&self, held: &mut Held) -> Result<(), VaultError> {
        let Some(raw) = file::read(&self.path)? else {
            held.key = None;
            held.loaded = None;
            return Ok(());
        };
        if held.loaded.as_ref().is_some_and(|loaded| loaded.raw == raw) {
            return Ok(());
        }
        let broken = |reason| file::broken(&self.path, reason);
        let document = Document::parse(&raw, self.limits).map_err(broken)?;
        let found = revision(&document);
        held.refuse_rollback(&found).map_err(broken)?;
        match &held.key {
            Some(held_key) if held_key.vault_id == document.vault_id => {
                document.verify(&held_key.key).map_err(broken)?;
                held.saw(found);
            }
            // Another vault took its place: the key in memory is not its key.
            _ => held.key = None,
        }
        held.loaded = Some(Loaded { raw, document });
        Ok(())
    }

    fn wrap_in_keyring(&self, vault_id: &Fixed<16>, data_key: &Key) -> Result<Wrap, VaultError> {
        let wrapping = Key::random()?;
        let wrap = Wrap::in_keyring(vault_id, &wrapping, data_key)?;
        let Wrap::Keyring { nonce, .. } = &wrap else {
            return Err(VaultError::OtherMode(Mode::Passphrase));
        };
        let account = account(vault_id, nonce);
        let key = Secret::new(wrapping.expose().to_vec());
        self.keyring.set(&account, &key)?;
        // Read back before anything relies on it: a keyring that takes a key and loses it would lose the vault.
        if !self.key_in_keyring(&account)?.same_as(&key) {
            return Err(self.key_missing());
        }
        Ok(wrap)
    }

    /// A key that cannot be seen is in a locked keyring, or in none: only writing tells.
    fn key_in_keyring(&self, account: &str) -> Result<Secret, VaultError> {
        if let Some(key) = self.keyring.get(account)? {
            return Ok(key);
        }
        match self.keyring.probe() {
            KeyringStatus::Locked => Err(VaultError::KeyringLocked),
            KeyringStatus::Absent(why) => Err(VaultError::KeyringAbsent(why)),
            // The prompt that the probe brought up may have opened it.
            KeyringStatus::Usable => self.keyring.get(account)?.ok_or_else(|| self.key_missing()),
        }
    }

    /// Removes a wrapping key that no file needs any more. One that stays behind opens nothing that is current.
    fn forget_wrapping_key(&self, vault_id: &Fixed<16>, wrap: &Wrap) {
        if let Wrap::Keyring { nonce, .. } = wrap {
            self.keyring.delete(&account(vault_id, nonce)).ok();
        }
    }

    fn must_be_absent(&self) -> Result<(), VaultError> {
        match file::read(&self.path)? {
            Some(_) => Err(self.already_exists()),
            None => Ok(()),
        }
    }

    fn must_be_open<'a>(&self, held: &'a Held) -> Result<(&'a Document, &'a Key), VaultError> {
        match (&held.loaded, &held.key) {
            (None, _) => Err(self.absent()),
            (Some(loaded), None) => Err(VaultError::Locked(loaded.document.wrap.mode())),
            (Some(loaded), Some(held)) => Ok((&loaded.document, &held.key)),
        }
    }

    fn absent(&self) -> VaultError {
        VaultError::Absent { path: self.path.clone() }
    }

    fn already_exists(&self) -> VaultError {
        VaultError::AlreadyExists { path: self.path.clone() }
    }

    fn key_missing(&self) -> VaultError {
        VaultError::KeyringKeyMissing { path: self.path.clone() }
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempting(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn saw(&mut self, revision: Revision) {
        let newer = self
            .newest
            .as_ref()
            .is_none_or(|newest| newest.vault_id != revision.vault_id || newest.generation < revision.generation);
        if newer {
            self.newest = Some(revision);
        }
    }

    fn refuse_rollback(&self, found: &Revision) -> Result<(), Broken> {
        match &self.newest {
            Some(newest) if newest.vault_id == found.vault_id && found.generation < newest.generation => {
                Err(Broken::RolledBack { found: found.generation, seen: newest.generation })
            }
            _ => Ok(()),
        }
    }

    #[cfg(test)]
    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref().map(|held| &held.key)
    }
}

fn write(lock: &WriteLock<'_>, held: &mut Held, document: Document) -> Result<(), VaultError> {
    let raw = document.to_bytes();
    if raw.len() > file::BYTES_MAX {
        return Err(VaultError::Full { bytes: raw.len() });
    }
    lock.replace(&raw)?;
    held.saw(revision(&document));
    held.loaded = Some(Loaded { raw, document });
    Ok(())
}

fn revision(document: &Document) -> Revision {
    Revision { vault_id: document.vault_id.hex(), generation: document.generation }
}

/// One entry per vault and per wrapping: vaults of tests and installations never meet, and a new wrapping never
/// overwrites the one that the file still needs.
fn account(vault_id: &Fixed<16>, nonce: &Fixed<24>) -> String {
    let mut nonce = nonce.hex();
    nonce.truncate(16);
    format!("vault-{}-{nonce}", vault_id.hex())
}

fn must_not_be_empty(passphrase: &Secret) -> Result<(), VaultError> {
    if passphrase.is_empty() {
        return Err(VaultError::PassphraseEmpty);
    }
    Ok(())
}
