//! downloadfundflow (protocol page §4.7): a day's movements of one account, with the balance after each.

use sha1::{Digest, Sha1};
use wxpay_protocol::bill::{AccountType, Direction, FUND_FLOW_HEADER, FundFlow, FundFlowSums};
use wxpay_protocol::sign::upper_hex;
use wxpay_protocol::{Fen, UtcMs};

use super::balance::Nets;
use super::days::{Moved, Movement};
use super::download_bill::gzip;
use super::failure::text_refused;
use super::readiness::{BillDay, Readiness};
use crate::answer::Answer;
use crate::check::Accepted;
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::merchant::Merchant;
use crate::refunds::settlement_refund_fee;

const ENDPOINT: Endpoint = Endpoint::DownloadFundFlow;
/// The first day that has a fund flow (protocol page §8).
const FIRST_DAY: &str = "20170601";

/// One movement as the account sees it.
struct Flow<'a> {
    at: UtcMs,
    account: AccountType,
    business_name: &'static str,
    direction: Direction,
    amount: Fen,
    business_id: &'a str,
    voucher: &'a str,
    /// Makes the number of the movement: no two have the same.
    counter: u64,
}

impl Flow<'_> {
    fn signed_fen(&self) -> i128 {
        let amount = i128::from(self.amount.get());
        if self.direction == Direction::Income { amount } else { -amount }
    }
}

impl Gateway {
    pub(crate) fn download_fund_flow(&self, request: &Accepted, now: UtcMs) -> Answer {
        let refused = |err_code, err_code_des, reason: &str| {
            text_refused(ENDPOINT, err_code, err_code_des, &self.switches.bills, reason)
        };
        let (day, account) = match asked_for(request) {
            Ok(asked) => asked,
            Err(reason) => return refused("PARAM_ERROR", "参数错误", reason),
        };
        let as_of = match day.readiness(now, &self.switches.bills) {
            Readiness::AsOf(moment) => moment,
            Readiness::Creating => {
                return refused("BILL_CREATING", "账单未生成", "it is complete from 10:00 of the next day");
            }
            Readiness::NotYet => return refused("NO_BILL_EXIST", "账单不存在", "the day's flow is not made yet"),
            Readiness::TooOld => return refused("PARAM_ERROR", "参数错误", "bill_date is more than three months ago"),
        };
        let Some(text) = self.fund_flow_text(&request.merchant, day, account, as_of) else {
            return refused("NO_BILL_EXIST", "账单不存在", "nothing moved in that account on that day");
        };
        let plain = text.into_bytes();
        let body = match request.field("tar_type") {
            None => plain.clone(),
            Some(_) => match gzip(&plain) {
                Some(file) => file,
                None => return refused("SYSTEMERROR", "下载失败", "the flow could not be compressed"),
            },
        };
        let covered = if self.switches.bills.flow_digest_covers_gzip { &body } else { &plain };
        let digest = format!("SHA={}", upper_hex(&Sha1::digest(covered)).to_lowercase());
        Answer { headers: vec![("Digest", digest)], ..Answer::new(ENDPOINT, "SUCCESS", body) }
    }

    /// The whole text; nothing where nothing moved.
    fn fund_flow_text(&self, merchant: &Merchant, day: BillDay, account: AccountType, as_of: UtcMs) -> Option<String> {
        let ledger = self.ledger();
        let mch_id = merchant.mch_id.as_str();
        let mut movements: Vec<Movement> = ledger.days().of(mch_id, day.number()).to_vec();
        movements.retain(|movement| movement.at <= as_of);
        if movements.is_empty() {
            return None;
        }
        movements.sort_by_key(|movement| movement.at);
        let mut balance = self.balance_before(&ledger, merchant, day, account);
        let line_end = self.switches.bills.line_end();
        let mut out = format!("{FUND_FLOW_HEADER}{}", line_end.as_str());
        let mut sums = FundFlowSums::default();
        for movement in movements {
            self.each_flow(&ledger, merchant, movement, |flow| {
                if flow.account != account {
                    return;
                }
                balance += flow.signed_fen();
                let flow_id = format!("{mch_id}{}{:010}", flow.at.compact().get(..8).unwrap_or_default(), flow.counter);
                let line = FundFlow {
                    at: flow.at,
                    business_id: flow.business_id,
                    flow_id: &flow_id,
                    business_name: flow.business_name,
                    business_type: flow.business_name,
                    direction: flow.direction,
                    amount: flow.amount,
                    balance: i64::try_from(balance).ok().and_then(Fen::new).unwrap_or(Fen::MAX),
                    applicant: "system",
                    remark: "",
                    voucher: flow.voucher,
                };
                line.write(line_end, &mut out);
                sums.add(&line);
            });
        }
        if sums == FundFlowSums::default() {
            return None;
        }
        sums.write(self.switches.bills.flow_counts_as_documented, line_end, &mut out);
        Some(out)
    }

    /// What was in the account when the day began.
    fn balance_before(&self, ledger: &Ledger, merchant: &Merchant, day: BillDay, account: AccountType) -> i128 {
        let at_first = match account {
            AccountType::Basic => merchant.available_fen.map_or(0, |amount| i128::from(amount.get())),
            AccountType::Operation | AccountType::Fees => 0,
        };
        let (mch_id, rate) = (merchant.mch_id.as_str(), merchant.fee_rate);
        let add = |movement, nets: &mut Nets| {
            self.each_flow(ledger, merchant, movement, |flow| nets.add(flow.account, flow.signed_fen()));
        };
        at_first + self.balances.before(ledger.days(), mch_id, day.number(), rate, account, add)
    }

    /// What a movement of the ledger does to the merchant's accounts.
    fn each_flow(&self, ledger: &Ledger, merchant: &Merchant, movement: Movement, mut take: impl FnMut(&Flow<'_>)) {
        let Some(moved) = what_moved(ledger, movement) else { return };
        let (fee_name, fee_direction) = match moved.direction {
            Direction::Income => ("扣除交易手续费", Direction::Expense),
            Direction::Expense => ("退还手续费", Direction::Income),
        };
        let fee = Flow {
            account: if self.switches.bills.fees_have_an_account { AccountType::Fees } else { AccountType::Basic },
            business_name: fee_name,
            direction: fee_direction,
            amount: merchant.fee_of(moved.amount),
            counter: moved.counter + 1,
            ..moved
        };
        for flow in [moved, fee].iter().filter(|flow| flow.amount > Fen::ZERO) {
            take(flow);
        }
    }
}

/// The money itself: what is settled of a payment comes, what a refund or a reverse gives back goes.
fn what_moved(ledger: &Ledger, movement: Movement) -> Option<Flow<'_>> {
    let paid = |place| {
        let order = ledger.order_at(place)?;
        let payment = order.payment.as_deref()?;
        let amount = payment.settlement_total_fee(order.total_fee).unwrap_or(order.total_fee);
        Some((amount, payment.transaction_id.as_str(), order.out_trade_no()))
    };
    let refunded = |place| {
        let refund = ledger.refund_at(place)?;
        let payment = ledger.order_at(refund.order)?.payment.as_deref()?;
        let amount = settlement_refund_fee(payment, refund).unwrap_or(refund.refund_fee);
        Some((amount, refund.refund_id.as_str(), refund.out_refund_no.as_str()))
    };
    // Every kind of movement has two numbers of its own per place: the money's and the fee's.
    let (business_name, direction, place, kind, (amount, business_id, voucher)) = match movement.moved {
        Moved::Paid(place) => ("交易", Direction::Income, place, 0, paid(place)?),
        Moved::Refunded(place) => ("退款", Direction::Expense, place, 2, refunded(place)?),
        Moved::Returned(place) => ("退款退回", Direction::Income, place, 4, refunded(place)?),
        Moved::Reversed(place) => ("撤销", Direction::Expense, place, 6, paid(place)?),
    };
    Some(Flow {
        at: movement.at,
        account: AccountType::Basic,
        business_name,
        direction,
        amount,
        business_id,
        voucher,
        counter: u64::from(place) * 8 + kind,
    })
}

fn asked_for(request: &Accepted) -> Result<(BillDay, AccountType), &'static str> {
    let day = request.field("bill_date").and_then(BillDay::parse).ok_or("bill_date is not written as yyyyMMdd")?;
    if BillDay::parse(FIRST_DAY).is_some_and(|first| day.start() < first.start()) {
        return Err("there is no flow before 2017-06-01");
    }
    let account = request.field("account_type").and_then(AccountType::parse);
    let account = account.ok_or("account_type is not Basic, Operation or Fees")?;
    match request.field("tar_type") {
        None | Some("GZIP") => Ok((day, account)),
        Some(_) => Err("tar_type is not GZIP"),
    }
}
