use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use reqwest::tls::CertificateRevocationList;
use reqwest::{Certificate, Client, Identity};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_protocol::ids::MchId;

use super::tls::{self, Peer, TlsFiles};
use crate::faults::{FaultPlan, Kind, Rule};
use crate::pki::Pki;
use crate::trial::*;
use crate::{Config, MerchantFiles, PkiError, Running, StartError, TlsSource, start};

const OTHER_MCH_ID: &str = "1900000002";

fn config(dir: &Path, source: TlsSource) -> Config {
    let merchants = vec![own_merchant(), merchant(APPID, OTHER_MCH_ID, KEY)];
    Config {
        state_dir: Some(dir.to_owned()),
        tls: Some(source),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), merchants)
    }
}

async fn started() -> (TempDir, Running, TlsFiles) {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path(), TlsSource::Own)).await.unwrap();
    let files = running.gateway.tls_files().unwrap();
    (dir, running, files)
}

/// Trusts this authority and nothing else, and shows this merchant's certificate.
fn client(ca: &Path, own: Option<&MerchantFiles>) -> Client {
    let ca = Certificate::from_pem(&std::fs::read(ca).unwrap()).unwrap();
    let mut builder = Client::builder().no_proxy().tls_certs_only([ca]);
    if let Some(own) = own {
        let pem = [std::fs::read(&own.cert).unwrap(), std::fs::read(&own.key).unwrap()].concat();
        builder = builder.identity(Identity::from_pem(&pem).unwrap());
    }
    builder.build().unwrap()
}

async fn queried(client: &Client, url: &str) -> Result<String, reqwest::Error> {
    client.post(format!("{url}{QUERY}")).body(query("T20240102").signed()).send().await?.text().await
}

fn chain(file: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_by_every_name_with_or_without_a_certificate() {
    let (_dir, running, files) = started().await;
    assert!(running.url.starts_with("https://127.0.0.1:") && running.control_url.starts_with(&running.url));
    for own in [None, Some(&files.merchants[0].1)] {
        let answer = queried(&client(&files.ca, own), &running.url).await.unwrap();
        assert!(answer.contains("ORDERNOTEXIST"), "{answer}");
    }
    let address: SocketAddr = running.url.trim_start_matches("https://").parse().unwrap();
    for name in
        ["localhost", "api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "apihk.mch.weixin.qq.com", "api.weixin.qq.com"]
    {
        let ca = Certificate::from_pem(&std::fs::read(&files.ca).unwrap()).unwrap();
        let by_name = Client::builder().no_proxy().tls_certs_only([ca]).resolve(name, address).build().unwrap();
        let answer = queried(&by_name, &format!("https://{name}:{}", address.port())).await;
        assert!(answer.as_ref().is_ok_and(|answer| answer.contains("ORDERNOTEXIST")), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn the_control_interface_is_behind_the_same_tls() {
    let (_dir, running, files) = started().await;
    let asked =
        client(&files.ca, None).get(format!("{}/clock", running.control_url)).bearer_auth(&running.control_token);
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn without_a_state_folder_there_is_nowhere_to_keep_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let refused = start(Config { state_dir: None, ..config(dir.path(), TlsSource::Own) }).await;
    assert!(matches!(refused, Err(StartError::Pki(PkiError::NoFolder))));
}

#[tokio::test]
async fn a_client_that_trusted_the_gateway_still_does_after_a_restart() {
    let (dir, running, files) = started().await;
    let client = client(&files.ca, Some(&files.merchants[0].1));
    queried(&client, &running.url).await.unwrap();
    running.stop().await;
    let running = start(config(dir.path(), TlsSource::Own)).await.unwrap();
    assert!(queried(&client, &running.url).await.is_ok());
}

#[tokio::test]
async fn certificates_that_are_there_already_are_used_and_a_wrong_pair_is_refused() {
    let (made, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pki = Pki::open(made.path()).unwrap().into_parts().0;
    let file = |name: &str| made.path().join("tls").join(name);
    let given = |key: PathBuf, client_ca: PathBuf| TlsSource::Given { cert: file("server.pem"), key, client_ca };
    let source = given(file("server_key.pem"), pki.ca_file());
    let running = start(config(other.path(), source)).await.unwrap();
    assert_eq!(running.gateway.tls_files(), None);
    assert!(queried(&client(&pki.ca_file(), None), &running.url).await.unwrap().contains("ORDERNOTEXIST"));
    running.stop().await;
    for (key, client_ca) in [
        (file("ca_key.pem"), pki.ca_file()),
        (file("server.pem"), pki.ca_file()),
        (file("server_key.pem"), file("server_key.pem")),
        (file("server_key.pem"), file("nothing.pem")),
    ] {
        let refused = start(config(other.path(), given(key.clone(), client_ca.clone()))).await;
        assert!(matches!(refused, Err(StartError::Pki(_))), "{} {}", key.display(), client_ca.display());
    }
}

#[test]
fn a_client_certificate_is_judged_by_who_issued_it_and_to_whom() {
    let (dir, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mch_id = MchId::new(MCH_ID).unwrap();
    let (tls, files) = tls::open(&TlsSource::Own, Some(dir.path()), std::slice::from_ref(&mch_id)).unwrap();
    let own = chain(&files.unwrap().issued()[0].1.cert);
    let theirs = chain(&Pki::open(foreign.path()).unwrap().into_parts().0.merchant(&mch_id).unwrap().cert);
    let server = chain(&dir.path().join("tls/server.pem"));
    assert_eq!(tls.judge(None), Peer::Absent);
    assert_eq!(tls.judge(Some(&[])), Peer::Absent);
    assert_eq!(tls.judge(Some(&own)), Peer::Of(MCH_ID.into()));
    assert_eq!(tls.judge(Some(&own[..1])), Peer::Of(MCH_ID.into()), "the authority need not be sent");
    assert_eq!(tls.judge(Some(&theirs)), Peer::Unverifiable);
    assert_eq!(tls.judge(Some(&server)), Peer::Unverifiable, "a server's certificate is no merchant's");
    assert_eq!(tls.judge(Some(&[CertificateDer::from(vec![0x30, 0x00])])), Peer::Unverifiable);
}

#[tokio::test]
async fn a_refund_needs_the_certificate_of_its_own_merchant_and_is_told_which_of_four_it_came_with() {
    let (_dir, running, files) = started().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let foreign = Pki::open(elsewhere.path()).unwrap().into_parts().0.merchant(&MchId::new(MCH_ID).unwrap()).unwrap();
    let ask = async |own: Option<&MerchantFiles>, path: &str| {
        let body = refund("T20240102", "R20240102").signed();
        let asked = client(&files.ca, own).post(format!("{}{path}", running.url)).body(body);
        let answer = asked.send().await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), content_type, answer.text().await.unwrap())
    };
    let page = |words: &str| {
        (400, "text/html".to_owned(), NO_CERTIFICATE.replace("No required SSL certificate was sent", words))
    };
    let (own, other) = (&files.merchants[0].1, &files.merchants[1].1);
    assert_eq!(ask(None, REFUND).await, page("No required SSL certificate was sent"));
    assert_eq!(ask(Some(&foreign), REFUND).await, page("The SSL certificate error"));
    let (status, content_type, refused) = ask(Some(other), REFUND).await;
    assert_eq!((status, content_type.as_str()), (200, "text/plain"));
    assert!(refused.contains("<return_msg><![CDATA[证书验证失败]]></return_msg>"), "{refused}");
    let (_, _, answer) = ask(Some(own), REFUND).await;
    assert!(answer.contains("ORDERNOTEXIST"), "{answer}");
    // Where none is needed, none of them does harm.
    for any in [None, Some(own), Some(other), Some(&foreign)] {
        let (_, _, answer) = ask(any, QUERY).await;
        assert!(answer.contains("ORDERNOTEXIST"), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_behind_tls_can_break_off_like_any_other() {
    let (_dir, running, files) = started().await;
    running.gateway.set_faults(FaultPlan { seed: 1, rules: vec![Rule::always(Kind::ResetBefore)] }).unwrap();
    let broken = queried(&client(&files.ca, None), &running.url).await.unwrap_err();
    assert!(!broken.is_connect(), "{broken:?}");
    running.gateway.set_faults(FaultPlan::default()).unwrap();
    assert!(queried(&client(&files.ca, None), &running.url).await.is_ok());
}

#[tokio::test]
async fn every_fault_of_tls_is_refused_by_the_client_and_without_a_plan_it_works_again() {
    let (_dir, running, files) = started().await;
    for (fault, words) in [
        (Kind::TlsSelfSigned, "UnknownIssuer"),
        (Kind::TlsExpired, "Expired"),
        (Kind::TlsWrongHost, "NotValidForName"),
        (Kind::TlsUntrustedRoot, "UnknownIssuer"),
        (Kind::TlsOldVersion, "PeerIncompatible"),
        (Kind::TlsNameRefused, "UnrecognisedName"),
        (Kind::TlsClosed, "UnexpectedEof"),
    ] {
        running.gateway.set_faults(FaultPlan { seed: 1, rules: vec![Rule::always(fault)] }).unwrap();
        for attempt in ["first", "second"] {
            // A client of its own each time: a connection that stands would be used again.
            let refusal = queried(&client(&files.ca, None), &running.url).await.unwrap_err();
            assert!(refusal.is_connect(), "{fault:?}, {attempt}: {refusal:?}");
            assert!(format!("{refusal:?}").contains(words), "{fault:?}, {attempt}: {refusal:?}");
        }
    }
    assert_eq!(running.gateway.status().requests, 0, "nothing got through");
    running.gateway.set_faults(FaultPlan::default()).unwrap();
    assert!(queried(&client(&files.ca, None), &running.url).await.is_ok());
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_by_a_client_that_looks_at_the_list_and_by_no_other() {
    let (dir, running, files) = started().await;
    let list = std::fs::read(dir.path().join("tls/revoked.crl.pem")).unwrap();
    let careful = || {
        let ca = Certificate::from_pem(&std::fs::read(&files.ca).unwrap()).unwrap();
        let list = CertificateRevocationList::from_pem(&list).unwrap();
        Client::builder().no_proxy().tls_certs_only([ca]).tls_crls_only([list]).build().unwrap()
    };
    assert!(queried(&careful(), &running.url).await.is_ok(), "the good certificate is on no list");
    running.gateway.set_faults(FaultPlan { seed: 1, rules: vec![Rule::always(Kind::TlsRevoked)] }).unwrap();
    let refusal = queried(&careful(), &running.url).await.unwrap_err();
    assert!(refusal.is_connect() && format!("{refusal:?}").contains("Revoked"), "{refusal:?}");
    assert!(queried(&client(&files.ca, None), &running.url).await.is_ok());
}

#[tokio::test]
async fn one_city_can_be_down_while_the_other_answers() {
    let (_dir, running, files) = started().await;
    running.gateway.set_faults(FaultPlan { seed: 1, rules: vec![Rule::always(Kind::FirstCityDown)] }).unwrap();
    let address: SocketAddr = running.url.trim_start_matches("https://").parse().unwrap();
    let ask = async |name: &str| {
        let ca = Certificate::from_pem(&std::fs::read(&files.ca).unwrap()).unwrap();
        let by_name = Client::builder().no_proxy().tls_certs_only([ca]).resolve(name, address).build().unwrap();
        queried(&by_name, &format!("https://{name}:{}", address.port())).await
    };
    for _ in 0..2 {
        let refusal = ask("api.mch.weixin.qq.com").await.unwrap_err();
        assert!(refusal.is_connect(), "{refusal:?}");
        assert!(ask("api2.mch.weixin.qq.com").await.unwrap().contains("ORDERNOTEXIST"));
    }
    assert_eq!(running.gateway.status().requests, 2, "nothing of what went to the first city was handled");
    running.gateway.set_faults(FaultPlan::default()).unwrap();
    assert!(ask("api.mch.weixin.qq.com").await.is_ok());
}

#[tokio::test]
async fn clients_that_never_finish_their_handshake_do_not_hold_up_the_others() {
    let (_dir, running, files) = started().await;
    let address: SocketAddr = running.url.trim_start_matches("https://").parse().unwrap();
    let mut silent = Vec::new();
    for start in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01"] {
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(start).await.unwrap();
            silent.push(stream);
        }
    }
    assert!(queried(&client(&files.ca, None), &running.url).await.unwrap().contains("ORDERNOTEXIST"));
    drop(silent);
}

#[tokio::test]
async fn a_request_without_tls_is_told_so_as_nginx_tells_it() {
    let (_dir, running, _files) = started().await;
    let address: SocketAddr = running.url.trim_start_matches("https://").parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /pay/orderquery HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n"), "{answer}");
    assert!(answer.contains("The plain HTTP request was sent to HTTPS port"), "{answer}");
    assert_eq!(running.gateway.status().requests, 0);
}

#[tokio::test]
async fn a_merchant_that_is_let_in_while_the_gateway_runs_has_its_certificate_at_once() {
    let (_dir, running, files) = started().await;
    assert_eq!(files.merchants.len(), 2);
    let body = serde_json::json!({"appid": APPID, "mch_id": "1900000003", "key": KEY}).to_string();
    let added = client(&files.ca, None)
        .post(format!("{}/merchants", running.control_url))
        .bearer_auth(&running.control_token)
        .body(body);
    let listed: serde_json::Value = serde_json::from_str(&added.send().await.unwrap().text().await.unwrap()).unwrap();
    let known = listed["merchants"].as_array().unwrap().iter().find(|one| one["mch_id"] == "1900000003").unwrap();
    let now = running.gateway.tls_files().unwrap();
    let (_, own) = now.merchants.iter().find(|(mch_id, _)| mch_id.as_str() == "1900000003").unwrap();
    assert_eq!(known["p12"], own.p12.to_string_lossy().as_ref());
    let asked = refund("T1", "R1").with("mch_id", "1900000003").signed();
    let answer = client(&files.ca, Some(own)).post(format!("{}{REFUND}", running.url)).body(asked).send().await;
    let answer = answer.unwrap().text().await.unwrap();
    assert!(answer.contains("ORDERNOTEXIST"), "{answer}");
    let without = client(&files.ca, None).post(format!("{}{REFUND}", running.url)).body("x").send().await.unwrap();
    assert_eq!(without.status(), 400, "nginx's page");
}
