//! Every single change that is tried on a message.

mod members;
mod rest;
mod specials;

pub(crate) use members::first_sign;
mod spellings;

use super::Family;
use super::base::{Base, Given};
use super::edit::Edit;
use super::join::Join;
use super::keys::Key;
use super::order::Order;
use super::recipe::{Digest, Recipe};
use super::values::{Change, Scope, TABLE};
use super::whole::Whole;
use crate::knowledge::{CauseId, Words};

/// What one change does.
#[derive(Clone)]
pub(crate) enum Act {
    Edit(Edit),
    Order(Order),
    Join(&'static Join),
    Whole(Whole),
    Key(usize),
    Digest(Digest),
}

/// One change, with its cause and its words.
pub(crate) struct Single {
    pub(crate) cause: CauseId,
    pub(crate) act: Act,
    /// Whether it takes part in the first pairs.
    pub(crate) usual: bool,
    /// Whether it is tried alone only, because there are very many of its kind.
    pub(crate) alone: bool,
    pub(crate) field: Option<String>,
    pub(crate) words: Said,
}

/// Words that are put together only when they are needed.
#[derive(Clone)]
pub(crate) enum Said {
    Fixed(&'static str, &'static str),
    Made(Words),
    /// About one field: the field's name stands in front.
    OfField(&'static str, &'static str),
    /// About the values of all fields.
    OfAll(&'static str, &'static str),
    /// As the key says.
    OfKey,
}

impl Single {
    /// A change that people make.
    pub(crate) fn usual(cause: CauseId, act: Act, words: Said) -> Self {
        Self { cause, act, usual: true, alone: false, field: None, words }
    }

    /// A change that is seen less often.
    pub(crate) fn rare(cause: CauseId, act: Act, words: Said) -> Self {
        Self { usual: false, ..Self::usual(cause, act, words) }
    }

    /// One of very many.
    pub(crate) fn alone(cause: CauseId, act: Act, words: Said) -> Self {
        Self { alone: true, ..Self::rare(cause, act, words) }
    }

    /// The same about a field.
    pub(crate) fn on(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    /// What it did, in words.
    pub(crate) fn detail(&self, keys: &[Key]) -> Words {
        match &self.words {
            Said::Fixed(chinese, english) => Words::new(*chinese, *english),
            Said::Made(words) => words.clone(),
            Said::OfField(chinese, english) => {
                let name = self.field.as_deref().unwrap_or_default();
                Words::new(format!("{name} 的值{}", without_of(chinese)), format!("the value of {name} {english}"))
            }
            Said::OfAll(chinese, english) => {
                Words::new(format!("参数值{chinese}"), format!("each value to which it applies {english}"))
            }
            Said::OfKey => match self.act {
                Act::Key(index) => keys
                    .get(index)
                    .map_or_else(|| Words::new("", ""), |key| Words::new(key.chinese.clone(), key.english.clone())),
                _ => Words::new("", ""),
            },
        }
    }

    /// Changes the recipe; edits come behind those that are there.
    pub(crate) fn put_into<'s>(&'s self, recipe: &mut Recipe<'s>) {
        match &self.act {
            Act::Edit(edit) => recipe.edits.push(edit),
            Act::Order(order) => recipe.order = *order,
            Act::Join(join) => recipe.join = join,
            Act::Whole(whole) if recipe.whole == Whole::Plain => recipe.whole = *whole,
            Act::Whole(whole) => recipe.then = *whole,
            Act::Key(key) => recipe.key = *key,
            Act::Digest(digest) => recipe.digest = *digest,
        }
    }

    /// The step of signing that it changes; two changes of the same step other than edits exclude each other.
    pub(crate) const fn layer(&self) -> u8 {
        match self.act {
            Act::Edit(_) => 0,
            Act::Order(_) => 1,
            Act::Join(_) => 2,
            Act::Whole(_) => 3,
            Act::Key(_) => 4,
            Act::Digest(_) => 5,
        }
    }
}

/// 的 stands in the sentence already.
fn without_of(chinese: &str) -> String {
    chinese.strip_prefix('的').map_or_else(|| chinese.to_owned(), |rest| format!("里的{rest}"))
}

/// All of them, of the message's fields first.
pub(crate) fn all(base: &Base, given: &Given<'_>, keys: &[Key], family: Family) -> Vec<Single> {
    let mut singles = Vec::with_capacity(2048);
    members::add(base, given, keys, &mut singles);
    spellings::add(base, &mut singles);
    specials::add(base, &mut singles);
    of_values(base, &mut singles);
    rest::add(base, keys, family, &mut singles);
    singles
}

fn of_values(base: &Base, singles: &mut Vec<Single>) {
    for change in TABLE {
        let changed: Vec<u32> = base
            .fields
            .iter()
            .filter(|field| change.scope.takes(&field.name, &field.value))
            .filter(|field| change.of(&field.value).is_some())
            .map(|field| field.id)
            .collect();
        for cause in causes_of(change, base) {
            of_change(base, change, *cause, &changed, singles);
        }
    }
}

/// In a client call every encoding is one too many or one too few.
fn causes_of(change: &'static Change, base: &Base) -> &'static [CauseId] {
    if change.cause != CauseId::D7 || !base.is_client_call() {
        std::slice::from_ref(&change.cause)
    } else if change.chinese.contains("解码") {
        &[CauseId::D23]
    } else {
        &[CauseId::D7, CauseId::D23]
    }
}

fn of_change(base: &Base, change: &'static Change, cause: CauseId, changed: &[u32], singles: &mut Vec<Single>) {
    let new = |edit, words, usual| {
        let act = Act::Edit(edit);
        if usual { Single::usual(cause, act, words) } else { Single::rare(cause, act, words) }
    };
    if changed.len() > 1 && change.scope != Scope::Each {
        singles.push(new(Edit::Everywhere(change), Said::OfAll(change.chinese, change.english), change.usual));
    }
    // Code that keeps money in floats still counts in whole numbers.
    let money: Vec<u32> = changed.iter().copied().filter(|id| base.is_money(*id)).collect();
    if change.scope == Scope::Amounts && money.len() > 1 && money.len() < changed.len() {
        let words = Said::OfAll(change.chinese, change.english);
        singles.push(new(Edit::Change(money, change), words, change.usual));
    }
    if change.scope == Scope::NotNumbers {
        return;
    }
    for id in changed {
        let Some(field) = base.fields.iter().find(|field| field.id == *id) else { continue };
        let words = Said::OfField(change.chinese, change.english);
        // Of one field among several it is tried in the later pairs.
        let usual = change.usual
            && change.scope != Scope::Each
            && (changed.len() == 1 || is_likely_alone(change.cause, &field.name));
        let is_only = changed.len() == 1 && change.scope != Scope::Each;
        let edit = if is_only { Edit::Everywhere(change) } else { Edit::Change(vec![*id], change) };
        singles.push(new(edit, words, usual).on(&field.name));
    }
}

/// Changes that code makes to this field alone.
fn is_likely_alone(cause: CauseId, name: &str) -> bool {
    match cause {
        CauseId::D7 => matches!(name, "notify_url" | "body" | "package"),
        CauseId::D1 | CauseId::D2 | CauseId::D3 | CauseId::D4 => name == "total_fee",
        CauseId::D14 | CauseId::D16 => name == "body",
        CauseId::D11 => matches!(name, "detail" | "scene_info"),
        CauseId::D6 | CauseId::D5 | CauseId::D10 => matches!(name, "body" | "attach" | "detail"),
        _ => false,
    }
}

#[cfg(test)]
#[path = "singles_tests.rs"]
mod tests;
