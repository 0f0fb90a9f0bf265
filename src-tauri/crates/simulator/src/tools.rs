//! What stands beside orders and money: short links, printed codes, reports, sandbox keys, a mini program's login.

mod js_code;
mod open_id_of_code;
mod report;
mod short_url;
mod sign_key;
mod static_code;

use crate::answer::Field;
use crate::check::Accepted;

pub(crate) use js_code::Logins;
pub use static_code::StaticCodeError;

pub(crate) use open_id_of_code::BoundCode;
pub(crate) use short_url::with_unescaped_long_url;
pub(crate) use sign_key::{sandbox_key, sandbox_refused, without_sandbox_key};

/// The fields that every signed answer of `/tools/…` begins with.
fn signed_head<'a>(request: &'a Accepted, nonce_str: &'a str) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = vec![
        ("return_code", "SUCCESS".into()),
        ("return_msg", "OK".into()),
        ("appid", request.merchant.appid.as_str().into()),
        ("mch_id", request.merchant.mch_id.as_str().into()),
    ];
    for name in ["sub_appid", "sub_mch_id"] {
        fields.extend(request.field(name).map(|value| (name, value.into())));
    }
    fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into()), ("result_code", "SUCCESS".into())]);
    fields
}

#[cfg(test)]
mod code_tests;
#[cfg(test)]
mod tests;
