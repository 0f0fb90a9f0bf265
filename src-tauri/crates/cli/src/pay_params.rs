//! `wxpay pay-params`: what the payer's device is given.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use serde_json::{Map, Value};
use wxpay_protocol::ids::{Appid, MchId, NonceStr, PrepayId};
use wxpay_protocol::{Params, SignType, UtcMs, numbers, pay_params};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::option_words::SignTypeWord;
use crate::output::Output;
use crate::secrets::KeySource;
use crate::signing_key::SigningKey;

const AFTER: &str = "\
The sign type must be the one of the order [与下单一致]. jsapi: appId, timeStamp, nonceStr, package, signType, paySign, for \
wx.requestPayment (which takes all but appId) and WeixinJSBridge. app: the seven parameters of the APP SDK. native: the \
link of a static code [模式一], with its parameters.

Examples:
  wxpay pay-params --appid wx0000000000000001 --prepay-id wx02… --key-file key.txt
  wxpay pay-params --prepay-id wx02… --profile shop
  wxpay pay-params --kind app --appid wx1… --mch-id 1900000001 --prepay-id wx02… --key-file key.txt
  wxpay pay-params --kind native --appid wx1… --mch-id 1900000001 --product-id SKU-88888 --key-file key.txt";

/// Re-sign the parameters that the payer's device is given [调起支付参数], as JSON
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct PayParams {
    /// The appid with which the order was made; the profile's with --profile
    #[arg(long, value_parser = |text: &str| Appid::new(text))]
    appid: Option<Appid>,
    /// The prepay_id from unifiedorder; not for native
    #[arg(long, value_parser = |text: &str| PrepayId::new(text))]
    prepay_id: Option<PrepayId>,
    /// For whom the parameters are
    #[arg(long, value_enum, default_value_t = CallKind::Jsapi)]
    kind: CallKind,
    /// The merchant number [商户号]; for app and native; the profile's with --profile
    #[arg(long, value_parser = |text: &str| MchId::new(text))]
    mch_id: Option<MchId>,
    /// The merchant's own number of the goods, 1 to 32 bytes; for native
    #[arg(long, value_parser = product_id)]
    product_id: Option<String>,
    /// The algorithm of the order [签名类型]; the profile's with --profile, else MD5
    #[arg(long, value_name = "TYPE")]
    sign_type: Option<SignTypeWord>,
    /// The random text; 32 random digits if it is not given
    #[arg(long, value_parser = |text: &str| NonceStr::new(text))]
    nonce: Option<NonceStr>,
    /// Seconds since 1970, ten digits; now if it is not given
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1_000_000_000..=9_999_999_999))]
    timestamp: Option<i64>,
    #[command(flatten)]
    key: KeySource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CallKind {
    /// Official account and mini program
    Jsapi,
    /// The APP SDK
    App,
    /// A static code, mode 1
    Native,
}

#[derive(Debug, thiserror::Error)]
#[error("a product_id has 1 to 32 bytes")]
struct ProductIdLength;

fn product_id(text: &str) -> Result<String, ProductIdLength> {
    if (1..=32).contains(&text.len()) { Ok(text.to_owned()) } else { Err(ProductIdLength) }
}

pub(crate) fn run(command: &PayParams, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    command.check(desk.profile().is_some())?;
    let signing = SigningKey::find(&command.key, desk)?;
    let nonce = match &command.nonce {
        Some(nonce) => nonce.clone(),
        None => random_nonce()?,
    };
    let (params, link) = command.sign(&signing, &nonce)?;
    output.spread_document(&document(&params, link))?;
    Ok(Exit::Done)
}

impl PayParams {
    fn kind(&self) -> &'static str {
        match self.kind {
            CallKind::Jsapi => "--kind jsapi",
            CallKind::App => "--kind app",
            CallKind::Native => "--kind native",
        }
    }

    /// What is missing on the command line is said before anybody is asked for a key.
    fn check(&self, with_profile: bool) -> Result<(), Failure> {
        let native = self.kind == CallKind::Native;
        let needed = [
            ("--appid", self.appid.is_some() || with_profile),
            ("--mch-id", self.mch_id.is_some() || with_profile || self.kind == CallKind::Jsapi),
            ("--prepay-id", self.prepay_id.is_some() || native),
            ("--product-id", self.product_id.is_some() || !native),
        ];
        if native && self.sign_type.is_some_and(|word| word.0 != SignType::Md5) {
            return Err(Failure::NativeIsMd5);
        }
        match needed.iter().find(|(_, given)| !given) {
            Some((option, _)) => Err(Failure::OptionNeeded { kind: self.kind(), option }),
            None => Ok(()),
        }
    }

    fn sign(&self, signing: &SigningKey, nonce: &NonceStr) -> Result<(Params, Option<String>), Failure> {
        let (key, profile) = (&signing.key, signing.profile.as_ref());
        let needed = |option| Failure::OptionNeeded { kind: self.kind(), option };
        let appid = self.appid.as_ref().or(profile.map(|profile| &profile.appid));
        let appid = appid.ok_or_else(|| needed("--appid"))?;
        let mch_id = self.mch_id.as_ref().or(profile.map(|profile| &profile.mch_id));
        let mch_id = || mch_id.ok_or_else(|| needed("--mch-id"));
        let prepay_id = || self.prepay_id.as_ref().ok_or_else(|| needed("--prepay-id"));
        let sign_type = self.sign_type.map(|word| word.0).or(signing.recorded()).unwrap_or(SignType::Md5);
        let now = self.timestamp.map_or_else(now, |seconds| UtcMs(seconds.saturating_mul(1000)));
        match self.kind {
            CallKind::Jsapi => Ok((pay_params::jsapi(appid, prepay_id()?, nonce, now, key, sign_type)?, None)),
            CallKind::App => Ok((pay_params::app(appid, mch_id()?, prepay_id()?, nonce, now, key, sign_type)?, None)),
            CallKind::Native => {
                let product_id = self.product_id.as_deref().ok_or_else(|| needed("--product-id"))?;
                let (params, url) = pay_params::native_link(appid, mch_id()?, product_id, nonce, now, key)?;
                Ok((params, Some(url)))
            }
        }
    }
}

fn document(params: &Params, link: Option<String>) -> Map<String, Value> {
    let mut document: Map<String, Value> =
        params.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    if let Some(link) = link {
        document.insert("code_url".to_owned(), Value::from(link));
    }
    document
}

/// The clock of this machine.
fn now() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn random_nonce() -> Result<NonceStr, Failure> {
    let mut fault = None;
    let nonce = numbers::nonce_str(&mut |buffer: &mut [u8]| {
        if let Err(cause) = getrandom::fill(buffer) {
            fault = Some(cause);
        }
    });
    match fault {
        Some(cause) => Err(Failure::Randomness(cause)),
        None => Ok(nonce),
    }
}
