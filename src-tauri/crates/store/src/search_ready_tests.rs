//! That the texts are read when it is said so, and not before.

use std::ops::ControlFlow;

use wxpay_protocol::ids::{Appid, MchId, OutTradeNo};
use wxpay_protocol::{Fen, SignType, UtcMs};

use crate::{NewClaim, Origin, Store};

fn claim(n: i64) -> NewClaim {
    NewClaim {
        profile: "shop".into(),
        appid: Appid::new("wx0000000000000001").unwrap(),
        mch_id: MchId::new("1900000001").unwrap(),
        out_trade_no: OutTradeNo::new(format!("N{n:06}")).unwrap(),
        sign_type: SignType::Md5,
        origin: Origin::Import,
        total_fee: Fen::new(1).unwrap(),
        trade_type: None,
        body: "拿铁".into(),
        attach: None,
        openid: None,
        created_at: UtcMs(n),
        claimed_at: UtcMs(n),
        state: None,
        transaction_id: None,
        paid_at: None,
        next_query_at: None,
        raw: None,
    }
}

fn import(store: &Store, numbers: std::ops::Range<i64>) {
    store.import(numbers.map(claim), |_, _| ControlFlow::Continue(())).unwrap();
}

#[test]
fn the_answer_that_searches_are_ready_comes_when_all_orders_of_the_start_and_of_an_import_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    import(&store, 0..300);
    let read = || store.texts().lock().ids.len();
    assert_eq!(read(), 0, "nothing is read before somebody asks for it");
    store.prepare_search().unwrap();
    assert_eq!(read(), 300);
    import(&store, 300..500);
    assert_eq!(read(), 300);
    store.prepare_search().unwrap();
    assert_eq!(read(), 500);
}
