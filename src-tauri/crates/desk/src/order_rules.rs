//! What orders that we create may not hold, beyond what the protocol forbids.
//!
//! The string that v2 signs joins `name=value` with `&` and escapes nothing, so `attach="shop-7&b=1"` and
//! `attach="shop-7", b="1"` have one signature. Orders that this program creates stay clear of that; everything else
//! (verifying, imports, notices) takes any text.

use wxpay_protocol::unified_order;

use crate::DeskError;

/// Fields whose text could pass for another field, and control characters anywhere.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), DeskError> {
    if let Some(found) = text.chars().find(|found| found.is_control()) {
        return Err(DeskError::input(
            field,
            format!("holds the control character U+{:04X}; remove it", u32::from(found)),
        ));
    }
    Ok(())
}

/// attach and every id: neither `&` nor `=`.
pub(crate) fn check_id(field: &'static str, text: &str) -> Result<(), DeskError> {
    check_text(field, text)?;
    if let Some(found) = text.chars().find(|found| matches!(found, '&' | '=')) {
        return Err(DeskError::input(
            field,
            format!("holds {found:?}, which the signature cannot tell from a separator; leave it out"),
        ));
    }
    Ok(())
}

/// body and detail: no `&name=` of a field of the protocol.
pub(crate) fn check_prose(field: &'static str, text: &str) -> Result<(), DeskError> {
    check_text(field, text)?;
    for (at, _) in text.match_indices('&') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let Some((name, _)) = rest.split_once('=') else { break };
        if name == "key" || unified_order::FIELDS.iter().any(|known| known.name == name) {
            return Err(DeskError::input(
                field,
                format!("holds \"&{name}=\", which reads like the field {name} in what is signed; reword it"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attach_or_id_that_could_pass_for_another_field_is_refused() {
        for text in ["shop-7&b=1", "a=1", "a&b", "a\nb", "a\u{0}b", "a\u{7f}"] {
            assert!(check_id("attach", text).is_err(), "{text:?}");
        }
        for text in ["shop-7", "", "门店 7", "a+b%20"] {
            assert!(check_id("attach", text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_body_may_hold_ampersands_but_no_field_of_the_protocol() {
        for text in ["tea&total_fee=1", "tea&sign=", "tea&key=x", "a&b&out_trade_no=2", "line\r\nbreak"] {
            assert!(check_prose("body", text).is_err(), "{text:?}");
        }
        for text in ["T恤 & \"帽子\"", "a&b=c", "R&D=2", "total_fee=1", "a&total_fee"] {
            assert!(check_prose("body", text).is_ok(), "{text:?}");
        }
    }
}
