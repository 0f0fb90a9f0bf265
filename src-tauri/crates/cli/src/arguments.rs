//! The command line as clap reads it.

use clap::{Parser, Subcommand};

use crate::desk_options::DeskOptions;
use crate::{
    alarms, bill, completions, day, diagnose, export, lint, listen, lookup, notify, order, pay_params, poll, profile,
    reconcile, refund, sign, simulator, verify,
};

const AFTER: &str = "\
Secrets [密钥] never come from an option or the environment: --key-file FILE, --key-file - for standard input, the vault \
of a --profile, or a prompt without echo.

Exit status: 0 yes or done · 1 the answer is no · 2 usage · 3 the input could not be read or was refused · 4 not sent, \
or refused by the gateway · 5 the outcome is unknown · 6 secret missing or locked

Examples:
  wxpay sign order.xml --key-file key.txt
  wxpay verify notice.xml --key-file key.txt --json
  wxpay verify --jsonl messages.jsonl --key-file key.txt
  wxpay diagnose order.xml --key-file key.txt --return-msg 签名错误
  wxpay lint order.xml
  wxpay pay-params --appid wx0000000000000001 --prepay-id wx02… --key-file key.txt
  wxpay simulator --listen 127.0.0.1:8100 --appid wx0000000000000001 --mch-id 1900000001 --key-file key.txt
  wxpay profile add shop --appid wx0000000000000001 --mch-id 1900000001 --key-file key.txt
  wxpay order create --profile shop --total-fee 101 --body 测试商品 --trade-type NATIVE
  wxpay refund create --out-trade-no N --refund-fee 101
  wxpay listen --listen 127.0.0.1:8120 --json
  wxpay poll --drain --timeout 120
  wxpay lookup 4200000000202401020000000001
  wxpay bill check bill.csv
  wxpay reconcile --bill bill.csv --orders orders.csv --refunds refunds.csv --date 2026-11-20 --out result/";

/// WeChat Pay v2 [微信支付 v2] from the command line: sign, verify, test, without sending a secret anywhere.
#[derive(Parser)]
#[command(name = "wxpay", version, after_help = AFTER, max_term_width = 110)]
pub(crate) struct Arguments {
    /// Print one JSON document on standard output; errors too, as {"error":{"code","message"}}
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) desk: DeskOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Sign(sign::Sign),
    Verify(verify::Verify),
    Diagnose(Box<diagnose::Diagnose>),
    Lint(lint::Lint),
    PayParams(pay_params::PayParams),
    Simulator(Box<simulator::Simulator>),
    #[command(name = "profile")]
    Profiles(profile::Profiles),
    #[command(name = "order")]
    Orders(order::Orders),
    #[command(name = "refund")]
    Refunds(refund::Refunds),
    Notify(notify::Notify),
    Listen(listen::Listen),
    Poll(poll::Poll),
    Lookup(lookup::Lookup),
    Alarms(alarms::Alarms),
    #[command(name = "export")]
    Exports(export::Exports),
    #[command(name = "bill")]
    Bills(bill::Bills),
    Reconcile(Box<reconcile::Reconcile>),
    #[command(name = "day")]
    Days(day::Days),
    Completions(completions::Completions),
}
