//! Why a sign is not the right one: the question, and the answer as the window shows it.

use serde::{Deserialize, Serialize};
use wxpay_diagnose::diagnosis as core;
use wxpay_diagnose::input::is_protocol_name;
use wxpay_diagnose::knowledge::{CauseId, Words};
use wxpay_diagnose::rules::Endpoint;

use crate::dto::alignment::{Stretch, align};
use crate::dto::number::Count;
use crate::dto::reading::ReadingNote;
use crate::dto::secret_text::SecretText;
use crate::dto::signature::{SignatureFormat, SignatureKey};
use crate::dto::start::Language;
use crate::dto::words::SignType;

mirrored! {
    /// What a key is.
    KeyRole of core::KeyRole {
        /// The API key that should be the right one.
        InUse = "in_use",
        /// The API key of another merchant.
        OtherMerchant = "other_merchant",
        /// The AppSecret.
        AppSecret = "app_secret",
        /// The APIv3 key.
        V3 = "v3",
        /// The key that the sandbox gave out.
        Sandbox = "sandbox",
        /// The key before the last reset.
        Previous = "previous",
    }
}

mirrored! {
    /// The answer in one word.
    DiagnosisVerdict of core::Outcome {
        /// The sign is the right one.
        Valid = "valid",
        /// What was hashed instead is proven.
        Explained = "explained",
        /// Nothing that was tried gives the sign.
        Unexplained = "unexplained",
        /// There is no sign, or it is no digest.
        Malformed = "malformed",
    }
}

mirrored! {
    /// Why an explanation is certain.
    Proof of core::Proof {
        /// The sign was computed again, to the last bit.
        Hash = "hash",
        /// It is a copy of another sign in the message.
        Copy = "copy",
    }
}

mirrored! {
    /// A part of the search.
    Stage of core::Stage {
        /// One change.
        Singles = "singles",
        /// One change, under every other key.
        KeySlots = "key_slots",
        /// Some of the fields only.
        Subsets = "subsets",
        /// Two usual changes.
        Pairs = "pairs",
        /// Two changes of every field.
        FieldPairs = "field_pairs",
        /// Three changes.
        Triples = "triples",
    }
}

mirrored! {
    /// How much a remark weighs.
    Severity of wxpay_diagnose::knowledge::Severity {
        /// It is refused, or read as something else.
        Error = "error",
        /// Often the cause.
        Warning = "warning",
        /// Worth a look.
        Hint = "hint",
    }
}

mirrored! {
    /// How sure the catalogue is that a cause exists in the wild.
    CauseLevel of wxpay_diagnose::knowledge::Level {
        /// A public thread confirms it.
        Confirmed = "confirmed",
        /// An official document says it.
        Documented = "documented",
        /// Seen with a neighbouring gateway.
        Analogous = "analogous",
        /// Derived.
        Derived = "derived",
    }
}

mirrored! {
    /// What to do now.
    NextStep of core::Next {
        /// The sign is right: look at the wire, the rules and the key.
        LookBeyondTheSign = "look_beyond_the_sign",
        /// The cause is proven.
        ChangeTheCode = "change_the_code",
        /// Another key made the sign.
        UseTheRightKey = "use_the_right_key",
        /// No key was given.
        GiveTheKey = "give_the_key",
        /// No sign was given.
        GiveTheSign = "give_the_sign",
        /// The call signs an appId that is not known.
        GiveTheAppid = "give_the_appid",
        /// Check the key against the gateway.
        ProbeTheKey = "probe_the_key",
        /// Verify the raw bytes of WeChat's message.
        GiveTheRawBytes = "give_the_raw_bytes",
        /// The search was stopped.
        SearchOn = "search_on",
        /// A refund notice is proven by its req_info.
        DecryptReqInfo = "decrypt_req_info",
    }
}

/// A key that was typed for this question; kept nowhere.
#[derive(Deserialize, specta::Type)]
pub(crate) struct TypedKey {
    pub(crate) role: KeyRole,
    pub(crate) key: SecretText,
}

/// A question about a sign; everything but the pasted text is optional.
#[derive(Deserialize, specta::Type)]
pub(crate) struct DiagnosisRequest {
    /// What was signed, or the message with its sign.
    pub(crate) input: String,
    pub(crate) format: SignatureFormat,
    /// What was sent, where `input` is what was signed.
    pub(crate) sent: Option<String>,
    /// Takes the place of the sign in the text.
    pub(crate) given_sign: Option<String>,
    /// The algorithm that the user insists on.
    pub(crate) sign_type: Option<SignType>,
    /// What the message is, as the command line says it: an endpoint, `jsapi`, `pay-notify` …
    pub(crate) context: Option<String>,
    /// The key in use.
    pub(crate) key: SignatureKey,
    /// Keys that may have been taken for it.
    pub(crate) more_keys: Vec<TypedKey>,
    /// The appId that a client call signs and does not carry.
    pub(crate) appid: Option<String>,
    /// The text with which the gateway refused.
    pub(crate) return_msg: Option<String>,
    /// A refund notification of the same merchant, which proves a key without any network.
    pub(crate) refund_notice: Option<String>,
}

/// One line to change.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub(crate) struct FixLine {
    /// `php`, `java`, `go`, `node`, `python` or `csharp`.
    pub(crate) language: String,
    /// As people call it: `Node.js`.
    pub(crate) name: String,
    /// May span several lines.
    pub(crate) code: String,
}

/// An entry of the catalogue, in the language of the window.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub(crate) struct CauseView {
    /// `A1`.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What the code did and what is right.
    pub(crate) sentence: String,
    pub(crate) level: CauseLevel,
    /// Empty where no line of code helps.
    pub(crate) fixes: Vec<FixLine>,
    /// Public threads and documents.
    pub(crate) sources: Vec<String>,
}

impl CauseView {
    /// The entry, if the catalogue has it.
    pub(crate) fn of(id: CauseId, language: Language) -> Option<Self> {
        let (cause, text) = (id.cause()?, id.text()?);
        let fixes = text.fixes().map(|(language, code)| FixLine {
            language: language.as_str().to_owned(),
            name: language.name().to_owned(),
            code: code.to_owned(),
        });
        Some(Self {
            id: id.as_str().to_owned(),
            title: in_words(&cause.title, language),
            sentence: sentence(&text.sentence, language),
            level: cause.level.into(),
            fixes: fixes.collect(),
            sources: cause.sources.iter().map(|source| (*source).to_owned()).collect(),
        })
    }
}

/// One thing that was done differently.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub(crate) struct ChangeView {
    /// The cause's id.
    pub(crate) cause: String,
    pub(crate) field: Option<String>,
    pub(crate) detail: String,
}

impl ChangeView {
    fn of(change: &core::Change, language: Language) -> Self {
        Self {
            cause: change.cause.as_str().to_owned(),
            field: change.field.clone(),
            detail: in_words(&change.detail, language),
        }
    }
}

/// A way to get the given sign, proven.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ExplanationView {
    pub(crate) proof: Proof,
    /// Ids, the best first.
    pub(crate) causes: Vec<String>,
    /// One change, or two, or three.
    pub(crate) changes: Vec<ChangeView>,
    /// Other changes with the very same bytes and key.
    pub(crate) alternatives: Vec<Vec<ChangeView>>,
    /// The name of the key, where it was not the one in use.
    pub(crate) key: Option<String>,
    /// What was hashed, the key masked.
    pub(crate) string_to_sign: String,
    /// What was hashed (left) beside what should have been (right).
    pub(crate) aligned: Vec<Stretch>,
}

impl ExplanationView {
    /// The explanation beside the right string.
    pub(crate) fn of(explanation: &core::Explanation, right: &str, language: Language) -> Self {
        let views = |changes: &[core::Change]| changes.iter().map(|change| ChangeView::of(change, language)).collect();
        Self {
            proof: explanation.proof.into(),
            causes: explanation.causes.iter().map(|cause| cause.as_str().to_owned()).collect(),
            changes: views(&explanation.changes),
            alternatives: explanation.alternatives.iter().map(|changes| views(changes)).collect(),
            key: explanation.key.clone(),
            aligned: align(&explanation.string_to_sign, right),
            string_to_sign: explanation.string_to_sign.clone(),
        }
    }
}

/// Something that may be the cause; never a proof.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct WarningView {
    /// The cause's id.
    pub(crate) cause: Option<String>,
    pub(crate) rule: String,
    pub(crate) field: Option<String>,
    pub(crate) detail: String,
    pub(crate) severity: Severity,
}

impl WarningView {
    pub(crate) fn of(warning: &wxpay_diagnose::lint::Warning, language: Language) -> Self {
        Self {
            cause: warning.cause.map(|cause| cause.as_str().to_owned()),
            rule: warning.rule.to_owned(),
            field: warning.field.clone(),
            detail: sentence(&warning.detail, language),
            severity: warning.severity.into(),
        }
    }
}

/// A field that was signed otherwise than it was sent.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DifferenceView {
    pub(crate) name: String,
    /// Null where it was sent only.
    pub(crate) signed: Option<String>,
    /// Null where it was signed only.
    pub(crate) sent: Option<String>,
    /// Signed (left) beside sent (right); empty where one of them is missing.
    pub(crate) aligned: Vec<Stretch>,
}

impl From<&core::FieldDifference> for DifferenceView {
    fn from(found: &core::FieldDifference) -> Self {
        let (signed, sent) = match &found.difference {
            core::Difference::OnlySigned { signed } => (Some(signed), None),
            core::Difference::OnlySent { sent } => (None, Some(sent)),
            core::Difference::Value { signed, sent, .. } => (Some(signed), Some(sent)),
        };
        let aligned = signed.zip(sent).map(|(signed, sent)| align(signed, sent)).unwrap_or_default();
        Self { name: found.name.clone(), signed: signed.cloned(), sent: sent.cloned(), aligned }
    }
}

/// How many candidates of one part of the search were tried.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct StageCount {
    pub(crate) stage: Stage,
    pub(crate) tried: Count,
}

/// What a search excludes.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ExcludedView {
    /// All candidates.
    pub(crate) tried: Count,
    pub(crate) stages: Vec<StageCount>,
    /// Names of the keys that were tried.
    pub(crate) keys: Vec<String>,
    /// How many fields the subsets were taken of.
    pub(crate) subsets_of: Option<Count>,
    /// What the message was too long for, and what therefore is not excluded.
    pub(crate) limits: Vec<String>,
    pub(crate) stopped: bool,
}

impl ExcludedView {
    pub(crate) fn new(excluded: &core::Excluded, language: Language) -> Self {
        let stage = |count: &core::StageCount| StageCount { stage: count.stage.into(), tried: count.tried.into() };
        Self {
            tried: excluded.tried.into(),
            stages: excluded.stages.iter().map(stage).collect(),
            keys: excluded.keys.clone(),
            subsets_of: excluded.subsets_of.map(Into::into),
            limits: excluded.limits.iter().map(|limit| sentence(&limit.words(), language)).collect(),
            stopped: excluded.stopped,
        }
    }
}

/// What a text or a message already tells without any hash.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ReadingView {
    pub(crate) sentence: String,
    /// Ids of the causes that come into question.
    pub(crate) causes: Vec<String>,
}

impl ReadingView {
    pub(crate) fn of(reading: &wxpay_diagnose::knowledge::Reading, language: Language) -> Self {
        Self {
            sentence: sentence(&reading.words, language),
            causes: reading.causes.iter().map(|cause| cause.as_str().to_owned()).collect(),
        }
    }
}

/// One parameter of a client call.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct CallFieldView {
    /// The name in the string to sign.
    pub(crate) signed_as: String,
    /// The name in the call; null where the call does not take it.
    pub(crate) passed_as: Option<String>,
    /// What stands in the message; null where it is not there.
    pub(crate) value: Option<String>,
    /// What the value must be.
    pub(crate) meaning: String,
}

/// One client call with the values of the message.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ClientCallView {
    /// How it is written: `wx.requestPayment`.
    pub(crate) title: String,
    pub(crate) fields: Vec<CallFieldView>,
    /// `paySign`, or `sign` for the APP.
    pub(crate) sign_name: String,
}

/// What a refund notification says about the keys.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct KeyProofView {
    /// True: it opened under a key; false: under none; null: it says nothing.
    pub(crate) proven: Option<bool>,
    /// The key under which it opened.
    pub(crate) key: Option<String>,
    pub(crate) sentence: String,
    /// What merchants' own code stumbles over with this key.
    pub(crate) pitfalls: Vec<String>,
}

/// Everything that is known about a sign. It holds no key.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DiagnosisView {
    pub(crate) verdict: DiagnosisVerdict,
    pub(crate) sign_type: SignType,
    pub(crate) given_sign: Option<String>,
    pub(crate) expected_sign: Option<String>,
    /// The right string, the key masked.
    pub(crate) string_to_sign: String,
    /// What the message was taken for, chosen or detected; null where several would do.
    pub(crate) context: Option<String>,
    /// Best first.
    pub(crate) explanations: Vec<ExplanationView>,
    pub(crate) warnings: Vec<WarningView>,
    /// Every cause that is named in the answer, once.
    pub(crate) causes: Vec<CauseView>,
    pub(crate) differences: Vec<DifferenceView>,
    pub(crate) excluded: ExcludedView,
    pub(crate) next: NextStep,
    pub(crate) next_sentence: String,
    /// What the gateway's text means.
    pub(crate) reading: Option<ReadingView>,
    /// Why it may fail only now and then; only where nothing is proven.
    pub(crate) hints: Vec<ReadingView>,
    /// Side by side, where the message is a client call.
    pub(crate) calls: Vec<ClientCallView>,
    pub(crate) key_proof: Option<KeyProofView>,
    pub(crate) notes: Vec<ReadingNote>,
    /// About what was sent.
    pub(crate) sent_notes: Vec<ReadingNote>,
    /// For copying: no key, and personal values masked.
    pub(crate) redacted_report: String,
}

/// How far a long search is.
#[derive(Clone, Copy, Debug, Serialize, specta::Type)]
pub(crate) struct SearchProgress {
    /// Names the work for `job_cancel`.
    pub(crate) job: u32,
    /// Candidates that were tried.
    pub(crate) tried: Count,
    pub(crate) stage: Stage,
    /// Percent of this stage, where it is known.
    pub(crate) percent: Option<u8>,
}

/// Something that a message can be.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ContextChoice {
    /// For the request: an endpoint's name, `jsapi` …
    pub(crate) word: String,
    /// Whether it is a request to an endpoint.
    pub(crate) endpoint: bool,
    pub(crate) title: String,
}

/// What a live probe says about a merchant's key.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct KeyProbeView {
    /// `key_right`, `key_wrong`, `merchant_wrong`, `refused`, `not_sent` or `unknown`.
    pub(crate) verdict: String,
    /// What it proves and what to do next.
    pub(crate) sentence: String,
    /// Causes that it speaks for.
    pub(crate) causes: Vec<CauseView>,
    /// The number of the order that was asked about and does not exist.
    pub(crate) out_trade_no: String,
    pub(crate) took_ms: Count,
}

impl KeyProbeView {
    pub(crate) fn of(probe: &desk::KeyProbe, language: Language) -> Self {
        Self {
            verdict: probe.verdict.as_str().to_owned(),
            sentence: if language == Language::Chinese { probe.chinese() } else { probe.english() },
            causes: probe.causes().iter().filter_map(|cause| CauseView::of(*cause, language)).collect(),
            out_trade_no: probe.out_trade_no.to_string(),
            took_ms: probe.took_ms.into(),
        }
    }
}

/// The words as a sentence by itself: English ones begin with a capital, unless their first word is a name of the protocol.
pub(crate) fn sentence(words: &Words, language: Language) -> String {
    let text = in_words(words, language);
    let first =
        text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).next().unwrap_or_default();
    let is_name = || first.contains('_') || is_protocol_name(first) || Endpoint::parse(first).is_some();
    if language == Language::Chinese || first.is_empty() || is_name() {
        return text;
    }
    let mut letters = text.chars();
    letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The words in one language.
pub(crate) fn in_words(words: &Words, language: Language) -> String {
    if language == Language::Chinese { words.chinese.clone() } else { words.english.clone() }
}
