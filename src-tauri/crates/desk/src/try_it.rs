//! "Try it": the built-in gateway with goods and a few orders that start to move by themselves.

use std::time::Duration;

use desk_store::{Goods, Outcome};
use wxpay_protocol::{Fen, TradeType};
use wxpay_simulator::Pay;

use crate::gateway::BUILTIN;
use crate::profiles::ProfileShown;
use crate::progress::Cancel;
use crate::test_orders::TestOrder;
use crate::{Desk, DeskError};

const GOODS: [(&str, &str, i64); 5] = [
    ("tea-01", "明前龙井 50 克", 12_800),
    ("mug-02", "手工陶杯", 6_900),
    ("book-03", "《算法图解》", 4_935),
    ("pen-04", "签字笔（黑）", 7),
    ("bag-05", "帆布袋", 1_999),
];

/// The article, how it is paid, and after how many milliseconds the customer pays; some never do.
const ORDERS: [(usize, TradeType, Option<u64>); 6] = [
    (0, TradeType::Jsapi, Some(1_500)),
    (1, TradeType::Native, Some(3_000)),
    (2, TradeType::Jsapi, None),
    (3, TradeType::App, Some(6_000)),
    (4, TradeType::Mweb, None),
    (1, TradeType::Native, None),
];

/// A payer that exists nowhere else.
const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// What "try it" made.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The built-in gateway's merchant, now the one in use.
    pub profile: ProfileShown,
    /// How many orders were made; none when there were some already.
    pub orders: u32,
}

impl Desk {
    /// Starts the built-in gateway, takes its merchant into use, fills an empty catalogue and, where the merchant has no
    /// orders yet, places a few, some of which are paid within seconds.
    pub async fn try_it(&self) -> Result<Tried, DeskError> {
        self.gateway_start().await?;
        self.profile_use(BUILTIN).await?;
        if self.goods().await?.is_empty() {
            for (goods_id, name, price) in GOODS {
                let price = Fen::new(price).unwrap_or_default();
                let (goods_id, name) = (goods_id.into(), name.into());
                self.goods_save(Goods { goods_id, name, price, market_price: None, on_sale: true }).await?;
            }
        }
        let has_orders = self.gateway_orders("", 0, 1).await?.total > 0;
        let orders = if has_orders { 0 } else { self.place_samples().await? };
        Ok(Tried { profile: self.profile(BUILTIN).await?, orders })
    }

    async fn place_samples(&self) -> Result<u32, DeskError> {
        let mut placed = 0;
        let mut payments = Vec::new();
        for (article, trade_type, paid_after_ms) in ORDERS {
            let Some((goods_id, body, price)) = GOODS.get(article) else { continue };
            let order = TestOrder {
                profile: BUILTIN.into(),
                goods_id: Some((*goods_id).into()),
                body: (*body).into(),
                total_fee: Fen::new(*price).unwrap_or_default(),
                trade_type,
                openid: (trade_type == TradeType::Jsapi).then(|| PAYER.into()),
                product_id: None,
                attach: Some("门店-01".into()),
                notify_url: None,
                scene: None,
                out_trade_no: None,
                count: 1,
                reuse: false,
            };
            let created = self.create_orders(order, Box::new(|_| {}), &Cancel::new()).await?;
            for result in created.orders.into_iter().filter(|result| result.outcome == Outcome::Confirmed) {
                placed += 1;
                payments.extend(paid_after_ms.map(|after| (Duration::from_millis(after), result.out_trade_no)));
            }
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let started = tokio::time::Instant::now();
            for (after, number) in payments {
                tokio::time::sleep_until(started + after).await;
                if let Err(fault) = desk.gateway_pay(None, &number, &Pay::default()).await {
                    // Stopped in between, or paid by hand: the sample simply stays as it is.
                    tracing::debug!(%fault, "a sample order was not paid");
                }
            }
        });
        Ok(placed)
    }
}
