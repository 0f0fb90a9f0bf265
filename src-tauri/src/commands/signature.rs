//! Checking and making signatures.

use tauri::State;
use wxpay_diagnose::{Question, input, report};
use wxpay_protocol::Secret;

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
    let (key, recorded): (Option<Secret>, _) = match request.key {
        SignatureKey::Profile { name } => {
            let recorded = desk.profile(&name).await?.profile.sign_type;
            (Some(desk.api_key(&name).await?), Some(recorded))
        }
        SignatureKey::Typed { key } => (Some(key.0).filter(|key| !key.is_empty()), None),
        SignatureKey::None => (None, None),
    };
    let read = input::read(request.input.as_bytes(), request.format.into())
        .map_err(|fault| IpcError::malformed(fault.to_string(), None))?;
    let question = Question {
        sign: request.mode == SignatureMode::Sign,
        key: key.as_ref(),
        chosen: request.sign_type.map(Into::into),
        recorded,
        appid: request.appid.as_deref().filter(|appid| !appid.is_empty()),
    };
    let found = report::examine(&read, &question).map_err(|fault| IpcError::malformed(fault.to_string(), None))?;
    Ok(SignatureReport::of(found, language))
}
