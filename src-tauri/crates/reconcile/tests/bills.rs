//! Whole bills, made up: invariant C3 for any of them, and the part of C2 that is about fees.
#![allow(missing_docs)]
// The helpers of these tests are as much test as the tests.
#![allow(clippy::unwrap_used)]

use desk_reconcile::{Basis, BillSide, Day, LocalSide, Scope, Share, verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use wxpay_protocol::bill::{
    Bill, BillForm, BillLine, BillRefusal, BillTotals, BillType, MilliFen, Rate, TradeBill, TradeRow,
};
use wxpay_protocol::{Fen, UtcMs};

/// 2024-01-02 00:00:00 in Beijing.
const MIDNIGHT: UtcMs = UtcMs(1_704_124_800_000);
/// 0.60 %, as thousandths of a fen for each fen.
const RATE: i64 = 6;

/// A payment: its fen, and by how many thousandths of a fen its fee is off.
type Paid = (i64, i64);

fn written(rows: &[Paid]) -> String {
    let mut bill = TradeBill::new(BillType::All, BillForm::default());
    for (place, (fen, off)) in rows.iter().enumerate() {
        let (number, fen) = (format!("T{place}"), Fen::new(*fen).unwrap());
        bill.push(&TradeRow {
            at: MIDNIGHT.plus_ms(1000),
            appid: "wx0000000000000001",
            mch_id: "1900000001",
            sub_mch_id: None,
            device_info: "",
            transaction_id: &format!("42{place}"),
            out_trade_no: &number,
            openid: "",
            trade_type: "JSAPI",
            trade_state: "SUCCESS",
            bank_type: "OTHERS",
            fee_type: "CNY",
            settlement_total_fee: fen,
            coupon_fee: Fen::ZERO,
            refund: None,
            body: "",
            attach: "",
            fee: MilliFen::new(fen.get() * RATE + off),
            rate: Rate::from_basis_points(60).unwrap(),
            total_fee: fen,
            rate_note: "",
        });
    }
    bill.finish()
}

/// Header, rows, and the two lines of the summary.
fn lines(bill: &str) -> Vec<String> {
    bill.split_inclusive('\n').map(str::to_owned).collect()
}

fn read(text: &str) -> Result<BillTotals, BillRefusal> {
    let Bill::Trades(mut bill) = Bill::open(text.as_bytes())? else { panic!("a bill of trades") };
    while bill.next_line()?.is_some() {}
    Ok(*bill.totals())
}

fn any_bill() -> impl Strategy<Value = Vec<Paid>> {
    proptest::collection::vec((1i64..1_000_000, -3000i64..3000), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn c3_a_bill_without_its_summary_or_with_another_count_or_sum_is_refused_whole(
        rows in any_bill(), place in any::<Index>(), other_fen in 1i64..1_000_000,
    ) {
        let (whole, place) = (lines(&written(&rows)), place.index(rows.len()));
        let summed = read(&whole.concat()).unwrap();
        prop_assert!(summed.summary_ok && summed.malformed == 0 && summed.sums.rows == rows.len() as u64);
        for cut in 1..=2 {
            let missing = read(&whole[..whole.len() - cut].concat());
            prop_assert!(matches!(missing, Err(BillRefusal::NoSummary { .. })), "{:?}", missing);
        }
        let without = [&whole[..=place], &whole[place + 2..]].concat();
        let twice = [&whole[..place + 2], &whole[place + 1..]].concat();
        for other_count in [without, twice] {
            let found = read(&other_count.concat());
            prop_assert!(matches!(found, Err(BillRefusal::Count { .. })), "{:?}", found);
        }
        let mut changed = rows.clone();
        changed[place].0 = other_fen;
        let mut other_sum = whole.clone();
        other_sum[place + 1].clone_from(&lines(&written(&changed))[place + 1]);
        prop_assert_eq!(read(&other_sum.concat()).is_ok(), changed == rows);
    }

    #[test]
    fn c3_rows_that_cannot_be_read_are_counted_and_leave_the_sums_open(
        rows in any_bill(), broken in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let mut lines = lines(&written(&rows));
        for (line, _) in lines.iter_mut().skip(1).zip(&broken).take(rows.len()).filter(|(_, broken)| **broken) {
            let (first, _) = line.rsplit_once(",`").unwrap();
            *line = format!("{first}\n");
        }
        let lost = broken.iter().take(rows.len()).filter(|broken| **broken).count() as u64;
        let found = read(&lines.concat()).unwrap();
        prop_assert_eq!((found.malformed, found.sums.rows), (lost, rows.len() as u64 - lost));
        prop_assert_eq!(found.summary_ok, lost == 0);
        let readable = rows.iter().zip(&broken).filter(|(_, broken)| !**broken).map(|((fen, _), _)| i128::from(*fen));
        prop_assert_eq!(found.sums.total_fee, readable.sum::<i128>());
    }

    #[test]
    fn c2_the_marked_fees_add_up_to_what_the_fees_are_off_by(rows in any_bill()) {
        let (text, share) = (written(&rows), Share::first(usize::MAX));
        let day = Day::of(MIDNIGHT, 300);
        let scope = Scope { payments: true, refunds: true };
        let mut side = BillSide::new(day, Basis::Order, share.clone(), scope);
        let Ok(Bill::Trades(mut bill)) = Bill::open(text.as_bytes()) else { panic!("a bill of trades") };
        while let Some(BillLine::Row(row)) = bill.next_line().unwrap() {
            side.push(0, &row);
        }
        let found = verdict(side, LocalSide::new(day, share), &|_| {}, &|| false).unwrap();
        let off: Vec<i64> = rows.iter().map(|(_, off)| *off).filter(|off| off.abs() > 1000).collect();
        prop_assert_eq!(found.fees.count, off.len() as u64);
        prop_assert_eq!(found.fees.difference.milli_fen(), i128::from(off.iter().sum::<i64>()));
    }
}
