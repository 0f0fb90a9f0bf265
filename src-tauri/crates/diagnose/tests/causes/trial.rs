//! Asks the program about a planted message and judges its answer.

use std::ops::ControlFlow;

use wxpay_diagnose::diagnosis::{
    Case, Context, Diagnosis, Effort, Explanation, KeyRole, KeySlot, Outcome, Proof, diagnose,
};
use wxpay_diagnose::input;
use wxpay_protocol::{Secret, SignType};

use crate::orders::{Algorithm, Order, Role};
use crate::planted::Planted;

/// How the program did on one planted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The planted cause, or both, first.
    Itself,
    /// First is another cause over the same bytes, and the planted one is named beside it.
    Named,
    /// First is another cause over the same bytes, and the planted one is not named; what it is.
    SameBytes(String),
    /// The planted cause is named further down, or beside a change that nobody made, or the first explanation leaves out
    /// a change that its string has (`only …`); what is first.
    Later(String),
    /// Something else is first.
    Other(String),
    /// Nothing was found; what was answered instead.
    Nothing(String),
}

impl Found {
    /// The right cause or an indistinguishable twin, first.
    pub(crate) const fn is_right(&self) -> bool {
        matches!(self, Self::Itself | Self::Named | Self::SameBytes(_))
    }
}

/// The program's answer to a planted message.
pub(crate) fn ask(planted: &Planted, effort: Effort) -> Result<Diagnosis, String> {
    let read = |text: &String| input::read(text.as_bytes(), None).map_err(|fault| format!("unreadable: {fault}"));
    let input = read(&planted.pasted)?;
    let sent = planted.sent.as_ref().map(read).transpose()?;
    let order = &planted.order;
    let secrets: Vec<Secret> = std::iter::once(&order.key)
        .chain(order.others.iter().map(|offered| &offered.secret))
        .map(|secret| Secret::new(secret.as_bytes().to_vec()))
        .collect();
    let named = std::iter::once((KeyRole::InUse, "in-use"))
        .chain(order.others.iter().map(|offered| (role(offered.role), offered.name)));
    let keys: Vec<KeySlot<'_>> =
        named.zip(&secrets).map(|((role, name), secret)| KeySlot { role, name, secret }).collect();
    let case = Case {
        input: &input,
        given_sign: planted.given.as_deref(),
        sign_type: order.says_algorithm.then(|| sign_type(order)),
        context: order.context.and_then(Context::parse),
        appid: order.appid.as_deref(),
        keys: &keys,
        sent: sent.as_ref(),
        return_msg: None,
    };
    diagnose(&case, effort, &mut |_| ControlFlow::Continue(())).map_err(|fault| format!("refused: {fault}"))
}

const fn sign_type(order: &Order) -> SignType {
    match order.algorithm {
        Algorithm::Md5 => SignType::Md5,
        Algorithm::Hmac => SignType::HmacSha256,
    }
}

const fn role(role: Role) -> KeyRole {
    match role {
        Role::OtherMerchant => KeyRole::OtherMerchant,
        Role::AppSecret => KeyRole::AppSecret,
        Role::V3 => KeyRole::V3,
        Role::Sandbox => KeyRole::Sandbox,
        Role::Previous => KeyRole::Previous,
    }
}

/// Asks with the whole default search and judges.
pub(crate) fn try_one(planted: &Planted) -> Found {
    match ask(planted, Effort::default()) {
        Err(fault) => Found::Nothing(fault),
        Ok(answer) => judge(planted, &answer),
    }
}

pub(crate) fn judge(planted: &Planted, answer: &Diagnosis) -> Found {
    let Some(first) = answer.explanations.first().filter(|_| answer.verdict == Outcome::Explained) else {
        return Found::Nothing(format!("{:?}", answer.verdict).to_lowercase());
    };
    // A longer explanation than the planted one is no better for being true.
    let short = first.changes.len() <= planted.causes.len();
    if short && changes_are(first, &planted.causes) {
        return Found::Itself;
    }
    if short && same_bytes(planted, first) && !accounts(planted, first) {
        return Found::Later(format!("only {}", described(first)));
    }
    if short && same_bytes(planted, first) {
        return if names(first, &planted.causes) { Found::Named } else { Found::SameBytes(described(first)) };
    }
    if answer.explanations.iter().any(|one| names(one, &planted.causes)) {
        return Found::Later(described(first));
    }
    Found::Other(described(first))
}

/// Whether the changes can have altered what the planted code altered. One that shows the right string and names only
/// half of what made it would be followed, and the sign would still be wrong.
fn accounts(planted: &Planted, explanation: &Explanation) -> bool {
    // A page (D8) decodes the entities of a value too, and where only values are joined (C7) no name is hashed.
    let alters_values =
        |cause: &str| cause.starts_with('D') || ["G2", "G4", "G5", "A7", "A13", "A14", "B7"].contains(&cause);
    let alters_names = |cause: &str| cause.starts_with(['A', 'B']) || ["C7", "D13", "D22", "G5"].contains(&cause);
    let covered = |name: &String| {
        explanation.changes.iter().any(|change| {
            alters_values(change.cause.as_str()) && change.field.as_ref().is_none_or(|field| field == name)
        })
    };
    planted.revalued.iter().all(covered)
        && (!planted.renamed || explanation.changes.iter().any(|change| alters_names(change.cause.as_str())))
}

fn changes_are(explanation: &Explanation, causes: &[&str]) -> bool {
    let mut found: Vec<&str> = explanation.changes.iter().map(|change| change.cause.as_str()).collect();
    let mut planted = causes.to_vec();
    found.sort_unstable();
    planted.sort_unstable();
    found == planted
}

fn names(explanation: &Explanation, causes: &[&str]) -> bool {
    causes.iter().all(|cause| explanation.causes.iter().any(|named| named.as_str() == *cause))
}

pub(crate) fn described(explanation: &Explanation) -> String {
    let changes: Vec<&str> = explanation.changes.iter().map(|change| change.cause.as_str()).collect();
    changes.join("+")
}

/// Whether the explanation says that those bytes were hashed which the planted code hashed, with that key. Bytes of
/// another charset are shown as the text that they were, of which there may be two: there the digest decides.
pub(crate) fn same_bytes(planted: &Planted, explanation: &Explanation) -> bool {
    explanation.key.as_deref() == planted.slot
        && (shows(planted, &explanation.string_to_sign) || (!planted.is_utf8 && explanation.proof == Proof::Hash))
}

/// The longest thing that stands for a key: `••••` and its last four characters, or the key's own white space.
const MASK_CHARACTERS: usize = 8;

/// The string as it is shown, against the one that was hashed, whatever stands in the place of the key.
pub(crate) fn shows(planted: &Planted, shown: &str) -> bool {
    let text = planted.text.as_str();
    if shown == text {
        return true;
    }
    let (before, after) = match (planted.key.is_empty(), text.split_once(&planted.key)) {
        (false, Some(around)) => around,
        // Nothing of the key is in it: it has to be shown as it is, or with a mask where an empty key stands.
        _ => match text.strip_suffix("key=") {
            Some(_) => (text, ""),
            None => return false,
        },
    };
    let masked = shown.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    masked.is_some_and(|mask| mask.chars().count() <= MASK_CHARACTERS)
}
