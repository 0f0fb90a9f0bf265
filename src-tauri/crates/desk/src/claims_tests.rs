use std::io::Cursor;
use std::ops::ControlFlow;

use desk_sheets::{Mapping, Sheet, Table};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};

use super::*;

fn profile() -> Profile {
    Profile {
        name: "shop".into(),
        appid: Appid::new("wx0000000000000001").unwrap(),
        mch_id: MchId::new("1900000001").unwrap(),
        sign_type: SignType::Md5,
        environment: Environment::Simulator,
        base_url: None,
        ca_file: None,
        notify_url: None,
        sub_mch_id: None,
        sub_appid: None,
        builtin: false,
        created_at: UtcMs(0),
    }
}

fn claims(csv: &str) -> Vec<Result<NewClaim, RowRefusal>> {
    let mut sheet = Sheet::open(Cursor::new(csv.as_bytes())).unwrap();
    let layout = Layout::new(&sheet.head().unwrap(), Table::Orders, &Mapping::default()).unwrap();
    let claims = Claims::new(profile(), layout, UtcMs(7)).unwrap();
    let mut made = Vec::new();
    sheet
        .each(|row| {
            if row.line() > claims.layout().header_line() {
                made.push(claims.claim(row));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    made
}

fn refusal(csv: &str) -> RowRefusal {
    claims(csv).remove(0).unwrap_err()
}

#[test]
fn rows_that_cannot_be_read_are_refused_with_a_code_and_their_reason_in_both_languages() {
    for (csv, code, english, chinese) in [
        ("out_trade_no,total_fee\n1.23E+17,100", "cell_precision_lost", "precision lost", "精度已丢失"),
        (
            "out_trade_no,total_fee,transaction_id\nT20240102,100,4.2E+27",
            "cell_precision_lost",
            "4.2E+27",
            "精度已丢失",
        ),
        ("out_trade_no,total_fee\n,100", "row_value_missing", "out_trade_no is missing", "out_trade_no 为空"),
        ("out_trade_no,total_fee\nT20240102,", "row_value_missing", "total_fee is missing", "total_fee 为空"),
        ("out_trade_no,total_fee\nT20240102,1.00", "cell_not_fen", "counts fen", "按分计"),
        ("out_trade_no,金额(元)\nT20240102,\"1,00\"", "cell_not_an_amount", "not an amount", "不是金额"),
        ("out_trade_no,金额(元)\nT20240102,-1.00", "cell_negative_order", "0 or more", "不能小于 0"),
        (
            "商户单号,total_fee\nT 20240102,100",
            "cell_not_the_shape",
            "must be 6 to 32",
            "商户单号“T 20240102”：应为 6 到 32 位",
        ),
        ("out_trade_no,total_fee,state\nT20240102,100,maybe", "cell_unknown_state", "is not known", "不是已知的状态"),
        ("out_trade_no,total_fee,sign_type\nT20240102,100,SHA1", "cell_unknown_sign_type", "neither MD5", "既不是 MD5"),
        ("out_trade_no,total_fee,paid_at\nT20240102,100,yesterday", "cell_not_a_time", "is not a time", "不是时间"),
        (
            "out_trade_no,total_fee,mch_id\nT20240102,100,1900000002",
            "cell_other_merchant",
            "another merchant",
            "另一个商户",
        ),
    ] {
        let why = refusal(&format!("{csv}\n"));
        assert_eq!(why.code(), code, "{csv}");
        assert!(why.to_string().contains(english), "{csv}: {why}");
        assert!(why.chinese().contains(chinese), "{csv}: {}", why.chinese());
    }
}

#[test]
fn a_file_that_has_only_settled_amounts_is_asked_what_they_are() {
    let mut sheet = Sheet::open(Cursor::new("商户订单号,应结订单金额(元)\nT20240102,1.00\n".as_bytes())).unwrap();
    let layout = Layout::new(&sheet.head().unwrap(), Table::Orders, &Mapping::default()).unwrap();
    assert!(matches!(Claims::new(profile(), layout, UtcMs(7)), Err(SheetError::NoOrderAmount)));
}

#[test]
fn every_column_is_taken_over() {
    let csv = "商户订单号,total_fee,微信支付单号,交易状态,签名类型,附加数据,商品名称,openid,交易类型,下单时间,支付时间\n\
        `T20240102,101,`4200000000202401020000000001,支付成功,HMAC-SHA256,a&b=1,T恤,oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,MICROPAY,2024/1/2 3:04,2024-01-02T03:05:12+08:00\n";
    let order = claims(csv).remove(0).unwrap();
    assert_eq!(order.transaction_id.unwrap().as_str(), "4200000000202401020000000001");
    assert_eq!((order.state, order.next_query_at), (Some(OrderState::Success), None));
    assert_eq!(order.sign_type, SignType::HmacSha256);
    assert_eq!((order.attach.as_deref(), order.body.as_str()), (Some("a&b=1"), "T恤"));
    assert_eq!(order.trade_type.as_deref(), Some("MICROPAY"));
    assert_eq!(order.created_at.dashed(), "2024-01-02 03:04:00");
    assert_eq!(order.paid_at.unwrap().dashed(), "2024-01-02 03:05:12");
    assert_eq!(order.raw.as_deref(), Some("line 2"));
}
