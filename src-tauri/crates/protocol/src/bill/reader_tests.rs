use proptest::prelude::*;

use super::*;
use crate::bill::sample::{fen, payment, refund};
use crate::bill::{BillForm, BillType, Expected, Generation, LineEnd, MilliFen, TradeBill, TradeRow};

fn text(kind: BillType, form: BillForm, rows: &[TradeRow<'_>]) -> String {
    let mut bill = TradeBill::new(kind, form);
    for row in rows {
        bill.push(row);
    }
    bill.finish()
}

fn usual() -> String {
    text(BillType::All, BillForm::default(), &[payment(), refund()])
}

/// Reads to the end: the totals, each row's number and total, and the malformed ones.
type Read = (BillTotals, Vec<(String, i64)>, Vec<MalformedRow>);

fn read(source: impl std::io::Read) -> Result<Read, BillRefusal> {
    let Bill::Trades(mut bill) = Bill::open(source)? else { panic!("a fund flow") };
    let (mut rows, mut malformed) = (Vec::new(), Vec::new());
    while let Some(line) = bill.next_line()? {
        match line {
            BillLine::Row(row) => {
                rows.push((String::from_utf8_lossy(row.out_trade_no).into_owned(), row.total_fee.get()));
            }
            BillLine::Malformed(row) => malformed.push(row),
        }
    }
    assert!(bill.next_line().unwrap().is_none(), "the end stays the end");
    Ok((*bill.totals(), rows, malformed))
}

fn refusal(text: &str) -> BillRefusal {
    read(text.as_bytes()).unwrap_err()
}

/// Gives one byte at a time, as a slow pipe does.
struct Drop<'s>(&'s [u8]);

impl std::io::Read for Drop<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        room[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn what_is_no_bill_is_named() {
    let answer = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>";
    let named = refusal(answer);
    assert_eq!(named, BillRefusal::Answer { return_msg: "No Bill Exist".to_owned(), error_code: "20002".to_owned() });
    assert!(named.to_string().contains("a day without trade"), "{named}");
    assert!(named.chinese().contains("没有交易的日子"), "{}", named.chinese());
    assert_eq!(refusal("<html><body>400</body></html>"), BillRefusal::Markup);
    assert_eq!(refusal(""), BillRefusal::Empty);
    assert_eq!(refusal("\u{FEFF}"), BillRefusal::Empty);
    assert_eq!(refusal("PK\u{3}\u{4}…"), BillRefusal::Archive);
    assert!(matches!(refusal("out_trade_no,total_fee\r\n1,2\r\n"), BillRefusal::Header { .. }));
    assert!(matches!(refusal("订单号,金额\n"), BillRefusal::Header { .. }));
    let gbk = [b"\xBD\xBB\xD2\xD7\xCA\xB1\xBC\xE4,".as_slice(), b"\xB9\xAB\xD6\xDA"].concat();
    assert_eq!(read(gbk.as_slice()).unwrap_err(), BillRefusal::Encoding { encoding: "GBK" });
    assert_eq!(read(b"\xFF\xFE\xA4\x4E".as_slice()).unwrap_err(), BillRefusal::Encoding { encoding: "UTF-16" });
}

#[test]
fn a_bill_that_was_cut_off_is_refused_wherever_the_cut_is() {
    let whole = usual();
    let rows_end = whole.find("总交易单数").unwrap();
    for cut in whole.char_indices().map(|(place, _)| place).filter(|place| *place < whole.trim_end().len()) {
        let refusal = refusal(&whole[..cut]);
        if (rows_end - 2..rows_end).contains(&cut) {
            assert_eq!(refusal, BillRefusal::NoSummary { line: 3 });
        }
    }
    assert!(read(whole.trim_end().as_bytes()).is_ok(), "only the last end of line is missing");
}

#[test]
fn a_summary_that_says_otherwise_refuses_the_bill() {
    let whole = usual();
    assert_eq!(refusal(&whole.replace("`2,`1.01", "`3,`1.01")), BillRefusal::Count { said: 3, found: 2 });
    let one_more = whole.replace("`2,`1.01,`1.01,", "`2,`1.02,`1.01,");
    let sum = refusal(&one_more);
    assert_eq!(sum, BillRefusal::Sum { title: "应结订单总金额", said: "1.02".to_owned(), found: "1.01".to_owned() });
    let fee = refusal(&whole.replace("`0.00000,`1.01,`1.01\r\n", "`0.00001,`1.01,`1.01\r\n"));
    assert!(matches!(fee, BillRefusal::Sum { title: "手续费总金额", .. }), "{fee:?}");
    assert!(matches!(refusal(&whole.replace("`2,`1.01", "`two,`1.01")), BillRefusal::Summary { line: 5, .. }));
    assert!(matches!(refusal(&format!("{whole}{whole}")), BillRefusal::AfterSummary { line: 6 }));
}

#[test]
fn rows_of_another_merchant_are_named() {
    let other = TradeRow { mch_id: "1900000002", ..payment() };
    let mixed = text(BillType::All, BillForm::default(), &[payment(), other]);
    assert!(matches!(refusal(&mixed), BillRefusal::OtherMerchant { line: 3, .. }));
    let Ok(Bill::Trades(mut bill)) = Bill::open(mixed.as_bytes()) else { panic!("no bill") };
    bill.expect_merchant("1900000009");
    assert!(matches!(bill.next_line(), Err(BillRefusal::OtherMerchant { line: 2, .. })));
    let [ours, theirs] = ["1900000108", "1900000109"].map(|sub| TradeRow { sub_mch_id: Some(sub), ..payment() });
    let of_all = text(BillType::All, BillForm::default(), &[ours, payment(), theirs]);
    let Ok(Bill::Trades(mut bill)) = Bill::open(of_all.as_bytes()) else { panic!("no bill") };
    bill.expect_sub_merchant("1900000108");
    assert!(matches!(bill.next_line(), Ok(Some(_))) && matches!(bill.next_line(), Ok(Some(_))));
    let Err(BillRefusal::OtherMerchant { line: 4, found, expected }) = bill.next_line() else {
        panic!("another's row")
    };
    assert_eq!((found.as_str(), expected.as_str()), ("1900000109", "1900000108"));
}

#[test]
fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let mut endless = usual();
    endless.insert_str(endless.find('\n').unwrap() + 1, &"x".repeat(70_000));
    assert!(matches!(refusal(&endless), BillRefusal::LineTooLong { line: 2 }));
}

#[test]
fn rows_that_cannot_be_read_are_named_and_never_shifted() {
    let whole = usual();
    for (spoilt, fault) in [
        (whole.replacen("测试商城-T恤", "a,`b", 1), RowFault::Values { found: 28, expected: 27 }),
        (whole.replacen(",`测试商城-T恤", "", 1), RowFault::Values { found: 26, expected: 27 }),
        (whole.replacen("测试商城-T恤", "一\r\n二", 1), RowFault::Values { found: 21, expected: 27 }),
        (
            whole.replacen("2024-01-02 03:05:12", "2024-02-30 03:05:12", 1),
            RowFault::value("交易时间", b"2024-02-30 03:05:12", Expected::Time),
        ),
        (whole.replacen("`SUCCESS", "`OK", 1), RowFault::value("交易状态", b"OK", Expected::State)),
        (whole.replacen("`CNY,`1.01", "`CNY,`1.011", 1), RowFault::value("应结订单金额", b"1.011", Expected::Yuan)),
        (whole.replacen("`0.01000", "`", 1), RowFault::value("手续费", b"", Expected::Fee)),
        (whole.replacen("0.60%", "0.60", 1), RowFault::value("费率", b"0.60", Expected::Rate)),
        (whole.replacen("T20240102030405_001", "", 1), RowFault::value("商户订单号", b"", Expected::Number)),
        (whole.replacen("\r\n`", "\r\n", 1), RowFault::NoTick),
    ] {
        let (totals, rows, malformed) = read(spoilt.as_bytes()).unwrap();
        assert_eq!(malformed, [MalformedRow { line: 2, fault }]);
        assert!(!malformed[0].fault.chinese().is_empty());
        assert_eq!((totals.malformed, rows.len(), totals.summary_ok), (1, 1, false));
        let unread = totals.unread;
        assert_eq!((unread.rows, unread.total_fee, unread.refund_fee, unread.fee_milli_fen), (1, 101, 0, 1000));
    }
}

#[test]
fn blanks_whole_sums_and_missing_line_ends_are_no_faults() {
    let mut loose = usual().replace("`1.01,`0.00,`\r\n", "`1.01 ,`0.00\t,` \r\n");
    loose = loose.replace("\r\n`2,", "\r\n`2.0 ,").trim_end().to_owned() + "  \r\n\r\n \r\n";
    let (totals, rows, malformed) = read(loose.as_bytes()).unwrap();
    assert_eq!((totals.payments, totals.refunds, totals.summary_ok), (1, 1, true));
    assert_eq!(rows, [("T20240102030405_001".to_owned(), 101), ("T20240102030405_001".to_owned(), 0)]);
    assert!(malformed.is_empty());
    let whole = usual().replace("`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01\r\n", "`1.0100,`1.01,`0.00,`0,`1.01,`1.01");
    assert!(matches!(refusal(&whole), BillRefusal::Summary { line: 5, .. }), "1.0100 is no amount of a bill");
}

#[test]
fn goods_with_commas_quotes_back_ticks_and_the_word_total_stay_goods() {
    let rows = [
        TradeRow { body: "套餐A,B \"特价\"", ..payment() },
        TradeRow { body: "总交易单数", attach: "反引号`内嵌,", ..payment() },
        TradeRow { body: "\"未闭合", attach: "a,b,c", ..payment() },
    ];
    let whole = text(BillType::All, BillForm::default(), &rows);
    let Ok(Bill::Trades(mut bill)) = Bill::open(whole.as_bytes()) else { panic!("no bill") };
    for row in &rows {
        let Ok(Some(BillLine::Row(read))) = bill.next_line() else { panic!("no row") };
        assert_eq!(read.text(Column::Body), row.body.as_bytes());
        assert_eq!(read.text(Column::Attach), row.attach.as_bytes());
        assert_eq!(read.text(Column::RateNote), b"");
        let begins = usize::try_from(read.offset).unwrap();
        assert!(whole[begins..].starts_with("`2024-01-02 03:05:12,"));
    }
    assert!(bill.next_line().unwrap().is_none());
    assert!(bill.totals().summary_ok);
}

#[test]
fn a_payment_that_the_merchant_bore_a_part_of_keeps_its_four_amounts() {
    let row = TradeRow { settlement_total_fee: fen(91), coupon_fee: fen(20), ..payment() };
    for (generation, settled) in [(Generation::Current, 91), (Generation::Legacy, 101), (Generation::Oldest, 101)] {
        let whole = text(BillType::All, BillForm { generation, ..BillForm::default() }, &[row]);
        let Ok(Bill::Trades(mut bill)) = Bill::open(whole.as_bytes()) else { panic!("no bill") };
        let Ok(Some(BillLine::Row(read))) = bill.next_line() else { panic!("no row") };
        assert_eq!((read.total_fee, read.settlement_total_fee, read.coupon_fee), (fen(101), fen(settled), fen(20)));
        assert_eq!(read.state, BillState::Success);
        assert_eq!((read.refund_id, read.out_refund_no, read.sub_mch_id()), (b"".as_slice(), b"".as_slice(), None));
    }
}

#[test]
fn a_fee_may_differ_by_a_fen_and_not_by_more() {
    for (milli_fen, base, marked) in
        [(1000, 101, false), (606, 101, false), (1607, 101, true), (-400, 101, true), (0, 101, false), (0, 300, true)]
    {
        let row = TradeRow { fee: MilliFen::new(milli_fen), settlement_total_fee: fen(base), ..payment() };
        let whole = text(BillType::All, BillForm::default(), &[row]);
        let Ok(Bill::Trades(mut bill)) = Bill::open(whole.as_bytes()) else { panic!("no bill") };
        let Ok(Some(BillLine::Row(read))) = bill.next_line() else { panic!("no row") };
        let difference = read.fee_difference().unwrap();
        assert_eq!(difference.is_marked(), marked, "{milli_fen} of {base}");
        assert_eq!(difference.milli_fen(), i128::from(milli_fen) - i128::from(base) * 6);
    }
}

#[test]
fn a_fund_flow_is_read_and_its_summary_compared() {
    let flow = |summary: &str| {
        let text = format!(
            "{FUND_FLOW_HEADER}\n`2018-02-01 04:21:23,`50000305742018020103387128253,`1900009231201802015884652186,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF4200000068201801293084726067\n资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n{summary}\n"
        );
        let Bill::FundFlow(flow) = Bill::open(text.as_bytes()).unwrap() else { panic!("a bill of trades") };
        assert_eq!(flow.columns(), 11);
        flow.read()
    };
    let totals = flow("`1.0,`0.0,`0.00,`1.0,`0.02").unwrap();
    assert_eq!((totals.sums.expenses, totals.sums.expense, totals.summary_ok), (1, 2, true));
    assert_eq!(flow("`2,`0,`0.00,`1,`0.02"), Err(BillRefusal::Count { said: 2, found: 1 }));
    assert!(matches!(flow("`1,`0,`0.00,`1,`0.03"), Err(BillRefusal::Sum { title: "支出金额", .. })));
}

fn goods() -> impl Strategy<Value = String> {
    "[a-z总,`\" ]{0,30}".prop_map(|text| text.replace(",`", ", `"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What the writer writes the reader reads, for every kind, generation, line end and byte order mark, in blocks and byte
    /// by byte.
    #[test]
    fn every_written_bill_is_read_back(
        amounts in proptest::collection::vec((1i64..100_000_000, 0i64..1000, goods(), any::<bool>()), 0..12),
        lf in any::<bool>(),
        byte_order_mark in any::<bool>(),
        short_success_summary in any::<bool>(),
    ) {
        for kind in BillType::ALL {
            for generation in Generation::ALL {
                let line_end = if lf { LineEnd::Lf } else { LineEnd::CrLf };
                let mut bill = TradeBill::new(kind, BillForm { generation, line_end, byte_order_mark, short_success_summary });
                for (total, coupon, body, back) in &amounts {
                    let coupon_fee = fen((*coupon).min(*total));
                    let row = if *back && kind != BillType::Success { refund() } else { payment() };
                    bill.push(&TradeRow { total_fee: fen(*total), coupon_fee, body, ..row });
                }
                let sums = *bill.sums();
                let whole = bill.finish();
                let (totals, rows, malformed) = read(whole.as_bytes()).unwrap();
                prop_assert_eq!(rows.len(), amounts.len());
                prop_assert!(malformed.is_empty() && totals.summary_ok);
                if generation == Generation::Current && kind != BillType::RechargeRefund {
                    prop_assert_eq!(totals.sums, sums);
                }
                prop_assert_eq!((totals, rows, malformed), read(Drop(whole.as_bytes())).unwrap());
            }
        }
    }

    #[test]
    fn no_bytes_panic_the_reader_and_no_spoilt_bill_passes_for_a_good_one(
        place in 0usize..1154, byte in any::<u8>(), noise in proptest::collection::vec(any::<u8>(), 0..400)
    ) {
        let mut spoilt = usual().into_bytes();
        spoilt[place] = byte;
        if let Ok((totals, rows, malformed)) = read(spoilt.as_slice()) {
            prop_assert_eq!(rows.len() + malformed.len(), 2);
            prop_assert!(!totals.summary_ok || totals.sums.total_fee == 101);
        }
        drop(read(noise.as_slice()));
        let behind = [usual().as_bytes(), &noise].concat();
        drop(read(behind.as_slice()));
    }
}
