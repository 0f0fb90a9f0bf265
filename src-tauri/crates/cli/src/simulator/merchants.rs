//! `wxpay simulator merchants …`: who may call a running gateway. A key is only ever read from a file.

use clap::Subcommand;
use serde_json::json;
use wxpay_protocol::ids::{Appid, MchId};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secrets::KeySource;
use crate::simulator::control::{Ask, ControlOptions, rows, word};

/// The merchants that a running simulator lets in [网关商户]
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator merchants list --control http://127.0.0.1:8100/_control --control-token-file token.txt\n  wxpay simulator merchants add --appid wx2… --mch-id 1900000002 --key-file key2.txt --control … --control-token-file token.txt"
)]
pub(crate) struct Merchants {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List them; keys are never shown [商户列表]
    #[command(
        after_help = "Example:\n  wxpay simulator merchants list --control http://… --control-token-file token.txt"
    )]
    List(ControlOptions),
    /// Let a merchant in, or give a known one another key [添加商户]
    #[command(
        after_help = "Example:\n  wxpay simulator merchants add --appid wx2… --mch-id 1900000002 --key-file key2.txt --control http://… --control-token-file token.txt"
    )]
    Add(Add),
    /// Forget a merchant's key; its orders stay [移除商户]
    #[command(
        after_help = "Example:\n  wxpay simulator merchants remove --appid wx2… --mch-id 1900000002 --control http://… --control-token-file token.txt"
    )]
    Remove(Remove),
}

#[derive(clap::Args)]
struct Pair {
    /// The app
    #[arg(long, value_parser = |text: &str| Appid::new(text))]
    appid: Appid,
    /// The merchant number [商户号]
    #[arg(long, value_parser = |text: &str| MchId::new(text))]
    mch_id: MchId,
}

#[derive(clap::Args)]
struct Add {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    key: KeySource,
    #[command(flatten)]
    control: ControlOptions,
}

#[derive(clap::Args)]
struct Remove {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn run(command: &Merchants, output: &mut Output) -> Result<Exit, Failure> {
    let show = |answer: &serde_json::Value, output: &mut Output| {
        rows(answer, "merchants")
            .try_for_each(|merchant| output.line(&format!("{}  {}", word(merchant, "mch_id"), word(merchant, "appid"))))
    };
    match &command.action {
        Action::List(control) => control.settle(Ask::get(&["merchants"]), output, show).await,
        Action::Add(add) => {
            let key = add.key.api_key()?;
            let key = std::str::from_utf8(key.expose()).map_err(|_| Failure::KeyNotText)?;
            let body = json!({"appid": add.pair.appid.as_str(), "mch_id": add.pair.mch_id.as_str(), "key": key});
            add.control.settle(Ask::post(&["merchants"], body), output, show).await
        }
        Action::Remove(remove) => {
            let ask = Ask::delete(&["merchants", remove.pair.mch_id.as_str()])
                .with("appid", Some(remove.pair.appid.as_str()));
            remove.control.settle(ask, output, show).await
        }
    }
}
