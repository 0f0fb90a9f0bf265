use super::*;

fn claims(csv: &str, unit: Option<Unit>) -> Result<Claims, DeskError> {
    read(&crate::sheet::read(csv.as_bytes()).unwrap(), &Mapping::new(), unit)
}

fn refusal(csv: &str) -> String {
    let claims = claims(csv, None).unwrap();
    assert!(claims.orders.is_empty(), "{:?}", claims.orders);
    claims.refused[0].reason.clone()
}

#[test]
fn total_fee_is_fen_and_yuan_headers_are_yuan() {
    let fen = claims("out_trade_no,total_fee\nT20240102,1999\n", None).unwrap();
    assert_eq!(fen.orders[0].total_fee.get(), 1999);
    for header in ["金额(元)", "金额（元）", "订单金额(元)", "金额 (元)"] {
        let mapping = Mapping::from([(Column::Amount, header.to_owned())]);
        let rows = crate::sheet::read(format!("商户订单号,{header}\nT20240102,￥19.99\n").as_bytes()).unwrap();
        assert_eq!(read(&rows, &mapping, None).unwrap().orders[0].total_fee.get(), 1999, "{header}");
    }
}

#[test]
fn an_amount_whose_unit_is_not_said_is_asked_for_and_never_guessed() {
    let csv = "订单号,金额\nT20240102,100\n";
    assert!(matches!(claims(csv, None), Err(DeskError::Input { field: "unit", .. })));
    assert_eq!(claims(csv, Some(Unit::Yuan)).unwrap().orders[0].total_fee.get(), 10_000);
    assert_eq!(claims(csv, Some(Unit::Fen)).unwrap().orders[0].total_fee.get(), 100);
    let contradiction = claims("out_trade_no,total_fee\nT20240102,1\n", Some(Unit::Yuan));
    assert!(matches!(contradiction, Err(DeskError::Input { field: "unit", .. })));
}

#[test]
fn the_header_may_stand_below_a_title_and_other_headers_can_be_mapped() {
    let csv = "店铺导出,,\n2024年1月,,\n单号,实收(元),备注\nT20240102,0.07,x\n,,\nT20240103,4.35,y\n";
    let mapping = Mapping::from([(Column::OutTradeNo, "单号".into()), (Column::Amount, "实收(元)".into())]);
    let read = read(&crate::sheet::read(csv.as_bytes()).unwrap(), &mapping, None).unwrap();
    let amounts: Vec<i64> = read.orders.iter().map(|order| order.total_fee.get()).collect();
    assert_eq!(amounts, [7, 435]);
    assert_eq!(read.orders[1].line, 6);
    assert!(claims("a,b\n1,2\n", None).is_err());
}

#[test]
fn rows_that_cannot_be_read_are_refused_with_their_reason() {
    assert!(refusal("out_trade_no,total_fee\n1.23E+17,100\n").contains("precision lost"));
    assert!(refusal("out_trade_no,total_fee,transaction_id\nT20240102,100,4.2E+27\n").contains("precision lost"));
    assert!(refusal("out_trade_no,total_fee\n,100\n").contains("missing"));
    assert!(refusal("out_trade_no,total_fee\nT20240102,\n").contains("missing"));
    assert!(refusal("out_trade_no,total_fee\nT20240102,1.00\n").contains("amount"));
    assert!(refusal("out_trade_no,金额(元)\nT20240102,\"1,000.00\"\n").contains("amount"));
    assert!(refusal("out_trade_no,金额(元)\nT20240102,-1.00\n").contains("0 or more"));
    assert!(refusal("out_trade_no,total_fee\nT 20240102,100\n").contains("out_trade_no"));
    assert!(refusal("out_trade_no,total_fee,state\nT20240102,100,maybe\n").contains("state"));
    assert!(refusal("out_trade_no,total_fee,sign_type\nT20240102,100,SHA1\n").contains("sign_type"));
    assert!(refusal("out_trade_no,total_fee,paid_at\nT20240102,100,yesterday\n").contains("time"));
}

#[test]
fn every_column_is_taken_over() {
    let csv = "商户订单号,total_fee,微信支付单号,交易状态,签名类型,附加数据,商品名称,openid,交易类型,下单时间,支付时间\n\
        `T20240102,101,`4200000000202401020000000001,支付成功,HMAC-SHA256,a&b=1,T恤,oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,JSAPI,2024/1/2 3:04,2024-01-02T03:05:12+08:00\n";
    let order = claims(csv, None).unwrap().orders.remove(0);
    assert_eq!(order.transaction_id.unwrap().as_str(), "4200000000202401020000000001");
    assert_eq!(order.state, Some(OrderState::Success));
    assert_eq!(order.sign_type, Some(SignType::HmacSha256));
    assert_eq!(order.attach.as_deref(), Some("a&b=1"));
    assert_eq!(order.trade_type, Some(TradeType::Jsapi));
    assert_eq!(order.created_at.unwrap().dashed(), "2024-01-02 03:04:00");
    assert_eq!(order.paid_at.unwrap().dashed(), "2024-01-02 03:05:12");
}
