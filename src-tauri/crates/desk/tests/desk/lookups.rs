//! Lookup: from a pasted number to the sentence for the customer.

use desk::simulator::Request;
use desk::store::{OrderFilter, OrderSort, OrderState, Origin, RefundState};
use desk::vault::KeyringStatus;
use desk::{Cancel, Inquiry, LookedUp, LookupAnswer, LookupVerdict, LookupWish, NumberKind};
use wxpay_protocol::{RefundStatus, SignType};

use crate::notices::payment;
use crate::refunds;
use crate::shop::*;

const REFUND_QUERY: &str = "/pay/refundquery";

fn wish(text: &str) -> LookupWish {
    LookupWish { text: text.into(), one_per_order: true, ..LookupWish::default() }
}

impl Shop {
    async fn look_up_all(&self, wish: LookupWish) -> LookedUp {
        self.desk.lookup(wish, Box::new(|_| {}), &Cancel::new()).await.unwrap()
    }

    async fn look_up(&self, text: &str) -> LookupAnswer {
        let mut answers = self.look_up_all(wish(text)).await.answers;
        assert_eq!(answers.len(), 1, "{text}");
        answers.remove(0)
    }

    /// An order of the merchant that this desk knows nothing of; WeChat's number, once it is paid.
    pub(crate) fn made_elsewhere(&self, number: &str, paid: bool) -> Option<String> {
        let body = format!(
            "<xml><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id><nonce_str>x</nonce_str><body>T恤</body><out_trade_no>{number}</out_trade_no>\
             <total_fee>900</total_fee><spbill_create_ip>127.0.0.1</spbill_create_ip><notify_url>http://127.0.0.1:9/n</notify_url>\
             <trade_type>NATIVE</trade_type><product_id>P</product_id></xml>"
        );
        let answer = self.handle(CREATE, &body);
        assert!(answer.contains("prepay_id"), "{answer}");
        if !paid {
            return None;
        }
        self.pay(number);
        let query = format!(
            "<xml><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id><nonce_str>x</nonce_str><out_trade_no>{number}</out_trade_no></xml>"
        );
        let answer = self.handle(QUERY, &query);
        let (_, rest) = answer.split_once("<transaction_id><![CDATA[")?;
        rest.split_once(']').map(|(id, _)| id.to_owned())
    }

    fn refunded_elsewhere(&self, number: &str, out_refund_no: &str, fen: i64) {
        let body = format!(
            "<xml><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id><nonce_str>x</nonce_str><out_trade_no>{number}</out_trade_no>\
             <out_refund_no>{out_refund_no}</out_refund_no><total_fee>900</total_fee><refund_fee>{fen}</refund_fee></xml>"
        );
        assert!(self.handle("/secapi/pay/refund", &body).contains("refund_id"));
    }

    fn handle(&self, path: &str, body: &str) -> String {
        let body = resigned(body, SignType::Md5, |_, value| Some(value.to_owned()));
        String::from_utf8(self.gateway.handle(&Request::post(path, body.as_bytes())).body.to_vec()).unwrap()
    }

    async fn orders_kept(&self) -> u64 {
        self.desk.orders_open(OrderFilter::default(), OrderSort::default()).await.unwrap().totals.count
    }

    fn sent(&self) -> usize {
        self.wire.sent.lock().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_without_a_number_is_refused_with_what_to_paste() {
    let shop = Shop::open().await;
    let refused = shop.desk.lookup(wish("钱扣了订单没有显示"), Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert!(refused.to_string().contains("4200"), "{refused}");
    let many = (0..1001).map(|n| format!("ORDER-{n:08}")).collect::<Vec<_>>().join("\n");
    let refused = shop.desk.lookup(wish(&many), Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert!(refused.to_string().contains("1001") && shop.sent() == 0, "{refused}");
    let (most, _) = many.rsplit_once('\n').unwrap();
    let found = shop.look_up_all(LookupWish { offline: true, ..wish(most) }).await;
    assert_eq!((found.numbers, found.answers.len(), shop.sent()), (1000, 1000, 0), "a thousand are not too many");
}

#[tokio::test(start_paused = true)]
async fn nobody_has_the_number_and_five_reasons_are_given_and_nothing_is_kept() {
    let shop = Shop::open().await;
    let answer = shop.look_up("20240102030405000212345678").await;
    assert_eq!((answer.verdict, answer.exit_status(), answer.inquiry), (LookupVerdict::NotFound, 1, Inquiry::NotExist));
    assert_eq!(answer.reasons.len(), 5);
    assert!(answer.sentence.zh.contains("没有找到") && answer.sentence.zh.contains(MCH_ID), "{}", answer.sentence.zh);
    let paths: Vec<String> = shop.wire.sent.lock().unwrap().iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(paths, [QUERY, REFUND_QUERY], "an order's number may be a refund's");
    assert_eq!(shop.orders_kept().await, 0);
}

#[tokio::test(start_paused = true)]
async fn after_the_merchant_in_use_was_removed_the_one_at_hand_asks() {
    let shop = Shop::open().await;
    for name in ["west", "east"] {
        shop.desk.profile_add(profile(name)).await.unwrap();
    }
    shop.desk.profile_use("west").await.unwrap();
    shop.desk.profile_remove("west").await.unwrap();
    let unknown = wish("20240102030405000212345678");
    shop.look_up_all(unknown.clone()).await;
    assert_eq!(shop.sent(), 0, "two are left, and none of them is named");
    assert!(shop.desk.profile_at_hand().await.unwrap().is_some());
    let found = shop.look_up_all(unknown).await;
    assert_eq!((&found.answers[0].inquiry, shop.sent()), (&Inquiry::NotExist, 2));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_or_forged_says_nothing_and_keeps_nothing() {
    let forged: Change = |answer| answer.replace("<total_fee>900<", "<total_fee>1<");
    for fate in [Fate::LostAfter, Fate::NotSent, Fate::Changed(forged), Fate::NotSeen(UNSIGNED_FAIL.into())] {
        let shop = Shop::open().await;
        let number = shop.made_elsewhere("SHOP-0000001", true).unwrap();
        shop.wire.next(QUERY, fate);
        let answer = shop.look_up(&number).await;
        assert_eq!((answer.verdict, answer.exit_status()), (LookupVerdict::Unknown, 5));
        assert!(answer.sentence.zh.contains("还不知道"), "{}", answer.sentence.zh);
        assert_eq!(shop.orders_kept().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_customers_message_about_our_own_order_gives_one_answer_from_a_fresh_question() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let unpaid = shop.look_up(&number).await;
    assert_eq!((unpaid.verdict, unpaid.is_final), (LookupVerdict::Found, Some(false)));
    assert!(unpaid.sentence.zh.starts_with("未支付 ¥1.01"), "{}", unpaid.sentence.zh);
    shop.pay(&number);
    shop.look_up(&number).await;
    let transaction_id = shop.order(&number).await.transaction_id.unwrap().to_string();
    let spaced = format!("{} {}", &transaction_id[..12], &transaction_id[12..]);
    let answer = shop.look_up(&format!("你好，我付了1.01元没发货\n交易单号 {spaced}\n商户单号：{number}")).await;
    assert_eq!(
        (answer.verdict, answer.is_final, answer.number.kind),
        (LookupVerdict::Found, Some(true), NumberKind::TransactionId)
    );
    assert_eq!(answer.also.len(), 1);
    assert!(answer.sentence.zh.starts_with("已支付 ¥1.01，2024-01-02 03:04"), "{}", answer.sentence.zh);
    assert!(answer.sentence.en.starts_with("Paid ¥1.01 on 2024-01-02 03:04"), "{}", answer.sentence.en);
    let sources: Vec<&str> = answer.timeline.iter().map(|step| step.source.as_str()).collect();
    assert!(
        sources.starts_with(&["record"]) && sources.contains(&"unifiedorder") && sources.contains(&"orderquery"),
        "{sources:?}"
    );
    assert!(answer.timeline.is_sorted_by_key(|step| step.at));
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_was_received_stands_in_the_timeline_with_its_source() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.desk.receive_notice(Some(payment(&number, &[])), None, None).await;
    let answer = shop.look_up_all(LookupWish { offline: true, ..wish(&number) }).await.answers.remove(0);
    let received = answer.timeline.iter().find(|step| step.what.zh == "收到支付通知").unwrap();
    assert_eq!((received.source, received.is_verified), (desk::StepSource::Notice, true));
    assert_eq!(received.what.en, "payment notification received");
}

#[tokio::test(start_paused = true)]
async fn an_order_made_elsewhere_is_found_by_either_number_and_kept_with_its_evidence() {
    let shop = Shop::open().await;
    let transaction_id = shop.made_elsewhere("SHOP-0000001", true).unwrap();
    let answer = shop.look_up(&transaction_id).await;
    let order = answer.order.unwrap();
    assert_eq!(
        (order.origin, order.state, order.out_trade_no.as_str()),
        (Origin::Lookup, OrderState::Success, "SHOP-0000001")
    );
    assert_eq!(order.transaction_id.unwrap().as_str(), transaction_id);
    assert!(answer.sentence.zh.starts_with("已支付 ¥9.00"), "{}", answer.sentence.zh);
    let detail = shop.desk.order_detail("shop", "SHOP-0000001").await.unwrap();
    assert!(detail.observations.iter().any(|seen| seen.evidence.verified && seen.raw.is_some()));
    let asked = shop.sent();
    let offline = shop.look_up_all(LookupWish { offline: true, ..wish("SHOP-0000001") }).await;
    assert_eq!((offline.answers[0].verdict, shop.sent()), (LookupVerdict::Found, asked));
    shop.made_elsewhere("SHOP-0000002", false);
    let unpaid = shop.look_up("SHOP-0000002").await;
    assert!(unpaid.order.unwrap().next_query_at.is_some(), "an open order that was found is polled from now on");
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_found_by_either_of_its_numbers_with_where_the_money_went() {
    let shop = Shop::open().await;
    shop.made_elsewhere("SHOP-0000001", true);
    shop.refunded_elsewhere("SHOP-0000001", "RF-0000001", 200);
    let under_way = shop.look_up("RF-0000001").await;
    assert_eq!((under_way.number.kind, under_way.is_final), (NumberKind::OutRefundNo, Some(false)));
    assert!(under_way.sentence.zh.contains("退款 ¥2.00 处理中"), "{}", under_way.sentence.zh);
    let refund = &under_way.refunds[0];
    let words = desk::arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
    assert!(words.0.contains("零钱一般 20 分钟") && words.1.contains("within 20 minutes"), "{words:?}");
    let is_said = |told: &desk::Told| told.zh.contains(words.0) && told.en.contains(words.1);
    assert!(is_said(&under_way.sentence), "how long it takes is said in one way: {:?}", under_way.sentence);
    assert!(under_way.timeline.iter().any(|step| is_said(&step.what)), "{:?}", under_way.timeline);
    shop.gateway.end_refund(None, "RF-0000001", RefundStatus::Success).unwrap();
    let refund_id = under_way.refunds[0].refund_id.clone().unwrap();
    let done = shop.look_up(&refund_id).await;
    assert_eq!(
        (done.number.kind, done.is_final, done.refunds[0].state),
        (NumberKind::RefundId, Some(true), RefundState::Success)
    );
    assert!(done.sentence.zh.contains("已退 ¥2.00，退回支付用户的零钱"), "{}", done.sentence.zh);
    assert!(
        done.timeline.iter().any(|step| step.source == desk::StepSource::RefundQuery && step.what.zh.contains("零钱"))
    );

    // Unknown here, by WeChat's number.
    let (second, _) = shop.second_desk().await;
    second.profile_remove("shop").await.unwrap();
    let other = Shop::open().await;
    other.made_elsewhere("SHOP-0000009", true);
    other.refunded_elsewhere("SHOP-0000009", "RF-0000009", 100);
    let by_id = other.gateway.refunds_page("", 0, 9).rows.first().unwrap().refund.refund_id.clone();
    let found = other.look_up(&by_id).await;
    assert_eq!((found.verdict, found.refunds.len()), (LookupVerdict::Found, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_cannot_be_written_down_fails_the_lookup_as_every_fault_of_this_machine_does() {
    let shop = Shop::open().await;
    shop.made_elsewhere("SHOP-0000001", true);
    shop.refunded_elsewhere("SHOP-0000001", "RF-0000001", 200);
    let full = "CREATE TRIGGER full BEFORE INSERT ON refunds BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    let path = shop.dir.path().join(desk::store::FILE_NAME);
    rusqlite::Connection::open(path).unwrap().execute_batch(full).unwrap();
    let failed = shop.desk.lookup(wish("SHOP-0000001"), Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert_eq!(failed.code(), "store_unavailable", "{failed}");
}

#[tokio::test(start_paused = true)]
async fn our_own_refund_of_which_nobody_knows_is_told_as_unknown_and_not_as_failed() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    shop.wire.next("/secapi/pay/refund", Fate::LostBefore);
    let lost = shop.desk.create_refund(refunds::wish(&number, 60)).await.unwrap();
    let answer = shop.look_up(&lost.out_refund_no).await;
    assert_eq!(answer.is_final, Some(false));
    assert!(answer.sentence.zh.contains("结果未知"), "{}", answer.sentence.zh);
    assert!(answer.next.zh.contains("不要换单号"), "{}", answer.next.zh);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_order_number_is_explained_and_never_sent() {
    let shop = Shop::open().await;
    for (text, words, exit) in [
        ("wx201410272009395522657a690389285100", "prepay_id", 1),
        ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "openid", 1),
        ("ORDERNOTEXIST", "核对单号", 0),
        ("134567890123456789", "付款码", 1),
    ] {
        let answer = shop.look_up(text).await;
        assert_eq!((answer.verdict, answer.exit_status()), (LookupVerdict::Explained, exit), "{text}");
        assert!(answer.sentence.zh.contains(words), "{}", answer.sentence.zh);
    }
    assert_eq!(shop.sent(), 0);
    let short = shop.look_up("4200002024010").await;
    assert!(short.next.zh.contains("28 位"), "{}", short.next.zh);
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_numbers_are_a_table_at_the_pace_of_the_merchant_and_stopping_keeps_what_is_done() {
    let shop = Shop::open().await;
    for n in 0..20 {
        shop.made_elsewhere(&format!("SHOP-{n:07}"), n % 2 == 0);
    }
    let text = (0..300).map(|n| format!("SHOP-{n:07}")).collect::<Vec<_>>().join("\n");
    let started = tokio::time::Instant::now();
    let all = shop.look_up_all(LookupWish { one_per_order: false, ..wish(&text) }).await;
    assert_eq!((all.answers.len(), all.cancelled), (300, false));
    assert!(all.answers.iter().take(20).all(|answer| answer.verdict == LookupVerdict::Found));
    assert!(all.answers.iter().skip(20).all(|answer| answer.verdict == LookupVerdict::NotFound));
    assert!(
        all.answers.iter().enumerate().all(|(n, answer)| answer.number.text == format!("SHOP-{n:07}")),
        "in their order"
    );
    let requests = shop.sent();
    let least = std::time::Duration::from_millis((requests as u64).saturating_sub(300) / 2);
    assert!(started.elapsed() >= least, "{requests} requests in {:?}", started.elapsed());

    let cancel = Cancel::new();
    let ended = cancel.clone();
    let watch = Box::new(move |progress: desk::Progress| {
        if progress.done >= 100 {
            ended.cancel();
        }
    });
    let wish = LookupWish { one_per_order: false, ..wish(&text) };
    let some = shop.desk.lookup(wish, watch, &cancel).await.unwrap();
    assert!(some.cancelled && (100..200).contains(&some.answers.len()), "{}", some.answers.len());
}

#[tokio::test(start_paused = true)]
async fn without_the_key_the_orders_that_are_known_here_are_told_all_the_same_and_of_the_others_why_not() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let asked = shop.sent();
    shop.keyring.set_status(KeyringStatus::Locked);
    shop.desk.vault_lock().await.unwrap();
    let found = shop.look_up_all(wish(&format!("{number}，SHOP-9999999，SHOP-9999998"))).await;
    let told: Vec<_> = found.answers.iter().map(|answer| (answer.verdict, answer.exit_status())).collect();
    assert_eq!(told, [(LookupVerdict::Found, 0), (LookupVerdict::Unknown, 6), (LookupVerdict::Unknown, 6)]);
    for answer in &found.answers {
        assert!(matches!(&answer.inquiry, Inquiry::NoKey { why } if why.contains("locked")), "{:?}", answer.inquiry);
        assert!(answer.sentence.zh.contains("取不到") && answer.next.zh.contains("解锁保险库"), "{answer:?}");
    }
    assert_eq!(shop.sent(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_nobody_documents_is_told_with_wechats_own_words() {
    let shop = Shop::open().await;
    shop.wire.next(QUERY, Fate::NotSeen(refusal("BRAND_NEW_CODE", "请联系微信支付\n客服")));
    let answer = shop.look_up("4200000000202401020000000099").await;
    assert_eq!((answer.verdict, answer.exit_status()), (LookupVerdict::Unknown, 5));
    let code = answer.code.unwrap();
    assert!(code.zh.starts_with("BRAND_NEW_CODE：请联系微信支付客服"), "{}", code.zh);
    assert!(code.en.starts_with("BRAND_NEW_CODE: 请联系微信支付客服"), "{}", code.en);
    assert_eq!(answer.next, code, "what to do is what it says");
}

#[tokio::test(start_paused = true)]
async fn a_number_of_the_merchants_that_was_wrapped_over_two_lines_is_looked_up_as_the_one_that_is_here() {
    let shop = Shop::open().await;
    shop.made_elsewhere("SHOP-2024-000000017", true);
    shop.refunded_elsewhere("SHOP-2024-000000017", "RF-2024-000000017", 200);
    shop.look_up("SHOP-2024-000000017").await;
    let asked = shop.sent();
    let offline = |text: &str| LookupWish { offline: true, ..wish(text) };
    for (text, number) in [
        ("商户单号：SHOP-2024-0000\n00017 付了钱没发货", "SHOP-2024-000000017"),
        ("SHOP-2024-00000001\r\n7", "SHOP-2024-000000017"),
        ("退款单号 RF-2024-\n000000017", "RF-2024-000000017"),
    ] {
        for profile in [None, Some("shop".to_owned())] {
            let found = shop.look_up_all(LookupWish { profile, ..offline(text) }).await;
            let told: Vec<_> = found.answers.iter().map(|one| (one.number.text.as_str(), one.verdict)).collect();
            assert_eq!(told, [(number, LookupVerdict::Found)], "{text:?}");
        }
    }
    // A column of numbers, each with an answer of its own.
    let column = "NONE-2024-0001\nSHOP-2024-0000\n00017\nNONE-2024-0002";
    let found = shop.look_up_all(LookupWish { one_per_order: false, ..offline(column) }).await;
    let numbers: Vec<_> = found.answers.iter().map(|answer| answer.number.text.as_str()).collect();
    assert_eq!(numbers, ["NONE-2024-0001", "SHOP-2024-000000017", "NONE-2024-0002"]);
    assert_eq!((found.numbers, shop.sent()), (3, asked), "and nobody is asked for it");
    let apart = shop.look_up_all(offline("SHOP-2024-0000 00017")).await;
    assert_eq!((apart.answers.len(), apart.answers[0].verdict), (1, LookupVerdict::NotFound), "on one line");
}
