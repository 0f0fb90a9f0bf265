use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::super::{FeeRounding, LineEnd};
use super::*;
use crate::bill::sample::{fen, payment, refund};
use crate::sign::upper_hex;

fn bill(kind: BillType, form: BillForm, rows: &[TradeRow<'_>]) -> String {
    let mut bill = TradeBill::new(kind, form);
    for row in rows {
        bill.push(row);
    }
    bill.finish()
}

fn digest(text: &str) -> String {
    upper_hex(&Sha256::digest(text.as_bytes())).to_lowercase()
}

#[test]
fn the_sample_of_the_protocol_page_is_reproduced_byte_for_byte() {
    let rows = [payment(), refund()];
    let crlf = bill(BillType::All, BillForm::default(), &rows);
    assert_eq!(crlf.len(), 1154);
    assert_eq!(digest(&crlf), "0370277129e45226606be5bae246ee285754dd8399d1281211a7084b71b7ddec");
    let lf = bill(BillType::All, BillForm { line_end: LineEnd::Lf, ..BillForm::default() }, &rows);
    assert_eq!(lf.len(), 1149);
    assert_eq!(digest(&lf), "cf4094043cf96b83f44d8e1dd360ea15b18be33ab0ac793ec3be49438dc7c842");
}

#[test]
fn the_row_that_was_captured_in_2021_is_reproduced() {
    let row = TradeRow {
        at: UtcMs::parse_dashed("2021-10-24 21:31:47").unwrap(),
        device_info: "",
        trade_type: "MWEB",
        settlement_total_fee: fen(1),
        total_fee: fen(1),
        body: "测试商品",
        attach: "",
        fee: Rate::default().fee_of(fen(1), FeeRounding::default()),
        ..payment()
    };
    let text = bill(BillType::All, BillForm::default(), &[row]);
    let line = text.lines().nth(1).unwrap();
    assert!(line.starts_with("`2021-10-24 21:31:47,`wx0000000000000001,`1900000001,`0,`,`4200"), "{line}");
    assert!(
        line.ends_with(
            ",`MWEB,`SUCCESS,`OTHERS,`CNY,`0.01,`0.00,`0,`0,`0.00,`0.00,`,`,`测试商品,`,`0.00000,`0.60%,`0.01,`0.00,`"
        ),
        "{line}"
    );
}

#[test]
fn summaries_of_every_generation_have_their_own_columns() {
    let rows = [payment(), refund()];
    let last_two = |kind, form| {
        let text = bill(kind, form, &rows);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len() - 2..].join("\n")
    };
    let seven = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n`2,`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01";
    let current = BillForm::default();
    let short = BillForm { short_success_summary: true, ..current };
    for kind in BillType::ALL {
        assert_eq!(last_two(kind, current), seven, "{kind:?}");
    }
    assert_eq!(last_two(BillType::All, short), seven);
    assert_eq!(
        last_two(BillType::Success, short),
        "总交易单数,应结订单总金额,手续费总金额,订单总金额\n`2,`1.01,`0.00000,`1.01"
    );
    assert_eq!(
        last_two(BillType::All, BillForm { generation: Generation::Legacy, ..current }),
        "总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额\n`2,`1.01,`1.01,`0.00,`0.00000"
    );
    assert_eq!(
        last_two(BillType::All, BillForm { generation: Generation::Oldest, ..current }),
        "总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额\n`2,`1.01,`1.01,`0.00,`0.00000"
    );
}

#[test]
fn a_coupon_that_the_merchant_pays_lowers_what_is_settled_and_not_the_order() {
    let row = TradeRow { settlement_total_fee: fen(91), coupon_fee: fen(20), ..payment() };
    let current = bill(BillType::All, BillForm::default(), &[row]);
    assert!(current.contains(",`CNY,`0.91,`0.20,`0,`0,"), "{current}");
    assert!(current.contains(",`0.60%,`1.01,`0.00,`"), "{current}");
    let legacy = bill(BillType::All, BillForm { generation: Generation::Legacy, ..BillForm::default() }, &[row]);
    assert!(legacy.contains(",`CNY,`1.01,`0.20,`0,`0,"), "{legacy}");
}

#[test]
fn refund_bills_say_when_it_was_asked_for_and_when_it_arrived() {
    let text = bill(BillType::Refund, BillForm::default(), &[refund()]);
    assert!(text.contains(",`0.00,`0.00,`2024-01-02 03:06:02,`2024-01-02 03:07:07,`50000"), "{text}");
    let mut waiting = refund();
    waiting.refund.as_mut().unwrap().succeeded_at = None;
    waiting.refund.as_mut().unwrap().refund_status = "PROCESSING";
    let text = bill(BillType::RechargeRefund, BillForm::default(), &[waiting]);
    assert!(text.contains(",`2024-01-02 03:06:02,`,`50000"), "{text}");
    assert!(text.contains(",`ORIGINAL,`PROCESSING,"), "{text}");
}

#[test]
fn a_byte_order_mark_comes_only_when_asked_for() {
    let with = bill(BillType::All, BillForm { byte_order_mark: true, ..BillForm::default() }, &[]);
    assert!(with.starts_with("\u{FEFF}交易时间,"));
    assert!(bill(BillType::All, BillForm::default(), &[]).starts_with("交易时间,"));
}

#[test]
fn service_providers_see_which_merchant_it_was() {
    let row = TradeRow { sub_mch_id: Some("1900000109"), ..payment() };
    assert!(bill(BillType::All, BillForm::default(), &[row]).contains(",`1900000001,`1900000109,`WEB,"));
}

#[test]
fn hostile_texts_keep_their_commas_and_never_break_a_row() {
    let row = TradeRow { body: "a,b`c\"d", attach: "x\r\ny\nz", ..payment() };
    let text = bill(BillType::All, BillForm::default(), &[row]);
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(",`a,b`c\"d,`x  y z,`0.01000,"), "{text}");
}

proptest! {
    /// However values look, the columns that hold no free text can be counted from both ends.
    #[test]
    fn every_bill_has_one_line_per_row_and_sums_that_tie_out(
        amounts in proptest::collection::vec((1i64..1_000_000, 0i64..1000), 0..20),
        body in "\\PC{0,20}",
    ) {
        for kind in BillType::ALL {
            for generation in Generation::ALL {
                let form = BillForm { generation, ..BillForm::default() };
                let mut bill = TradeBill::new(kind, form);
                for (total, coupon) in &amounts {
                    let coupon = (*coupon).min(*total);
                    bill.push(&TradeRow { total_fee: fen(*total), settlement_total_fee: fen(total - coupon), coupon_fee: fen(coupon), body: &body, ..payment() });
                }
                let total: i64 = amounts.iter().map(|(total, _)| total).sum();
                prop_assert_eq!(bill.sums().total_fee, i128::from(total));
                let text = bill.finish();
                prop_assert_eq!(text.split("\r\n").count(), amounts.len() + 4);
                let header = text.split("\r\n").next().unwrap();
                prop_assert_eq!(header.split(',').count(), Column::of(kind, generation).count());
            }
        }
    }
}
