//! What can go wrong in a use case, each with a stable code that somebody acts on.

use desk_sheets::SheetError;
use desk_store::StoreError;
use desk_vault::{SecretKind, VaultError};
use wxpay_client::{DestinationFault, RequestFault};
use wxpay_protocol::ids::IdError;
use wxpay_protocol::params::ParamError;
use wxpay_protocol::unified_order;

use crate::random::RandomFault;
use crate::reconciling::ReconcileFault;

/// Whether the same call may simply be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It would fail again until something is changed.
    No,
    /// Nothing was done; it may be tried again.
    Safe,
    /// Something may have been done: look first.
    AfterQuery,
}

/// A failure of a use case. Texts hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A field of the request is not acceptable; nothing was done.
    #[error("{field} {rule}")]
    Input {
        /// The field.
        field: &'static str,
        /// What is wrong with it and what to do, as the rest of a sentence.
        rule: String,
    },
    /// A file or message that cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// A table, or what is said of its columns, that cannot be used.
    #[error("{field}{0}", field = field_of(.0).map(|field| format!("{field}: ")).unwrap_or_default())]
    Sheet(#[from] SheetError),
    /// The desk has no such thing.
    #[error("there is no {what} {name:?}; check the name")]
    NotFound {
        /// order, profile, goods.
        what: &'static str,
        /// Its number or name.
        name: String,
    },
    /// It contradicts what is there already.
    #[error("{0}")]
    Conflict(String),
    /// The profile has no such secret.
    #[error("the profile {profile:?} has no {kind} in the vault; add it to the profile first")]
    SecretMissing {
        /// The profile.
        profile: String,
        /// Which secret.
        kind: SecretKind,
    },
    /// The vault exists and is locked, or does not exist yet although a secret must be kept.
    #[error("{0}")]
    VaultLocked(String),
    /// The passphrase does not open the vault.
    #[error("the passphrase does not open the vault; the next attempt is accepted in {retry_after_ms} ms")]
    VaultWrongPassphrase {
        /// From now, in milliseconds.
        retry_after_ms: u64,
    },
    /// The vault cannot be used; its file is kept, and everything that needs no secret goes on.
    #[error("{0}")]
    VaultBroken(String),
    /// The operation needs a person's agreement, and the token for it is missing, used, too old or for something else.
    #[error("this needs a new confirmation: nothing was done; ask again and confirm within 60 seconds")]
    ConfirmationRequired,
    /// The environment forbids it.
    #[error("{0}")]
    EnvironmentRefused(String),
    /// The built-in gateway cannot do it, or does not run.
    #[error("{0}")]
    SimulatorUnavailable(String),
    /// The database was written by a newer version.
    #[error("{0}")]
    StoreNewer(StoreError),
    /// The database cannot be read or written.
    #[error("{0}")]
    Store(StoreError),
    /// A day cannot be brought together; nothing of it was kept.
    #[error(transparent)]
    Day(#[from] ReconcileFault),
    /// A defect of this program, or of the machine under it.
    #[error("an internal step failed: {0}; please report it")]
    Internal(&'static str),
}

impl DeskError {
    pub(crate) fn input(field: &'static str, rule: impl Into<String>) -> Self {
        Self::Input { field, rule: rule.into() }
    }

    pub(crate) fn malformed(sentence: impl Into<String>) -> Self {
        Self::Malformed(sentence.into())
    }

    /// The word that the window translates and scripts compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input_invalid",
            Self::Sheet(fault) if field_of(fault).is_some() => "input_invalid",
            Self::Malformed(_) | Self::Sheet(_) => "input_malformed",
            Self::NotFound { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::SecretMissing { .. } => "secret_missing",
            Self::VaultLocked(_) => "vault_locked",
            Self::VaultWrongPassphrase { .. } => "vault_wrong_passphrase",
            Self::VaultBroken(_) => "vault_broken",
            Self::ConfirmationRequired => "confirmation_required",
            Self::EnvironmentRefused(_) => "environment_refused",
            Self::SimulatorUnavailable(_) => "simulator_unavailable",
            Self::StoreNewer(_) => "store_newer",
            Self::Store(_) => "store_unavailable",
            Self::Day(fault) => fault.code(),
            Self::Internal(_) => "internal",
        }
    }

    /// What happened and what to do, in Chinese, where the code alone says too little and there are words for it.
    pub fn chinese(&self) -> Option<String> {
        match self {
            Self::Day(fault) => Some(fault.chinese()),
            Self::Sheet(fault) => Some(fault.chinese()),
            _ => None,
        }
    }

    /// The exit status of the command line: 1 not found, 3 refused or unreadable input, 6 secret missing or locked.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::NotFound { .. } => 1,
            _ if self.is_of_secret() => 6,
            _ => 3,
        }
    }

    /// Whether a secret is missing or cannot be read, so that nothing can be signed.
    pub(crate) const fn is_of_secret(&self) -> bool {
        matches!(
            self,
            Self::SecretMissing { .. }
                | Self::VaultLocked(_)
                | Self::VaultWrongPassphrase { .. }
                | Self::VaultBroken(_)
        )
    }

    /// Whether it may be tried again as it is.
    pub fn again(&self) -> Again {
        match self {
            Self::Store(StoreError::Busy | StoreError::Full)
            | Self::SimulatorUnavailable(_)
            | Self::VaultLocked(_)
            | Self::VaultWrongPassphrase { .. }
            | Self::ConfirmationRequired => Again::Safe,
            Self::Internal(_) => Again::AfterQuery,
            _ => Again::No,
        }
    }

    /// The field that is wrong, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Input { field, .. } => Some(field),
            Self::Sheet(fault) => field_of(fault),
            _ => None,
        }
    }
}

/// What a person says anew where a table is refused for it; nothing where the file itself is no such table.
const fn field_of(fault: &SheetError) -> Option<&'static str> {
    match fault {
        SheetError::UnitNeeded { .. } | SheetError::UnitContradicts { .. } => Some("unit"),
        SheetError::NoSuchSheet { .. } => Some("sheet"),
        SheetError::NoSuchTitle { .. } | SheetError::NoSuchField(_) | SheetError::NoOrderAmount => Some("mapping"),
        _ => None,
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what, name } => Self::NotFound { what, name },
            StoreError::Exists { .. } | StoreError::DuplicateNumber { .. } | StoreError::Refused { .. } => {
                Self::Conflict(error.to_string())
            }
            StoreError::TakenOver { .. } => Self::Day(ReconcileFault::TakenOver),
            StoreError::Newer { .. } => Self::StoreNewer(error),
            other => Self::Store(other),
        }
    }
}

impl From<VaultError> for DeskError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NotSet(id) => Self::SecretMissing { profile: id.profile, kind: id.kind },
            VaultError::Absent { .. } => {
                Self::VaultLocked("there is no vault for secrets yet; choose a passphrase for one first".into())
            }
            VaultError::Locked(_) | VaultError::KeyringLocked => Self::VaultLocked(error.to_string()),
            VaultError::WrongPassphrase { retry_after_ms, .. } | VaultError::TooSoon { retry_after_ms } => {
                Self::VaultWrongPassphrase { retry_after_ms }
            }
            VaultError::PassphraseEmpty => Self::input("passphrase", "is empty; choose one"),
            VaultError::SecretLength { .. } => Self::input("api_key", "is empty or too long; paste the key only"),
            VaultError::AlreadyExists { .. } | VaultError::OtherMode(_) => Self::Conflict(error.to_string()),
            other => Self::VaultBroken(other.to_string()),
        }
    }
}

impl From<DestinationFault> for DeskError {
    fn from(fault: DestinationFault) -> Self {
        match fault {
            DestinationFault::Ca => Self::input("ca_file", fault.to_string()),
            DestinationFault::Shape | DestinationFault::NoBaseUrl => Self::input("base_url", fault.to_string()),
            DestinationFault::BaseUrlNotAllowed(_)
            | DestinationFault::CaNotAllowed(_)
            | DestinationFault::NotLoopback => Self::EnvironmentRefused(fault.to_string()),
        }
    }
}

impl From<IdError> for DeskError {
    fn from(fault: IdError) -> Self {
        Self::Input { field: fault.field, rule: format!("must be {}; {:?} is not", fault.rule, fault.found) }
    }
}

impl From<unified_order::RequestFault> for DeskError {
    fn from(fault: unified_order::RequestFault) -> Self {
        Self::input(fault.field, fault.rule)
    }
}

impl From<RequestFault> for DeskError {
    fn from(fault: RequestFault) -> Self {
        Self::malformed(format!("the request cannot be written: {fault}"))
    }
}

impl From<ParamError> for DeskError {
    fn from(fault: ParamError) -> Self {
        Self::malformed(format!("the request cannot be written: {fault}"))
    }
}

impl From<RandomFault> for DeskError {
    fn from(_: RandomFault) -> Self {
        Self::Internal("the operating system gave no random bytes")
    }
}
