//! report (protocol page §4.12): how long a call took, as the merchant saw it. Checked, answered and not kept.

use serde::Deserialize;

use crate::answer::{Answer, Done};
use crate::check::{Accepted, Unsigned};
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;
use crate::text;

/// What production says to every report.
const THANKS: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n<result_code><![CDATA[SUCCESS]]></result_code>\n</xml>";

/// One trade of the batch variant.
#[derive(Deserialize)]
struct Trade {
    out_trade_no: String,
    begin_time: String,
    end_time: String,
    state: String,
}

impl Gateway {
    pub(crate) fn report(&self, request: &Accepted, nonce_str: &str) -> Answer {
        let checked = match request.field("trades") {
            Some(trades) => check_trades(trades),
            None => check_call(request),
        };
        if let Err(refused) = checked {
            return Answer::unsigned(Endpoint::Report, &refused);
        }
        if self.switches.report_is_signed {
            let done = Done { fields: super::signed_head(request, nonce_str), durable: None };
            return Answer::to_request(Endpoint::Report, request, Ok(done), nonce_str, &self.switches);
        }
        Answer::new(Endpoint::Report, "SUCCESS", THANKS)
    }
}

/// One call.
fn check_call(request: &Accepted) -> Result<(), Unsigned> {
    for name in ["execute_time", "return_code", "result_code"] {
        if request.field(name).is_none() {
            return Err(Unsigned::new(text::LACK_PARAMS, format!("{name} is missing or empty")));
        }
    }
    match request.field("execute_time").map(str::parse::<u64>) {
        Some(Ok(_)) => Ok(()),
        _ => Err(Unsigned::new(text::PARAM_FORMAT, "execute_time is not a number of milliseconds")),
    }
}

/// Several payments by code at once.
fn check_trades(trades: &str) -> Result<(), Unsigned> {
    let refused = |reason: String| Unsigned::new(text::PARAM_FORMAT, reason);
    let trades: Vec<Trade> =
        serde_json::from_str(trades).map_err(|fault| refused(format!("trades is not a list of trades: {fault}")))?;
    let odd = |trade: &&Trade| {
        !matches!(trade.state.as_str(), "OK" | "FAIL")
            || [&trade.out_trade_no, &trade.begin_time, &trade.end_time].iter().any(|text| text.is_empty())
    };
    match trades.iter().find(odd) {
        Some(trade) => {
            Err(refused(format!("the trade {:?} lacks a time or a state of OK or FAIL", trade.out_trade_no)))
        }
        None => Ok(()),
    }
}
