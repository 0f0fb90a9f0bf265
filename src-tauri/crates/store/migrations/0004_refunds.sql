-- Refunds: a record that is reserved before anything is sent, and evidence, append-only, from which the state is folded.
CREATE TABLE refunds (
    id              INTEGER PRIMARY KEY,
    order_id        INTEGER NOT NULL REFERENCES orders (id),
    profile         TEXT    NOT NULL,
    mch_id          TEXT    NOT NULL,
    out_refund_no   TEXT    NOT NULL,
    -- 0 reserved here, 1 found by a query: made elsewhere.
    origin          INTEGER NOT NULL CHECK (origin IN (0, 1)),
    refund_fee      INTEGER NOT NULL CHECK (refund_fee BETWEEN 1 AND 999999999999999),
    refund_desc     TEXT,
    -- The request without its sign, sent again unchanged if it must be; nothing for refunds made elsewhere.
    request         TEXT,
    created_at      INTEGER NOT NULL,
    -- Derived: written only together with a new observation, by folding all of the refund's observations.
    state           INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
    conflict        INTEGER NOT NULL DEFAULT 0 CHECK (conflict IN (0, 1)),
    advice          INTEGER NOT NULL CHECK (advice BETWEEN 0 AND 2),
    refund_id       TEXT,
    refund_channel  TEXT,
    recv_account    TEXT,
    success_at      INTEGER,
    changed_at      INTEGER NOT NULL,
    last_seq        INTEGER NOT NULL DEFAULT 0,
    chain           BLOB    NOT NULL DEFAULT x'' CHECK (length(chain) IN (0, 32)),
    -- The schedule of questions.
    asked_at        INTEGER,
    next_query_at   INTEGER,
    poll_step       INTEGER NOT NULL DEFAULT 0 CHECK (poll_step >= 0),
    hint_seq        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (mch_id, out_refund_no),
    CHECK ((origin = 1) = (request IS NULL)),
    CHECK (state NOT IN (3, 4, 5) OR refund_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX refunds_refund_id ON refunds (mch_id, refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id, state, refund_fee);
CREATE INDEX refunds_created ON refunds (created_at);
CREATE INDEX refunds_state ON refunds (state, created_at);
CREATE INDEX refunds_number ON refunds (out_refund_no);
CREATE INDEX refunds_wechat_number ON refunds (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX refunds_due ON refunds (next_query_at) WHERE next_query_at IS NOT NULL;

CREATE TABLE refund_observation (
    received_seq   INTEGER PRIMARY KEY,
    refund         INTEGER NOT NULL REFERENCES refunds (id),
    asked_seq      INTEGER NOT NULL CHECK (asked_seq <= received_seq),
    source         INTEGER NOT NULL CHECK (source IN (0, 1)),
    asked_at       INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    verified       INTEGER NOT NULL CHECK (verified IN (0, 1)),
    signature      INTEGER NOT NULL CHECK (signature BETWEEN 0 AND 3),
    event          INTEGER NOT NULL CHECK (event BETWEEN 0 AND 6),
    refund_status  TEXT,
    refund_id      TEXT,
    refund_fee     INTEGER,
    success_at     INTEGER,
    refund_channel TEXT,
    recv_account   TEXT,
    err_code       TEXT,
    -- Whether the code leaves the number nothing to hope for.
    is_final       INTEGER CHECK (is_final IN (0, 1)),
    detail         TEXT,
    effect         INTEGER NOT NULL CHECK (effect BETWEEN 0 AND 4),
    reason         INTEGER NOT NULL,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    raw            TEXT,
    CHECK (verified = 0 OR signature = 0)
) STRICT;
CREATE INDEX refund_observation_refund ON refund_observation (refund, asked_seq, received_seq);

CREATE TRIGGER refund_observation_is_never_changed BEFORE UPDATE ON refund_observation
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER refund_observation_is_never_deleted BEFORE DELETE ON refund_observation
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER refund_is_never_deleted BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'refunds are never deleted'); END;
CREATE TRIGGER refund_record_is_never_changed BEFORE UPDATE OF order_id, profile, mch_id, out_refund_no, origin, refund_fee, refund_desc, request, created_at ON refunds
WHEN NEW.order_id IS NOT OLD.order_id OR NEW.profile IS NOT OLD.profile OR NEW.mch_id IS NOT OLD.mch_id OR NEW.out_refund_no IS NOT OLD.out_refund_no
  OR NEW.origin IS NOT OLD.origin OR NEW.refund_fee IS NOT OLD.refund_fee OR NEW.refund_desc IS NOT OLD.refund_desc OR NEW.request IS NOT OLD.request
  OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'the record of a refund is never changed'); END;
-- The second net under the reservation: what is held never exceeds what was paid.
CREATE TRIGGER refunds_never_exceed_the_payment BEFORE INSERT ON refunds
WHEN NEW.origin = 0 AND NEW.refund_fee + (SELECT coalesce(sum(refund_fee), 0) FROM refunds WHERE order_id = NEW.order_id AND state NOT IN (6, 7))
  > coalesce((SELECT paid_fee FROM orders WHERE id = NEW.order_id), 0)
BEGIN SELECT RAISE(ABORT, 'refunds never exceed the payment'); END;
CREATE TRIGGER refunds_start_without_a_result BEFORE INSERT ON refunds WHEN NEW.state <> CASE NEW.origin WHEN 0 THEN 0 ELSE 2 END
BEGIN SELECT RAISE(ABORT, 'a refund starts as RESERVED, or as UNKNOWN where it was made elsewhere'); END;
CREATE TRIGGER refund_success_is_never_lost BEFORE UPDATE OF state ON refunds WHEN OLD.state = 5 AND NEW.state <> 5
BEGIN SELECT RAISE(ABORT, 'a successful refund is never lost'); END;
-- Not knowing, and never having sent, are all that something unverified can lead to.
CREATE TRIGGER refund_state_needs_evidence BEFORE UPDATE OF state ON refunds
WHEN NEW.state IS NOT OLD.state
  AND (NEW.last_seq <= OLD.last_seq
    OR NOT EXISTS (SELECT 1 FROM refund_observation WHERE received_seq = NEW.last_seq AND refund = NEW.id AND (verified = 1 OR NEW.state IN (2, 7))))
BEGIN SELECT RAISE(ABORT, 'a refund changes only with verified evidence'); END;
