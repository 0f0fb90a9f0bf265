use std::io::Cursor;
use std::ops::ControlFlow;

use super::*;
use crate::row::RowFault;
use crate::{RowKinds, Sheet};

fn layout(text: &str, table: Table, mapping: &Mapping) -> Result<Layout, SheetError> {
    Layout::new(&Sheet::open(Cursor::new(text.as_bytes())).unwrap().head().unwrap(), table, mapping)
}

/// What `each` makes of every row below the header.
fn each<T>(text: &str, table: Table, mapping: &Mapping, each: impl Fn(&Layout, &Row<'_>) -> T) -> Vec<T> {
    let layout = layout(text, table, mapping).unwrap();
    let mut made = Vec::new();
    Sheet::open(Cursor::new(text.as_bytes()))
        .unwrap()
        .each(|row| {
            if row.line() > layout.header_line() {
                made.push(each(&layout, row));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    made
}

fn orders<T>(text: &str, made: impl Fn(&Layout, &Row<'_>) -> T) -> Vec<T> {
    each(text, Table::Orders, &Mapping::default(), made)
}

#[test]
fn a_file_without_what_is_needed_is_refused_with_what_is_missing() {
    let none = Mapping::default();
    assert!(matches!(layout("a,b\n1,2\n", Table::Orders, &none), Err(SheetError::NoHeader(Table::Orders))));
    assert!(matches!(
        layout("out_trade_no,total_fee\n", Table::Refunds, &none),
        Err(SheetError::NoHeader(Table::Refunds))
    ));
    let mapping = Mapping::parse("out_trade_no = \"单号\"").unwrap();
    let missing = layout("out_trade_no,total_fee\n", Table::Orders, &mapping);
    assert!(matches!(missing, Err(SheetError::NoSuchTitle { field: Field::OutTradeNo, .. })));
}

#[test]
fn an_amount_whose_unit_is_not_said_is_asked_for_and_never_guessed() {
    let none = Mapping::default();
    let needed = layout("订单号,金额\nT20240102,100\n", Table::Orders, &none);
    assert!(matches!(needed, Err(SheetError::UnitNeeded { decimals: false, .. })));
    let needed = layout("订单号,金额\nT20240102,100.50\n", Table::Orders, &none);
    assert!(matches!(needed, Err(SheetError::UnitNeeded { decimals: true, .. })));
    let yuan = Mapping { unit: Some(Unit::Yuan), ..none };
    let contradicts = layout("out_trade_no,total_fee\nT20240102,1\n", Table::Orders, &yuan);
    assert!(matches!(contradicts, Err(SheetError::UnitContradicts { .. })));
    let amounts = each("订单号,金额\nT20240102,100\n", Table::Orders, &yuan, |layout, row| {
        layout.amount(row, Field::TotalFee).unwrap().unwrap().get()
    });
    assert_eq!(amounts, [10_000]);
}

#[test]
fn the_header_may_stand_below_a_title_and_other_titles_can_be_mapped() {
    let text = "店铺导出,,\n2024年1月,,\n单号,实收(元),备注\nT20240102,0.07,x\n,,\nT20240103,4.35,y\n合计,4.42,\n";
    let mapping = Mapping::parse("out_trade_no = \"单号\"\namount = \"实收（元）\"").unwrap();
    let read = each(text, Table::Orders, &mapping, |layout, row| (row.line(), layout.kind(row)));
    assert_eq!(read, [(4, RowKind::Entry), (5, RowKind::Blank), (6, RowKind::Entry), (7, RowKind::Total)]);
}

#[test]
fn further_lines_may_repeat_the_number_of_their_entry_but_no_other_and_no_amount() {
    let kinds = |text: &str, table: Table| {
        let above = std::cell::RefCell::new(RowKinds::default());
        each(text, table, &Mapping::default(), |layout, row| above.borrow_mut().next(layout, row))
    };
    let text = "out_trade_no,total_fee,body\nT20240102,100,a\nT20240102,,b\n,,c\nT20240102,,d\nT20240102,100,a\nT20240103,,e\nT20240103,,f\n";
    let (entry, further) = (RowKind::Entry, RowKind::Continuation);
    assert_eq!(kinds(text, Table::Orders), [entry, further, further, further, entry, entry, further]);
    let text = "refund_id,out_refund_no,refund_fee\n501,R1,10\n501,,\n,R2,20\n,R2,\n,R3,\n";
    assert_eq!(kinds(text, Table::Refunds), [entry, further, entry, further, entry]);
}

#[test]
fn further_lines_totals_and_shifted_rows_are_told_from_entries() {
    let text = "out_trade_no,total_fee,body\nT20240102,100,a\n,,b\n,200,c\nT20240103,100,a,b\nT20240104,100,a,\nTotal,400,\n\"x\"y,1,\n";
    let kinds = orders(text, Layout::kind);
    let broken = RowKind::Broken(RowFault::Quote);
    assert_eq!(
        kinds,
        [
            RowKind::Entry,
            RowKind::Continuation,
            RowKind::Entry,
            RowKind::Shifted,
            RowKind::Entry,
            RowKind::Total,
            broken
        ]
    );
}

#[test]
fn cells_that_cannot_be_read_are_refused_with_column_value_and_reason() {
    let number = |text: &str| {
        orders(text, |layout, row| layout.number(row, Field::OutTradeNo).unwrap_err().to_string()).remove(0)
    };
    assert!(number("out_trade_no,total_fee\n1.23E+17,100\n").contains("out_trade_no \"1.23E+17\": precision lost"));
    assert!(number("out_trade_no,total_fee\n######,100\n").contains("too narrow"));
    let amount =
        |text: &str| orders(text, |layout, row| layout.amount(row, Field::TotalFee).unwrap_err().to_string()).remove(0);
    assert!(amount("out_trade_no,total_fee\nT20240102,1.00\n").contains("counts fen"));
    assert!(amount("out_trade_no,total_fee\nT20240102,1.5E+3\n").contains("precision lost"));
    assert!(amount("out_trade_no,金额(元)\nT20240102,0.125\n").contains("whole number of fen"));
    let time =
        |text: &str| orders(text, |layout, row| layout.moment(row, Field::PaidAt).unwrap_err().to_string()).remove(0);
    assert!(time("out_trade_no,total_fee,paid_at\nT20240102,1,45293.5\n").contains("excel_days"));
    assert!(time("out_trade_no,total_fee,paid_at\nT20240102,1,1704135845\n").contains("unix_seconds"));
    assert!(time("out_trade_no,total_fee,paid_at\nT20240102,1,yesterday\n").contains("not a time"));
    let state = orders("out_trade_no,total_fee,state\nT20240102,1,maybe\n", Layout::trade_state);
    assert_eq!(state[0].clone().unwrap_err().problem, CellProblem::UnknownState);
}

#[test]
fn state_words_times_and_gbk_are_read_through_the_mapping() {
    let text = "单号,总价(元),进度,付款于\nT20240102,0.07,已完成,2024年1月2日 3:04\n";
    let mapping = Mapping::parse(
        "out_trade_no = \"单号\"\ntotal_fee = \"总价(元)\"\nstate = \"进度\"\npaid_at = \"付款于\"\n[states]\n\"已完成\" = \"SUCCESS\"",
    )
    .unwrap();
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    for bytes in [text.as_bytes().to_vec(), gbk] {
        let mut sheet = Sheet::open(Cursor::new(bytes)).unwrap();
        let layout = Layout::new(&sheet.head().unwrap(), Table::Orders, &mapping).unwrap();
        let mut read = Vec::new();
        sheet
            .each(|row| {
                if layout.kind(row) == RowKind::Entry && row.line() > layout.header_line() {
                    read.push((layout.trade_state(row), layout.moment(row, Field::PaidAt)));
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        let moment = UtcMs::parse_dashed("2024-01-02 03:04:00").unwrap();
        assert_eq!(read, [(Ok(Some(TradeState::Success)), Ok(Some(moment)))]);
    }
}

#[test]
fn a_table_of_refunds_is_read_by_wechats_names() {
    let text = "refund_id,out_refund_no,transaction_id,out_trade_no,refund_fee,total_fee,status,created_at,success_at\n\
        50300000002024010200000000001,R1,4200000000202401020000000001,T20240102,50,101,PROCESSING,2024-01-02 03:04:05,\n";
    let read = each(text, Table::Refunds, &Mapping::default(), |layout, row| {
        let amount = layout.amount(row, Field::RefundFee).unwrap().unwrap().get();
        (amount, layout.refund_status(row).unwrap(), layout.moment(row, Field::RefundedAt).unwrap())
    });
    assert_eq!(read, [(50, Some(RefundStatus::Processing), None)]);
}

#[test]
fn goods_that_begin_like_a_label_of_totals_are_entries_and_a_label_is_one_wherever_it_stands_alone() {
    let text = "商品名称,备注,订单号,订单金额(元)\n小计时器,,T1,19.90\n汇总,,T2,1.00\nTotal,,T3,1.00\n咖啡,小计算器,T4,1.00\n\
                咖啡,,合计：4笔,22.90\n合计金额,,,22.90\n咖啡,合计：4笔,4,22.90\n咖啡,TOTAL:,4,22.90\n";
    let kinds = orders(text, Layout::kind);
    assert_eq!(kinds, [[RowKind::Entry; 4], [RowKind::Total; 4]].concat());
}

#[test]
fn a_row_that_says_what_only_one_order_has_is_an_order_although_a_cell_beside_it_reads_like_a_label() {
    let text = "菜品,门店,商品名称,订单号,金额(元),状态,支付时间\nTotal,,,T3,1.00,,2026-11-20 10:00\n小计,,,T4,1.00,支付成功,\n\
                咖啡,汇总,,T5,1.00,,2026-11-20 10:00\n,,小计时器,,19.90,支付成功,2026-11-20 10:00\n\
                小计时器,,,,19.90,,2026-11-20 10:00\n合计,,,,22.90,,\n小计,,,,22.90,,2026-11-20\n合计金额,,,,22.90,,\n\
                咖啡,合计：4笔,,4,22.90,,\n,,,合计,22.90,,2026-11-20\n小计,,,4,22.90,,2026-11-20 12:00\n";
    let kinds = orders(text, Layout::kind);
    assert_eq!(kinds, [[RowKind::Entry; 5].as_slice(), &[RowKind::Total; 6]].concat());
}

#[test]
fn a_label_where_a_time_should_be_makes_a_row_of_totals_whatever_stands_beside_it() {
    let text = "交易时间,微信订单号,商户订单号,订单金额(元)\n总交易单数,手续费总金额,订单总金额,充值券退款总金额\n";
    assert_eq!(orders(text, Layout::kind), [RowKind::Total]);
}
