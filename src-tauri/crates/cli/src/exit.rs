//! How a command ends: its exit status, and why there is no answer.

use std::process::ExitCode;

use desk::{BillFault, DeskError, ReconcileFault};
use wxpay_diagnose::{InputError, ReportError};
use wxpay_protocol::bill::BillRefusal;
use wxpay_protocol::fen::FenError;
use wxpay_protocol::params::ParamError;
use wxpay_simulator::faults::PlanError;
use wxpay_simulator::{ScenarioError, StartError};

/// Exit statuses, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Yes, or done.
    Done = 0,
    /// The answer is no.
    No = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The input could not be read or was refused.
    Refused = 3,
    /// Nothing was sent, or it was refused.
    NotSent = 4,
    /// Nobody knows whether it happened.
    Unknown = 5,
    /// A secret is missing or locked.
    Secret = 6,
}

impl Exit {
    /// The exit for a status that the desk names; a number that it never gives counts as refused.
    pub(crate) fn from_status(status: u8) -> Self {
        [Self::Done, Self::No, Self::Usage, Self::Refused, Self::NotSent, Self::Unknown, Self::Secret]
            .into_iter()
            .find(|exit| *exit as u8 == status)
            .unwrap_or(Self::Refused)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command has no answer. No text here ever holds a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{place} cannot be read: {cause}; check the name and the permissions")]
    Unreadable { place: String, cause: std::io::Error },
    #[error("{place}: {cause}")]
    Input { place: String, cause: InputError },
    #[error("{place}: {cause}")]
    Report { place: String, cause: ReportError },
    #[error("{place}: {cause} [{}]", .cause.chinese())]
    Bill { place: String, cause: BillRefusal },
    #[error(transparent)]
    Reconcile(#[from] ReconcileFault),
    #[error("{0} [{chinese}]", chinese = .0.chinese())]
    BillFault(#[from] BillFault),
    #[error("standard output cannot be written: {0}")]
    Output(std::io::Error),
    #[error("only one input or secret can come from standard input; give the others as files")]
    StandardInputTwice,
    #[error("no {what}: there is no {option} and no terminal to ask on; give {option} FILE")]
    SecretMissing { what: &'static str, option: &'static str },
    #[error("the {what} cannot be read from {place}: {cause}; check the name and the permissions")]
    SecretUnreadable { what: &'static str, place: String, cause: std::io::Error },
    #[error("the {what} from {place} is empty; put the {what} there, one line and nothing else")]
    SecretEmpty { what: &'static str, place: String },
    #[error("{place} is no {what}: it is longer than {limit} bytes; give the file that holds the {what} only")]
    SecretTooLong { what: &'static str, place: String, limit: usize },
    #[error("{kind} needs {option}")]
    OptionNeeded { kind: &'static str, option: &'static str },
    #[error("--kind native is always signed with MD5; leave --sign-type out")]
    NativeIsMd5,
    #[error("the operating system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
    #[error("the gateway does not start: {0}")]
    Simulator(#[from] StartError),
    #[error("the program cannot run: {0}")]
    Runtime(std::io::Error),
    #[error(
        "{0} is not the control address of a simulator on this machine; give the `control` that it printed, such as http://127.0.0.1:8100/_control"
    )]
    ControlAddress(String),
    #[error("{0} holds no certificate in PEM form; give the `ca` file that the simulator printed")]
    CaFile(String),
    #[error(
        "the simulator cannot be reached at {0}; start it, give the `control` address that it printed, and for https its `ca` as --ca-file"
    )]
    ControlUnreachable(String),
    #[error("the simulator did not answer in time; look at the order before paying again")]
    ControlLost,
    #[error("the simulator refuses: {0}")]
    ControlRefused(String),
    #[error("{place} is no file of merchants [商户文件有误]: {sentence}")]
    MerchantFile { place: String, sentence: String },
    #[error("{place}: {cause}")]
    Scenario { place: String, cause: ScenarioError },
    #[error("there is no scenario {given}; there are {words}, and files that end in .toml")]
    NoScenario { given: String, words: String },
    #[error("{place}: {cause}")]
    FaultPlan { place: String, cause: PlanError },
    #[error("the fault plan cannot be written as JSON; nothing was sent")]
    FaultPlanNotSent,
    #[error("a simulator's key is text; this one holds other bytes")]
    KeyNotText,
    #[error("there is no snippet for {given}; there are {words}")]
    NoSnippet { given: String, words: String },
    #[error("the parameters do not go together: {0}")]
    Parameters(#[from] ParamError),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error("there is no merchant yet [还没有商户]; add one with wxpay profile add")]
    NoProfile,
    #[error("not confirmed: {0}; nothing was sent")]
    NotConfirmed(String),
    #[error("the two passphrases differ; nothing was made, try again")]
    PassphrasesDiffer,
    #[error("this system names no folder for data; give --data-dir DIR or set WXPAY_DESK_HOME")]
    NoDataFolder,
    #[error("{option}: {cause}")]
    Amount { option: &'static str, cause: FenError },
    #[error("{option} {given:?} is not {expected}")]
    Word { option: &'static str, given: String, expected: &'static str },
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Report { cause: ReportError::AppidNeeded, .. }
            | Self::StandardInputTwice
            | Self::OptionNeeded { .. }
            | Self::ControlAddress(_)
            | Self::Simulator(StartError::NotLoopback(_))
            | Self::NativeIsMd5 => Exit::Usage,
            Self::ControlUnreachable(_) | Self::ControlRefused(_) => Exit::NotSent,
            Self::ControlLost => Exit::Unknown,
            Self::SecretMissing { .. }
            | Self::SecretUnreadable { .. }
            | Self::SecretEmpty { .. }
            | Self::PassphrasesDiffer => Exit::Secret,
            Self::NoProfile | Self::NoSnippet { .. } | Self::NoScenario { .. } => Exit::No,
            Self::Desk(error) => Exit::from_status(error.exit_status()),
            Self::BillFault(fault) => Exit::from_status(fault.exit_status()),
            Self::Unreadable { .. }
            | Self::CaFile(_)
            | Self::Input { .. }
            | Self::Bill { .. }
            | Self::Reconcile(_)
            | Self::Report { .. }
            | Self::Output(_)
            | Self::Simulator(_)
            | Self::Runtime(_)
            | Self::SecretTooLong { .. }
            | Self::Randomness(_)
            | Self::Parameters(_)
            | Self::NoDataFolder
            | Self::MerchantFile { .. }
            | Self::KeyNotText
            | Self::FaultPlan { .. }
            | Self::Scenario { .. }
            | Self::FaultPlanNotSent
            | Self::Amount { .. }
            | Self::NotConfirmed(_)
            | Self::Word { .. } => Exit::Refused,
        }
    }

    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "input_unreadable",
            Self::Input { .. } => "input_malformed",
            Self::Bill { .. } => "bill_refused",
            Self::Reconcile(fault) => fault.code(),
            Self::BillFault(fault) => fault.code(),
            Self::Report { cause: ReportError::AppidNeeded, .. }
            | Self::StandardInputTwice
            | Self::OptionNeeded { .. }
            | Self::ControlAddress(_)
            | Self::Simulator(StartError::NotLoopback(_))
            | Self::NativeIsMd5 => "usage",
            Self::Simulator(_) => "simulator_unavailable",
            Self::ControlUnreachable(_) => "not_sent",
            Self::ControlRefused(_) => "gateway_refused",
            Self::ControlLost => "outcome_unknown",
            Self::Report { .. }
            | Self::CaFile(_)
            | Self::SecretTooLong { .. }
            | Self::Parameters(_)
            | Self::MerchantFile { .. }
            | Self::KeyNotText
            | Self::FaultPlan { .. }
            | Self::Scenario { .. }
            | Self::FaultPlanNotSent
            | Self::Amount { .. }
            | Self::Word { .. } => "input_invalid",
            Self::NoProfile | Self::NoSnippet { .. } | Self::NoScenario { .. } => "not_found",
            Self::Desk(error) => error.code(),
            Self::NotConfirmed(_) => "confirmation_required",
            Self::NoDataFolder => "store_unavailable",
            Self::Output(_) => "output_unwritable",
            Self::SecretMissing { .. }
            | Self::SecretUnreadable { .. }
            | Self::SecretEmpty { .. }
            | Self::PassphrasesDiffer => "secret_missing",
            Self::Randomness(_) | Self::Runtime(_) => "internal",
        }
    }
}
