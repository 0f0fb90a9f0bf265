//! What stands beside orders and money: whose code it is, short links, reports, sandbox keys, a mini program's login.

mod report;

use crate::answer::Field;
use crate::check::Accepted;

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
mod tests;
