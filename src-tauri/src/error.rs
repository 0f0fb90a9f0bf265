//! What a command answers when it cannot do what was asked: a closed set of codes that the window translates.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use desk::{Again, DeskError};
use desk_store::Outcome;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as NoSuchCode, StrDeserializer};
use serde::{Deserialize, Serialize};

/// Why it was not done. A code exists only because somebody acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorCode {
    /// A field is not acceptable; `field` names it.
    InputInvalid,
    /// A text or a file cannot be read.
    InputMalformed,
    /// A file cannot be read, or changed while it was.
    InputUnreadable,
    /// A bill is refused as a whole, or is of another day.
    BillRefused,
    /// A file cannot be written.
    OutputUnwritable,
    /// There is no such thing.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// Another window or command did the same meanwhile, and its result counts.
    TakenOver,
    /// The profile has no such secret.
    SecretMissing,
    /// The vault is locked, or there is none yet.
    VaultLocked,
    /// The passphrase is another one.
    VaultWrongPassphrase,
    /// The vault's file cannot be used.
    VaultBroken,
    /// The gateway refused, signed.
    GatewayRefused,
    /// The gateway refused without a signature.
    GatewayUnsigned,
    /// Verifiably not sent.
    NotSent,
    /// Nobody knows whether it was done.
    OutcomeUnknown,
    /// It needs a person's agreement first.
    ConfirmationRequired,
    /// The person said no.
    ConfirmationDeclined,
    /// The database cannot be used.
    StoreUnavailable,
    /// The database was written by a newer version.
    StoreNewer,
    /// The built-in gateway does not run, or cannot do it.
    SimulatorUnavailable,
    /// The environment forbids it.
    EnvironmentRefused,
    /// A defect of this program or of the machine.
    Internal,
}

impl ErrorCode {
    fn parse(word: &str) -> Self {
        let word: StrDeserializer<'_, NoSuchCode> = word.into_deserializer();
        Self::deserialize(word).unwrap_or(Self::Internal)
    }

    /// Whether the text was made by us alone, so that it may stand in the log. Texts about input may repeat what was typed.
    const fn text_is_ours(self) -> bool {
        matches!(
            self,
            Self::VaultBroken | Self::StoreUnavailable | Self::StoreNewer | Self::SimulatorUnavailable | Self::Internal
        )
    }
}

/// Whether the same call may simply be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retry {
    /// It would fail again until something is changed.
    No,
    /// Nothing was done.
    Safe,
    /// Something may have been done: look first.
    AfterQuery,
}

/// What the gateway itself said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct GatewayAnswer {
    pub(crate) err_code: Option<String>,
    pub(crate) err_code_des: Option<String>,
    pub(crate) return_msg: Option<String>,
}

/// A failure as it crosses to the window. It is logged when it is made, once.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub(crate) struct IpcError {
    pub(crate) code: ErrorCode,
    /// One English sentence, for copying; the window translates the code.
    pub(crate) message: String,
    /// The same in Chinese, where the code alone says too little.
    pub(crate) message_zh: Option<String>,
    pub(crate) retry: Retry,
    /// Ties this failure to one line of the log.
    pub(crate) trace: String,
    /// The field that is wrong, where one is.
    pub(crate) field: Option<String>,
    pub(crate) gateway: Option<Box<GatewayAnswer>>,
}

impl IpcError {
    fn new(code: ErrorCode, message: String, retry: Retry, field: Option<&str>) -> Self {
        let error = Self {
            code,
            message,
            message_zh: None,
            retry,
            trace: next_trace(),
            field: field.map(str::to_owned),
            gateway: None,
        };
        error.log();
        error
    }

    /// A field of the request that is not acceptable; `rule` is the rest of the sentence.
    pub(crate) fn input(field: &'static str, rule: &str) -> Self {
        Self::new(ErrorCode::InputInvalid, format!("{field} {rule}"), Retry::No, Some(field))
    }

    /// A text that cannot be read.
    pub(crate) fn malformed(english: String, chinese: Option<String>) -> Self {
        let error = Self::new(ErrorCode::InputMalformed, english, Retry::No, None);
        Self { message_zh: chinese, ..error }
    }

    /// Something that contradicts what is there.
    pub(crate) fn conflict(sentence: &str) -> Self {
        Self::new(ErrorCode::Conflict, sentence.to_owned(), Retry::Safe, None)
    }

    /// Something that was there and no longer is.
    pub(crate) fn gone(english: &str, chinese: &str) -> Self {
        let error = Self::new(ErrorCode::NotFound, english.to_owned(), Retry::No, None);
        Self { message_zh: Some(chinese.to_owned()), ..error }
    }

    /// The person closed the dialog, or said no.
    pub(crate) fn declined() -> Self {
        Self::new(ErrorCode::ConfirmationDeclined, "declined; nothing was done".to_owned(), Retry::No, None)
    }

    /// An exchange that did not do what was asked: refused, not sent, or nobody knows. What is known of the order is kept
    /// by then.
    pub(crate) fn exchange(result: desk::OrderResult) -> Self {
        let (code, retry) = match (result.outcome, &result.err_code, &result.return_msg) {
            (Outcome::Rejected, None, None) => (ErrorCode::NotSent, Retry::Safe),
            (_, _, Some(_)) => (ErrorCode::GatewayUnsigned, Retry::No),
            (Outcome::Unknown, ..) => (ErrorCode::OutcomeUnknown, Retry::AfterQuery),
            _ => (ErrorCode::GatewayRefused, Retry::No),
        };
        let mut error = Self::new(code, result.detail, retry, None);
        error.gateway = (result.err_code.is_some() || result.return_msg.is_some()).then(|| {
            Box::new(GatewayAnswer {
                err_code: result.err_code,
                err_code_des: result.err_code_des,
                return_msg: result.return_msg,
            })
        });
        error
    }

    /// Writes to the log what failed while nobody had asked.
    pub(crate) fn only_logged(error: DeskError) {
        // It is logged when it is made.
        let _logged = Self::from(error);
    }

    /// A defect of this program or of the machine under it.
    pub(crate) fn internal(what: &'static str) -> Self {
        Self::new(
            ErrorCode::Internal,
            format!("an internal step failed: {what}; please report it"),
            Retry::AfterQuery,
            None,
        )
    }

    fn log(&self) {
        let (code, trace, field) = (self.code, self.trace.as_str(), self.field.as_deref());
        let text = if self.code.text_is_ours() { self.message.as_str() } else { "" };
        match self.code {
            ErrorCode::Internal | ErrorCode::StoreUnavailable | ErrorCode::VaultBroken => {
                tracing::error!(?code, trace, field, text, "a command failed");
            }
            _ => tracing::info!(?code, trace, field, text, "a command was refused"),
        }
    }
}

impl From<DeskError> for IpcError {
    fn from(error: DeskError) -> Self {
        let retry = match error.again() {
            Again::No => Retry::No,
            Again::Safe => Retry::Safe,
            Again::AfterQuery => Retry::AfterQuery,
        };
        let refused = Self::new(ErrorCode::parse(error.code()), error.to_string(), retry, error.field());
        Self { message_zh: error.chinese(), ..refused }
    }
}

/// Different for every failure of every start.
fn next_trace() -> String {
    static STARTED_MS: LazyLock<u64> = LazyLock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or_default()
    });
    static FAILURES: AtomicU64 = AtomicU64::new(1);
    format!("{:x}-{}", *STARTED_MS, FAILURES.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_desk_is_one_that_the_window_knows() {
        let errors = [
            (DeskError::Malformed("x".into()), ErrorCode::InputMalformed),
            (DeskError::Input { field: "body", rule: "is empty".into() }, ErrorCode::InputInvalid),
            (DeskError::NotFound { what: "order", name: "1".into() }, ErrorCode::NotFound),
            (DeskError::Conflict("x".into()), ErrorCode::Conflict),
            (
                DeskError::SecretMissing { profile: "p".into(), kind: desk_vault::SecretKind::ApiKey },
                ErrorCode::SecretMissing,
            ),
            (DeskError::VaultLocked("x".into()), ErrorCode::VaultLocked),
            (DeskError::VaultWrongPassphrase { retry_after_ms: 1 }, ErrorCode::VaultWrongPassphrase),
            (DeskError::VaultBroken("x".into()), ErrorCode::VaultBroken),
            (DeskError::ConfirmationRequired, ErrorCode::ConfirmationRequired),
            (DeskError::EnvironmentRefused("x".into()), ErrorCode::EnvironmentRefused),
            (DeskError::SimulatorUnavailable("x".into()), ErrorCode::SimulatorUnavailable),
            (DeskError::StoreNewer(desk_store::StoreError::Busy), ErrorCode::StoreNewer),
            (DeskError::Store(desk_store::StoreError::Full), ErrorCode::StoreUnavailable),
            (DeskError::Internal("x"), ErrorCode::Internal),
        ];
        for (error, code) in errors {
            assert_eq!(IpcError::from(error).code, code);
        }
    }

    #[test]
    fn why_a_day_cannot_be_compared_is_said_in_both_languages_under_a_code_that_the_window_knows() {
        use desk::ReconcileFault as Fault;
        use wxpay_protocol::bill::BillRefusal;
        let (place, gone) = (|| "账单.csv".to_owned(), || std::io::Error::other("gone"));
        let day = |line| (place(), line, "2026-11-21 00:00:01".to_owned(), "2026-11-20".to_owned());
        let (place_of, line, at, date) = day(3);
        let (beside, _, at_beside, date_beside) = day(3);
        let faults = [
            (Fault::Bill { place: place(), cause: BillRefusal::Empty }, ErrorCode::BillRefused),
            (Fault::OtherDay { place: place_of, line, at, date }, ErrorCode::BillRefused),
            (Fault::NotBeside { place: beside, line, at: at_beside, date: date_beside }, ErrorCode::BillRefused),
            (Fault::FundFlow(place()), ErrorCode::BillRefused),
            (Fault::NoTrades, ErrorCode::BillRefused),
            (Fault::NoBill(day(3).3), ErrorCode::InputInvalid),
            (Fault::BillKnown(day(3).3), ErrorCode::InputInvalid),
            (Fault::Overlapping { place: place(), other: place() }, ErrorCode::InputInvalid),
            (Fault::OnlyOrderAmount, ErrorCode::InputInvalid),
            (Fault::TooManyBills, ErrorCode::InputInvalid),
            (Fault::NothingToCompare, ErrorCode::InputInvalid),
            (Fault::Sheet { place: place(), cause: desk::sheets::SheetError::OldWorkbook }, ErrorCode::InputInvalid),
            (Fault::NoPaidAt(place()), ErrorCode::InputInvalid),
            (Fault::NoRefundTime(place()), ErrorCode::InputInvalid),
            (Fault::Unreadable { place: place(), cause: gone() }, ErrorCode::InputUnreadable),
            (Fault::Changed(place()), ErrorCode::InputUnreadable),
            (Fault::Unwritable { place: place(), cause: gone().into() }, ErrorCode::OutputUnwritable),
            (Fault::Store(desk_store::StoreError::Busy), ErrorCode::StoreUnavailable),
            (Fault::TakenOver, ErrorCode::TakenOver),
            (Fault::Internal, ErrorCode::Internal),
        ];
        let mut said = std::collections::BTreeSet::new();
        for (fault, code) in faults {
            let names_file = fault.to_string().contains("账单.csv");
            let error = IpcError::from(DeskError::Day(fault));
            let chinese = error.message_zh.unwrap();
            assert_eq!((error.code, chinese.contains("账单.csv")), (code, names_file), "{chinese}");
            let is_chinese = chinese.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter));
            assert!(is_chinese && chinese != error.message && said.insert(chinese), "{}", error.message);
        }
    }

    #[test]
    fn a_refused_field_is_named_and_what_was_typed_stays_out_of_the_log() {
        let error = IpcError::from(DeskError::Input { field: "openid", rule: "must be … \"oAbc\" is not".into() });
        assert_eq!(error.field.as_deref(), Some("openid"));
        assert!(!error.code.text_is_ours());
    }

    fn result(outcome: Outcome, err_code: Option<&str>, return_msg: Option<&str>) -> desk::OrderResult {
        desk::OrderResult {
            profile: "p".into(),
            out_trade_no: "T1".into(),
            state: desk_store::OrderState::NotPay,
            outcome,
            detail: "x".into(),
            err_code: err_code.map(Into::into),
            err_code_des: err_code.map(|_| "订单不存在".into()),
            return_msg: return_msg.map(Into::into),
            effect: desk_store::Effect::Refused,
            reason: desk_store::Reason::NotDone,
            reused: false,
            prepay_id: None,
            code_url: None,
            mweb_url: None,
        }
    }

    #[test]
    fn an_exchange_that_failed_says_how_and_what_the_gateway_said() {
        for (found, code, retry, gateway) in [
            (result(Outcome::Rejected, None, None), ErrorCode::NotSent, Retry::Safe, false),
            (result(Outcome::Rejected, Some("ORDERNOTEXIST"), None), ErrorCode::GatewayRefused, Retry::No, true),
            (result(Outcome::Unknown, None, Some("签名错误")), ErrorCode::GatewayUnsigned, Retry::No, true),
            (result(Outcome::Unknown, Some("SYSTEMERROR"), None), ErrorCode::OutcomeUnknown, Retry::AfterQuery, true),
            (result(Outcome::Unknown, None, None), ErrorCode::OutcomeUnknown, Retry::AfterQuery, false),
        ] {
            let error = IpcError::exchange(found);
            assert_eq!((error.code, error.retry, error.gateway.is_some()), (code, retry, gateway));
        }
    }

    #[test]
    fn two_failures_never_share_a_trace() {
        assert_ne!(IpcError::declined().trace, IpcError::declined().trace);
    }
}
