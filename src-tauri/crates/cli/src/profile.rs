//! `wxpay profile`: merchants, and what may be shown of their secrets.

mod certificate;

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::PossibleValue;
use desk::{KeyProbe, NewProfile, ProfileShown, SecretShown};
use serde_json::{Value, json};
use wxpay_protocol::environment::Environment;

use crate::desk_options::{DeskOptions, block_on, choose, standard_input_once};
use crate::exit::{Exit, Failure};
use crate::option_words::SignTypeWord;
use crate::output::Output;
use crate::secrets::{self, APP_SECRET, KeySource};

const AFTER: &str = "\
Keys are kept in the vault [密钥库]: in the keyring of the system where there is one that works, otherwise under a \
passphrase (--passphrase-file, or a prompt). No command gives a key back.

Examples:
  wxpay profile add shop --appid wx0000000000000001 --mch-id 1900000001 --key-file key.txt
  wxpay profile add test --appid wx1… --mch-id 1900000001 --key-file key.txt --environment simulator --base-url http://127.0.0.1:8100
  wxpay profile list --json
  wxpay profile show shop
  wxpay profile probe shop
  wxpay profile import-cert shop apiclient_cert.p12
  wxpay profile remove test";

/// Merchants [商户]: add, list, show, import-cert, probe, remove
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Profiles {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Add(Box<Add>),
    List(List),
    Show(Named),
    ImportCert(certificate::ImportCert),
    Probe(Probed),
    Remove(Removed),
}

const ADD_AFTER: &str = "\
Exit 6 if the key is missing or there is no place to keep it.

Examples:
  wxpay profile add shop --appid wx0000000000000001 --mch-id 1900000001 --key-file key.txt --sign-type HMAC-SHA256
  wxpay profile add test --appid wx1… --mch-id 1900000001 --key-file - --environment simulator --base-url http://127.0.0.1:8100";

/// Add a merchant; its key goes to the vault
#[derive(clap::Args)]
#[command(after_help = ADD_AFTER)]
struct Add {
    /// What you call it, 1 to 64 characters
    name: String,
    /// The app that the merchant number is bound to, such as wx0000000000000001
    #[arg(long)]
    appid: String,
    /// The merchant number [商户号], such as 1900000001
    #[arg(long)]
    mch_id: String,
    #[command(flatten)]
    key: KeySource,
    /// File with the mini program's AppSecret, - for standard input
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// How its requests are signed [签名类型]
    #[arg(long, value_name = "TYPE", default_value = "MD5")]
    sign_type: SignTypeWord,
    /// The sub-merchant, for a service provider [特约商户号]
    #[arg(long)]
    sub_mch_id: Option<String>,
    /// The sub-merchant's app
    #[arg(long)]
    sub_appid: Option<String>,
    /// Which gateway; standby is WeChat's second city, simulator is on this machine
    #[arg(long, value_name = "ENVIRONMENT", default_value = "production")]
    environment: EnvironmentWord,
    /// Address of the simulator on this machine; for the environment simulator only
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Certificate authority of a simulator with TLS; for the environment simulator only
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Where notifications go unless an order says otherwise
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
}

/// List all merchants
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay profile list\n  wxpay profile list --json")]
struct List {}

/// Show one merchant; exit 1 if there is none of that name
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay profile show shop --passphrase-file pass.txt")]
struct Named {
    /// Its name; without it the one of --profile, the one in use, or the only one
    name: Option<String>,
}

const PROBE_AFTER: &str = "\
One read-only orderquery about a random number that no order has, signed with the merchant's key. It goes to the gateway of \
the profile, which is WeChat unless the profile is one of a simulator; it changes nothing there and is kept nowhere here.

Exit 0 the key is right · 1 the key or the merchant number is wrong · 4 not sent, or refused for another reason · 5 \
unknown · 6 the key is missing or locked. Only 0 and 1 with key_wrong say anything about the key.

Examples:
  wxpay profile probe shop
  wxpay profile probe shop --passphrase-file pass.txt --json";

/// Ask the gateway whether it has the same key [密钥探测]
#[derive(clap::Args)]
#[command(after_help = PROBE_AFTER)]
struct Probed {
    /// Its name; it must be given, because the question goes out under this merchant's key
    name: String,
}

/// Remove a merchant and its secrets; its orders and their evidence stay
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay profile remove test")]
struct Removed {
    /// Its name
    name: String,
}

/// `--environment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EnvironmentWord(Environment);

impl clap::ValueEnum for EnvironmentWord {
    fn value_variants<'a>() -> &'a [Self] {
        const WORDS: [EnvironmentWord; 4] = [
            EnvironmentWord(Environment::Production),
            EnvironmentWord(Environment::Standby),
            EnvironmentWord(Environment::Sandbox),
            EnvironmentWord(Environment::Simulator),
        ];
        &WORDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

pub(crate) fn run(command: &Profiles, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        match &command.action {
            Action::Add(add) => self::add(add, options, output).await,
            Action::List(_) => list(options, output).await,
            Action::Show(named) => show(named.name.as_deref().or(options.profile()), options, output).await,
            Action::ImportCert(import) => certificate::run(import, options, output).await,
            Action::Probe(probed) => probe(&probed.name, options, output).await,
            Action::Remove(removed) => remove(&removed.name, options, output).await,
        }
    })
}

async fn add(add: &Add, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once([add.key.file(), add.app_secret_file.as_deref(), options.passphrase_file()])?;
    let new = NewProfile {
        name: add.name.clone(),
        appid: add.appid.clone(),
        mch_id: add.mch_id.clone(),
        sign_type: add.sign_type.0,
        environment: add.environment.0,
        base_url: add.base_url.clone(),
        ca_file: add.ca_file.clone(),
        notify_url: add.notify_url.clone(),
        sub_mch_id: add.sub_mch_id.clone(),
        sub_appid: add.sub_appid.clone(),
        api_key: add.key.api_key()?,
        app_secret: add.app_secret_file.as_deref().map(|file| secrets::secret(&APP_SECRET, Some(file))).transpose()?,
    };
    let desk = options.open().await?;
    options.unlock_for_writing(&desk).await?;
    let shown = desk.profile_add(new).await?;
    if output.is_json() {
        output.document(&document(&shown))?;
    } else {
        output.verdict(true, &format!("added [已添加] {}", shown.profile.name))?;
        describe(&shown, output)?;
    }
    Ok(Exit::Done)
}

async fn list(options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profiles = desk.profiles().await?;
    if output.is_json() {
        let all: Vec<Value> = profiles.iter().map(document).collect();
        output.document(&json!({"profiles": all}))?;
        return Ok(Exit::Done);
    }
    if profiles.is_empty() {
        output.note("no merchant yet [还没有商户]; add one with wxpay profile add");
    }
    for shown in &profiles {
        let profile = &shown.profile;
        output.line(&format!(
            "{}  {}  {}  {}  {}",
            profile.name,
            profile.mch_id,
            profile.appid,
            profile.environment.as_str(),
            profile.sign_type.as_str()
        ))?;
    }
    Ok(Exit::Done)
}

async fn show(name: Option<&str>, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profile = choose(&desk, name).await?;
    // A passphrase is used if it is there, and nobody is asked for one: what cannot be seen is said to be locked.
    if options.passphrase_file().is_some() && !profile.builtin {
        options.unlock(&desk).await?;
    }
    let shown = desk.profile(&profile.name).await?;
    if output.is_json() {
        output.document(&document(&shown))?;
    } else {
        output.line(&shown.profile.name)?;
        describe(&shown, output)?;
    }
    Ok(Exit::Done)
}

async fn probe(name: &str, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profile = choose(&desk, Some(name)).await?;
    if !profile.builtin {
        options.unlock(&desk).await?;
    }
    let probe = desk.probe_key(&profile.name).await?;
    let exit = Exit::from_status(probe.verdict.exit_status());
    if output.is_json() {
        output.document(&probe_document(&probe))?;
    } else {
        output.verdict(exit == Exit::Done, &format!("{}  {}", probe.profile.name, probe.english()))?;
        output.line(&probe.chinese())?;
    }
    Ok(exit)
}

/// A probe as JSON. The key is not in it, not even by its fingerprint.
fn probe_document(probe: &KeyProbe) -> Value {
    let causes: Vec<&str> = probe.causes().iter().map(|cause| cause.as_str()).collect();
    json!({
        "name": probe.profile.name,
        "appid": probe.profile.appid.as_str(),
        "mch_id": probe.profile.mch_id.as_str(),
        "sign_type": probe.profile.sign_type.as_str(),
        "environment": probe.profile.environment.as_str(),
        "out_trade_no": probe.out_trade_no.as_str(),
        "verdict": probe.verdict.as_str(),
        "causes": causes,
        "return_msg": probe.verdict.return_msg(),
        "err_code": probe.verdict.err_code(),
        "detail": probe.english(),
        "detail_zh": probe.chinese(),
        "took_ms": probe.took_ms,
    })
}

async fn remove(name: &str, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profile = desk.profile(name).await?;
    if profile.api_key.set && !profile.profile.builtin {
        options.unlock(&desk).await?;
    }
    desk.profile_remove(name).await?;
    if output.is_json() {
        output.document(&json!({"removed": name}))?;
    } else {
        output.verdict(true, &format!("removed [已删除] {name}; its orders stay"))?;
    }
    Ok(Exit::Done)
}

/// A merchant as JSON; of a secret only how to recognise it.
pub(crate) fn document(shown: &ProfileShown) -> Value {
    let profile = &shown.profile;
    let secret = |secret: &SecretShown| {
        json!({
            "set": secret.set,
            "tail": secret.view.as_ref().and_then(|view| view.tail.as_deref()),
            "fingerprint": secret.view.as_ref().map(|view| view.fingerprint.as_str()),
        })
    };
    json!({
        "name": profile.name,
        "appid": profile.appid.as_str(),
        "mch_id": profile.mch_id.as_str(),
        "sign_type": profile.sign_type.as_str(),
        "environment": profile.environment.as_str(),
        "base_url": profile.base_url,
        "ca_file": profile.ca_file,
        "notify_url": profile.notify_url,
        "sub_mch_id": profile.sub_mch_id.as_ref().map(ToString::to_string),
        "sub_appid": profile.sub_appid.as_ref().map(ToString::to_string),
        "builtin": profile.builtin,
        "created_at": profile.created_at.rfc3339(),
        "api_key": secret(&shown.api_key),
        "app_secret": secret(&shown.app_secret),
        "certificate": shown.certificate.as_ref().map(|certificate| json!({
            "serial": certificate.serial,
            "not_before": certificate.not_before.rfc3339(),
            "not_after": certificate.not_after.rfc3339(),
            "imported_at": certificate.imported_at.rfc3339(),
        })),
    })
}

pub(crate) fn describe(shown: &ProfileShown, output: &mut Output) -> Result<(), Failure> {
    let profile = &shown.profile;
    let secret = |secret: &SecretShown| match &secret.view {
        Some(view) => match &view.tail {
            Some(tail) => format!("set, ends in {tail}, fingerprint {}", view.fingerprint),
            None => format!("set, fingerprint {}", view.fingerprint),
        },
        None if secret.set => "set (the vault is locked)".to_owned(),
        None => "not set".to_owned(),
    };
    let texts = [
        ("merchant [商户号]", Some(profile.mch_id.to_string())),
        ("appid", Some(profile.appid.to_string())),
        ("environment", Some(profile.environment.as_str().to_owned())),
        ("base URL", profile.base_url.clone()),
        ("CA file", profile.ca_file.clone()),
        ("sign type", Some(profile.sign_type.as_str().to_owned())),
        ("notify_url", profile.notify_url.clone()),
        ("sub_mch_id", profile.sub_mch_id.as_ref().map(ToString::to_string)),
        ("sub_appid", profile.sub_appid.as_ref().map(ToString::to_string)),
        ("API key [API密钥]", Some(secret(&shown.api_key))),
        ("AppSecret", Some(secret(&shown.app_secret))),
        (
            "certificate [商户证书]",
            shown.certificate.as_ref().map(|certificate| {
                format!("serial {}, valid until {}", certificate.serial, certificate.not_after.rfc3339())
            }),
        ),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            output.line(&format!("  {name}  {text}"))?;
        }
    }
    Ok(())
}
