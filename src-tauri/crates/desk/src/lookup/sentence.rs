//! The one sentence to read to a customer, whether it can still change, and what to do next.

use desk_store::{Flags, OrderState, Refund, RefundState};
use wxpay_protocol::{Fen, UtcMs, error_code, order_query};

use super::inquiry::{Inquiry, next_without_key};
use crate::arrival;
use crate::told::{Told, minute, of_code, yuan};

/// The most refunds that the sentence names one by one.
const NAMED_REFUNDS: usize = 3;

/// Where an order stands, as far as it is known.
pub(crate) struct Standing<'a> {
    pub(crate) state: OrderState,
    pub(crate) claimed_state: Option<OrderState>,
    pub(crate) flags: Flags,
    /// The amount; WeChat leaves it out for some orders that were never paid.
    pub(crate) total_fee: Option<Fen>,
    pub(crate) paid_at: Option<UtcMs>,
    /// From what the payer paid.
    pub(crate) way: Option<Told>,
    pub(crate) refunds: &'a [Refund],
    /// How often PAYERROR was reported; once more has to be asked before it counts.
    pub(crate) payment_errors: usize,
    pub(crate) inquiry: &'a Inquiry,
}

impl Standing<'_> {
    /// What is read to the customer.
    pub(crate) fn sentence(&self) -> Told {
        let mut parts = vec![self.payment()];
        parts.extend(self.refund_parts());
        parts.extend(self.reserve());
        let told = Told::joined(&parts, "；", "; ");
        Told::new(format!("{}。", told.zh), format!("{}.", capital(&told.en)))
    }

    fn payment(&self) -> Told {
        let (zh, en) = match self.total_fee {
            Some(amount) => (format!(" {}", yuan(amount)), format!(" {}", yuan(amount))),
            None => Default::default(),
        };
        match self.state {
            OrderState::Success | OrderState::Refund => self.paid(&zh, &en),
            OrderState::NotPay => Told::new(
                format!("未支付{zh}：订单已建立，还没有收到付款"),
                format!("not paid{en}: the order exists, no payment has arrived"),
            ),
            OrderState::UserPaying => Told::new(
                format!("支付中{zh}：正在等待用户输入密码"),
                format!("being paid{en}: the payer is entering the password"),
            ),
            OrderState::Accept => {
                Told::new(format!("已受理{zh}，等待扣款"), format!("accepted{en}, waiting to be debited"))
            }
            OrderState::Closed => Told::new(
                format!("已关闭{zh}：没有付款，这个单号不能再付"),
                format!("closed{en}: not paid, and this number can no longer be paid"),
            ),
            OrderState::Revoked => Told::new(
                format!("已撤销{zh}：没有收款，已付的款项会原路退回"),
                format!("reversed{en}: no money was kept, what was paid goes back the way it came"),
            ),
            OrderState::PayError => {
                Told::new(format!("支付失败{zh}：没有扣款成功"), format!("the payment failed{en}: nothing was debited"))
            }
            OrderState::Creating => Told::new(
                format!("下单结果未知{zh}，正在用同一单号查询"),
                format!("it is not known whether the order was created{en}; it is asked about under the same number"),
            ),
            OrderState::CreateFailed => Told::new(
                format!("没有下单成功{zh}，没有付款"),
                format!("the order was never created{en}; nothing was paid"),
            ),
            OrderState::Unverified => self.claimed(&zh, &en),
        }
    }

    fn paid(&self, zh: &str, en: &str) -> Told {
        let at = self.paid_at.map(minute);
        let (at_zh, at_en) = (
            at.as_ref().map(|at| format!("，{at}")).unwrap_or_default(),
            at.as_ref().map(|at| format!(" on {at}")).unwrap_or_default(),
        );
        let (way_zh, way_en) = match &self.way {
            Some(way) => (format!("，{}", way.zh), format!(" by {}", way.en)),
            None => Default::default(),
        };
        Told::new(format!("已支付{zh}{at_zh}{way_zh}"), format!("paid{en}{at_en}{way_en}"))
    }

    fn claimed(&self, zh: &str, en: &str) -> Told {
        let word = self.claimed_state.map_or("", OrderState::as_str);
        match self.inquiry {
            Inquiry::NotExist => Told::new(
                format!("微信支付没有这笔订单{zh}，本机只有导入的记录"),
                format!("WeChat Pay has no such order{en}; there is only an imported record"),
            ),
            _ => Told::new(
                format!(
                    "未核实{zh}：只有导入的记录{}",
                    if word.is_empty() { String::new() } else { format!("（{word}）") }
                ),
                format!(
                    "not verified{en}: there is only an imported record{}",
                    if word.is_empty() { String::new() } else { format!(" ({word})") }
                ),
            ),
        }
    }

    fn refund_parts(&self) -> Vec<Told> {
        if self.refunds.is_empty() {
            let untold = (self.state == OrderState::Refund)
                .then(|| Told::new("有退款，明细暂时没有查到", "there are refunds whose details are not known yet"));
            return untold.into_iter().collect();
        }
        let mut parts: Vec<Told> = self.refunds.iter().take(NAMED_REFUNDS).map(refund_told).collect();
        let rest = self.refunds.get(NAMED_REFUNDS..).unwrap_or_default();
        if !rest.is_empty() {
            let sum: i128 =
                rest.iter().filter(|refund| refund.state.holds()).map(|r| i128::from(r.refund_fee.get())).sum();
            let sum = i64::try_from(sum).ok().and_then(Fen::new).map(yuan).unwrap_or_default();
            parts.push(Told::new(
                format!("另有 {} 笔退款共 {sum}", rest.len()),
                format!("and {} more refunds, {sum} in all", rest.len()),
            ));
        }
        parts
    }

    /// What the sentence must not hide.
    fn reserve(&self) -> Option<Told> {
        if self.has_conflict() {
            return Some(Told::new(
                "资料互相矛盾，请人工核对后再答复",
                "what is known contradicts itself: a person must look before this is read out",
            ));
        }
        match self.inquiry {
            Inquiry::Answered => None,
            Inquiry::NotExist if self.state == OrderState::Unverified => None,
            Inquiry::NotExist => {
                Some(Told::new("但微信支付现在说没有这笔订单", "yet WeChat Pay says now that there is no such order"))
            }
            Inquiry::NotAsked => Some(Told::new(
                "以上是本机的记录，没有向微信支付查询",
                "this is what is known here; WeChat Pay was not asked",
            )),
            Inquiry::NoKey { .. } => Some(Told::new(
                "以上是本机的记录；取不到密钥，没有向微信支付查询",
                "this is what is known here; without the key WeChat Pay was not asked",
            )),
            Inquiry::Refused { .. } | Inquiry::Failed { .. } => Some(Told::new(
                "以上是本机的记录，这次没有得到微信支付的可信答复",
                "this is what is known here; WeChat Pay gave no answer that can be trusted just now",
            )),
        }
    }

    fn has_conflict(&self) -> bool {
        self.flags.contains(Flags::CONFLICT) || self.refunds.iter().any(|refund| refund.conflict)
    }

    /// Whether it can still change, with the words for it.
    pub(crate) fn finality(&self) -> (bool, Told) {
        let open = self.refunds.iter().any(|refund| !refund.state.is_final());
        let (is_final, zh, en) = match self.state {
            _ if self.has_conflict() => (
                false,
                "不是最终结果：资料矛盾，需要人工核对",
                "not final: the evidence contradicts itself, a person must decide",
            ),
            OrderState::Success | OrderState::Refund if open => {
                (false, "付款是最终结果，退款还在处理", "the payment is final, a refund is still under way")
            }
            OrderState::Refund if self.refunds.is_empty() => (
                false,
                "付款是最终结果，退款以退款查询为准",
                "the payment is final; a refundquery tells what became of the refunds",
            ),
            OrderState::Success => {
                (true, "最终结果：已支付，只有退款会再改变它", "final: paid; only a refund can change it")
            }
            OrderState::Refund => (
                true,
                "最终结果：已支付，退款已有结果；之后仍可再次退款",
                "final: paid, and its refunds have ended; it may be refunded again",
            ),
            OrderState::NotPay => (
                false,
                "不是最终结果：关闭或过期之前随时可能付款",
                "not final: it can be paid until it is closed or expires",
            ),
            OrderState::UserPaying => {
                (false, "不是最终结果：用户正在付款，继续查询", "not final: the payer is paying; keep asking")
            }
            OrderState::Accept => (false, "不是最终结果：等待扣款", "not final: waiting to be debited"),
            OrderState::Closed => (true, "最终结果：已关闭，不会再付款", "final: closed, it will not be paid"),
            OrderState::Revoked => (true, "最终结果：已撤销", "final: reversed"),
            OrderState::PayError if self.payment_errors > 1 => {
                (true, "最终结果：支付失败", "final: the payment failed")
            }
            OrderState::PayError => {
                (false, "再查询一次仍是支付失败才算最终结果", "final once a second query says the same")
            }
            OrderState::Creating => {
                (false, "不是最终结果：还不知道是否下单成功", "not final: it is not known whether it was created")
            }
            OrderState::CreateFailed => (true, "最终结果：没有下单", "final: it was never created"),
            OrderState::Unverified => (false, "未核实，不能当作结果", "not verified, so it is no result"),
        };
        (is_final, Told::new(zh, en))
    }

    /// What to do now.
    pub(crate) fn next(&self) -> Told {
        if self.has_conflict() {
            return Told::new(
                "打开订单，逐条核对证据；在商户平台查这笔交易后再答复客户",
                "open the order and go through its evidence; look the trade up on the merchant platform before answering",
            );
        }
        match self.inquiry {
            Inquiry::Refused { err_code, .. } => {
                return match error_code::meaning(order_query::PATH, err_code) {
                    Some(meaning) => of_code(meaning),
                    None => Told::new(
                        format!("微信支付返回 {err_code}，稍后再查"),
                        format!("WeChat Pay answered {err_code}; ask again later"),
                    ),
                };
            }
            Inquiry::Failed { why } => {
                return Told::new(
                    format!("稍后用同一单号再查（{why}）"),
                    format!("ask again later under the same number ({why})"),
                );
            }
            Inquiry::NoKey { why } => return next_without_key(why),
            Inquiry::NotAsked => {
                return Told::new(
                    "联网后再查一次，以微信支付的答复为准",
                    "ask again online; what WeChat Pay answers counts",
                );
            }
            Inquiry::Answered | Inquiry::NotExist => {}
        }
        self.next_by_state().into()
    }

    fn next_by_state(&self) -> (&'static str, &'static str) {
        if self.refunds.iter().any(|refund| refund.state == RefundState::Change) {
            return (
                "退款异常：到商户平台-交易中心，给用户换一张卡或改退到零钱",
                "a refund was returned: handle it in the merchant platform's transaction centre",
            );
        }
        if self.refunds.iter().any(|refund| !refund.state.is_final()) {
            return (
                "退款处理中：程序会继续查询，不要换单号重复退款",
                "a refund is under way: it is asked about by itself; do not refund again under another number",
            );
        }
        match self.state {
            OrderState::Success | OrderState::Refund => {
                ("无需处理，可以直接答复客户", "nothing to do; the customer can be told")
            }
            OrderState::NotPay => (
                "请客户完成付款，或查看其扣款记录里的微信支付单号再查",
                "ask the customer to pay, or for the transaction number of the debit that they see",
            ),
            OrderState::UserPaying | OrderState::Accept => ("几秒后再查一次", "ask again in a few seconds"),
            OrderState::Closed | OrderState::CreateFailed | OrderState::PayError => {
                ("需要付款时请用新单号重新下单", "to be paid, order again under a new number")
            }
            OrderState::Revoked => {
                ("如客户看到扣款，请等待原路退回", "a debit that the customer sees goes back the way it came")
            }
            OrderState::Creating => {
                ("等待程序查询出结果，不要换单号重下", "wait for the queries; do not order again under another number")
            }
            OrderState::Unverified => ("核对单号、商户号和环境", "check the number, the merchant and the environment"),
        }
    }
}

/// One refund: how much, where to, and when.
fn refund_told(refund: &Refund) -> Told {
    let amount = yuan(refund.refund_fee);
    let account = refund.recv_account.as_deref().unwrap_or_default();
    let (to_zh, to_en) =
        if account.is_empty() { Default::default() } else { (format!("，退回{account}"), format!(" to {account}")) };
    let (zh, en) = arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
    match refund.state {
        RefundState::Success => {
            let at = refund.success_at.map(minute).unwrap_or_default();
            let bank = !account.contains("零钱") && !account.is_empty();
            Told::new(
                format!("已退 {amount}{to_zh}，{at} 退款成功{}", if bank { "，以银行入账为准" } else { "" }),
                format!("refunded {amount}{to_en}, done {at}{}", if bank { ", when the bank shows it" } else { "" }),
            )
        }
        RefundState::Processing if !account.is_empty() => {
            Told::new(format!("退款 {amount} {zh}（{account}）"), format!("a refund of {amount}{to_en}: {en}"))
        }
        _ => Told::new(format!("退款 {amount} {zh}"), format!("a refund of {amount}: {en}")),
    }
}

fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Why WeChat Pay may not have an order that a customer sees (ORDERNOTEXIST): the five reasons of support practice.
pub(crate) fn not_exist_reasons() -> Vec<Told> {
    [
        (
            "单号属于另一个商户号：核对 mch_id，换一个商户配置再查",
            "the number belongs to another merchant: check the mch_id and ask under that profile",
        ),
        (
            "服务商与子商户混用：用下单时的 sub_mch_id 查",
            "service provider and sub-merchant are mixed up: ask with the sub_mch_id that the order was made with",
        ),
        (
            "是沙箱的单号：沙箱与生产的数据互不相通",
            "it is a number of the sandbox, which shares nothing with production",
        ),
        (
            "是委托代扣等另有查询接口的订单",
            "it is an entrusted debit (papay) or the like, which has a query of its own",
        ),
        (
            "刚刚下单，有几秒延迟，或从未下单成功：稍后再查",
            "it was made seconds ago, or never created: ask again shortly",
        ),
    ]
    .into_iter()
    .map(Told::from)
    .collect()
}

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
