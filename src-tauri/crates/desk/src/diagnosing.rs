//! Why a sign is refused: what people have at hand goes in, everything that can be told goes out.
//!
//! Nothing here asks a gateway or keeps anything. [`examine`] needs no desk at all; a desk knows the keys of its merchants
//! and so can tell whose key it was.

use std::ops::ControlFlow;

use desk_store::Profile;
use desk_vault::{SecretId, State};
use wxpay_diagnose::diagnosis::{
    Case, Change, Effort, Excluded, Explanation, KeyRole, KeySlot, Next, Outcome, Progress, Proof,
};
use wxpay_diagnose::input::{Fault, FaultKind, Read, read_leniently};
use wxpay_diagnose::knowledge::{CauseId, Reading, Severity, Warning, Words, hints_for, reading_of};
use wxpay_diagnose::lint::{Circumstances, lint_under};
use wxpay_diagnose::req_info::{KeyProof, Pitfall, pitfalls, prove};
use wxpay_diagnose::rules::{Context, Endpoint};
use wxpay_diagnose::{Diagnosis, Format, Input, InputError, diagnose};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Secret, SignType, UtcMs};

use crate::desk::Inner;
use crate::{Desk, DeskError};

mod redacted;

pub use redacted::redacted_report;

/// The rule of the warning that holds the meaning of a return_msg; [`Examined::reading`] says the same in full.
pub const RETURN_MSG: &str = "return_msg";

/// A key that is tried, under the name that is shown in its place.
pub struct KeyAtHand {
    /// What it is.
    pub role: KeyRole,
    /// How people call it.
    pub name: String,
    /// The key itself.
    pub secret: Secret,
}

impl KeyAtHand {
    /// As the search takes it.
    pub fn slot(&self) -> KeySlot<'_> {
        KeySlot { role: self.role, name: &self.name, secret: &self.secret }
    }
}

/// What somebody has at hand about a sign that is refused. Only the text is needed.
#[derive(Default)]
pub struct Evidence {
    /// What was signed, as it was pasted.
    pub pasted: Vec<u8>,
    /// How it is to be read; without it the kind is detected.
    pub format: Option<Format>,
    /// What was sent, where that is another text. For a client call it may also be the order that it pays for.
    pub sent: Option<Vec<u8>>,
    /// Takes the place of the sign in the text.
    pub sign: Option<String>,
    /// The algorithm, where the user says it.
    pub sign_type: Option<SignType>,
    /// The algorithm of the merchant; counts for what is signed like the order before, not for a request.
    pub recorded: Option<SignType>,
    /// What the message is, where the user says it.
    pub context: Option<Context>,
    /// The appId that a client call signs and does not carry.
    pub appid: Option<String>,
    /// The keys, the one in use first.
    pub keys: Vec<KeyAtHand>,
    /// What the gateway or the client said.
    pub return_msg: Option<String>,
    /// A refund notification of the same merchant, which proves a key without asking anybody.
    pub refund_notice: Option<Vec<u8>>,
    /// The present moment; without it nothing is said about time stamps.
    pub now: Option<UtcMs>,
}

/// Everything that can be told.
pub struct Examined {
    /// The text as it was read: fields, faults and repairs with their places.
    pub read: Read,
    /// What was sent, as it was read.
    pub sent: Option<Read>,
    /// What the message is: told, by the address in the text, or detected.
    pub context: Option<Context>,
    /// Verdict, explanations, warnings (the faults of reading among them), differences, what was excluded, what is next.
    pub diagnosis: Diagnosis,
    /// Why there is no field at all; the verdict then is [`Outcome::Malformed`].
    pub unreadable: Option<InputError>,
    /// What the gateway's words mean.
    pub reading: Option<Reading>,
    /// Why a message of this kind fails now and then.
    pub hints: Vec<Reading>,
    /// What the refund notification says about the keys.
    pub notice: Option<NoticeProof>,
}

/// What a refund notification says about the keys at hand.
pub struct NoticeProof {
    /// Whether it opened, and what was inside.
    pub proof: KeyProof,
    /// The name of the key under which it opened.
    pub key: Option<String>,
    /// Whether that is the key in use.
    pub is_in_use: bool,
    /// What the merchant's own code may stumble over with this key.
    pub pitfalls: Vec<Pitfall>,
}

/// Answers as far as the evidence goes; a text that cannot be read gets an answer too. It computes for tens of milliseconds
/// ([`Effort::deep`]: for seconds), so call it from a thread that may. `watch` sees how far it is and may end it.
pub fn examine(evidence: &Evidence, effort: Effort, watch: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Examined {
    let read = read_leniently(&evidence.pasted, evidence.format);
    let sent = evidence.sent.as_ref().map(|text| read_leniently(text, None));
    let told = evidence.context.or_else(|| addressed(&evidence.pasted, &read));
    let notice = notice_proof(evidence, read.input.as_ref());
    let reading = evidence.return_msg.as_deref().and_then(reading_of);
    let mut examined = Examined {
        context: told.or_else(|| read.input.as_ref().and_then(Context::detect)),
        unreadable: unreadable(&read),
        hints: read.input.as_ref().map(hints_for).unwrap_or_default(),
        diagnosis: nothing_to_compare(evidence),
        read,
        sent,
        reading,
        notice,
    };
    if let Some(input) = &examined.read.input {
        examined.diagnosis = diagnosed(evidence, &examined, input, told, effort, watch);
    }
    examined.diagnosis.warnings = warnings(evidence, &examined, told);
    damaged_but_right(&mut examined);
    let mut diagnosis = std::mem::replace(&mut examined.diagnosis, nothing_to_compare(evidence));
    diagnosis.hide_keys(&all_keys(evidence, &examined));
    examined.diagnosis = diagnosis;
    examined
}

/// Every key that must not be shown: those at hand, and those that stand in the texts.
pub fn all_keys<'k>(evidence: &'k Evidence, examined: &'k Examined) -> Vec<KeySlot<'k>> {
    let texts = [Some(&examined.read), examined.sent.as_ref()].into_iter().flatten();
    let pasted = texts.filter_map(|read| read.input.as_ref()).flat_map(Input::pasted_keys);
    evidence.keys.iter().map(KeyAtHand::slot).chain(pasted).collect()
}

/// The search, with the second text as what was sent, or as the order that a call pays for.
fn diagnosed(
    evidence: &Evidence,
    examined: &Examined,
    input: &Input,
    told: Option<Context>,
    effort: Effort,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Diagnosis {
    let keys: Vec<KeySlot<'_>> = evidence.keys.iter().map(KeyAtHand::slot).collect();
    let sent = examined.sent.as_ref().and_then(|sent| sent.input.as_ref());
    let case = Case {
        input,
        given_sign: evidence.sign.as_deref(),
        sign_type: evidence.sign_type.or_else(|| recorded(evidence, examined.context)),
        context: told,
        appid: evidence.appid.as_deref(),
        keys: &keys,
        sent,
        return_msg: evidence.return_msg.as_deref(),
    };
    diagnose(&case, effort, watch).unwrap_or_else(|_| nothing_to_compare(evidence))
}

/// A notice, an answer and a client call are signed like their order. A request says its own algorithm to the gateway,
/// which takes MD5 where it says nothing, whatever the merchant usually does.
fn recorded(evidence: &Evidence, context: Option<Context>) -> Option<SignType> {
    evidence.recorded.filter(|_| context.is_some_and(|context| context.is_from_wechat() || context.is_client_call()))
}

/// Whether the second text is the order that a client call pays for, or the answer to it.
fn is_companion(examined: &Examined) -> bool {
    let other = examined.sent.as_ref().and_then(|sent| sent.input.as_ref()).and_then(Context::detect);
    examined.context.is_some_and(Context::is_client_call) && other.is_some_and(|context| !context.is_client_call())
}

/// The endpoint by an address of the gateway in the text: a curl command, a capture, a log line.
fn addressed(pasted: &[u8], read: &Read) -> Option<Context> {
    if let Some(path) = read.capture.as_ref().and_then(|capture| capture.path.as_deref()) {
        return Endpoint::parse(path).map(Context::Endpoint);
    }
    let text = String::from_utf8_lossy(pasted);
    let (_, rest) = text.split_once("mch.weixin.qq.com/")?;
    let path =
        rest.split(|end: char| end.is_whitespace() || matches!(end, '"' | '\'' | '?' | '<' | '`' | ')')).next()?;
    Endpoint::parse(&format!("/{path}")).map(Context::Endpoint)
}

fn unreadable(read: &Read) -> Option<InputError> {
    if read.input.is_some() {
        return None;
    }
    let refused = read.faults.iter().find_map(|fault| match &fault.kind {
        FaultKind::Refused(cause) => Some(cause.clone()),
        _ => None,
    });
    Some(refused.unwrap_or(InputError::NoFields))
}

/// The answer where there is no field to hash.
fn nothing_to_compare(evidence: &Evidence) -> Diagnosis {
    Diagnosis {
        verdict: Outcome::Malformed,
        sign_type: evidence.sign_type.unwrap_or_default(),
        given_sign: evidence.sign.clone(),
        expected_sign: None,
        string_to_sign: String::new(),
        explanations: Vec::new(),
        warnings: Vec::new(),
        differences: Vec::new(),
        excluded: Excluded::default(),
        next: Next::GiveTheSign,
    }
}

/// What reading found, then what the rules find, the gravest first. What was sent is what the gateway sees.
fn warnings(evidence: &Evidence, examined: &Examined, told: Option<Context>) -> Vec<Warning> {
    let companion = is_companion(examined);
    let sent = examined.sent.as_ref().filter(|sent| !companion && sent.input.is_some()).zip(evidence.sent.as_ref());
    let (read, text) = sent.unwrap_or((&examined.read, &evidence.pasted));
    let mut warnings: Vec<Warning> = read.faults.iter().map(of_fault).collect();
    if let Some(unread) = examined.sent.as_ref().filter(|sent| sent.input.is_none()) {
        warnings.extend(unread.faults.iter().map(of_fault));
    }
    if read.repairs.iter().any(|placed| placed.repair.code() == "backslashes_resolved") {
        warnings.push(log_escapes());
    }
    if let Some(input) = &read.input {
        let keys: Vec<KeySlot<'_>> = evidence.keys.iter().map(KeyAtHand::slot).collect();
        let text = String::from_utf8_lossy(text);
        let order = examined.sent.as_ref().filter(|_| companion).and_then(|sent| sent.input.as_ref());
        let circumstances = Circumstances { context: told, keys: &keys, now: evidence.now, pasted: Some(&text), order };
        warnings.extend(lint_under(input, &circumstances));
    }
    warnings.sort_by_key(|warning| warning.severity);
    if let Some(reading) = &examined.reading {
        let (cause, detail) = (reading.causes.first().copied(), reading.words.clone());
        warnings.push(Warning { cause, rule: RETURN_MSG, field: None, detail, severity: Severity::Hint });
    }
    warnings
}

fn of_fault(fault: &Fault) -> Warning {
    let (cause, severity) = weight(&fault.kind);
    Warning {
        cause,
        rule: fault.kind.code(),
        field: field_of(&fault.kind).map(str::to_owned),
        detail: Words::new(fault.chinese(), fault.to_string()),
        severity,
    }
}

/// The cause that a fault speaks for, and whether the gateway refuses such a text.
fn weight(kind: &FaultKind) -> (Option<CauseId>, Severity) {
    match kind {
        FaultKind::MismatchedTag { .. }
        | FaultKind::NotClosed(_)
        | FaultKind::BrokenTag(_)
        | FaultKind::CutOff(_)
        | FaultKind::Incomplete
        | FaultKind::StrayEnd(_)
        | FaultKind::Truncated { .. } => (Some(CauseId::A12), Severity::Error),
        FaultKind::NotEscaped(_) | FaultKind::Entity(_) => (Some(CauseId::D10), Severity::Error),
        FaultKind::Charset(_) => (Some(CauseId::D15), Severity::Error),
        FaultKind::Quote | FaultKind::PercentEncoding(_) | FaultKind::PrintedLength(_) => {
            (Some(CauseId::D24), Severity::Warning)
        }
        FaultKind::Refused(_)
        | FaultKind::Root(_)
        | FaultKind::Nested(_)
        | FaultKind::Doctype
        | FaultKind::Duplicate(_)
        | FaultKind::ControlCharacter { .. }
        | FaultKind::NoName => (None, Severity::Error),
        FaultKind::StrayText
        | FaultKind::Markup
        | FaultKind::Attributes(_)
        | FaultKind::TooMuch
        | FaultKind::NotAPair
        | FaultKind::SeveralMessages { .. }
        | FaultKind::More { .. } => (None, Severity::Warning),
    }
}

fn field_of(kind: &FaultKind) -> Option<&str> {
    match kind {
        FaultKind::MismatchedTag { taken: name, .. }
        | FaultKind::NotClosed(name)
        | FaultKind::BrokenTag(name)
        | FaultKind::CutOff(name)
        | FaultKind::StrayEnd(name)
        | FaultKind::Nested(name)
        | FaultKind::NotEscaped(name)
        | FaultKind::Entity(name)
        | FaultKind::Duplicate(name)
        | FaultKind::ControlCharacter { name, .. }
        | FaultKind::PrintedLength(name)
        | FaultKind::PercentEncoding(name) => Some(name),
        _ => None,
    }
}

/// Escapes of a log are an artefact of pasting, unless the program took its message from there.
fn log_escapes() -> Warning {
    Warning {
        cause: Some(CauseId::D12),
        rule: "log_escapes",
        field: None,
        detail: Words::new(
            "文本带有日志的转义（\\n、\\\"、\\x22 等），这里已还原；请确认程序签名用的不是日志里的写法",
            "the text holds the escapes of a log (\\n, \\\", \\x22), which were resolved here; make sure that the program did not sign them",
        ),
        severity: Severity::Hint,
    }
}

/// A sign that holds for the fields as they should stand there, in a document that no reader takes: that it holds proves
/// which fields were signed, so that the damage itself is the cause.
fn damaged_but_right(examined: &mut Examined) {
    let companion = is_companion(examined);
    let diagnosis = &mut examined.diagnosis;
    if diagnosis.verdict != Outcome::Valid {
        return;
    }
    // The sign that holds is that of what was sent, where that is known.
    let seen = examined.sent.as_ref().filter(|sent| sent.input.is_some() && !companion).unwrap_or(&examined.read);
    let damage = seen.faults.iter().find(|fault| weight(&fault.kind).0 == Some(CauseId::A12));
    let Some(fault) = damage else { return };
    let change = Change {
        cause: CauseId::A12,
        field: field_of(&fault.kind).map(str::to_owned),
        detail: Words::new(fault.chinese(), fault.to_string()),
    };
    diagnosis.verdict = Outcome::Explained;
    diagnosis.next = Next::ChangeTheCode;
    diagnosis.explanations.push(Explanation {
        proof: Proof::Hash,
        causes: vec![CauseId::A12],
        changes: vec![change],
        alternatives: Vec::new(),
        key: None,
        string_to_sign: diagnosis.string_to_sign.clone(),
    });
}

/// Tries the notification, or the text itself if it is one, under every key until one opens it.
fn notice_proof(evidence: &Evidence, input: Option<&Input>) -> Option<NoticeProof> {
    let given = evidence.refund_notice.as_ref().map(|text| read_leniently(text, None).input);
    let notice = match &given {
        Some(read) => read.as_ref(),
        None => Some(input.filter(|input| input.params.filled("req_info").is_some())?),
    };
    let in_use = evidence.keys.first()?;
    let proof_of = |key: &KeyAtHand| match notice {
        Some(notice) => prove(notice, &key.secret),
        None => KeyProof::Malformed(wxpay_diagnose::req_info::ReqInfoFault::Missing),
    };
    for (place, key) in evidence.keys.iter().enumerate() {
        let proof = proof_of(key);
        if matches!(proof, KeyProof::Proven(_)) {
            let of_own_role = key.role == KeyRole::InUse;
            let (key, pitfalls) = (Some(key.name.clone()), pitfalls(&key.secret));
            return Some(NoticeProof { proof, key, is_in_use: place == 0 && of_own_role, pitfalls });
        }
    }
    Some(NoticeProof { proof: proof_of(in_use), key: None, is_in_use: false, pitfalls: Vec::new() })
}

impl Examined {
    /// Why there is no field at all in what was sent.
    pub fn sent_unreadable(&self) -> Option<InputError> {
        self.sent.as_ref().and_then(unreadable)
    }

    /// Whether a warning tells what reading found, which has its own place in what is shown.
    pub fn is_of_reading(&self, warning: &Warning) -> bool {
        let texts = [Some(&self.read), self.sent.as_ref()].into_iter().flatten();
        texts.flat_map(|read| &read.faults).any(|fault| fault.kind.code() == warning.rule)
    }

    /// Whether the answer says that this key made the sign or opened the notification.
    fn names(&self, key: &str) -> bool {
        let by_sign = self.diagnosis.explanations.iter().any(|explanation| explanation.key.as_deref() == Some(key));
        by_sign || self.notice.as_ref().is_some_and(|notice| notice.key.as_deref() == Some(key))
    }
}

impl NoticeProof {
    /// What it says, with the name of the key where another one than that in use opened it.
    pub fn words(&self) -> Words {
        match &self.key {
            Some(name) if !self.is_in_use => Words::new(
                format!("req_info 用“{name}”解开了，当前密钥解不开：该商户号的 API 密钥是“{name}”"),
                format!(
                    "req_info opens under {name:?} and not under the key in use: {name:?} is the API key of this merchant number"
                ),
            ),
            _ => self.proof.words(),
        }
    }
}

impl Desk {
    /// The keys that a diagnosis for a profile tries, in this order: its API key (unless the key in use comes from
    /// elsewhere), its AppSecret, then the keys of all other profiles and of the built-in gateway. The names are those of
    /// the profiles. They must never leave this program.
    ///
    /// # Errors
    /// No such profile; with `own_key` also no key for it or a locked vault. Other keys that cannot be had are left out.
    pub async fn keys_at_hand(&self, profile: &str, own_key: bool) -> Result<Vec<KeyAtHand>, DeskError> {
        let name = profile.to_owned();
        self.blocking(move |inner| inner.keys_at_hand(&inner.profile(&name)?, own_key)).await
    }

    /// As [`Self::keys_at_hand`], for a key that belongs to no profile: the keys of all profiles, as far as the vault is open.
    pub async fn keys_of_all_profiles(&self) -> Result<Vec<KeyAtHand>, DeskError> {
        self.blocking(|inner| {
            let mut keys = Vec::new();
            for profile in inner.store.profiles()? {
                inner.add_keys(&profile, KeyRole::OtherMerchant, &mut keys);
            }
            Ok(keys)
        })
        .await
    }
}

impl Inner {
    fn keys_at_hand(&self, profile: &Profile, own_key: bool) -> Result<Vec<KeyAtHand>, DeskError> {
        let mut keys = Vec::new();
        if own_key {
            let secret = self.api_key(profile)?;
            keys.push(KeyAtHand { role: KeyRole::InUse, name: profile.name.clone(), secret });
            keys.extend(self.app_secret(profile));
        } else {
            self.add_keys(profile, KeyRole::InUse, &mut keys);
        }
        for other in self.store.profiles()?.iter().filter(|other| other.name != profile.name) {
            let role = match (other.mch_id == profile.mch_id, other.environment) {
                (true, Environment::Sandbox) => KeyRole::Sandbox,
                (true, _) => KeyRole::InUse,
                (false, _) => KeyRole::OtherMerchant,
            };
            self.add_keys(other, role, &mut keys);
        }
        Ok(keys)
    }

    /// The secrets of a profile, as far as they can be had.
    fn add_keys(&self, profile: &Profile, role: KeyRole, keys: &mut Vec<KeyAtHand>) {
        if let Ok(secret) = self.api_key(profile) {
            keys.push(KeyAtHand { role, name: profile.name.clone(), secret });
        }
        keys.extend(self.app_secret(profile));
    }

    fn app_secret(&self, profile: &Profile) -> Option<KeyAtHand> {
        let vault = self.vault().ok().filter(|_| !profile.builtin)?;
        let id = SecretId::app_secret(&profile.name);
        let held = matches!(vault.state(), Ok(State::Open(_))) && vault.list().is_ok_and(|ids| ids.contains(&id));
        let secret = held.then(|| vault.secret(&id).ok()).flatten()?;
        Some(KeyAtHand { role: KeyRole::AppSecret, name: format!("{} AppSecret", profile.name), secret })
    }
}
