//! The gateway's own words, as captured (protocol page §6.1 and §4). Wording is part of the protocol: SDKs and people search for it.

pub(crate) const BAD_SIGN: &str = "签名错误，请检查后再试";
pub(crate) const LACK_PARAMS: &str = "缺少参数";
pub(crate) const XML_FORMAT: &str = "XML格式错误";
pub(crate) const PARAM_FORMAT: &str = "参数格式校验错误";
pub(crate) const APPID_LENGTH: &str = "appid参数长度有误";
pub(crate) const NO_SUCH_APPID: &str = "AppID不存在，请检查后再试";
pub(crate) const APPID_MCH_ID_MISMATCH: &str = "appid和mch_id不匹配";
pub(crate) const JSAPI_NEEDS_OPENID: &str = "JSAPI支付必须传openid";
pub(crate) const REQUIRE_POST: &str = "require POST method";
pub(crate) const POST_DATA_EMPTY: &str = "post数据为空";
pub(crate) const NOT_UTF8: &str = "编码格式错误";
pub(crate) const TIME_EXPIRE_SHORT: &str = "time_expire时间过短，刷卡至少1分钟，其他5分钟";
pub(crate) const SYSTEM_ERROR: &str = "system error";
pub(crate) const CERTIFICATE: &str = "证书验证失败";
pub(crate) const NEEDS_SUB_MCH_ID: &str = "受理机构必须传入sub_mch_id";
/// Not confirmed: no source shows what a foreign sub_mch_id or sub_appid is answered with.
pub(crate) const NOT_ITS_SUB_MCH_ID: &str = "受理关系不存在";
pub(crate) const SUB_APPID_MISMATCH: &str = "sub_mch_id与sub_appid不匹配";

pub(crate) const DUPLICATE_NUMBER: &str = "201 商户订单号重复";
pub(crate) const ALREADY_PAID: &str = "该订单已支付";
pub(crate) const ALREADY_CLOSED: &str = "该订单已关闭，请重新下单";
pub(crate) const ORDER_NOT_EXIST: &str = "order not exist";
pub(crate) const CLOSE_PAID: &str = "order paid";
pub(crate) const CLOSE_CLOSED: &str = "订单已关闭，无法重复关闭";
pub(crate) const CLOSE_TOO_EARLY: &str = "订单生成后5分钟内不能关闭";

pub(crate) const TRADE_STATE: &str = "订单状态错误";
pub(crate) const ORDER_NOT_FOUND: &str = "订单不存在";

pub(crate) const CODE_MALFORMED: &str = "付款码参数错误";
pub(crate) const CODE_NOT_WECHAT: &str = "付款码检验错误";
pub(crate) const CODE_USED: &str = "101 每个二维码仅限使用一次，请刷新再试";
pub(crate) const CODE_TOO_OLD: &str = "101 付款码已过期，请退出重试";
pub(crate) const CODE_EXPIRED: &str = "二维码已过期，请用户在微信上刷新后再试";
pub(crate) const PAYER_CANCELLED: &str = "用户取消支付";
pub(crate) const NO_WAY_TO_PAY: &str = "103 暂无可用的支付方式,请绑定其它银行卡完成支付";
pub(crate) const PAYER_NOT_ENOUGH: &str = "余额不足";
pub(crate) const CARD_NOT_SUPPORTED: &str = "不支持卡类型";
pub(crate) const BUYER_MISMATCH: &str = "暂不支持同一笔订单更换支付方";
pub(crate) const NO_AUTH: &str = "商户无权限";
pub(crate) const SYSTEM_TIMEOUT: &str = "系统超时";
pub(crate) const BANK_ERROR: &str = "银行系统异常";

pub(crate) const REVERSE_EXPIRED: &str = "订单无法撤销";
pub(crate) const ORDER_UNKNOWN: &str = "订单错误";
/// Not confirmed: no source shows the words of these three.
pub(crate) const REVERSE_MICROPAY_ONLY: &str = "仅支持撤销付款码支付的订单";
pub(crate) const REVERSE_IMPOSSIBLE: &str = "订单已关闭或已退款，无法撤销";
pub(crate) const REVERSE_TOO_EARLY: &str = "支付15秒后才能撤销，请稍后再试";

pub(crate) const INVALID_REFUND_FEE: &str = "invalid refund_fee";
pub(crate) const REFUND_FEE_MISMATCH: &str = "订单金额或退款金额与之前请求不一致，请核实后再试";
pub(crate) const REFUND_TOO_LARGE: &str = "refund_fee大于可退金额";
pub(crate) const FULLY_REFUNDED: &str = "订单已全额退款";
pub(crate) const MERCHANT_NOT_ENOUGH: &str = "基本账户余额不足，请充值后重新发起";
pub(crate) const TRADE_OVERDUE: &str = "订单已经超过退款期限";
pub(crate) const ORDER_NOT_READY: &str = "订单处理中，暂时无法退款，请稍后再试";
pub(crate) const NO_SUCH_TRANSACTION: &str = "无效transaction_id";
pub(crate) const REFUND_NOT_EXIST: &str = "not exist";
/// Not confirmed: the rules are documented, their words are not.
pub(crate) const TOO_MANY_REFUNDS: &str = "部分退款次数超过50次限制";
pub(crate) const REFUND_TOO_SOON: &str = "频率限制，同一订单的部分退款请间隔1分钟";
/// Where the money went, as a query and as a notice say it.
pub(crate) const RECV_ACCOUNT_QUERIED: &str = "支付用户的零钱";
pub(crate) const RECV_ACCOUNT_NOTIFIED: &str = "支付用户零钱";

pub(crate) const DESC_REFUND: &str = "订单发生过退款，退款详情请查询退款单";
pub(crate) const DESC_REVOKED: &str = "订单已撤销";
pub(crate) const DESC_USERPAYING: &str = "需要用户输入支付密码";
pub(crate) const DESC_PAYERROR: &str = "支付失败，请重新下单支付";
pub(crate) const DESC_PAYERROR_MICROPAY: &str = "支付失败，请撤销订单";
pub(crate) const DESC_SUCCESS: &str = "支付成功";
pub(crate) const DESC_NOTPAY: &str = "订单未支付";
pub(crate) const DESC_CLOSED: &str = "订单已关闭";

pub(crate) const URL_FORMAT: &str = "URL格式错误";
pub(crate) const SANDBOX_BAD_SIGN: &str = "沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）";
pub(crate) const SANDBOX_AMOUNT: &str = "沙箱支付金额不正确，请确认验收case";
/// Not confirmed: what the newer sandbox says to what it does not offer.
pub(crate) const SANDBOX_NOT_SERVED: &str = "沙箱环境不支持该接口";
pub(crate) const SANDBOX_KEY_REFUSED: &str = "获取沙箱密钥失败，确认交易密钥是否正确";

/// An amount that belongs to no case of unifiedorder.
pub(crate) fn sandbox_amount_of_no_case(total_fee: &str) -> String {
    format!("沙箱支付金额({total_fee})无效，请检查需要验收的case")
}

/// A value longer than its field: the name of the target field is WeChat's own.
pub(crate) fn too_long(field: &str, bytes: usize, most: usize) -> String {
    format!(
        "输入源“/body/xml/{field}”映射到值字段“{}”字符串规则校验失败，字节数 {bytes}，大于最大值 {most}",
        label(field)
    )
}

/// An amount that is no integer.
pub(crate) fn not_integer(field: &str) -> String {
    format!("无法将输入源“/body/xml/{field}”映射到目标字段“{}”中，此字段需要一个合法的 64 位有符号整数", label(field))
}

fn label(field: &str) -> &str {
    match field {
        "sign" => "签名",
        "sign_type" => "签名类型",
        "mch_id" => "商户号",
        "sub_mch_id" => "子商户号",
        "sub_appid" => "子商户公众账号ID",
        "device_info" => "设备号",
        "nonce_str" => "随机字符串",
        "body" => "商品描述",
        "detail" => "商品详情",
        "attach" => "附加数据",
        "out_trade_no" => "商户订单号",
        "transaction_id" => "微信订单号",
        "total_fee" => "标价金额",
        "refund_fee" => "退款金额",
        "refund_fee_type" => "退款货币种类",
        "refund_desc" => "退款原因",
        "refund_account" => "退款资金来源",
        "refund_id" => "微信退款单号",
        "out_refund_no" => "商户退款单号",
        "auth_code" => "付款码",
        "fee_type" => "标价币种",
        "spbill_create_ip" => "终端IP",
        "time_start" => "交易起始时间",
        "time_expire" => "交易结束时间",
        "goods_tag" => "订单优惠标记",
        "notify_url" => "通知地址",
        "trade_type" => "交易类型",
        "product_id" => "商品ID",
        "limit_pay" => "指定支付方式",
        "openid" => "用户标识",
        "sub_openid" => "用户子标识",
        "receipt" => "电子发票入口开放标识",
        "profit_sharing" => "是否需要分账",
        "scene_info" => "场景信息",
        "version" => "接口版本号",
        other => other,
    }
}

/// `total_fee参数格式错误`, seen for an amount of 0; used for every field that has a format of its own.
pub(crate) fn bad_format(field: &str) -> String {
    format!("{field}参数格式错误")
}
