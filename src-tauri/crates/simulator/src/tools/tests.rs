//! The tools as a merchant calls them; every refusal has its case.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use wxpay_protocol::{Secret, SignType};

use crate::trial::*;
use crate::{Clock, Dice, Gateway, Request, Switches, TimeScale};

const REPORT: &str = "/payitil/report";
const SHORT: &str = "/tools/shorturl";
const SIGN_KEY: &str = "/sandboxnew/pay/getsignkey";
const XDC_SIGN_KEY: &str = "/xdc/apiv2getsignkey/sign/getsignkey";
const SECRET: &str = "fedcba9876543210fedcba9876543210";

fn report() -> Message {
    common()
        .with("interface_url", "https://api.mch.weixin.qq.com/pay/unifiedorder")
        .with("execute_time", "120")
        .with("return_code", "SUCCESS")
        .with("result_code", "SUCCESS")
        .with("user_ip", "127.0.0.1")
}

fn batch(trades: &str) -> Message {
    common()
        .with("interface_url", "https://api.mch.weixin.qq.com/pay/batchreport/micropay/total")
        .with("user_ip", "127.0.0.1")
        .with("trades", trades)
}

#[test]
fn a_report_is_answered_without_a_sign_or_by_switch_with_one() {
    let thanks = "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n<result_code><![CDATA[SUCCESS]]></result_code>\n</xml>";
    let trades = r#"[{"out_trade_no":"T1","begin_time":"20240102030405","end_time":"20240102030406","state":"OK","err_msg":""}]"#;
    for message in [report(), batch(trades)] {
        assert_eq!(ask(&gateway(), REPORT, &message.signed()).body, thanks);
    }
    let signed = gateway_with(Switches { report_is_signed: true, ..Switches::default() });
    assert_eq!(field(&ask(&signed, REPORT, &report().signed()), "result_code").as_deref(), Some("SUCCESS"));
}

#[test]
fn reports_that_cannot_be_read_are_refused() {
    for (message, words) in [
        (report().without("execute_time"), "缺少参数"),
        (report().without("result_code"), "缺少参数"),
        (report().without("user_ip"), "缺少参数"),
        (report().with("execute_time", "0.1"), "参数格式校验错误"),
        (batch("{}"), "参数格式校验错误"),
        (batch(r#"[{"out_trade_no":"T1"}]"#), "参数格式校验错误"),
        (batch(r#"[{"out_trade_no":"T1","begin_time":"1","end_time":"2","state":"?"}]"#), "参数格式校验错误"),
    ] {
        let request = message.signed();
        assert_eq!(return_msg(&ask(&gateway(), REPORT, &request)), words, "{request}");
    }
    let unsigned = report().with("sign", &"0".repeat(32)).written();
    assert_eq!(return_msg(&ask(&gateway(), REPORT, &unsigned)), "签名错误，请检查后再试");
}

const LONG_URL: &str = "weixin://wxpay/bizpayurl?sign=6B7A76D9F79E6783DDEDBD23CCD0F408&appid=wx0000000000000001&mch_id=1900000001&product_id=SKU-88888&time_stamp=1704135845&nonce_str=f6808210402125e30663234f94c87a8c";

#[test]
fn a_long_link_is_shortened_whether_it_is_sent_raw_or_escaped() {
    let raw = field(&ask(&gateway(), SHORT, &common().with("long_url", LONG_URL).signed()), "short_url").unwrap();
    assert!(raw.starts_with("weixin://wxpay/s/") && raw.len() == 23, "{raw}");
    // The documentation's way: the raw link is signed, the escaped one is sent.
    let escaped =
        LONG_URL.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    let request =
        common().with("long_url", LONG_URL).signed().replace(&format!("[{LONG_URL}]"), &format!("[{escaped}]"));
    assert!(request.contains("weixin%3A%2F%2F"), "{request}");
    assert_eq!(field(&ask(&gateway(), SHORT, &request), "short_url").unwrap(), raw);
}

#[test]
fn a_short_link_is_scanned_like_the_long_one() {
    let gateway = gateway();
    let callback = Some("http://127.0.0.1:9/");
    let before = gateway.static_code_question("weixin://wxpay/s/000000", "o1", callback);
    assert!(before.is_err_and(|why| why.to_string().contains("没有这个短链接")));
    let short = field(&ask(&gateway, SHORT, &common().with("long_url", LONG_URL).signed()), "short_url").unwrap();
    assert!(Gateway::is_static_code(&short) && Gateway::is_static_code(LONG_URL));
    assert!(!Gateway::is_static_code("weixin://wxpay/bizpayurl?pr=XL8favn"));
    assert!(gateway.static_code_question(&short, "o1", callback).unwrap().body.contains("SKU-88888"));
}

#[test]
fn what_is_no_static_code_cannot_be_shortened() {
    for link in ["https://shop.example.com/", "weixin://wxpay/bizpayurl", "weixin%3A%2F%2F"] {
        let answer = ask(&gateway(), SHORT, &common().with("long_url", link).signed());
        assert_eq!(refusal(&answer), ("URLFORMATERROR".to_owned(), "URL格式错误".to_owned()), "{link}");
    }
    assert_eq!(return_msg(&ask(&gateway(), SHORT, &common().signed())), "缺少参数");
    let forged = common().with("long_url", "a%20b").with("sign", &"0".repeat(32)).written();
    assert_eq!(return_msg(&ask(&gateway(), SHORT, &forged)), "签名错误，请检查后再试");
}

fn sign_key_request() -> Message {
    common().without("appid").with("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS")
}

#[test]
fn the_request_of_the_protocol_page_gets_a_key_that_is_not_the_merchants() {
    let request = sign_key_request().signed();
    assert!(request.contains("5D216A10CB30A977C83AA558D0B16E99"), "{request}");
    let mut keys = HashSet::new();
    for path in [SIGN_KEY, XDC_SIGN_KEY] {
        let body = ask(&gateway(), path, &request).body;
        assert_eq!(ask(&gateway(), path, &request).body, body, "the key stays the same");
        let text = String::from_utf8(body.to_vec()).unwrap();
        let start = "<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[ok]]></return_msg>\n<sandbox_signkey><![CDATA[";
        let key = text.strip_prefix(start).and_then(|rest| rest.strip_suffix("]]></sandbox_signkey>\n</xml>")).unwrap();
        assert!(key.len() == 32 && key != KEY && keys.insert(key.to_owned()), "{key}");
        let kept = String::from_utf8(super::without_sandbox_key(body).to_vec()).unwrap();
        assert!(!kept.contains(key) && kept.contains("••••"), "{kept}");
    }
}

#[test]
fn each_generation_refuses_a_request_for_its_key_in_its_own_words() {
    let gateway = gateway();
    let other_key = sign_key_request().signed_as(SignType::Md5, SECRET);
    for path in [SIGN_KEY, XDC_SIGN_KEY] {
        assert_eq!(return_msg(&ask(&gateway, path, &other_key)), "获取沙箱密钥失败，确认交易密钥是否正确");
    }
    let nothing = "<xml><a>1</a></xml>";
    assert_eq!(
        return_msg(&ask(&gateway, XDC_SIGN_KEY, nothing)),
        "\"mch_id\" is required. \"sign\" is required. \"nonce_str\" is required"
    );
    let stranger = sign_key_request().with("mch_id", "1600000090").signed();
    assert_eq!(
        ask(&gateway, SIGN_KEY, &stranger).body,
        "<xml>\n<return_code><![CDATA[FAIL]]></return_code>\n<retmsg><![CDATA[请确认请求参数是否正确merchant invalid mch_id(1600000090)]]></retmsg>\n<retcode><![CDATA[1]]></retcode>\n</xml>"
    );
    let long_sign = sign_key_request().with("sign_type", "HMAC-SHA256").signed();
    assert!(return_msg(&ask(&gateway, XDC_SIGN_KEY, &long_sign)).contains("大于最大值 32"));
}

fn with_app_secret() -> Arc<Gateway> {
    let mut merchant = own_merchant();
    merchant.app_secret = Some(Secret::new(SECRET.as_bytes().to_vec()));
    let clock = Clock::new(START, TimeScale::FROZEN);
    Arc::new(Gateway::in_memory(clock, Box::new(Dice::new(0, 0)), vec![merchant], Switches::default()))
}

fn session(gateway: &Gateway, query: &str) -> serde_json::Value {
    let request = Request { method: "GET", query, ..Request::post("/sns/jscode2session", b"") };
    let answer = gateway.handle(&request);
    assert_eq!(answer.status, 200);
    serde_json::from_slice(&answer.body).unwrap()
}

fn login(code: &str) -> String {
    format!("appid={APPID}&secret={SECRET}&js_code={code}&grant_type=authorization_code")
}

#[test]
fn a_code_is_exchanged_once_for_the_openid_of_its_user() {
    let gateway = with_app_secret();
    let first = session(&gateway, &login(&gateway.log_in("alice")));
    assert_eq!(first.as_object().unwrap().keys().collect::<Vec<_>>(), ["session_key", "openid"]);
    assert_eq!(first["session_key"].as_str().unwrap().len(), 24);
    let openid = first["openid"].as_str().unwrap();
    assert!(openid.len() == 28 && openid.starts_with('o'), "{openid}");
    assert_eq!(session(&gateway, &login("alice-1"))["openid"], openid);
    assert_eq!(session(&gateway, &login("alice-2"))["openid"], openid);
    assert_ne!(session(&gateway, &login("bob-1"))["openid"], openid);
    let again = session(&gateway, &login("alice-1"));
    assert_eq!(again["errcode"], 40163);
    let errmsg = again["errmsg"].as_str().unwrap();
    assert!(
        errmsg.starts_with("code been used, rid: 65930ca5-")
            && errmsg.len() == "code been used, rid: 6380622c-50076416-224b40b0".len(),
        "{errmsg}"
    );
}

#[test]
fn a_code_lives_for_five_minutes() {
    let gateway = with_app_secret();
    let (early, late) = (gateway.log_in("alice"), gateway.log_in("alice"));
    gateway.advance_s(300).unwrap();
    assert!(session(&gateway, &login(&early))["openid"].is_string());
    gateway.advance_s(1).unwrap();
    assert_eq!(session(&gateway, &login(&late))["errcode"], 40029);
}

#[test]
fn every_refusal_of_a_login_has_its_own_number_and_words() {
    let gateway = with_app_secret();
    let whole = login("carol-1");
    for (query, errcode, words) in [
        (whole.replace(APPID, ""), 41002, "appid missing"),
        (whole.replace(APPID, "wx0000000000000009"), 40013, "invalid appid"),
        (whole.replace(SECRET, ""), 41004, "appsecret missing"),
        (whole.replace(SECRET, KEY), 40125, "invalid appsecret"),
        (whole.replace("carol-1", ""), 41008, "missing code"),
        (whole.replace("carol-1", "invalid-1"), 40029, "invalid code"),
        (whole.replace("carol-1", "%E7%A0%81"), 40029, "invalid code"),
        (whole.replace("carol-1", "used-1"), 40163, "code been used"),
        (whole.replace("carol-1", "blocked-1"), 40226, "code blocked"),
        (whole.replace("carol-1", "busy-1"), -1, "system error"),
        (whole.replace("authorization_code", "client_credential"), 40002, "invalid grant_type"),
    ] {
        let answer = session(&gateway, &query);
        assert_eq!(answer["errcode"], errcode, "{query}");
        assert!(answer["errmsg"].as_str().unwrap().starts_with(&format!("{words}, rid: ")), "{answer}");
    }
    let posted = gateway.handle(&Request { query: &whole, ..Request::post("/sns/jscode2session", b"") });
    assert!(String::from_utf8_lossy(&posted.body).contains("43001"));
    let without_secret = session(&crate::trial::gateway(), &whole);
    assert_eq!(without_secret["errcode"], 40125, "an app without a secret logs nobody in");
}

#[test]
fn a_user_logs_in_a_hundred_times_a_minute_and_not_more() {
    let gateway = with_app_secret();
    for count in 0..100 {
        assert!(session(&gateway, &login(&format!("alice-{count}")))["openid"].is_string(), "{count}");
    }
    assert_eq!(session(&gateway, &login("alice-100"))["errcode"], 45011);
    assert!(session(&gateway, &login("bob-1"))["openid"].is_string());
    gateway.advance_s(60).unwrap();
    assert!(session(&gateway, &login("alice-100"))["openid"].is_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_request_to_a_tool_panics_the_gateway(text in "\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let gateway = with_app_secret();
        for path in [REPORT, SHORT, SIGN_KEY, XDC_SIGN_KEY] {
            prop_assert_eq!(gateway.handle(&Request::post(path, &bytes)).status, 200);
        }
        let message = common().with("long_url", &text).with("trades", &text).with("interface_url", "u").with("user_ip", &text);
        for path in [REPORT, SHORT] {
            prop_assert_eq!(ask(&gateway, path, &message.clone().signed()).status, 200);
        }
        session(&gateway, &text);
        session(&gateway, &login(&text));
    }
}

/// A shop that orders what a printed code names, and answers the gateway's question about it.
async fn shop(gateway: Arc<Gateway>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/native", listener.local_addr().unwrap());
    let answer = move |question: String| {
        let gateway = Arc::clone(&gateway);
        async move {
            let asked = wxpay_protocol::xml::read(question.as_bytes(), "xml").unwrap();
            let names: Vec<&str> = asked.iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["appid", "openid", "mch_id", "is_subscribe", "nonce_str", "product_id", "sign"]);
            let key = Secret::new(KEY.as_bytes().to_vec());
            wxpay_protocol::sign::verify(&asked, &key, SignType::Md5).unwrap();
            let order = order("T20240102030405_001")
                .with("trade_type", "NATIVE")
                .with("product_id", asked.get("product_id").unwrap());
            let prepay_id = field(&ask(&gateway, UNIFIED, &order.signed()), "prepay_id").unwrap();
            native_answer(&prepay_id).signed()
        }
    };
    tokio::spawn(axum::serve(listener, axum::Router::new().fallback(answer)).into_future());
    url
}

fn native_answer(prepay_id: &str) -> Message {
    common()
        .with("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS")
        .with("prepay_id", prepay_id)
        .with("return_code", "SUCCESS")
        .with("result_code", "SUCCESS")
}

#[tokio::test]
async fn a_printed_code_that_is_scanned_leads_to_an_order_of_the_shop() {
    let gateway = gateway();
    let callback = shop(Arc::clone(&gateway)).await;
    let prepay_id = gateway.scan_static_code(LONG_URL, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", Some(&callback)).await.unwrap();
    let order = gateway.order(None, "T20240102030405_001").unwrap().order;
    assert_eq!(order.fields.get("product_id"), Some("SKU-88888"));
    assert!(prepay_id.starts_with("wx02030405"), "{prepay_id}");
    assert_eq!((gateway.traffic(1)[0].endpoint, gateway.traffic(1)[0].outcome), ("native mode 1", "SUCCESS"));
}

#[test]
fn codes_that_lead_nowhere_say_why() {
    let mut merchant = own_merchant();
    merchant.native_notify_url = Some("https://shop.example.com/native".to_owned());
    let clock = Clock::new(START, TimeScale::FROZEN);
    let gateway = Gateway::in_memory(clock, Box::new(Dice::new(0, 0)), vec![merchant], Switches::default());
    let ask_with =
        |code: &str, callback| gateway.static_code_question(code, "o1", callback).map(|question| question.url);
    let local = Some("http://127.0.0.1:9/native");
    assert_eq!(ask_with(LONG_URL, local).as_deref(), Ok("http://127.0.0.1:9/native"));
    for (code, callback, words) in [
        (LONG_URL.to_owned(), None, "不在本机"),
        (LONG_URL.to_owned(), Some("http://10.0.0.1/"), "不在本机"),
        (LONG_URL.replace("SKU-88888", "SKU-99999"), local, "签名不对"),
        (LONG_URL.replace("&nonce_str", "&nonce"), local, "缺少 nonce_str"),
        (LONG_URL.replace("1900000001", "1900000009"), local, "没有 appid"),
        ("weixin://wxpay/bizpayurl?pr=XL8favn".to_owned(), local, "缺少 appid"),
        ("https://shop.example.com/".to_owned(), local, "应以 weixin://"),
    ] {
        let refused = ask_with(&code, callback).unwrap_err().to_string();
        assert!(refused.contains(words), "{code}: {refused}");
    }
    assert!(
        crate::trial::gateway()
            .static_code_question(LONG_URL, "o1", None)
            .is_err_and(|why| why.to_string().contains("callback"))
    );
}

#[test]
fn answers_of_a_shop_are_taken_only_with_its_sign_and_a_prepay_id() {
    let gateway = gateway();
    let question = gateway.static_code_question(LONG_URL, "o1", Some("http://127.0.0.1:9/")).unwrap();
    let prepay_id = "wx0203040506789012abcdef0123456789000";
    let golden = native_answer(prepay_id).signed();
    assert!(golden.contains("1F23E403E8C3DB9983B069C07CAEBB4B"), "{golden}");
    assert_eq!(gateway.static_code_answer(&question, 200, golden.as_bytes()).as_deref(), Ok(prepay_id));
    let refused = native_answer(prepay_id).with("result_code", "FAIL").with("err_code_des", "已售完");
    for (status, body, words) in [
        (500, golden.clone(), "HTTP 500"),
        (200, "success".to_owned(), "有误"),
        (200, golden.replace(prepay_id, "wx0"), "签名不对"),
        (200, native_answer(prepay_id).signed_as(SignType::Md5, SECRET), "签名不对"),
        (200, native_answer("").signed(), "没有 prepay_id"),
        (200, native_answer(prepay_id).with("mch_id", "1900000009").signed(), "不是所问商户的"),
        (200, refused.signed(), "已售完"),
        (200, "<xml><return_code>FAIL</return_code><return_msg>无此商品</return_msg></xml>".to_owned(), "无此商品"),
    ] {
        let why = gateway.static_code_answer(&question, status, body.as_bytes()).unwrap_err().to_string();
        assert!(why.contains(words), "{body}: {why}");
    }
}
