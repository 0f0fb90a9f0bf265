//! Whose login a js_code is. The AppSecret travels in the address here, so no error and no log may ever hold that.

use wxpay_protocol::Secret;
use wxpay_protocol::ids::OpenId;

use crate::wire::WireFault;
use crate::{Client, Destination};

/// One question to `sns/jscode2session`.
#[derive(Clone, Copy)]
pub struct SessionCall<'a> {
    /// Which gateway: a simulator answers it itself, else WeChat's own host does.
    pub to: &'a Destination,
    /// The mini program.
    pub appid: &'a str,
    /// Its AppSecret.
    pub app_secret: &'a Secret,
    /// What `wx.login` gave.
    pub js_code: &'a str,
}

/// Why nobody knows whose login it is.
#[derive(Debug, thiserror::Error)]
pub enum SessionFault {
    /// No answer.
    #[error(transparent)]
    Wire(#[from] WireFault),
    /// WeChat's refusal.
    #[error("errcode {errcode}: {errmsg}")]
    Refused {
        /// Its number.
        errcode: i64,
        /// Its words.
        errmsg: String,
    },
    /// Not the documented JSON.
    #[error("the answer of jscode2session cannot be read")]
    Unreadable,
}

impl Client {
    /// The openid of a login (protocol page §4.14). The session_key is dropped unseen.
    pub async fn session(&self, call: SessionCall<'_>) -> Result<OpenId, SessionFault> {
        let answer = self.wire.session(call).await?;
        let read: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|_| SessionFault::Unreadable)?;
        if let Some(errcode) = read.get("errcode").and_then(serde_json::Value::as_i64).filter(|errcode| *errcode != 0) {
            let errmsg = read.get("errmsg").and_then(serde_json::Value::as_str).unwrap_or_default();
            return Err(SessionFault::Refused { errcode, errmsg: errmsg.chars().take(200).collect() });
        }
        let openid = read.get("openid").and_then(serde_json::Value::as_str).ok_or(SessionFault::Unreadable)?;
        OpenId::new(openid).map_err(|_| SessionFault::Unreadable)
    }
}
