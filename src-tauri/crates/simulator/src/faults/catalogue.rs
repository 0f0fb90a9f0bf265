//! The one table of faults: the name in a plan, the number in the fault catalogue, whom it meets, which parameters it takes.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a rule of this fault is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every connection, before its first byte; such a rule names no endpoint and no order.
    Connection,
    /// A merchant's request.
    Request,
    /// A notice of the gateway, when it comes to be.
    Notice,
    /// A notice of the gateway, when it is sent for the first time.
    Sending,
}

/// What becomes of a genuine answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It leaves whole, perhaps late.
    Given,
    /// Another one leaves in its place.
    Altered,
    /// It does not leave, or not whole.
    Dropped,
}

/// A number or word that a fault may be given. All are whole numbers except the words at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// Seconds; of the gateway's clock unless the fault says otherwise.
    Seconds,
    /// Real milliseconds.
    Ms,
    /// An HTTP status.
    Status,
    /// A number of bytes.
    Bytes,
    /// How many times.
    Times,
    /// An err_code.
    ErrCode,
    /// A trade_state.
    TradeState,
    /// A URL.
    To,
}

impl Parameter {
    /// The key in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Ms => "ms",
            Self::Status => "status",
            Self::Bytes => "bytes",
            Self::Times => "times",
            Self::ErrCode => "err_code",
            Self::TradeState => "trade_state",
            Self::To => "to",
        }
    }
}

/// A parameter's value where a rule gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Preset {
    /// A number.
    Number(u64),
    /// A word.
    Word(&'static str),
}

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The name in a plan.
    #[serde(skip)]
    pub kind: Kind,
    /// The name in a plan, as text.
    pub name: &'static str,
    /// Its number in the catalogue of faults, `K-G01` to `K-G37`.
    pub id: &'static str,
    /// What it meets.
    pub scope: Scope,
    /// The endpoints that it can meet; empty means all.
    pub endpoints: &'static [&'static str],
    /// Which parameters it takes, and their values where a rule gives none.
    pub takes: &'static [(Parameter, Preset)],
    /// What happens, in Chinese.
    pub zh: &'static str,
    /// What happens, in English.
    pub en: &'static str,
}

macro_rules! catalogue {
    ($($kind:ident $name:literal $id:literal $scope:ident $endpoints:tt $takes:tt $zh:literal $en:literal;)*) => {
        /// A fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = $en] $kind,)*
        }

        /// Every fault that the gateway can do, in the order of the catalogue's numbers.
        pub const CATALOGUE: &[Named] = &[$(Kind::$kind.named(),)*];

        impl Kind {
            /// Its line of the table.
            pub const fn named(self) -> Named {
                match self {
                    $(Self::$kind => Named {
                        kind: self,
                        name: $name,
                        id: $id,
                        scope: Scope::$scope,
                        endpoints: &$endpoints,
                        takes: &$takes,
                        zh: $zh,
                        en: $en,
                    },)*
                }
            }
        }
    };
}

use Parameter::{Bytes, ErrCode, Ms, Seconds, Status, Times, To, TradeState};
use Preset::{Number, Word};

catalogue! {
    RefuseConnections "refuse_connections" "K-G01" Request [] [(Seconds, Number(10))]
        "应答之后若干真实秒内不再监听，现有连接也断开：连接被拒绝" "After the answer nobody listens for so many real seconds: connections are refused.";
    ResetOnAccept "reset_on_accept" "K-G02" Connection [] []
        "连接一建立就被重置" "A connection is reset as soon as it stands.";
    ResetBefore "reset_before" "K-G02" Request [] []
        "读完请求、尚未处理就重置连接" "The request is read, not carried out, and the connection is reset.";
    AnswerDropped "answer_dropped" "K-G03" Request [] []
        "请求已处理，应答丢失" "The request is carried out and its answer never leaves.";
    ResetMidBody "reset_mid_body" "K-G04" Request [] [(Bytes, Number(40))]
        "应答正文发出若干字节后重置连接" "The connection is reset after so many bytes of the answer's body.";
    TruncatedXml "truncated_xml" "K-G04" Request [] [(Bytes, Number(40))]
        "应答正文只有前若干字节，长度声明相符" "Only so many bytes of the answer's body are there, and Content-Length says so.";
    ShortContentLength "short_content_length" "K-G04" Request [] [(Bytes, Number(40))]
        "Content-Length 比实际正文短" "Content-Length is shorter than the body that follows.";
    LongContentLength "long_content_length" "K-G05" Request [] [(Bytes, Number(40)), (Seconds, Number(60))]
        "Content-Length 比实际正文长若干字节，连接保持若干真实秒" "Content-Length is so many bytes longer than the body; the connection stays open for so many real seconds.";
    SlowAnswer "slow_answer" "K-G06" Request [] [(Ms, Number(1000))]
        "应答每隔若干毫秒才发一个字节" "The answer comes one byte every so many milliseconds.";
    EmptyBody "empty_body" "K-G07" Request [] []
        "应答 200，正文为空" "The answer is 200 with an empty body.";
    NoContent "no_content" "K-G07" Request [] []
        "应答 204" "The answer is 204.";
    HtmlPage "html_page" "K-G08" Request [] [(Status, Number(502))]
        "请求已处理，应答是网页" "The request is carried out and the answer is a web page.";
    HtmlInstead "html_instead" "K-G08" Request [] [(Status, Number(503))]
        "请求未处理，应答是网页" "The request is not carried out and the answer is a web page.";
    GzipGarbage "gzip_garbage" "K-G09" Request [] []
        "声明 gzip，内容却不是" "The answer claims to be gzip and is not.";
    GzipBomb "gzip_bomb" "K-G09" Request [] [(Bytes, Number(1_073_741_824))]
        "gzip 炸弹，解开后有若干字节" "A gzip answer that unpacks to so many bytes.";
    Gbk "gbk" "K-G10" Request [] []
        "应答用 GBK 编码" "The answer is encoded in GBK.";
    Bom "bom" "K-G10" Request [] []
        "应答以 UTF-8 BOM 开头" "The answer begins with a UTF-8 byte order mark.";
    Utf16 "utf16" "K-G10" Request [] []
        "应答用 UTF-16 编码" "The answer is encoded in UTF-16.";
    HugeAnswer "huge_answer" "K-G11" Request [] [(Bytes, Number(1_073_741_824))]
        "应答正文有若干字节（默认 1 GB）" "The answer's body has so many bytes.";
    HugeAttach "huge_attach" "K-G11" Request [] [(Bytes, Number(5_242_880))]
        "应答带一个若干字节的 attach" "The answer has an attach of so many bytes.";
    WrongSign "wrong_sign" "K-G12" Request [] []
        "应答的签名不对" "The answer's sign is wrong.";
    NoSign "no_sign" "K-G12" Request [] []
        "应答没有签名" "The answer has no sign.";
    OtherSignType "other_sign_type" "K-G12" Request [] []
        "应答用另一种算法签名" "The answer is signed with the other algorithm.";
    OtherOrder "other_order" "K-G13" Request [] []
        "签名正确，字段却是另一笔订单的" "The sign is good and the fields are another order's.";
    Redirect "redirect" "K-G14" Request [] [(Status, Number(302)), (To, Word("http://127.0.0.1:9/elsewhere"))]
        "应答是重定向" "The answer is a redirect.";
    TlsSelfSigned "tls_self_signed" "K-G15" Connection [] []
        "TLS：自签名证书" "TLS: a self-signed certificate.";
    TlsExpired "tls_expired" "K-G15" Connection [] []
        "TLS：证书已过期" "TLS: an expired certificate.";
    TlsWrongHost "tls_wrong_host" "K-G15" Connection [] []
        "TLS：证书是另一个主机的" "TLS: a certificate of another host.";
    TlsUntrustedRoot "tls_untrusted_root" "K-G15" Connection [] []
        "TLS：证书来自未知的根" "TLS: a certificate of an unknown root.";
    TlsRevoked "tls_revoked" "K-G15" Connection [] []
        "TLS：证书已被吊销（只有查吊销列表的客户端才会拒绝；列表是 tls/revoked.crl.pem）" "TLS: a revoked certificate; only clients that look at tls/revoked.crl.pem refuse it.";
    TlsOldVersion "tls_old_version" "K-G15" Connection [] []
        "TLS：服务器最高只会 TLS 1.1" "TLS: the server speaks TLS 1.1 at most.";
    TlsNameRefused "tls_name_refused" "K-G15" Connection [] []
        "TLS：服务器不认识所请求的主机名" "TLS: the server does not know the name it is called by.";
    TlsClosed "tls_closed" "K-G15" Connection [] []
        "TLS：握手中途断开" "TLS: the connection ends in mid-handshake.";
    SystemError "systemerror" "K-G16" Request [] []
        "SYSTEMERROR，一半已处理、一半未处理（由种子决定）" "SYSTEMERROR; carried out or not, even odds from the seed.";
    SystemErrorDone "systemerror_done" "K-G16" Request [] []
        "请求已处理，应答 SYSTEMERROR" "The request is carried out and answered SYSTEMERROR.";
    SystemErrorNotDone "systemerror_not_done" "K-G16" Request [] []
        "请求未处理，应答 SYSTEMERROR" "The request is not carried out and answered SYSTEMERROR.";
    OrderNotExist "order_not_exist" "K-G16" Request ["orderquery"] [(Seconds, Number(30))]
        "订单创建后若干秒内查询都说 ORDERNOTEXIST" "Queries say ORDERNOTEXIST for so many seconds after the order came to be.";
    FrequencyLimited "frequency_limited" "K-G17" Request [] [(Seconds, Number(60))]
        "此后若干秒内都应答 FREQUENCY_LIMITED" "From then on FREQUENCY_LIMITED for so many seconds.";
    UserPaying "userpaying" "K-G18" Request ["orderquery", "micropay"] []
        "未支付的订单一直是 USERPAYING" "An unpaid order is USERPAYING for as long as the rule fires.";
    RecallY "recall_y" "K-G19" Request ["reverse"] []
        "撤销未处理，应答 recall=Y" "The reversal is not carried out and answered recall=Y.";
    NoTransactionId "no_transaction_id" "K-G20" Request [] []
        "应答里没有 transaction_id，签名正确" "transaction_id is missing under a good sign.";
    AmountsAsYuan "amounts_as_yuan" "K-G20" Request [] []
        "金额写成 1.00，签名正确" "Amounts are written as 1.00 under a good sign.";
    UnknownTradeState "unknown_trade_state" "K-G20" Request ["orderquery"] [(TradeState, Word("ARRIVED"))]
        "trade_state 是没见过的词" "trade_state is a word that nobody knows.";
    UnknownErrCode "unknown_err_code" "K-G20" Request [] [(ErrCode, Word("NEW_RULE_OF_2027"))]
        "请求未处理，err_code 是没见过的词" "The request is not carried out; the err_code is one that nobody knows.";
    ExtraFields "extra_fields" "K-G21" Request [] []
        "应答多出字段：28 位数字、127 字的文字、20 张优惠券" "The answer has more fields: 28 digits, 127 characters, 20 coupons.";
    UnicodeNames "unicode_names" "K-G21" Request [] []
        "应答多出一个中文名的字段" "The answer has a field with a Chinese name.";
    NoticeDuplicated "notice_duplicated" "K-G22" Sending ["notice", "refund_notice"] [(Times, Number(2))]
        "通知同时发出若干份" "A notice is sent so many times at once.";
    NoticeBeforeAnswer "notice_before_answer" "K-G23" Request ["unifiedorder"] []
        "顾客立刻付款，通知先于下单应答到达" "The customer pays at once, and the notice comes before the answer.";
    NoticeNever "notice_never" "K-G24" Notice ["notice", "refund_notice"] []
        "通知从不发出" "A notice is never sent.";
    NoticeLate "notice_late" "K-G24" Notice ["notice", "refund_notice"] [(Seconds, Number(86_640))]
        "通知晚若干秒才首次发出（默认 24 小时 4 分）" "A notice is first sent so many seconds later.";
    AnsweredClosed "answered_closed" "K-G24" Request ["orderquery"] [(TradeState, Word("CLOSED"))]
        "查询应答 CLOSED，而订单随后显示已支付" "A query answers CLOSED although the order is paid, or will be.";
    NoticesScrambled "notices_scrambled" "K-G25" Notice ["notice", "refund_notice"] [(Seconds, Number(60))]
        "通知各晚 0 到若干秒，次序打乱" "Notices are late by 0 to so many seconds, so that their order is lost.";
    LateNotPay "late_notpay" "K-G26" Request ["orderquery"] [(Seconds, Number(5))]
        "应答先算好（未支付），顾客随即付款，若干秒后才送达" "The answer is worked out, the customer pays, and so many seconds later the answer leaves.";
    LateAnswer "late_answer" "K-G26" Request [] [(Seconds, Number(5))]
        "应答先算好，若干秒后才送达" "The answer is worked out and leaves so many seconds later.";
    PaidBefore "paid_before" "K-G27" Request ["closeorder", "reverse"] []
        "关单或撤销之前的一瞬顾客付了款" "The customer pays just before the order is closed or reversed.";
    RefundLaterClosed "refund_later_closed" "K-G28" Request ["refund"] [(Seconds, Number(60))]
        "退款受理，若干秒后 REFUNDCLOSE" "The refund is accepted and ends as REFUNDCLOSE so many seconds later.";
    RefundLaterChanged "refund_later_changed" "K-G28" Request ["refund"] [(Seconds, Number(60))]
        "退款受理，若干秒后 CHANGE" "The refund is accepted and ends as CHANGE so many seconds later.";
    RefundOldAmount "refund_old_amount" "K-G29" Request ["refund"] []
        "退款应答里是另一笔旧退款的金额" "The refund's answer has the amount of an earlier refund.";
    OneRefundPerPage "one_refund_per_page" "K-G30" Request ["refundquery"] []
        "退款查询每页只有一笔" "A refundquery answer holds one refund only.";
    DateShifted "date_shifted" "K-G31" Request [] [(Seconds, Number(86_400))]
        "Date 头和 time_end 快若干秒" "The Date header and time_end are ahead by so many seconds.";
    DateGarbage "date_garbage" "K-G31" Request [] []
        "Date 头不是时间" "The Date header is no date.";
    BillLate "bill_late" "K-G32" Request ["downloadbill"] []
        "账单尚未生成：No Bill Exist" "The bill is not there yet: No Bill Exist.";
    BillChanged "bill_changed" "K-G32" Request ["downloadbill"] []
        "账单与上次下载不同" "The bill differs from the one of the last download.";
    BillOfWrongDay "bill_of_wrong_day" "K-G32" Request ["downloadbill"] []
        "给出前一天的账单" "The bill is the one of the day before.";
    FirstCityDown "first_city_down" "K-G33" Connection [] []
        "TLS：以 api.mch.weixin.qq.com 之名来的连接被断开，api2 之名照常应答" "TLS: connections by the name of api.mch.weixin.qq.com end at once; by api2's they are served.";
    BlackHole "black_hole" "K-G34" Request [] [(Seconds, Number(60))]
        "请求未处理，连接保持若干真实秒，什么也不来" "The request is not carried out, and nothing comes for so many real seconds.";
    ProxyPage "proxy_page" "K-G34" Request [] [(Status, Number(407))]
        "请求未到网关：代理要求认证" "The request does not arrive: a proxy wants a password.";
    CaptivePortal "captive_portal" "K-G34" Request [] []
        "请求未到网关：Wi-Fi 登录页" "The request does not arrive: the page of a Wi-Fi login.";
    KeyRotated "key_rotated" "K-G35" Request [] []
        "微信侧密钥已更换：请求都被答签名错误" "The key was changed at WeChat: every request is told that its sign is wrong.";
    NoticeWrongSign "notice_wrong_sign" "K-G35" Sending ["notice"] []
        "微信侧密钥已更换：通知的签名不对" "The key was changed at WeChat: the notice's sign does not hold.";
    CertificateRefused "certificate_refused" "K-G36" Request ["refund", "reverse", "downloadfundflow", "batchquerycomment"] []
        "证书不被接受：nginx 的 400 页" "The certificate is refused: nginx's page with status 400.";
    KeepAliveClosed "keep_alive_closed" "K-G37" Request [] []
        "应答之后连接未经声明就关闭" "After the answer the connection closes without having said so.";
}

impl Kind {
    /// The name in a plan.
    pub const fn as_str(self) -> &'static str {
        self.named().name
    }

    /// Every fault.
    pub fn all() -> impl Iterator<Item = Self> {
        CATALOGUE.iter().map(|named| named.kind)
    }

    /// What becomes of the genuine answer.
    pub const fn fate(self) -> Fate {
        match self {
            Self::ResetOnAccept
            | Self::ResetBefore
            | Self::AnswerDropped
            | Self::ResetMidBody
            | Self::TruncatedXml
            | Self::ShortContentLength
            | Self::LongContentLength
            | Self::BlackHole => Fate::Dropped,
            Self::RefuseConnections
            | Self::SlowAnswer
            | Self::NoticeBeforeAnswer
            | Self::LateNotPay
            | Self::LateAnswer
            | Self::PaidBefore
            | Self::RefundLaterClosed
            | Self::RefundLaterChanged
            | Self::KeepAliveClosed => Fate::Given,
            _ => Fate::Altered,
        }
    }

    /// The fault of a name.
    pub fn parse(name: &str) -> Option<Self> {
        CATALOGUE.iter().find(|named| named.name == name).map(|named| named.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| {
            let shown: String = name.chars().take(64).collect();
            serde::de::Error::custom(format!(
                "没有名为 {shown} 的故障；可用的名字见 wxpay simulator faults list \
                 (there is no fault {shown}; wxpay simulator faults list shows the names)"
            ))
        })
    }
}
