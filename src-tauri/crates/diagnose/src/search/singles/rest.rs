//! Changes of the order, of the joining, of the whole string, of the key and of the digest.

use super::{Act, Said, Single};
use crate::knowledge::CauseId as C;
use crate::search::Family;
use crate::search::base::Base;
use crate::search::join::JOINS;
use crate::search::keys::Key;
use crate::search::order::{MOST_PERMUTED, ORDERS, Order, permutations};
use crate::search::recipe::{DIGESTS, Recipe};
use crate::search::whole::{Whole, wholes};

pub(super) fn add(base: &Base, keys: &[Key], family: Family, singles: &mut Vec<Single>) {
    orders(base, singles);
    for join in JOINS {
        // Without the key in its message an HMAC is still keyed: that is its own mistake.
        // The sign of the page's configuration is SHA-1 and has no key at all.
        let cause = match family {
            Family::HmacSha256 if join.lacks_key() && join.keeps_fields() => C::F8,
            Family::Sha1 if join.lacks_key() && join.keeps_fields() => C::F6,
            _ => join.cause,
        };
        let words = Said::Fixed(join.chinese, join.english);
        let act = Act::Join(join);
        singles.push(if join.usual { Single::usual(cause, act, words) } else { Single::rare(cause, act, words) });
        if cause == C::F8 {
            singles.push(Single::rare(join.cause, Act::Join(join), Said::Fixed(join.chinese, join.english)));
        }
    }
    for (cause, whole, usual) in wholes() {
        if !changes_something(base, whole) {
            continue;
        }
        let act = Act::Whole(whole);
        let words = whole.words();
        singles.push(if usual { Single::usual(cause, act, words) } else { Single::alone(cause, act, words) });
    }
    for (index, key) in keys.iter().enumerate().skip(1) {
        let Some(cause) = key.cause else { continue };
        // The other slots have a stage of their own.
        if key.slot > 0 {
            continue;
        }
        let act = Act::Key(index);
        singles.push(if key.usual {
            Single::usual(cause, act, Said::OfKey)
        } else {
            Single::rare(cause, act, Said::OfKey)
        });
    }
    if family == Family::HmacSha256 {
        for digest in DIGESTS {
            singles.push(Single::usual(C::F8, Act::Digest(*digest), Said::Fixed(digest.chinese(), digest.english())));
        }
    }
}

/// A page shows most strings as they are, and encodeURI leaves those of plain words.
fn changes_something(base: &Base, whole: Whole) -> bool {
    if !matches!(whole, Whole::Html | Whole::HtmlNames | Whole::UrlEncoded(..)) {
        return true;
    }
    Recipe { whole, ..Recipe::right() }.message(base, b"") != Recipe::right().message(base, b"")
}

/// Only orders that differ from the right one for these fields.
fn orders(base: &Base, singles: &mut Vec<Single>) {
    let right: Vec<u32> = base.fields.iter().map(|field| field.id).collect();
    let ids = |order: Order| -> Vec<u32> {
        let mut fields = base.fields.clone();
        order.sort(&mut fields);
        fields.iter().map(|field| field.id).collect()
    };
    for (cause, order, usual) in ORDERS {
        // In a pair the other change may bring in what this order sorts differently.
        let words = Said::Fixed(order.chinese(), order.english());
        let differs = ids(*order) != right;
        let act = Act::Order(*order);
        singles.push(if *usual && differs {
            Single::usual(*cause, act, words)
        } else {
            Single::rare(*cause, act, words)
        });
    }
    if (2..=MOST_PERMUTED).contains(&base.fields.len()) {
        for number in 0..permutations(base.fields.len()) {
            let order = Order::Permutation(number);
            if ids(order) != right {
                singles.push(Single::alone(C::C1, Act::Order(order), Said::Fixed(order.chinese(), order.english())));
            }
        }
    }
}
