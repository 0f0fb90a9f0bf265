//! downloadbill (protocol page §4.6): a day's trades as text, plain or as a gzip file.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{BillType, TradeBill};

use super::failure::BillFailure;
use super::readiness::{BillDay, Readiness};
use crate::answer::Answer;
use crate::check::Accepted;
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;

impl Gateway {
    pub(crate) fn download_bill(&self, request: &Accepted, now: UtcMs) -> Answer {
        let (day, kind) = match asked_for(request) {
            Ok(asked) => asked,
            Err((failure, reason)) => return failure.answer(reason),
        };
        let as_of = match day.readiness(now, &self.switches.bills) {
            Readiness::AsOf(moment) => moment,
            Readiness::Creating => {
                return BillFailure::BILL_CREATING.answer("the bill is complete from 10:00 of the next day");
            }
            Readiness::NotYet => return BillFailure::NO_BILL_EXIST.answer("the day's bill is not made yet"),
            Readiness::TooOld => return BillFailure::BILL_DATE.answer("bill_date is more than three months ago"),
        };
        let mut bill = TradeBill::new(kind, self.switches.bills.form());
        let reported = self.each_trade_row(request, day, kind, as_of, |row| bill.push(row));
        if bill.sums().rows == 0 {
            return BillFailure::NO_BILL_EXIST.answer("the merchant had no such trade on that day");
        }
        Answer { durable: Some(reported), ..packed(bill.finish(), request) }
    }
}

/// The answer that a finished bill is, in the form that was asked for.
pub(super) fn packed(text: String, request: &Accepted) -> Answer {
    let body = match request.field("tar_type") {
        None => text.into_bytes(),
        Some(_) => match gzip(text.as_bytes()) {
            Some(file) => file,
            None => return BillFailure::COMPRESS.answer("the bill could not be compressed"),
        },
    };
    Answer::new(Endpoint::DownloadBill, "SUCCESS", body)
}

/// The day and the kind of bill that a request names.
pub(super) fn asked_for(request: &Accepted) -> Result<(BillDay, BillType), (BillFailure, &'static str)> {
    let day = request.field("bill_date").and_then(BillDay::parse);
    let day = day.ok_or((BillFailure::BILL_DATE, "bill_date is not a day written as yyyyMMdd"))?;
    let kind = request.field("bill_type").map_or(Some(BillType::All), BillType::parse);
    let kind = kind.ok_or((BillFailure::BILL_TYPE, "bill_type is not ALL, SUCCESS, REFUND or RECHARGE_REFUND"))?;
    match request.field("tar_type") {
        None | Some("GZIP") => Ok((day, kind)),
        Some(_) => Err((BillFailure::TAR_TYPE, "tar_type is not GZIP")),
    }
}

/// The text as one gzip file. It goes out without a Content-Encoding, as clients unpack it themselves (protocol page §4.6).
pub(super) fn gzip(text: &[u8]) -> Option<Vec<u8>> {
    let mut file = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    file.write_all(text).ok()?;
    file.finish().ok()
}
