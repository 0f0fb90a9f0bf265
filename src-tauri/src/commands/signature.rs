//! Checking and making signatures.

use tauri::State;
use wxpay_diagnose::diagnosis::Context;
use wxpay_diagnose::{Input, Question, input, report};
use wxpay_protocol::{Params, Secret};

use crate::diagnosing::{unanswerable, unreadable};
use crate::dto::signature::{SignatureKey, SignatureMode, SignatureReport, SignatureRequest};
use crate::dto::start::Language;
use crate::error::IpcError;
use crate::home::Home;

/// Every step from what was pasted to its sign. The key is used and forgotten; it is never answered.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signature_check(
    home: State<'_, Home>,
    request: SignatureRequest,
) -> Result<SignatureReport, IpcError> {
    let desk = home.desk().await?;
    let language = Language::of(&desk.settings().await?);
    let mut appid = request.appid.filter(|appid| !appid.is_empty());
    let (key, recorded): (Option<Secret>, _) = match request.key {
        SignatureKey::Profile { name } => {
            let profile = desk.profile(&name).await?.profile;
            appid = appid.or_else(|| Some(profile.appid.as_str().to_owned()));
            (Some(desk.api_key(&name).await?), Some(profile.sign_type))
        }
        SignatureKey::Typed { key } => (Some(key.0).filter(|key| !key.is_empty()), None),
        SignatureKey::None => (None, None),
    };
    let mut read = input::read_leniently(request.input.as_bytes(), request.format.into());
    let Some(pasted) = &mut read.input else { return Err(unreadable(&read)) };
    let is_signing = request.mode == SignatureMode::Sign;
    if let Some(sign) = request.given_sign.filter(|sign| !sign.is_empty() && !is_signing) {
        pasted.params = with_sign(&pasted.params, &sign);
    }
    let question = Question {
        sign: is_signing,
        key: key.as_ref(),
        chosen: request.sign_type.map(Into::into),
        recorded: recorded.filter(|_| is_signing || is_signed_like_its_order(pasted)),
        appid: appid.as_deref(),
    };
    let found = report::examine(pasted, &question).map_err(|fault| unanswerable(&fault))?;
    Ok(SignatureReport::of(found, &read, &request.input, language))
}

/// The fields with another sign, under the name that a message of their kind has for it.
fn with_sign(params: &Params, sign: &str) -> Params {
    let has = |name: &str| params.get(name).is_some();
    let is_call = has("paySign") || (has("nonceStr") && has("package") && !has("sign"));
    let sign_name = if is_call { "paySign" } else { "sign" };
    let mut changed = Params::new();
    for (name, value) in params.iter().filter(|(name, _)| *name != sign_name).chain([(sign_name, sign)]) {
        // They were fields before; one more that is too many leaves the message without a sign, which is then said.
        if changed.push(name, value).is_err() {
            break;
        }
    }
    changed
}

/// A notice, an answer and a client call are signed like their order; a request says its own algorithm to the gateway.
fn is_signed_like_its_order(input: &Input) -> bool {
    Context::detect(input).is_some_and(|context| context.is_from_wechat() || context.is_client_call())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_that_is_given_stands_under_the_name_that_the_message_has_for_it() {
        let order = Params::from_pairs([("appid", "wx1"), ("sign", "OLD")]).unwrap();
        assert_eq!(with_sign(&order, "NEW").get("sign"), Some("NEW"));
        let call = Params::from_pairs([("nonceStr", "a"), ("package", "prepay_id=b")]).unwrap();
        let changed = with_sign(&call, "NEW");
        assert_eq!((changed.get("paySign"), changed.get("sign")), (Some("NEW"), None));
    }
}
