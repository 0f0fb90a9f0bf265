//! Which fields of an input are signed, under which name its sign stands, and by which algorithm.

use std::borrow::Cow;

use serde::Serialize;
use wxpay_protocol::{Params, SignType};

use crate::Input;
use crate::report::{Question, ReportError};

/// Names that the client call of JSAPI and the mini program signs (protocol page §3.4).
const CALL_NAMES: [&str; 5] = ["appId", "nonceStr", "package", "signType", "timeStamp"];

/// Why a field is not part of the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is the sign itself.
    Sign,
    /// It is empty.
    Empty,
    /// It is the API key, which is appended and never sorted.
    Key,
    /// The client call takes it but does not sign it.
    NotSigned,
}

/// Where the algorithm comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignTypeFrom {
    /// The user said so.
    Chosen,
    /// The merchant's profile or the order's record.
    Profile,
    /// The message's own sign_type or signType.
    Message,
    /// The number of digits of the sign.
    Length,
    /// Nothing says otherwise: MD5.
    Default,
}

pub(crate) struct Selection<'i> {
    /// Everything to verify, with the sign under the name `sign`.
    pub(crate) message: Cow<'i, Params>,
    /// `sign` or `paySign`.
    pub(crate) sign_name: &'static str,
    /// What the message itself says about its algorithm.
    pub(crate) named: Option<String>,
    pub(crate) call: bool,
    pub(crate) appid_supplied: bool,
    pub(crate) timestamp_renamed: bool,
}

impl<'i> Selection<'i> {
    pub(crate) fn of(input: &'i Input, appid: Option<&str>) -> Result<Self, ReportError> {
        let params = &input.params;
        let call = params.get("paySign").is_some()
            || (params.get("nonceStr").is_some() && params.get("package").is_some() && params.get("sign").is_none());
        if !call {
            return Ok(Self {
                message: Cow::Borrowed(params),
                sign_name: "sign",
                named: params.filled("sign_type").map(str::to_owned),
                call,
                appid_supplied: false,
                timestamp_renamed: false,
            });
        }
        let timestamp_renamed = params.get("timeStamp").is_none() && params.get("timestamp").is_some();
        let appid_supplied = params.filled("appId").is_none();
        let mut message = Params::new();
        for name in CALL_NAMES {
            let value = match name {
                "appId" if appid_supplied => Some(appid.ok_or(ReportError::AppidNeeded)?),
                "timeStamp" if timestamp_renamed => params.get("timestamp"),
                _ => params.get(name),
            };
            if let Some(value) = value {
                message.push(name, value)?;
            }
        }
        if let Some(sign) = params.get("paySign") {
            message.push("sign", sign)?;
        }
        Ok(Self {
            message: Cow::Owned(message),
            sign_name: "paySign",
            named: params.filled("signType").map(str::to_owned),
            call,
            appid_supplied,
            timestamp_renamed,
        })
    }

    /// Why a field of the input is left out; nothing when it is signed.
    pub(crate) fn reason(&self, name: &str, value: &str) -> Option<Reason> {
        if name == self.sign_name {
            Some(Reason::Sign)
        } else if value.is_empty() {
            Some(Reason::Empty)
        } else if self.call && !CALL_NAMES.contains(&name) && !(self.timestamp_renamed && name == "timestamp") {
            Some(Reason::NotSigned)
        } else {
            None
        }
    }

    pub(crate) fn given(&self) -> Option<&str> {
        self.message.filled("sign")
    }

    /// The algorithm: what the user says, else our own record, else the message, else the length of its sign.
    pub(crate) fn sign_type(&self, question: &Question<'_>) -> (SignType, SignTypeFrom) {
        let length = || self.given().and_then(|sign| SignType::from_hex_len(sign.len()));
        if let Some(chosen) = question.chosen {
            (chosen, SignTypeFrom::Chosen)
        } else if let Some(recorded) = question.recorded {
            (recorded, SignTypeFrom::Profile)
        } else if let Some(named) = self.named.as_deref().and_then(SignType::parse) {
            (named, SignTypeFrom::Message)
        } else if let Some(fitting) = length() {
            (fitting, SignTypeFrom::Length)
        } else {
            (SignType::Md5, SignTypeFrom::Default)
        }
    }
}
