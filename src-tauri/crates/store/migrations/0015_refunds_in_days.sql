-- The calendar asks of every day whether anything was refunded on it: accepted, or where it was made elsewhere, successful.
CREATE INDEX refund_observation_accepted ON refund_observation (received_at, refund) WHERE verified = 1 AND event = 0;
CREATE INDEX refunds_found_days ON refunds (success_at, profile) WHERE origin = 1 AND refund_id IS NOT NULL;
