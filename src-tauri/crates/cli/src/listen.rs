//! `wxpay listen`: receives notifications on this machine, judges them and says what it answered.

use std::net::SocketAddr;
use std::pin::pin;

use desk::{Heard, ListenOptions};
use serde_json::{Map, Value, json};

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::notify;
use crate::output::Output;

const AFTER: &str = "\
WeChat cannot reach this machine: a notify_url must be public. A relay there must pass each POST on byte for byte, with its \
body untouched, to the printed path, and pass our answer back within five seconds; give its address as --public-url. The \
built-in gateway and wxpay simulator reach this machine by themselves.

The first line is JSON: {\"listening\":…,\"notify_url\":…}. Then one line per notice; with --json a JSON document each. A refund \
notice proves nothing: it has a signed refundquery asked.

--shop serves a test back end for a mini program on the same port, for this profile: GET or POST /wechat/prepay with goods_id \
and one of js_code, openid, uid; GET /wechat/orders/N. It is for testing only: whoever reaches it can place unpaid orders. Its \
profile keeps path and port from one time to the next, so that an unpaid order is used again. --listen-wide lets a phone in your \
network reach it as well; notices are taken from this machine only, whatever you say.

Examples:
  wxpay listen --listen 127.0.0.1:8120 --profile shop
  wxpay listen --listen 127.0.0.1:8120 --path /wx/notify --public-url https://relay.example.com --forward http://127.0.0.1:3000/notify
  wxpay listen --listen 127.0.0.1:8120 --shop --json
  wxpay listen --listen 127.0.0.1:8120 --shop --listen-wide 0.0.0.0:8130";

/// Receive notifications [接收通知]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Listen {
    /// Address of this machine, such as 127.0.0.1:8120; port 0 takes a free one
    #[arg(long = "listen", value_name = "ADDR")]
    address: SocketAddr,
    /// Path of the notify_url; a random one otherwise
    #[arg(long)]
    path: Option<String>,
    /// Scheme and host of your relay, such as https://relay.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Pass every notice on, byte for byte, to a program on this machine
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Serve the test back end for a mini program as well
    #[arg(long)]
    shop: bool,
    /// Let other machines reach the test back end, and nothing else, at this address, such as 0.0.0.0:8130 [对外开放测试后端]
    #[arg(long = "listen-wide", value_name = "ADDR", requires = "shop")]
    wide: Option<SocketAddr>,
}

pub(crate) fn run(command: &Listen, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        let (desk, profile) = options.open_profile().await?;
        let mut heard = desk.heard();
        let status = desk
            .listen_start(ListenOptions {
                listen: command.address,
                path: command.path.clone(),
                public_url: command.public_url.clone(),
                forward: command.forward.clone(),
                profile: options.profile().map(|_| profile.name.clone()),
                shop: command.shop.then(|| profile.name.clone()),
                wide: command.wide,
            })
            .await?;
        // What notices hint at is asked about here, unless another program polls this data folder.
        desk.start_polling();
        output.raw(&format!(
            "{}\n",
            json!({"listening": status.url, "notify_url": status.notify_url, "shop": status.shop, "wide": status.wide})
        ))?;
        output.finish()?;
        if command.shop {
            output.note(
                "test back end for a mini program [测试后端]: /wechat/prepay and /wechat/orders/N; for testing only",
            );
        }
        if let Some(wide) = &status.wide {
            output.note(&format!(
                "WARNING [警告]: {wide} can be reached by every machine of your networks, without a password. Whoever reaches it places \
                 unpaid orders of {} and reads their states [任何能连到这个地址的人都能以该商户下单、查单]. Notices stay on {}. Stop it when you \
                 are done.",
                profile.name, status.url
            ));
        }
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        loop {
            tokio::select! {
                came = heard.recv() => match came {
                    Ok(heard) => tell(&heard, output)?,
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(missed)) => {
                        output.note(&format!("{missed} notices came faster than they could be printed; all are kept"));
                    }
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => break,
                },
                _ = &mut interrupted => break,
            }
        }
        desk.listen_stop().await;
        desk.stop_polling().await?;
        Ok(Exit::Done)
    })
}

fn tell(heard: &Heard, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        let mut line: Map<String, Value> = notify::fields(&heard.outcome);
        line.insert(
            "forward".to_owned(),
            match &heard.forwarded {
                None => Value::Null,
                Some(Ok(said)) => json!({"status": said.status, "answer": said.answer, "took_ms": said.took_ms}),
                Some(Err(fault)) => json!({"error": fault}),
            },
        );
        output.raw(&format!("{}\n", Value::Object(line)))?;
    } else {
        notify::describe(&heard.outcome, output)?;
        match &heard.forwarded {
            None => {}
            Some(Ok(said)) => {
                output.line(&format!(
                    "  passed on [已转发]: HTTP {} in {} ms: {}",
                    said.status, said.took_ms, said.answer
                ))?;
            }
            Some(Err(fault)) => output.line(&format!("  not passed on: {fault}"))?,
        }
    }
    output.finish()
}
