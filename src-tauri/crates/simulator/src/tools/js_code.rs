//! sns/jscode2session (protocol page §4.14): a mini program's login.
//!
//! A code comes from [`Gateway::log_in`] (once, for five minutes), or is made up by whoever calls: any text of visible ASCII
//! up to 128 bytes is the fresh login of the user whom the part before the last `-` names, so `alice-1` and `alice-2` give one
//! openid. Made-up codes are single use too. These users show WeChat's refusals: `invalid`, `used`, `blocked`, `busy`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use wxpay_protocol::UtcMs;

use crate::answer::Answer;
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;
use crate::request::Request;

/// How long a code can be used.
const VALID_MS: i64 = 5 * 60_000;
/// How often one user may log in per minute.
const PER_MINUTE: u32 = 100;
/// Codes and users that are remembered before those of more than five minutes ago are let go.
const REMEMBERED: usize = 10_000;
/// The longest code that is looked at.
const MOST_BYTES: usize = 128;

/// Codes that were given out or used, and how often each user came.
#[derive(Default)]
pub(crate) struct Logins(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    codes: HashMap<String, Code>,
    /// The minute and the count of each user's logins.
    users: HashMap<String, (i64, u32)>,
    given: u64,
}

struct Code {
    user: String,
    since: UtcMs,
    is_used: bool,
}

/// Why a code gives no session, by WeChat's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LoginError {
    Busy,
    InvalidAppid,
    InvalidSecret,
    InvalidCode,
    Used,
    Blocked,
    TooOften,
    AppidMissing,
    SecretMissing,
    CodeMissing,
    GrantType,
    Method,
}

impl LoginError {
    const fn words(self) -> (i32, &'static str) {
        match self {
            Self::Busy => (-1, "system error"),
            Self::InvalidAppid => (40013, "invalid appid"),
            Self::InvalidSecret => (40125, "invalid appsecret"),
            Self::InvalidCode => (40029, "invalid code"),
            Self::Used => (40163, "code been used"),
            Self::Blocked => (40226, "code blocked"),
            Self::TooOften => (45011, "api minute-quota reach limit"),
            Self::AppidMissing => (41002, "appid missing"),
            Self::SecretMissing => (41004, "appsecret missing"),
            Self::CodeMissing => (41008, "missing code"),
            Self::GrantType => (40002, "invalid grant_type"),
            Self::Method => (43001, "require GET method"),
        }
    }
}

impl Logins {
    fn give(&self, user: &str, now: UtcMs) -> String {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.given += 1;
        let digest = Sha1::digest(format!("{}\0{user}\0{}", seen.given, now.0));
        let code = format!("0{}", URL_SAFE_NO_PAD.encode(digest));
        seen.codes.insert(code.clone(), Code { user: user.to_owned(), since: now, is_used: false });
        code
    }

    /// The user whom a code logs in; the code is used up.
    fn redeem(&self, code: &str, now: UtcMs) -> Result<String, LoginError> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_old(now);
        let user = match seen.codes.get(code) {
            Some(known) if known.is_used => return Err(LoginError::Used),
            Some(known) if now.0.saturating_sub(known.since.0) > VALID_MS => return Err(LoginError::InvalidCode),
            Some(known) => known.user.clone(),
            None => user_of(code)?.to_owned(),
        };
        let minute = now.0.div_euclid(60_000);
        let count = seen.users.entry(user.clone()).or_insert((minute, 0));
        *count = if count.0 == minute { (minute, count.1 + 1) } else { (minute, 1) };
        if count.1 > PER_MINUTE {
            return Err(LoginError::TooOften);
        }
        seen.codes.insert(code.to_owned(), Code { user: user.clone(), since: now, is_used: true });
        Ok(user)
    }
}

impl Seen {
    fn forget_old(&mut self, now: UtcMs) {
        if self.codes.len() > REMEMBERED {
            self.codes.retain(|_, code| now.0.saturating_sub(code.since.0) <= VALID_MS);
        }
        if self.users.len() > REMEMBERED {
            self.users.retain(|_, (minute, _)| *minute == now.0.div_euclid(60_000));
        }
    }
}

/// The user of a made-up code.
fn user_of(code: &str) -> Result<&str, LoginError> {
    if code.len() > MOST_BYTES || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(LoginError::InvalidCode);
    }
    match code.rsplit_once('-').map_or(code, |(user, _)| user) {
        "" | "invalid" => Err(LoginError::InvalidCode),
        "used" => Err(LoginError::Used),
        "blocked" => Err(LoginError::Blocked),
        "busy" => Err(LoginError::Busy),
        user => Ok(user),
    }
}

/// The openid of a user under an app: the same for the same two, 28 characters, `o…`.
fn open_id(appid: &str, user: &str) -> String {
    format!("o{}", URL_SAFE_NO_PAD.encode(Sha1::digest(format!("{appid}\0{user}"))))
}

impl Gateway {
    /// A login of a mini program: the js_code that `wx.login` would give to this user now.
    pub fn log_in(&self, user: &str) -> String {
        self.logins.give(user, self.clock.now())
    }

    pub(crate) fn js_code_to_session(&self, request: &Request<'_>, now: UtcMs) -> Answer {
        let random = self.draw.notice_nonce_str();
        let part = |from: usize, to: usize| random.get(from..to).unwrap_or_default();
        match self.session(request, now) {
            Ok((appid, user)) => {
                let key: Vec<u8> = Sha1::digest(format!("{random}\0{user}")).iter().copied().take(16).collect();
                let body = json!({ "session_key": STANDARD.encode(key), "openid": open_id(&appid, &user) });
                Answer::new(Endpoint::JsCodeToSession, "SUCCESS", body.to_string())
            }
            Err(error) => {
                let (errcode, words) = error.words();
                let errmsg = format!("{words}, rid: {:08x}-{}-{}", now.unix_seconds(), part(0, 8), part(8, 16));
                let body = json!({ "errcode": errcode, "errmsg": errmsg });
                Answer {
                    reason: Some(words.to_owned()),
                    ..Answer::new(Endpoint::JsCodeToSession, "FAIL", body.to_string())
                }
            }
        }
    }

    fn session(&self, request: &Request<'_>, now: UtcMs) -> Result<(String, String), LoginError> {
        if request.method != "GET" {
            return Err(LoginError::Method);
        }
        let url = reqwest::Url::parse(&format!("http://localhost/?{}", request.query)).ok();
        let fields: HashMap<String, String> = url
            .iter()
            .flat_map(reqwest::Url::query_pairs)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let appid = field("appid").ok_or(LoginError::AppidMissing)?;
        let secret = field("secret").ok_or(LoginError::SecretMissing)?;
        let code = field("js_code").ok_or(LoginError::CodeMissing)?;
        if field("grant_type").is_some_and(|word| word != "authorization_code") {
            return Err(LoginError::GrantType);
        }
        let merchant = self.merchants.of_appid(appid).ok_or(LoginError::InvalidAppid)?;
        let app_secret = merchant.app_secret.as_ref().ok_or(LoginError::InvalidSecret)?;
        if !bool::from(app_secret.expose().ct_eq(secret.as_bytes())) {
            return Err(LoginError::InvalidSecret);
        }
        Ok((appid.to_owned(), self.logins.redeem(code, now)?))
    }
}
