//! What an alarm says: what happened, and what to do.

use desk_store::{BillChange, Certificate, RefundAlarm, RefundReason};
use wxpay_protocol::UtcMs;

use super::AlarmKind;
use crate::told::{Told, minute};

/// What happened, and what to do.
pub(super) struct Words {
    pub(super) what: Told,
    pub(super) next: Told,
}

impl Words {
    fn new(what: impl Into<Told>, next: impl Into<Told>) -> Self {
        Self { what: what.into(), next: next.into() }
    }
}

/// About an order, by the mark that it has.
pub(super) fn of_order(kind: AlarmKind) -> Words {
    match kind {
        AlarmKind::Conflict => Words::new(
            ("证据互相矛盾，状态保持不变", "the evidence contradicts itself; the state stays as it was"),
            (
                "打开订单核对证据，并在商户平台查这笔交易",
                "open the order, go through its evidence, and look the trade up on the merchant platform",
            ),
        ),
        AlarmKind::PaidAfterClose => Words::new(
            ("关单之后收到了付款", "paid although it had been closed"),
            ("决定发货还是退款", "decide whether to deliver or to refund"),
        ),
        AlarmKind::UnverifiedAnswer => Words::new(
            ("连续收到签名不成立的应答，没有采信", "answers in a row whose signature does not hold; none was believed"),
            (
                "核对 API 密钥和签名类型；用签名调试看收到的报文",
                "compare the API key and the sign type; look at the message in the signature workbench",
            ),
        ),
        _ => Words::new(
            ("下单或关单的结果未知", "it is not known what became of a creation or a closing"),
            (
                "程序在用同一单号查询，不要换单号重下",
                "it is asked about under the same number; do not order again under another one",
            ),
        ),
    }
}

/// About a refund.
pub(super) fn of_refund(kind: AlarmKind, alarm: &RefundAlarm) -> Words {
    match kind {
        AlarmKind::RefundConflict => Words::new(
            contradiction(alarm.conflict.unwrap_or(RefundReason::Contradicts)),
            (
                "打开退款核对证据，并在商户平台查这笔退款；弄清之前不要换单号再退",
                "open the refund, go through its evidence, and look it up on the merchant platform; until it is clear, do not refund under another number",
            ),
        ),
        AlarmKind::RefundChange => Words::new(
            (
                "退款异常：钱没有退到用户账户（卡已注销或冻结）",
                "the refund went wrong: the money did not reach the payer, whose card is cancelled or frozen",
            ),
            (
                "到商户平台的退款页面改退到别的账户，之后这里会查到结果",
                "send it to another account on the merchant platform's refund page; the outcome is then found here",
            ),
        ),
        _ => Words::new(
            ("退款的结果未知，金额继续占用", "it is not known what became of a refund; its amount stays held"),
            (
                "程序在用同一退款单号查询，不要换单号再退",
                "it is asked about under the same number; do not refund again under another one",
            ),
        ),
    }
}

fn contradiction(reason: RefundReason) -> (&'static str, &'static str) {
    match reason {
        RefundReason::AmountMismatch => (
            "微信支付用这个退款单号报告了另一个金额，没有采信",
            "WeChat Pay reports another amount under this refund number; it was not believed",
        ),
        RefundReason::OtherRefundId => (
            "微信支付用这个退款单号报告了另一个微信退款单号，没有采信",
            "WeChat Pay reports another refund_id under this refund number; it was not believed",
        ),
        RefundReason::NotExistContradicts => (
            "微信支付说没有这笔退款，而之前的应答证实过它，状态保持不变",
            "WeChat Pay says that there is no such refund, although an answer proved it before; the state stays as it was",
        ),
        RefundReason::SuccessAfterEnd => (
            "退款已关闭或被拒绝，之后却成功了：可能退了两次",
            "the refund had been closed or refused and succeeded all the same: money may have gone back twice",
        ),
        _ => (
            "微信支付报告的退款状态与已有证据矛盾，状态保持不变",
            "the refund's reported state contradicts the evidence; the state stays as it was",
        ),
    }
}

/// A genuine notice about something that is not known here.
pub(super) fn of_orphan(is_refund: bool) -> Words {
    if is_refund {
        Words::new(
            ("收到退款通知，但这里没有这笔退款", "a notice came about a refund that is not known here"),
            (
                "用查单查这笔订单，会查到它的全部退款；不是你们发起的，到商户平台核对",
                "look the order up, which finds all its refunds; if nobody of yours made it, check on the merchant platform",
            ),
        )
    } else {
        Words::new(
            (
                "收到签名有效的支付通知，但这里没有这个订单",
                "a payment notice whose signature holds came about an order that is not known here",
            ),
            (
                "用查单核对这个单号；如果是别的系统下的单，把它的通知地址改过去",
                "look the number up; if another system placed the order, point its notify_url there",
            ),
        )
    }
}

/// A bill of which WeChat said something else before.
pub(super) fn of_bill(date: UtcMs, change: BillChange) -> Words {
    let day = date.day();
    match change {
        BillChange::OtherBill => Words::new(
            Told::new(
                format!("{day} 又有一份账单，内容与之前的不同"),
                format!("the bill of {day} has another text than the one that was compared"),
            ),
            (
                "打开这一天，用新账单再对一次；已结账的先重开",
                "open the day and compare again with the new bill; reopen it first if it was closed",
            ),
        ),
        BillChange::NoBill => Words::new(
            Told::new(
                format!("{day} 的账单下载过，现在微信支付说没有账单"),
                format!("there is a bill of {day}, and WeChat Pay says now that there is none"),
            ),
            (
                "到商户平台核对这一天的账单，再下载一次；用旧文件再对账不会消除这条提醒",
                "look the bill up on the merchant platform and download it again; comparing the old file again does not settle this",
            ),
        ),
        BillChange::FundFlow => Words::new(
            Told::new(
                format!("{day} 的资金账单再次下载时内容变了"),
                format!("the fund flow of {day} came with another text than before"),
            ),
            (
                "对照新旧两份资金账单，到商户平台核对；订单对账不受影响",
                "compare both fund flows with the merchant platform; the reconciled orders are not touched by it",
            ),
        ),
        BillChange::RechargeRefunds => Words::new(
            Told::new(
                format!("{day} 的充值退款账单再次下载时内容变了"),
                format!("the bill of refunds out of recharged money of {day} came with another text than before"),
            ),
            (
                "对照新旧两份充值退款账单，到商户平台核对；它不参与订单对账",
                "compare both with the merchant platform; it is no part of what is reconciled",
            ),
        ),
    }
}

/// A merchant whose answers do not verify.
pub(super) fn of_key() -> Words {
    Words::new(
        (
            "应答验签一直不过，已停止查询，订单状态不变",
            "its answers do not verify, one after another: nothing is asked and no order changes",
        ),
        (
            "与商户平台核对 API 密钥，更换后再试",
            "compare the API key with the merchant platform, replace it, then try again",
        ),
    )
}

/// A certificate that expires soon, or did.
pub(super) fn of_certificate(kind: AlarmKind, certificate: &Certificate) -> Words {
    let day = minute(certificate.not_after);
    let what = if kind == AlarmKind::CertificateExpired {
        Told::new(
            format!("商户证书已于 {day} 过期，退款和撤销发不出去"),
            format!("the merchant's certificate expired on {day}; refunds and reversals cannot be sent"),
        )
    } else {
        Told::new(format!("商户证书将于 {day} 过期"), format!("the merchant's certificate expires on {day}"))
    };
    Words::new(
        what,
        (
            "在商户平台更新 API 证书，再到设置里导入",
            "renew the API certificate on the merchant platform, then import it in the settings",
        ),
    )
}
