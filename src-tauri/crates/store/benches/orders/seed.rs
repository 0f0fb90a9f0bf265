//! Orders of a busy shop, made from a seed: the same seed gives the same orders.

use desk_store::{NewClaim, OrderState, Origin};
use wxpay_protocol::ids::{Appid, IdError, MchId, OpenId, OutTradeNo, TransactionId};
use wxpay_protocol::{Fen, SignType, UtcMs};

/// 2024-01-01 00:00:00 Beijing time.
const START: UtcMs = UtcMs(1_704_038_400_000);
/// The orders are spread over so many milliseconds: two years.
const SPAN_MS: u64 = 2 * 366 * 86_400_000;
const DRINKS: [&str; 16] = [
    "拿铁",
    "美式咖啡",
    "卡布奇诺",
    "抹茶拿铁",
    "珍珠奶茶",
    "柠檬红茶",
    "桂花乌龙",
    "生椰拿铁",
    "燕麦奶咖",
    "热巧克力",
    "芝士蛋糕",
    "提拉米苏",
    "牛角面包",
    "三明治套餐",
    "蓝莓松饼",
    "气泡水",
];
const SIZES: [&str; 4] = ["大杯", "中杯", "小杯", "外带"];
const SHOPS: [&str; 8] =
    ["人民广场店", "南京东路店", "五道口店", "天府三街店", "珠江新城店", "西湖店", "鼓楼店", "机场店"];
const TRADE_TYPES: [&str; 5] = ["JSAPI", "NATIVE", "APP", "MWEB", "MICROPAY"];
/// Of sixteen orders: most are paid, every state occurs.
const STATES: [Option<OrderState>; 16] = [
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Success),
    Some(OrderState::Refund),
    Some(OrderState::Closed),
    Some(OrderState::NotPay),
    Some(OrderState::Revoked),
    Some(OrderState::UserPaying),
    Some(OrderState::PayError),
    Some(OrderState::Accept),
    Some(OrderState::CreateFailed),
    None,
];

/// splitmix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(usize::try_from(self.below(of.len() as u64)).unwrap_or_default()).copied()
    }
}

/// Order `n` of `of`, in the order of their times.
pub(crate) fn order(n: u64, of: u64, open_until: u64) -> Result<NewClaim, IdError> {
    let mut dice = Dice(n.wrapping_mul(0x1000_0000_01B3));
    let created_at = START.plus_ms(i64::try_from(SPAN_MS / of * n).unwrap_or_default());
    let stamp: String = created_at.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect();
    let day: String = stamp.chars().take(8).collect();
    let state = dice.one_of(&STATES).flatten();
    let is_paid = state.is_some_and(OrderState::is_paid);
    let goods = format!(
        "{}-{} {}",
        dice.one_of(&SHOPS).unwrap_or_default(),
        dice.one_of(&DRINKS).unwrap_or_default(),
        dice.one_of(&SIZES).unwrap_or_default()
    );
    // Every third body is its own, as where a shop writes the table or the customer into it.
    let body = if dice.below(3) == 0 { format!("{goods} {:06}号桌", dice.below(1_000_000)) } else { goods };
    Ok(NewClaim {
        profile: "shop".into(),
        appid: Appid::new("wx0000000000000001")?,
        mch_id: MchId::new("1900000001")?,
        out_trade_no: OutTradeNo::new(format!("{stamp}{:04}{:010}", dice.below(20), dice.below(10_000_000_000)))?,
        sign_type: SignType::Md5,
        origin: Origin::Import,
        total_fee: Fen::new(i64::try_from(1 + dice.below(50_000)).unwrap_or(1)).unwrap_or(Fen::ZERO),
        trade_type: dice.one_of(&TRADE_TYPES).map(str::to_owned),
        body,
        attach: None,
        openid: Some(OpenId::new(format!("o{:027x}", u128::from(dice.below(200_000)) * 0x1_2345_6789_ABCD_EF01))?),
        created_at,
        claimed_at: START.plus_ms(i64::try_from(SPAN_MS).unwrap_or_default()),
        state,
        transaction_id: is_paid
            .then(|| {
                TransactionId::new(format!("42000{:05}{day}{:010}", dice.below(100_000), dice.below(10_000_000_000)))
            })
            .transpose()?,
        paid_at: is_paid.then(|| created_at.plus_ms(i64::try_from(dice.below(600_000)).unwrap_or_default())),
        next_query_at: (n < open_until).then_some(created_at),
        raw: Some(format!("line {}", n + 2)),
    })
}
