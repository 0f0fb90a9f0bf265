//! Every endpoint that a merchant calls, as one table: where it is, what it needs, how it is signed (protocol page §1.2 to §4.14).

use wxpay_protocol::{SignType, close_order, order_query, unified_order};

use Algorithms::{Both, HmacOnly, Md5Only};

/// What a merchant can ask the gateway for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// `/pay/unifiedorder`: a new order.
    UnifiedOrder,
    /// `/pay/orderquery`: the state of an order.
    OrderQuery,
    /// `/pay/closeorder`: an order shall not be paid any more.
    CloseOrder,
    /// `/pay/micropay`: the shop scans the payer's code.
    Micropay,
    /// `/secapi/pay/reverse`: an order by payment code is taken back.
    Reverse,
    /// `/secapi/pay/refund`: money goes back.
    Refund,
    /// `/pay/refundquery`: the state of refunds.
    RefundQuery,
    /// `/pay/downloadbill`: a day's trades.
    DownloadBill,
    /// `/pay/downloadfundflow`: a day's movements of an account.
    DownloadFundFlow,
    /// `/tools/authcodetoopenid`: whose payment code it is.
    AuthCodeToOpenId,
    /// `/tools/shorturl`: a short link for a static QR code.
    ShortUrl,
    /// `/payitil/report`: how long a call took.
    Report,
    /// `/billcommentsp/batchquerycomment`: what payers wrote.
    BatchQueryComment,
    /// `…/getsignkey`: the key of the sandbox, in both generations.
    GetSignKey,
    /// `/sns/jscode2session` of api.weixin.qq.com: a mini program's login.
    JsCodeToSession,
}

/// Which gateway a path belongs to (protocol page §1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// The real one.
    Production,
    /// `/sandboxnew/…`, the old sandbox.
    SandboxNew,
    /// `/xdc/apiv2sandbox/…`, the new one.
    SandboxXdc,
}

/// The algorithms that an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithms {
    Both,
    Md5Only,
    HmacOnly,
}

impl Algorithms {
    pub(crate) fn allow(self, sign_type: SignType) -> bool {
        match self {
            Both => true,
            Md5Only => sign_type == SignType::Md5,
            HmacOnly => sign_type == SignType::HmacSha256,
        }
    }
}

/// A path, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) endpoint: Endpoint,
    pub(crate) realm: Realm,
    /// Whether it is the variant for single-product offers (单品优惠), which answers with `promotion_detail` as well (§4.4).
    pub(crate) single_product: bool,
}

/// What the table says of one endpoint.
#[allow(clippy::struct_excessive_bools)] // Each is an independent yes or no of the protocol page.
struct Row {
    name: &'static str,
    path: &'static str,
    /// Fields that must be there besides those of every request.
    required: &'static [&'static str],
    /// Whether one of two numbers has to be there as well.
    one_of: &'static [&'static str],
    /// Whether it moves money or shows it, so that the client must present its certificate (§1.3).
    certificate: bool,
    algorithms: Algorithms,
    /// Whether an answer with return_code=SUCCESS carries a sign (§2.4).
    signed: bool,
    /// Whether it is a service provider's own business, so that naming one of its merchants is a choice.
    whole_provider: bool,
}

const PLAIN: Row = Row {
    name: "",
    path: "",
    required: &[],
    one_of: &[],
    certificate: false,
    algorithms: Both,
    signed: true,
    whole_provider: false,
};

const UNIFIED_ORDER: Row = Row {
    name: "unifiedorder",
    path: unified_order::PATH,
    required: &["body", "out_trade_no", "total_fee", "spbill_create_ip", "notify_url", "trade_type"],
    ..PLAIN
};
const ORDER_QUERY: Row =
    Row { name: "orderquery", path: order_query::PATH, one_of: &["transaction_id", "out_trade_no"], ..PLAIN };
const CLOSE_ORDER: Row = Row { name: "closeorder", path: close_order::PATH, required: &["out_trade_no"], ..PLAIN };
const MICROPAY: Row = Row {
    name: "micropay",
    path: "/pay/micropay",
    required: &["body", "out_trade_no", "total_fee", "spbill_create_ip", "auth_code"],
    ..PLAIN
};
const REVERSE: Row = Row {
    name: "reverse",
    path: "/secapi/pay/reverse",
    one_of: &["transaction_id", "out_trade_no"],
    certificate: true,
    ..PLAIN
};
const REFUND: Row = Row {
    name: "refund",
    path: "/secapi/pay/refund",
    required: &["out_refund_no", "total_fee", "refund_fee"],
    one_of: &["transaction_id", "out_trade_no"],
    certificate: true,
    ..PLAIN
};
const REFUND_QUERY: Row = Row {
    name: "refundquery",
    path: "/pay/refundquery",
    one_of: &["refund_id", "out_refund_no", "transaction_id", "out_trade_no"],
    ..PLAIN
};
const DOWNLOAD_BILL: Row = Row {
    name: "downloadbill",
    path: "/pay/downloadbill",
    required: &["bill_date"],
    signed: false,
    whole_provider: true,
    ..PLAIN
};
const DOWNLOAD_FUND_FLOW: Row = Row {
    name: "downloadfundflow",
    path: "/pay/downloadfundflow",
    required: &["bill_date", "account_type"],
    certificate: true,
    algorithms: HmacOnly,
    signed: false,
    whole_provider: true,
    ..PLAIN
};
const AUTH_CODE_TO_OPEN_ID: Row = Row {
    name: "authcodetoopenid",
    path: "/tools/authcodetoopenid",
    required: &["auth_code"],
    algorithms: Md5Only,
    ..PLAIN
};
const SHORT_URL: Row =
    Row { name: "shorturl", path: "/tools/shorturl", required: &["long_url"], whole_provider: true, ..PLAIN };
const REPORT: Row = Row {
    name: "report",
    path: "/payitil/report",
    required: &["interface_url", "user_ip"],
    signed: false,
    whole_provider: true,
    ..PLAIN
};
const BATCH_QUERY_COMMENT: Row = Row {
    name: "batchquerycomment",
    path: "/billcommentsp/batchquerycomment",
    required: &["begin_time", "end_time", "offset"],
    certificate: true,
    algorithms: HmacOnly,
    signed: false,
    whole_provider: true,
    ..PLAIN
};
const GET_SIGN_KEY: Row = Row {
    name: "getsignkey",
    path: "/pay/getsignkey",
    algorithms: Md5Only,
    signed: false,
    whole_provider: true,
    ..PLAIN
};
const JS_CODE_TO_SESSION: Row = Row { name: "jscode2session", path: "/sns/jscode2session", signed: false, ..PLAIN };

const ALL: [Endpoint; 15] = [
    Endpoint::UnifiedOrder,
    Endpoint::OrderQuery,
    Endpoint::CloseOrder,
    Endpoint::Micropay,
    Endpoint::Reverse,
    Endpoint::Refund,
    Endpoint::RefundQuery,
    Endpoint::DownloadBill,
    Endpoint::DownloadFundFlow,
    Endpoint::AuthCodeToOpenId,
    Endpoint::ShortUrl,
    Endpoint::Report,
    Endpoint::BatchQueryComment,
    Endpoint::GetSignKey,
    Endpoint::JsCodeToSession,
];

const REFUND_V2: &str = "/secapi/pay/refundv2";
const REFUND_QUERY_V2: &str = "/pay/refundqueryv2";
const SANDBOX_NEW: &str = "/sandboxnew";
const SANDBOX_XDC: &str = "/xdc/apiv2sandbox";
/// The key of the new sandbox is not under its own prefix.
const XDC_SIGN_KEY: &str = "/xdc/apiv2getsignkey/sign/getsignkey";

impl Endpoint {
    /// Every endpoint, in the order of the protocol page.
    pub const fn all() -> &'static [Self] {
        &ALL
    }

    const fn row(self) -> &'static Row {
        match self {
            Self::UnifiedOrder => &UNIFIED_ORDER,
            Self::OrderQuery => &ORDER_QUERY,
            Self::CloseOrder => &CLOSE_ORDER,
            Self::Micropay => &MICROPAY,
            Self::Reverse => &REVERSE,
            Self::Refund => &REFUND,
            Self::RefundQuery => &REFUND_QUERY,
            Self::DownloadBill => &DOWNLOAD_BILL,
            Self::DownloadFundFlow => &DOWNLOAD_FUND_FLOW,
            Self::AuthCodeToOpenId => &AUTH_CODE_TO_OPEN_ID,
            Self::ShortUrl => &SHORT_URL,
            Self::Report => &REPORT,
            Self::BatchQueryComment => &BATCH_QUERY_COMMENT,
            Self::GetSignKey => &GET_SIGN_KEY,
            Self::JsCodeToSession => &JS_CODE_TO_SESSION,
        }
    }

    /// WeChat's name of it, such as `unifiedorder`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The endpoint of WeChat's name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }

    /// Its path in production, such as `/pay/unifiedorder`.
    pub const fn path(self) -> &'static str {
        self.row().path
    }

    /// Whether production asks for the merchant's certificate (protocol page §1.3).
    pub const fn needs_certificate(self) -> bool {
        self.row().certificate
    }

    /// Whether an answer with return_code=SUCCESS carries a sign (protocol page §2.4).
    pub const fn is_signed(self) -> bool {
        self.row().signed
    }

    pub(crate) const fn required(self) -> &'static [&'static str] {
        self.row().required
    }

    pub(crate) const fn one_of(self) -> &'static [&'static str] {
        self.row().one_of
    }

    /// Whether a service provider may leave sub_mch_id out, and so speak of all its merchants.
    pub(crate) const fn is_for_whole_provider(self) -> bool {
        self.row().whole_provider
    }

    pub(crate) const fn algorithms(self) -> Algorithms {
        self.row().algorithms
    }

    /// Whether requests name an app; the one for the sandbox's key is about the merchant number only.
    pub(crate) fn has_appid(self) -> bool {
        self != Self::GetSignKey
    }
}

impl Place {
    /// What this gateway answers under a path; nothing for what it does not offer.
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path == XDC_SIGN_KEY {
            return Some(Self { endpoint: Endpoint::GetSignKey, realm: Realm::SandboxXdc, single_product: false });
        }
        let (realm, rest) = if let Some(rest) = path.strip_prefix(SANDBOX_NEW) {
            (Realm::SandboxNew, rest)
        } else if let Some(rest) = path.strip_prefix(SANDBOX_XDC) {
            (Realm::SandboxXdc, rest)
        } else {
            (Realm::Production, path)
        };
        let single_product = matches!(rest, REFUND_V2 | REFUND_QUERY_V2);
        let endpoint = match rest {
            REFUND_V2 => Endpoint::Refund,
            REFUND_QUERY_V2 => Endpoint::RefundQuery,
            // The sandbox has these two without `/secapi` as well (§1.4).
            "/pay/refund" if realm != Realm::Production => Endpoint::Refund,
            "/pay/reverse" if realm != Realm::Production => Endpoint::Reverse,
            _ => ALL.into_iter().find(|endpoint| endpoint.path() == rest)?,
        };
        let is_there = match endpoint {
            Endpoint::GetSignKey => realm == Realm::SandboxNew,
            Endpoint::JsCodeToSession => realm == Realm::Production,
            _ => true,
        };
        is_there.then_some(Self { endpoint, realm, single_product })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_found_by_its_path_and_under_both_sandboxes() {
        for endpoint in Endpoint::all().iter().copied().filter(|endpoint| endpoint.has_appid()) {
            let found = |path: String| Place::of(&path).map(|place| (place.endpoint, place.realm));
            assert_eq!(found(endpoint.path().to_owned()), Some((endpoint, Realm::Production)));
            let in_sandbox = |realm| (endpoint != Endpoint::JsCodeToSession).then_some((endpoint, realm));
            assert_eq!(found(format!("/sandboxnew{}", endpoint.path())), in_sandbox(Realm::SandboxNew));
            assert_eq!(found(format!("/xdc/apiv2sandbox{}", endpoint.path())), in_sandbox(Realm::SandboxXdc));
        }
    }

    #[test]
    fn the_sandboxes_have_places_of_their_own() {
        let found = |path| Place::of(path).map(|place| (place.endpoint, place.realm));
        assert_eq!(found("/sandboxnew/pay/getsignkey"), Some((Endpoint::GetSignKey, Realm::SandboxNew)));
        assert_eq!(found(XDC_SIGN_KEY), Some((Endpoint::GetSignKey, Realm::SandboxXdc)));
        assert_eq!(found("/pay/getsignkey"), None);
        assert_eq!(found("/sandboxnew/pay/refund"), Some((Endpoint::Refund, Realm::SandboxNew)));
        assert_eq!(found("/pay/refund"), None);
    }

    #[test]
    fn the_variants_for_single_products_are_the_same_endpoints() {
        for (path, endpoint) in [(REFUND_V2, Endpoint::Refund), (REFUND_QUERY_V2, Endpoint::RefundQuery)] {
            let found = Place { endpoint, realm: Realm::Production, single_product: true };
            assert_eq!(Place::of(path), Some(found));
            assert_eq!(Place::of(endpoint.path()), Some(Place { single_product: false, ..found }));
        }
    }

    #[test]
    fn names_and_paths_are_each_of_one_endpoint() {
        for (index, endpoint) in ALL.iter().enumerate() {
            for other in ALL.iter().skip(index + 1) {
                assert!(endpoint.name() != other.name() && endpoint.path() != other.path(), "{}", endpoint.name());
            }
        }
    }
}
