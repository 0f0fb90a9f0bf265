-- What an article is said to cost elsewhere, shown beside its price.
ALTER TABLE goods ADD COLUMN market_price_fen INTEGER CHECK (market_price_fen >= 0);
