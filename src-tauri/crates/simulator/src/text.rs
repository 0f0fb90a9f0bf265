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

pub(crate) const DESC_SUCCESS: &str = "支付成功";
pub(crate) const DESC_NOTPAY: &str = "订单未支付";
pub(crate) const DESC_CLOSED: &str = "订单已关闭";

pub(crate) const URL_FORMAT: &str = "URL格式错误";
pub(crate) const SANDBOX_KEY_REFUSED: &str = "获取沙箱密钥失败，确认交易密钥是否正确";

/// A value longer than its field: the name of the target field is WeChat's own.
pub(crate) fn too_long(field: &str, bytes: usize, most: usize) -> String {
    format!(
        "输入源“/body/xml/{field}”映射到值字段“{}”字符串规则校验失败，字节数 {bytes}，大于最大值 {most}",
        label(field)
    )
}

/// An amount that is no integer.
pub(crate) const TOTAL_FEE_NOT_INTEGER: &str =
    "无法将输入源“/body/xml/total_fee”映射到目标字段“标价金额”中，此字段需要一个合法的 64 位有符号整数";

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
