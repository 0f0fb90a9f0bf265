use crate::program::{Answer, Desk};

const PREPAY: &str = "wx0203040506789012abcdef0123456789000";

fn pay_params(more: &[&str]) -> Answer {
    let mut arguments = vec!["pay-params", "--key-file", "key.txt", "--timestamp", "1704135845", "--json"];
    arguments.extend(more);
    Desk::new().run(&arguments)
}

#[test]
fn what_a_kind_needs_and_what_cannot_be_is_refused_as_usage() {
    for arguments in [
        vec!["--appid", "wx1"],
        vec!["--prepay-id", PREPAY],
        vec!["--appid", "wx1", "--prepay-id", PREPAY, "--kind", "app"],
        vec!["--appid", "wx1", "--kind", "native", "--mch-id", "1900000001"],
        vec!["--appid", "wx1", "--kind", "native", "--product-id", "P"],
        vec!["--appid", "wx1", "--kind", "native", "--product-id", "P", "--mch-id", "1", "--sign-type", "HMAC-SHA256"],
        vec!["--appid", "wx 1", "--prepay-id", PREPAY],
        vec!["--appid", "wx1", "--prepay-id", PREPAY, "--sign-type", "md5"],
        vec!["--appid", "wx1", "--prepay-id", PREPAY, "--nonce", "x y"],
        vec!["--appid", "wx1", "--kind", "native", "--mch-id", "19a", "--product-id", "P"],
    ] {
        let answer = pay_params(&arguments).expect(2);
        assert_eq!(answer.json()["error"]["code"], "usage", "{arguments:?}");
    }
    Desk::new()
        .run(&[
            "pay-params",
            "--appid",
            "wx1",
            "--prepay-id",
            PREPAY,
            "--key-file",
            "key.txt",
            "--timestamp",
            "1704135845000",
        ])
        .expect(2);
}

#[test]
fn the_jsapi_vectors_are_signed() {
    let own = |more: &[&str]| {
        let mut all = vec!["--appid", "wx0000000000000001", "--prepay-id", PREPAY, "--nonce", "IITRi8Iabbblz1Jc"];
        all.extend(more);
        pay_params(&all).expect(0).json()
    };
    let md5 = own(&[]);
    assert_eq!(md5["paySign"], "A4C607DA0A12FF0DB36AF96858A45992");
    assert_eq!(md5["timeStamp"], "1704135845");
    assert_eq!(md5["package"], format!("prepay_id={PREPAY}"));
    assert_eq!(md5["signType"], "MD5");
    let hmac = own(&["--sign-type", "HMAC-SHA256"]);
    assert_eq!(hmac["paySign"], "3C6DF8C82952E84EB77B6ABF2B4021133B75107470294988D3E4A8F60DD9A891");
}

#[test]
fn the_app_and_native_vectors_are_signed() {
    let app = pay_params(&[
        "--kind",
        "app",
        "--appid",
        "wx0000000000000002",
        "--mch-id",
        "1900000001",
        "--prepay-id",
        PREPAY,
        "--nonce",
        "IITRi8Iabbblz1Jc",
    ]);
    let app = app.expect(0).json();
    assert_eq!(app["sign"], "99931C00EB3FAA3591178183DB97023D");
    assert_eq!((&app["package"], &app["partnerid"]), (&"Sign=WXPay".into(), &"1900000001".into()));
    let native = pay_params(&[
        "--kind",
        "native",
        "--appid",
        "wx0000000000000001",
        "--mch-id",
        "1900000001",
        "--product-id",
        "SKU-88888",
        "--nonce",
        "f6808210402125e30663234f94c87a8c",
    ]);
    let native = native.expect(0).json();
    assert_eq!(native["sign"], "6B7A76D9F79E6783DDEDBD23CCD0F408");
    assert!(native["code_url"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?"));
}

#[test]
fn what_is_made_verifies_and_nonces_differ() {
    let desk = Desk::new();
    let make =
        || desk.run(&["pay-params", "--appid", "wx1", "--prepay-id", PREPAY, "--key-file", "key.txt"]).expect(0).out;
    let (first, second) = (make(), make());
    assert_ne!(first, second);
    desk.run_with(&["verify", "-", "--key-file", "key.txt"], first).expect(0);
}
