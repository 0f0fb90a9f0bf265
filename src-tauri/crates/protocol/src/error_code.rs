//! Error codes (`err_code`) with what they mean and what to do (protocol page §6).

/// What may be done after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Repeat with the same number, nothing else changed.
    Same,
    /// The same, but later.
    SameLater,
    /// Pointless until something is changed.
    No,
    /// The outcome is unknown: query first.
    Query,
}

/// One code, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The code as on the wire.
    pub code: &'static str,
    /// What it means, Chinese.
    pub zh: &'static str,
    /// What to do, Chinese.
    pub action_zh: &'static str,
    /// What it means, English.
    pub en: &'static str,
    /// What to do, English.
    pub action_en: &'static str,
    /// What may be repeated.
    pub retry: Retry,
}

const fn row(
    code: &'static str,
    retry: Retry,
    zh: &'static str,
    action_zh: &'static str,
    en: &'static str,
    action_en: &'static str,
) -> Meaning {
    Meaning { code, zh, action_zh, en, action_en, retry }
}

/// What a code means at an endpoint (its path, such as `/pay/micropay`); where an endpoint has no meaning of its own, the
/// common one. Nothing for a code that is on no page.
pub fn meaning(path: &str, code: &str) -> Option<&'static Meaning> {
    let own = match path {
        "/pay/closeorder" => CLOSE_ORDER,
        "/secapi/pay/refund" => REFUND,
        "/pay/refundquery" => REFUND_QUERY,
        "/pay/micropay" => MICROPAY,
        "/secapi/pay/reverse" => REVERSE,
        _ => &[],
    };
    own.iter().chain(COMMON).find(|meaning| meaning.code == code)
}

/// Codes that mean the same wherever they come from.
const COMMON: &[Meaning] = &[
    row(
        "SYSTEMERROR",
        Retry::Query,
        "微信支付系统错误，结果未知",
        "先查询；没有结果再用相同参数、相同单号重试",
        "WeChat's system failed; the outcome is unknown",
        "query first, then repeat with the same parameters and the same number",
    ),
    row(
        "ORDERNOTEXIST",
        Retry::No,
        "此交易订单号不存在",
        "核对单号、商户号和环境；订单可能从未下单成功",
        "there is no order with this number",
        "check the number, the merchant and the environment; the order may never have been created",
    ),
    row(
        "ORDERPAID",
        Retry::Query,
        "订单已支付",
        "按已支付处理，查询订单核实",
        "the order is paid already",
        "treat it as paid and query it",
    ),
    row(
        "ORDERCLOSED",
        Retry::No,
        "订单已关闭",
        "换一个新单号重新下单",
        "the order is closed",
        "order again under a new number",
    ),
    row(
        "OUT_TRADE_NO_USED",
        Retry::No,
        "商户订单号重复",
        "核对单号是否已用于另一笔订单",
        "the out_trade_no was used before",
        "check whether the number belongs to another order",
    ),
    row(
        "INVALID_REQUEST",
        Retry::No,
        "参数格式有误，或同一单号重复提交但参数不同",
        "按错误描述修改；重复下单须参数完全一致，否则换单号",
        "a parameter breaks a rule, or the number was sent before with other data",
        "fix what the description names; repeat with identical data or use a new number",
    ),
    row(
        "PARAM_ERROR",
        Retry::No,
        "参数错误",
        "按错误描述修改参数",
        "a parameter is wrong",
        "fix the parameter that the description names",
    ),
    row("LACK_PARAMS", Retry::No, "缺少参数", "补上必填参数", "a required parameter is missing", "add it"),
    row(
        "NOAUTH",
        Retry::No,
        "商户无此接口权限",
        "到商户平台产品中心开通，或检查 IP 白名单",
        "the merchant may not call this endpoint",
        "open the product on the merchant platform, or check the IP allow-list",
    ),
    row(
        "NOTENOUGH",
        Retry::No,
        "余额不足",
        "请用户更换支付方式",
        "the payer's balance is too low",
        "ask the payer for another card",
    ),
    row("APPID_NOT_EXIST", Retry::No, "APPID 不存在", "核对 appid", "the appid does not exist", "check the appid"),
    row("MCHID_NOT_EXIST", Retry::No, "MCHID 不存在", "核对商户号", "the mch_id does not exist", "check the mch_id"),
    row(
        "APPID_MCHID_NOT_MATCH",
        Retry::No,
        "appid 和 mch_id 不匹配",
        "在商户平台确认两者已绑定",
        "appid and mch_id do not belong together",
        "bind them on the merchant platform",
    ),
    row(
        "SIGNERROR",
        Retry::No,
        "签名错误",
        "用签名调试检查密钥、签名类型和参数",
        "the sign is wrong",
        "check key, sign_type and fields in the signature workbench",
    ),
    row("XML_FORMAT_ERROR", Retry::No, "XML 格式错误", "检查报文格式", "the XML is malformed", "check the message"),
    row("REQUIRE_POST_METHOD", Retry::No, "请使用 POST 方法", "改用 POST", "the request must be a POST", "use POST"),
    row(
        "POST_DATA_EMPTY",
        Retry::No,
        "POST 数据为空",
        "检查请求体是否发出",
        "the request has no body",
        "check that the body is sent",
    ),
    row("NOT_UTF8", Retry::No, "编码格式错误", "使用 UTF-8", "the message is not UTF-8", "use UTF-8"),
    row(
        "FREQUENCY_LIMITED",
        Retry::SameLater,
        "频率超限，本次请求未被受理",
        "降低频率后重试",
        "too many requests; this one was not accepted",
        "slow down and repeat",
    ),
    row(
        "INVALID_TRANSACTIONID",
        Retry::No,
        "无效的 transaction_id",
        "核对微信支付单号",
        "the transaction_id is invalid",
        "check WeChat's order number",
    ),
    row(
        "CERT_ERROR",
        Retry::No,
        "证书校验错误",
        "检查商户证书是否正确、过期或作废",
        "the client certificate was refused",
        "check that it is the right one, not expired and not revoked",
    ),
];

const CLOSE_ORDER: &[Meaning] = &[
    row(
        "ORDERPAID",
        Retry::Query,
        "订单已支付，不能关单",
        "按已支付的订单处理",
        "the order is paid and cannot be closed",
        "treat it as a paid order",
    ),
    row(
        "ORDERCLOSED",
        Retry::No,
        "订单已关闭，无需重复关闭",
        "无需处理",
        "the order is closed already",
        "nothing to do",
    ),
    row("SYSTEMERROR", Retry::Same, "系统错误", "再次调用关单", "WeChat's system failed", "close again"),
    row(
        "TRADE_STATE_ERROR",
        Retry::Query,
        "订单状态错误",
        "查询订单后再决定",
        "the order's state does not allow it",
        "query the order first",
    ),
];

const REFUND: &[Meaning] = &[
    row(
        "SYSTEMERROR",
        Retry::Query,
        "系统超时，退款可能已受理",
        "不要更换商户退款单号；先查询退款，再用相同参数重试",
        "WeChat's system failed; the refund may have been accepted",
        "keep the out_refund_no; query the refund, then repeat with the same parameters",
    ),
    row(
        "BIZERR_NEED_RETRY",
        Retry::Same,
        "退款业务流程错误，需要重试",
        "用相同退款单号重试",
        "the refund must be triggered again",
        "repeat with the same out_refund_no",
    ),
    row(
        "TRADE_OVERDUE",
        Retry::No,
        "订单已超过一年的退款期限",
        "改用其他方式退款",
        "the order is too old to be refunded (one year)",
        "refund by other means",
    ),
    row("ERROR", Retry::No, "业务错误", "按错误描述处理", "a business rule was broken", "do what the description says"),
    row(
        "USER_ACCOUNT_ABNORMAL",
        Retry::No,
        "用户账号已注销",
        "改用其他方式退款",
        "the payer's account is closed",
        "refund by other means",
    ),
    row(
        "INVALID_REQ_TOO_MUCH",
        Retry::SameLater,
        "连续错误请求过多，被暂时屏蔽",
        "一分钟后重试",
        "too many invalid requests",
        "wait one minute",
    ),
    row(
        "NOTENOUGH",
        Retry::SameLater,
        "商户可用退款余额不足",
        "充值后用相同退款单号重试",
        "the merchant's balance is too low",
        "top up and repeat with the same out_refund_no",
    ),
    row(
        "ORDERNOTEXIST",
        Retry::No,
        "订单号不存在或未支付",
        "核对单号",
        "the order does not exist or is not paid",
        "check the number",
    ),
    row(
        "REFUND_FEE_MISMATCH",
        Retry::Query,
        "订单金额或退款金额与之前请求不一致",
        "查询这笔退款；另一笔退款须用新退款单号",
        "the amounts differ from an earlier request under this number",
        "query the refund; another refund needs another number",
    ),
    row(
        "ORDER_NOT_READY",
        Retry::SameLater,
        "订单处理中，暂时无法退款",
        "稍后重试",
        "the order is still being processed",
        "repeat later",
    ),
];

const REFUND_QUERY: &[Meaning] = &[
    row("SYSTEMERROR", Retry::Same, "系统错误", "再次查询", "WeChat's system failed", "query again"),
    row(
        "REFUNDNOTEXIST",
        Retry::Same,
        "退款单不存在",
        "核对单号；若退款未被受理，用相同退款单号重新提交",
        "there is no such refund",
        "check the number; if the refund was not accepted, submit it again under the same number",
    ),
];

const MICROPAY: &[Meaning] = &[
    row(
        "BANKERROR",
        Retry::Query,
        "银行系统异常，结果未知",
        "查询订单",
        "the bank failed; the outcome is unknown",
        "query the order",
    ),
    row(
        "USERPAYING",
        Retry::Query,
        "用户支付中，需要输入密码",
        "每 5 秒查询一次，45 秒后撤销",
        "the payer is entering the password",
        "query every 5 s; reverse after 45 s",
    ),
    row(
        "AUTHCODEEXPIRE",
        Retry::No,
        "付款码已过期",
        "请用户刷新后重新扫码",
        "the payment code has expired",
        "ask for a new code",
    ),
    row(
        "NOTSUPORTCARD",
        Retry::No,
        "不支持的卡类型",
        "请用户更换支付方式",
        "the card is not supported",
        "ask for another card",
    ),
    row("ORDERREVERSED", Retry::No, "订单已撤销", "换新单号重新收款", "the order was reversed", "use a new number"),
    row("AUTH_CODE_ERROR", Retry::No, "付款码参数错误", "重新扫码", "the payment code is malformed", "scan again"),
    row(
        "AUTH_CODE_INVALID",
        Retry::No,
        "付款码检验错误：不是微信付款码，或已使用、已过期",
        "重新扫码",
        "not a WeChat payment code, or used, or expired",
        "scan again",
    ),
    row(
        "BUYER_MISMATCH",
        Retry::No,
        "同一笔订单不能更换支付方",
        "换新单号重新收款",
        "the payer of an order cannot change",
        "use a new number",
    ),
    row(
        "TRADE_ERROR",
        Retry::No,
        "交易错误：账户异常或用户取消",
        "按错误描述处理",
        "the trade failed: account abnormal, or cancelled by the payer",
        "do what the description says",
    ),
];

const REVERSE: &[Meaning] = &[
    row(
        "SYSTEMERROR",
        Retry::Query,
        "系统错误",
        "查询订单后再次撤销",
        "WeChat's system failed",
        "query the order, then reverse again",
    ),
    row(
        "REVERSE_EXPIRE",
        Retry::No,
        "超过 7 天，订单无法撤销",
        "改用退款",
        "the order is too old to be reversed (seven days)",
        "use a refund",
    ),
    row(
        "USERPAYING",
        Retry::SameLater,
        "用户支付中",
        "稍后再次撤销",
        "the payer is entering the password",
        "reverse again later",
    ),
    row("TRADE_ERROR", Retry::No, "订单错误", "查询订单", "the order does not allow it", "query the order"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_names_a_code_twice_or_leaves_a_text_empty() {
        for table in [COMMON, CLOSE_ORDER, REFUND, REFUND_QUERY, MICROPAY, REVERSE] {
            for (index, meaning) in table.iter().enumerate() {
                assert!(table.iter().skip(index + 1).all(|other| other.code != meaning.code), "{}", meaning.code);
                assert!(
                    [meaning.zh, meaning.action_zh, meaning.en, meaning.action_en].iter().all(|text| !text.is_empty()),
                    "{}",
                    meaning.code
                );
            }
        }
    }

    #[test]
    fn an_endpoint_overrides_the_common_meaning() {
        assert_eq!(meaning("/pay/closeorder", "ORDERCLOSED").unwrap().retry, Retry::No);
        assert_eq!(meaning("/pay/micropay", "SYSTEMERROR").unwrap().retry, Retry::Query);
        assert_eq!(meaning("/secapi/pay/refund", "NOTENOUGH").unwrap().retry, Retry::SameLater);
        assert_eq!(meaning("/pay/unifiedorder", "NOTENOUGH").unwrap().retry, Retry::No);
    }

    #[test]
    fn an_unknown_code_has_no_invented_meaning() {
        assert_eq!(meaning("/pay/orderquery", "SOMETHING_NEW"), None);
    }
}
