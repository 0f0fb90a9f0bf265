//! The catalogue of goods for test orders.

use desk_store::Goods;
use wxpay_protocol::Fen;

use crate::changes::Tag;
use crate::order_rules::{check_id, check_prose};
use crate::{Desk, DeskError};

impl Desk {
    /// The whole catalogue.
    pub async fn goods(&self) -> Result<Vec<Goods>, DeskError> {
        self.blocking(|inner| Ok(inner.store.goods()?)).await
    }

    /// Adds an article, or replaces the one with its id.
    pub async fn goods_save(&self, goods: Goods) -> Result<Goods, DeskError> {
        if goods.goods_id.is_empty() || goods.goods_id.len() > 32 {
            return Err(DeskError::input("goods_id", "must have 1 to 32 characters"));
        }
        check_id("goods_id", &goods.goods_id)?;
        if goods.name.trim().is_empty() || goods.name.len() > 128 {
            return Err(DeskError::input("name", "must have 1 to 128 bytes (a Chinese character counts as three)"));
        }
        check_prose("name", &goods.name)?;
        if goods.price < Fen::ZERO {
            return Err(DeskError::input("price_fen", "must be 0 or more"));
        }
        if goods.market_price.is_some_and(|market_price| market_price < goods.price) {
            return Err(DeskError::input("market_price_fen", "must not be below the price that is asked"));
        }
        let saved = goods.clone();
        self.blocking(move |inner| Ok(inner.store.save_goods(goods)?)).await?;
        self.inner.changes.note(Tag::Goods, []);
        Ok(saved)
    }

    /// Removes an article; orders for it stay.
    pub async fn goods_remove(&self, goods_id: &str) -> Result<(), DeskError> {
        let goods_id = goods_id.to_owned();
        self.blocking(move |inner| Ok(inner.store.remove_goods(&goods_id)?)).await?;
        self.inner.changes.note(Tag::Goods, []);
        Ok(())
    }
}
