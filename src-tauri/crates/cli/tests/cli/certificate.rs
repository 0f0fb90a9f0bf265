//! A merchant's certificate, from the files of a gateway with TLS into the vault.

use crate::gateway::Gateway;
use crate::program::Desk;

#[test]
fn a_certificate_of_another_merchant_a_wrong_password_and_a_file_that_is_none_are_refused() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "state", "--tls"]);
    let url = gateway.word("listening");
    desk.merchant("shop", url, &["--ca-file", gateway.tls("ca")]).expect(0);
    let other = ["profile", "add", "other", "--appid", "wx1", "--mch-id", "1900000009", "--key-file", "key.txt"];
    desk.ask(&[&other[..], &["--environment", "simulator", "--base-url", url]].concat()).expect(0);

    let p12 = gateway.tls("p12");
    let refused = |arguments: &[&str]| {
        let answer = desk.ask(&[&["profile", "import-cert"], arguments].concat()).expect(3).json();
        answer["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(refused(&["other", p12, "--p12-password-file", &mch_id(&desk)]).contains("1900000001"));
    desk.ask(&["profile", "import-cert", "other", p12]).expect(6);
    assert!(refused(&["shop", "key.txt"]).contains("not a .p12 file"));
    assert!(refused(&["shop", p12, "--p12-password-file", "key.txt"]).contains("password"));
    desk.file("long.p12", vec![0x30; 70_000]);
    assert!(refused(&["shop", "long.p12"]).contains("64 KiB"));
    let (cert, key) = (gateway.tls("cert"), gateway.tls("key"));
    assert!(refused(&["shop", "--pem-cert", "key.txt", "--pem-key", key]).contains("no certificate"));
    assert!(refused(&["shop", "--pem-cert", cert, "--pem-key", cert]).contains("no private key"));
    let ca = gateway.tls("ca");
    assert!(refused(&["shop", "--pem-cert", ca, "--pem-key", key]).contains("belong"));
    desk.ask(&["profile", "import-cert", "nobody", p12]).expect(1);
    desk.ask(&["profile", "import-cert", "shop"]).expect(2);
    desk.ask(&["profile", "import-cert", "shop", "--pem-cert", cert]).expect(2);
    assert!(desk.ask(&["profile", "show", "shop"]).expect(0).json()["certificate"].is_null());
}

#[test]
fn old_and_new_p12_files_and_the_pem_pair_are_the_same_certificate_and_it_goes_with_its_merchant() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "state", "--tls"]);
    desk.merchant("shop", gateway.word("listening"), &["--ca-file", gateway.tls("ca")]).expect(0);
    let mut serials = Vec::new();
    for files in [
        vec![gateway.tls("p12")],
        vec![gateway.tls("p12_modern")],
        vec!["--pem-cert", gateway.tls("cert"), "--pem-key", gateway.tls("key")],
    ] {
        let import = [&["profile", "import-cert", "shop"][..], &files].concat();
        let shown = desk.ask(&import).expect(0).json();
        assert!(shown["certificate"]["not_after"].as_str().unwrap().ends_with("+08:00"), "{shown}");
        serials.push(shown["certificate"]["serial"].clone());
    }
    assert!(serials.iter().all(|serial| *serial == serials[0] && serial.is_string()), "{serials:?}");
    let listed = desk.run(&["profile", "list", "--json"]).expect(0).json();
    assert_eq!(
        listed["profiles"][0]["certificate"]["serial"], serials[0],
        "its expiry is known while the vault is locked"
    );
    desk.ask(&["profile", "remove", "shop"]).expect(0);
    let again = desk.merchant("shop", gateway.word("listening"), &["--ca-file", gateway.tls("ca")]).expect(0).json();
    assert!(again["certificate"].is_null(), "{again}");
}

fn mch_id(desk: &Desk) -> String {
    desk.file("mch_id.txt", "1900000001").display().to_string()
}
