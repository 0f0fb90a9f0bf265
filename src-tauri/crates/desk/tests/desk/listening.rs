//! The listener's limits, the bytes that it passes on, and who may come in.

use std::time::Duration;

use desk::ListenOptions;
use desk::store::OrderState;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wxpay_protocol::notice::{ACCEPTED, REFUSED};

use crate::notices::*;
use crate::shop::*;

#[tokio::test(flavor = "multi_thread")]
async fn with_every_place_taken_by_bodies_that_stall_a_good_notice_is_answered_while_wechat_waits() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let status = listening(&shop).await;
    let head =
        format!("POST {} HTTP/1.1\r\nHost: relay.example.com\r\nContent-Length: 900\r\n\r\n<xml>", path(&status));
    let _stuck = stalling(&status, &head).await;
    let answered = tokio::time::timeout(Duration::from_secs(5), post(&status, &payment(&number, &[]))).await;
    assert_eq!(answered.expect("WeChat waits five seconds"), ACCEPTED);
    assert_eq!(shop.state(&number).await, OrderState::Success);
    let page = shop.desk.notices("", 0, 100).await.unwrap();
    assert_eq!(page.total, 1, "what broke off said nothing that could be kept");
}

/// What comes back on a connection that says no more than this, and after how many seconds.
async fn left_alone(to: std::net::SocketAddr, said: &str) -> (String, u64) {
    let started = tokio::time::Instant::now();
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.ok();
    (reply, started.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_head_has_ten_seconds_and_a_body_fifteen_more() {
    let shop = Shop::open().await;
    let status = listening(&shop).await;
    let head = format!("POST {} HTTP/1.1\r\nHost: relay.example.com\r\n", path(&status));
    let (reply, after_s) = left_alone(address(&status), &head).await;
    assert_eq!(reply, "", "half a head is not answered");
    assert!((10..15).contains(&after_s), "ended after {after_s} s");
    let (reply, after_s) = left_alone(address(&status), &format!("{head}Content-Length: 900\r\n\r\n<xml>")).await;
    assert!(reply.ends_with(REFUSED), "{reply}");
    assert!((15..20).contains(&after_s), "refused after {after_s} s");
}

/// A program on this machine that takes one request and says OK; its address, and the body that came.
async fn program() -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let came = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let (mut head, mut length) = (None, 0);
        while head.is_none_or(|head: usize| request.len() < head + length) {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).await.unwrap();
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&request));
            request.extend_from_slice(&piece[..read]);
            head = request.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
            let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
            let found = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            length = found.and_then(|length| length.parse().ok()).unwrap_or(0);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK").await.unwrap();
        request.split_off(head.unwrap())
    });
    (url, came)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_replayed_byte_for_byte_and_one_that_was_cut_is_not_replayed_at_all() {
    // What carries requests over sockets brings the cryptography along, which a desk on a wire of its own lacks.
    drop(desk::Seams::of_this_machine());
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let mut odd = b"\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n".to_vec();
    odd.extend(payment(&number, &[]));
    odd.extend(b"\r\n\t ");
    let refused = b"<xml>\x00\xff\xfe not a message\r\n</xml>".to_vec();
    for body in [odd, refused] {
        let kept = shop.desk.receive_notice(Some(body.clone()), None, None).await;
        let (url, came) = program().await;
        let said = shop.desk.notice_replay(kept.id.unwrap(), &url).await.unwrap();
        assert_eq!((said.status, said.answer.as_str()), (200, "OK"));
        assert_eq!(came.await.unwrap(), body);
        let detail = shop.desk.notice_detail(kept.id.unwrap()).await.unwrap();
        assert_eq!((detail.forward.unwrap().url, detail.is_cut), (url, false));
    }
    for body in [Some(vec![b'x'; 5_000]), None] {
        let cut = shop.desk.receive_notice(body, None, None).await;
        assert!(shop.desk.notice_detail(cut.id.unwrap()).await.unwrap().is_cut);
        let refused = shop.desk.notice_replay(cut.id.unwrap(), "http://127.0.0.1:9/").await.unwrap_err();
        assert!(refused.to_string().contains("only the beginning"), "{refused}");
    }
}

/// An address of this machine that is not loopback, if it has one.
fn other_address() -> Option<std::net::IpAddr> {
    // Connecting a datagram socket sends nothing; it only chooses the address that would be used.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[tokio::test(flavor = "multi_thread")]
async fn others_reach_the_test_back_end_only_where_somebody_said_so_and_never_the_notices() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let here = ListenOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        path: Some("/notify".into()),
        public_url: None,
        forward: None,
        profile: None,
        shop: Some("shop".into()),
        wide: Some("0.0.0.0:0".parse().unwrap()),
    };
    let without_shop = ListenOptions { shop: None, ..here.clone() };
    assert_eq!(shop.desk.listen_start(without_shop).await.unwrap_err().code(), "environment_refused");
    let loopback = ListenOptions { wide: Some("127.0.0.1:0".parse().unwrap()), ..here.clone() };
    assert!(shop.desk.listen_start(loopback).await.is_err());
    let wide_notices = ListenOptions { listen: "0.0.0.0:0".parse().unwrap(), ..here.clone() };
    assert_eq!(shop.desk.listen_start(wide_notices).await.unwrap_err().code(), "environment_refused");

    let status = shop.desk.listen_start(here).await.unwrap();
    let wide: std::net::SocketAddr = status.wide.clone().unwrap().trim_start_matches("http://").parse().unwrap();
    let to = std::net::SocketAddr::new("127.0.0.1".parse().unwrap(), wide.port());
    let state = format!("GET /wechat/orders/{number} HTTP/1.1\r\nHost: ");
    for (host, served) in
        [("192.168.1.7:8130", true), ("[fe80::1]:8130", true), ("localhost", true), ("evil.example.com", false)]
    {
        let (code, body) = exchange(to, &format!("{state}{host}"), b"").await;
        assert_eq!((code == 200, body.contains("NOTPAY")), (served, served), "{host}: {body}");
    }
    let notice = format!("POST /notify HTTP/1.1\r\nHost: {to}");
    assert_eq!(
        exchange(to, &notice, &payment(&number, &[])).await,
        (404, String::new()),
        "notices stay on this machine"
    );
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    if let Some(ip) = other_address() {
        let from_elsewhere = std::net::SocketAddr::new(ip, wide.port());
        assert_eq!(exchange(from_elsewhere, &format!("{state}{from_elsewhere}"), b"").await.0, 200);
        // Of one other machine eight are let in at a time, and all of this machine.
        let mut stuck = Vec::new();
        for _ in 0..8 {
            stuck.push(TcpStream::connect(from_elsewhere).await.unwrap());
        }
        let mut ninth = TcpStream::connect(from_elsewhere).await.unwrap();
        ninth.write_all(format!("{state}{from_elsewhere}\r\n\r\n").as_bytes()).await.ok();
        let mut reply = Vec::new();
        ninth.read_to_end(&mut reply).await.ok();
        assert!(reply.is_empty(), "{}", String::from_utf8_lossy(&reply));
        assert_eq!(exchange(to, &format!("{state}{to}"), b"").await.0, 200);
    }
    shop.desk.listen_stop().await;
    assert!(TcpStream::connect(to).await.is_err(), "what was opened is closed");
}
