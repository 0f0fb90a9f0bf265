//! Whose login a js_code is. The AppSecret travels in the address here, so no error and no log may ever hold that; what is
//! handed on to be shown has no secret in it.

use reqwest::Url;
use wxpay_protocol::Secret;
use wxpay_protocol::ids::OpenId;

use crate::masked::{MASK, masked_json};
use crate::wire::WireFault;
use crate::{Client, Destination};

/// So much of an answer is shown, in characters.
const SHOWN_CHARS: usize = 4_096;
/// A js_code of WeChat's is longer; a shorter one stands in any text by chance.
const ECHO_BYTES_MIN: usize = 8;

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

/// One question and its answer as they may be shown, and what it means.
#[derive(Debug)]
pub struct SessionExchange {
    /// What was asked, with the AppSecret and the js_code masked.
    pub request: String,
    /// What came, with the session_key masked, and the AppSecret and the js_code where it repeats them; nothing where nothing
    /// came.
    pub answer: Option<String>,
    /// The openid of the login (protocol page §4.14). The session_key is dropped unseen.
    pub outcome: Result<OpenId, SessionFault>,
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
    /// Asks whose login a js_code is.
    pub async fn session(&self, call: SessionCall<'_>) -> SessionExchange {
        let request = call.shown();
        match self.wire.session(call).await {
            Ok(came) => SessionExchange {
                request,
                answer: Some(call.answer_shown(&came.body)),
                outcome: call.openid_in(&came.body),
            },
            Err(fault) => SessionExchange { request, answer: None, outcome: Err(fault.into()) },
        }
    }
}

impl SessionCall<'_> {
    /// The address as it is asked; nothing where the AppSecret is no text.
    pub(crate) fn url(&self) -> Option<Url> {
        let secret = std::str::from_utf8(self.app_secret.expose()).ok()?;
        Url::parse_with_params(&self.to.session_url(), self.query(secret, self.js_code)).ok()
    }

    fn shown(&self) -> String {
        let query = self.query(MASK, MASK).map(|(name, value)| format!("{name}={value}"));
        format!("GET {}?{}", self.to.session_url(), query.join("&"))
    }

    fn query<'b>(&'b self, secret: &'b str, js_code: &'b str) -> [(&'static str, &'b str); 4] {
        [("appid", self.appid), ("secret", secret), ("js_code", js_code), ("grant_type", "authorization_code")]
    }

    fn answer_shown(&self, body: &[u8]) -> String {
        let text = std::str::from_utf8(body).ok().and_then(|text| {
            // The page of somebody in between is shown; of half an answer nobody can say where its session_key stands.
            let is_page = !text.contains("session_key") && !text.trim_start().starts_with('{');
            masked_json(text, "session_key").or_else(|| is_page.then(|| text.to_owned()))
        });
        match text {
            Some(text) => self.without_echo(text).chars().take(SHOWN_CHARS).collect(),
            None => format!("({} bytes)", body.len()),
        }
    }

    /// Proxies repeat the address in their pages.
    fn without_echo(&self, text: String) -> String {
        let secret = String::from_utf8_lossy(self.app_secret.expose()).into_owned();
        let js_code = Some(self.js_code.to_owned()).filter(|code| code.len() >= ECHO_BYTES_MIN);
        let url = self.url();
        let escaped = |name: &str| {
            let mut pairs = url.as_ref()?.query()?.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(of, _)| *of == name).map(|(_, value)| value.to_owned())
        };
        let escaped_code = js_code.as_ref().and_then(|_| escaped("js_code"));
        let hidden = [Some(secret), escaped("secret"), js_code, escaped_code];
        hidden
            .iter()
            .flatten()
            .filter(|hidden| !hidden.is_empty())
            .fold(text, |text, hidden| text.replace(hidden, MASK))
    }

    fn openid_in(&self, body: &[u8]) -> Result<OpenId, SessionFault> {
        let read: serde_json::Value = serde_json::from_slice(body).map_err(|_| SessionFault::Unreadable)?;
        if let Some(errcode) = read.get("errcode").and_then(serde_json::Value::as_i64).filter(|errcode| *errcode != 0) {
            let errmsg = read.get("errmsg").and_then(serde_json::Value::as_str).unwrap_or_default();
            let errmsg = self.without_echo(errmsg.to_owned()).chars().take(200).collect();
            return Err(SessionFault::Refused { errcode, errmsg });
        }
        let openid = read.get("openid").and_then(serde_json::Value::as_str).ok_or(SessionFault::Unreadable)?;
        OpenId::new(openid).map_err(|_| SessionFault::Unreadable)
    }
}
