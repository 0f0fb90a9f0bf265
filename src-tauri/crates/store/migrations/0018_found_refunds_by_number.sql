-- A refund that was made elsewhere is of the day in WeChat's number, where it succeeded on a later one.
CREATE INDEX refunds_found_numbers ON refunds (substr(refund_id, 11, 8), profile) WHERE origin = 1 AND refund_id IS NOT NULL;
