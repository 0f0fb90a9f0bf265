-- An import brings keys in no order, and each of them is written into another page of its index. In these indexes what is written
-- together lies together: amounts in runs of 65 536 orders; WeChat's numbers without the channel that they begin with, so that
-- their date comes first; and the merchant's numbers only where they are unique, behind their merchant.
DROP INDEX orders_amount;
CREATE INDEX orders_amount ON orders (id >> 16, total_fee);
DROP INDEX orders_claimed_transaction;
CREATE INDEX orders_claimed_transaction ON orders (substr(claimed_transaction_id, 11)) WHERE claimed_transaction_id IS NOT NULL;
DROP INDEX orders_number;
