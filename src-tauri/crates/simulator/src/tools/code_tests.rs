//! authcodetoopenid: whose code it is, and whom it pays from then on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use wxpay_protocol::ids::{Appid, MchId};

use crate::trial::*;
use crate::{Clock, Config, Dice, Gateway, Role, SubMerchant, Switches, TimeScale};

const OPEN_ID: &str = "/tools/authcodetoopenid";
const CODE: &str = "134567890123456789";

fn whose(code: &str) -> Message {
    common().with("auth_code", code)
}

#[test]
fn a_code_gives_the_openid_of_the_payer_who_then_pays_with_it() {
    let gateway = gateway();
    let openid = field(&ask(&gateway, OPEN_ID, &whose(CODE).signed()), "openid").unwrap();
    assert_eq!(field(&ask(&gateway, OPEN_ID, &whose(CODE).signed()), "openid").unwrap(), openid);
    let paid = ask(&gateway, MICROPAY, &micropay("T20240102030405_001", CODE).signed());
    assert_eq!(field(&paid, "openid").unwrap(), openid);
    let again = refusal(&ask(&gateway, OPEN_ID, &whose(CODE).signed()));
    assert_eq!(again, ("AUTH_CODE_INVALID".to_owned(), "101 每个二维码仅限使用一次，请刷新再试".to_owned()));
}

#[test]
fn a_code_pays_only_the_merchant_who_asked_whose_it_is_and_for_a_minute() {
    const OTHER: &str = "1900000002";
    let merchants = vec![own_merchant(), merchant(APPID, OTHER, KEY)];
    let clock = Clock::new(START, TimeScale::FROZEN);
    let gateway = Arc::new(Gateway::in_memory(clock, Box::new(Dice::new(0, 0)), merchants, Switches::default()));
    assert!(field(&ask(&gateway, OPEN_ID, &whose(CODE).signed()), "openid").is_some());
    let stranger = micropay("T20240102030405_001", CODE).with("mch_id", OTHER).signed();
    assert_eq!(refusal(&ask(&gateway, MICROPAY, &stranger)).0, "AUTH_CODE_INVALID");
    let asks = whose(CODE).with("mch_id", OTHER).signed();
    assert_eq!(refusal(&ask(&gateway, OPEN_ID, &asks)).0, "AUTH_CODE_INVALID");
    gateway.advance_s(61).unwrap();
    let late = ask(&gateway, MICROPAY, &micropay("T20240102030405_001", CODE).signed());
    assert_eq!(refusal(&late), ("AUTH_CODE_INVALID".to_owned(), "101 付款码已过期，请退出重试".to_owned()));
}

#[test]
fn a_service_provider_learns_the_payer_under_both_apps() {
    let mut provider = own_merchant();
    let sub_merchant = SubMerchant {
        sub_mch_id: MchId::new("1900000109").unwrap(),
        sub_appids: vec![Appid::new("wx0000000000000007").unwrap()],
    };
    provider.role = Role::ServiceProvider(vec![sub_merchant]);
    let clock = Clock::new(START, TimeScale::FROZEN);
    let gateway = Gateway::in_memory(clock, Box::new(Dice::new(0, 0)), vec![provider], Switches::default());
    let message = whose(CODE).with("sub_mch_id", "1900000109").with("sub_appid", "wx0000000000000007");
    let answer = ask(&gateway, OPEN_ID, &message.signed());
    let (openid, sub_openid) = (field(&answer, "openid").unwrap(), field(&answer, "sub_openid").unwrap());
    assert_ne!(openid, sub_openid);
    assert_eq!(field(&answer, "sub_mch_id").as_deref(), Some("1900000109"));
    assert_eq!(return_msg(&ask(&gateway, OPEN_ID, &whose(CODE).signed())), "受理机构必须传入sub_mch_id");
}

#[test]
fn texts_that_are_no_code_or_an_old_one_are_refused() {
    let gateway = gateway();
    for (code, err_code) in [
        ("13456789012345678", "AUTH_CODE_ERROR"),
        ("13456789012345678X", "AUTH_CODE_ERROR"),
        ("284567890123456789", "AUTH_CODE_INVALID"),
        ("134567890123900009", "AUTHCODEEXPIRE"),
        ("134567890123900010", "AUTH_CODE_INVALID"),
    ] {
        assert_eq!(refusal(&ask(&gateway, OPEN_ID, &whose(code).signed())).0, err_code, "{code}");
    }
    assert_eq!(return_msg(&ask(&gateway, OPEN_ID, &common().signed())), "缺少参数");
    let hmac = whose(CODE).with("sign_type", "HMAC-SHA256").signed();
    assert!(return_msg(&ask(&gateway, OPEN_ID, &hmac)).contains("字节数 64，大于最大值 32"));
}

#[tokio::test]
async fn bills_bound_codes_and_short_links_survive_a_restart() {
    const LINK: &str = "weixin://wxpay/bizpayurl?sign=S&appid=A&mch_id=M&product_id=P&time_stamp=1&nonce_str=N";
    let dir = tempfile::tempdir().unwrap();
    let run = || {
        crate::start(Config {
            state_dir: Some(dir.path().to_owned()),
            time_scale: TimeScale::FROZEN,
            start_at: Some(START),
            ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![own_merchant()])
        })
    };
    let bill =
        |gateway: &Gateway| ask(gateway, "/pay/downloadbill", &common().with("bill_date", "20240102").signed()).body;
    let running = run().await.unwrap();
    let gateway = &running.gateway;
    ask(gateway, MICROPAY, &micropay("T20240102030405_001", "134567890123456780").signed());
    ask(gateway, REFUND, &refund("T20240102030405_001", "R20240102030405_001").with("refund_fee", "1").signed());
    assert!(field(&ask(gateway, OPEN_ID, &whose(CODE).signed()), "openid").is_some());
    let short =
        field(&ask(gateway, "/tools/shorturl", &common().with("long_url", LINK).signed()), "short_url").unwrap();
    gateway.advance_s(60).unwrap();
    let before = bill(gateway);
    running.stop().await;

    let running = run().await.unwrap();
    let gateway = &running.gateway;
    assert_eq!(bill(gateway), before);
    assert!(gateway.ledger().bound_code(CODE).is_some());
    let scanned = gateway.static_code_question(&short, "o1", None).err().map(|why| why.to_string());
    assert!(scanned.is_some_and(|why| why.contains("没有 appid A")), "the link is not the one that was shortened");
    running.stop().await;
}

#[tokio::test]
async fn over_http_a_login_leaves_no_secret_behind_and_a_fund_flow_has_its_digest() {
    const SECRET: &str = "fedcba9876543210fedcba9876543210";
    let mut merchant = own_merchant();
    merchant.app_secret = Some(wxpay_protocol::Secret::new(SECRET.as_bytes().to_vec()));
    let config = Config {
        time_scale: TimeScale::FROZEN,
        start_at: Some(START),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![merchant])
    };
    let running = crate::start(config).await.unwrap();
    let client = crate::notices::notifier::client(std::time::Duration::from_secs(5)).unwrap();
    let query = format!("appid={APPID}&secret={SECRET}&js_code=alice-1&grant_type=authorization_code");
    let login = client.get(format!("{}/sns/jscode2session?{query}", running.url)).send().await.unwrap();
    assert_eq!(login.status(), 200);
    assert!(login.text().await.unwrap().contains("\"session_key\":"));

    ask(&running.gateway, MICROPAY, &micropay("T20240102030405_001", CODE).signed());
    let flow = common().with("bill_date", "20240102").with("account_type", "Basic").with("tar_type", "GZIP");
    let flow = flow.with("sign_type", "HMAC-SHA256").signed();
    let answer = client.post(format!("{}/pay/downloadfundflow", running.url)).body(flow).send().await.unwrap();
    assert!(answer.headers()["digest"].to_str().unwrap().starts_with("SHA="));
    assert_eq!(answer.headers().get("content-encoding"), None);
    assert!(answer.bytes().await.unwrap().starts_with(b"\x1f\x8b"));

    let key = client.post(format!("{}/sandboxnew/pay/getsignkey", running.url));
    let key = key.body(common().without("appid").signed()).send().await.unwrap().text().await.unwrap();
    let given = key.split_once("<sandbox_signkey><![CDATA[").unwrap().1.split_once("]]>").unwrap().0.to_owned();
    let kept = format!("{:?}", running.gateway.traffic(10));
    assert!(kept.contains("jscode2session") && kept.contains("getsignkey"), "{kept}");
    assert!(!kept.contains(SECRET) && !kept.contains(&given), "{kept}");
    running.stop().await;
}
