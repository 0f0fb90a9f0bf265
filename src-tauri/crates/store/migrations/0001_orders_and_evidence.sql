-- Times are UTC milliseconds, amounts are fen. Small integers stand for the enums of the crate; their numbers never change.

-- One counter for asked_seq and received_seq: evidence is ordered by it, never by a clock.
CREATE TABLE counter (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT;
INSERT INTO counter (one, value) VALUES (1, 0);

CREATE TABLE orders (
    id                     INTEGER PRIMARY KEY,
    -- The record: what was asked for. Written once.
    profile                TEXT    NOT NULL,
    appid                  TEXT    NOT NULL,
    mch_id                 TEXT    NOT NULL,
    out_trade_no           TEXT    NOT NULL,
    origin                 INTEGER NOT NULL CHECK (origin BETWEEN 0 AND 2),
    sign_type              TEXT    NOT NULL CHECK (sign_type IN ('MD5', 'HMAC-SHA256')),
    trade_type             TEXT,
    total_fee              INTEGER NOT NULL CHECK (total_fee BETWEEN 0 AND 999999999999999),
    body                   TEXT    NOT NULL,
    attach                 TEXT,
    openid                 TEXT,
    product_id             TEXT,
    notify_url             TEXT,
    scene                  TEXT,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER,
    create_asked_seq       INTEGER,
    reversed_at            INTEGER,
    -- Claims: said by an import, never verified, never folded.
    claimed_state          INTEGER CHECK (claimed_state BETWEEN 0 AND 10),
    claimed_transaction_id TEXT,
    claimed_paid_at        INTEGER,
    -- Derived: written only together with a new observation, by folding all of the order's observations.
    state                  INTEGER NOT NULL CHECK (state BETWEEN 0 AND 10),
    flags                  INTEGER NOT NULL DEFAULT 0 CHECK (flags BETWEEN 0 AND 31),
    transaction_id         TEXT,
    paid_fee               INTEGER CHECK (paid_fee IS NULL OR paid_fee = total_fee),
    paid_at                INTEGER,
    refunded_fee           INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fee BETWEEN 0 AND coalesce(paid_fee, 0)),
    prepay_id              TEXT,
    prepay_at              INTEGER,
    code_url               TEXT,
    mweb_url               TEXT,
    advice                 INTEGER NOT NULL CHECK (advice BETWEEN 0 AND 2),
    changed_at             INTEGER NOT NULL,
    last_seq               INTEGER NOT NULL DEFAULT 0,
    chain                  BLOB    NOT NULL DEFAULT x'' CHECK (length(chain) IN (0, 32)),
    -- The schedule of polling.
    next_query_at          INTEGER,
    poll_step              INTEGER NOT NULL DEFAULT 0 CHECK (poll_step >= 0),
    hint_seq               INTEGER NOT NULL DEFAULT 0,
    -- What lists show: the verified state, else the claim. No generated column, because SQLite never counts those as covered by an index.
    shown_state            INTEGER NOT NULL CHECK (shown_state = CASE state WHEN 0 THEN coalesce(claimed_state, 0) ELSE state END),
    UNIQUE (mch_id, out_trade_no),
    CHECK ((transaction_id IS NULL) = (paid_fee IS NULL)),
    CHECK (paid_at IS NULL OR transaction_id IS NOT NULL),
    CHECK (state NOT IN (6, 7) OR transaction_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX orders_transaction ON orders (mch_id, transaction_id) WHERE transaction_id IS NOT NULL;
-- The default view and its totals come from this index alone.
CREATE INDEX orders_created ON orders (created_at, shown_state, state, flags, total_fee, paid_fee, refunded_fee, trade_type, profile);
CREATE INDEX orders_paid ON orders (paid_at, paid_fee, refunded_fee, profile);
CREATE INDEX orders_amount ON orders (total_fee);
CREATE INDEX orders_state ON orders (shown_state, created_at);
CREATE INDEX orders_trade_type ON orders (trade_type, created_at);
CREATE INDEX orders_number ON orders (out_trade_no);
CREATE INDEX orders_transaction_prefix ON orders (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX orders_claimed_transaction ON orders (claimed_transaction_id) WHERE claimed_transaction_id IS NOT NULL;
CREATE INDEX orders_openid ON orders (openid) WHERE openid IS NOT NULL;
CREATE INDEX orders_body ON orders (body);
CREATE INDEX orders_due ON orders (next_query_at, profile) WHERE next_query_at IS NOT NULL;
CREATE INDEX orders_due_profile ON orders (profile, next_query_at) WHERE next_query_at IS NOT NULL;
CREATE INDEX orders_alarm ON orders (changed_at) WHERE flags & 27 <> 0;
CREATE INDEX orders_reuse ON orders (profile, openid, total_fee, created_at) WHERE state = 3 AND origin = 0;

-- The request as it was committed before sending, without its sign: what a resend sends again.
CREATE TABLE order_request (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    request  TEXT NOT NULL
) STRICT;

CREATE TABLE observation (
    received_seq   INTEGER PRIMARY KEY,
    order_id       INTEGER NOT NULL REFERENCES orders (id),
    asked_seq      INTEGER NOT NULL CHECK (asked_seq <= received_seq),
    source         INTEGER NOT NULL CHECK (source BETWEEN 0 AND 4),
    asked_at       INTEGER,
    received_at    INTEGER NOT NULL,
    verified       INTEGER NOT NULL CHECK (verified IN (0, 1)),
    signature      INTEGER NOT NULL CHECK (signature BETWEEN 0 AND 3),
    event          INTEGER NOT NULL CHECK (event BETWEEN 0 AND 8),
    trade_state    INTEGER CHECK (trade_state BETWEEN 0 AND 10),
    transaction_id TEXT,
    total_fee      INTEGER,
    paid_at        INTEGER,
    err_code       TEXT,
    err_code_des   TEXT,
    return_msg     TEXT,
    prepay_id      TEXT,
    code_url       TEXT,
    mweb_url       TEXT,
    -- 1 when the transaction_id belonged to another order of the merchant already.
    elsewhere      INTEGER NOT NULL DEFAULT 0 CHECK (elsewhere IN (0, 1)),
    effect         INTEGER NOT NULL CHECK (effect BETWEEN 0 AND 4),
    reason         INTEGER NOT NULL,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    raw            TEXT,
    CHECK (verified = 0 OR signature = 0)
) STRICT;
CREATE INDEX observation_order ON observation (order_id, asked_seq, received_seq);

CREATE TRIGGER observation_is_never_changed BEFORE UPDATE ON observation
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER observation_is_never_deleted BEFORE DELETE ON observation
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER order_is_never_deleted BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are never deleted'); END;
CREATE TRIGGER request_is_never_changed BEFORE UPDATE ON order_request
BEGIN SELECT RAISE(ABORT, 'a committed request is never changed'); END;
CREATE TRIGGER request_is_never_deleted BEFORE DELETE ON order_request
BEGIN SELECT RAISE(ABORT, 'a committed request is never deleted'); END;

-- The second net under the fold.
CREATE TRIGGER record_is_never_changed BEFORE UPDATE OF profile, appid, mch_id, out_trade_no, origin, sign_type, total_fee, attach, openid, created_at, create_asked_seq ON orders
WHEN NEW.profile IS NOT OLD.profile OR NEW.appid IS NOT OLD.appid OR NEW.mch_id IS NOT OLD.mch_id OR NEW.out_trade_no IS NOT OLD.out_trade_no
  OR NEW.origin IS NOT OLD.origin OR NEW.sign_type IS NOT OLD.sign_type OR NEW.total_fee IS NOT OLD.total_fee OR NEW.attach IS NOT OLD.attach
  OR NEW.openid IS NOT OLD.openid OR NEW.created_at IS NOT OLD.created_at OR NEW.create_asked_seq IS NOT OLD.create_asked_seq
BEGIN SELECT RAISE(ABORT, 'the record of an order is never changed'); END;
CREATE TRIGGER paid_evidence_is_never_removed BEFORE UPDATE OF transaction_id, paid_fee, paid_at ON orders
WHEN (OLD.transaction_id IS NOT NULL AND NEW.transaction_id IS NOT OLD.transaction_id)
  OR (OLD.paid_fee IS NOT NULL AND NEW.paid_fee IS NOT OLD.paid_fee)
  OR (OLD.paid_at IS NOT NULL AND NEW.paid_at IS NOT OLD.paid_at)
BEGIN SELECT RAISE(ABORT, 'paid evidence is never removed'); END;
CREATE TRIGGER paid_state_is_never_lost BEFORE UPDATE OF state ON orders
WHEN (OLD.state = 6 AND NEW.state NOT IN (6, 7, 9)) OR (OLD.state = 7 AND NEW.state NOT IN (7, 9))
BEGIN SELECT RAISE(ABORT, 'a paid state is never lost'); END;
CREATE TRIGGER state_needs_evidence BEFORE UPDATE OF state, transaction_id, paid_fee, paid_at ON orders
WHEN (NEW.state IS NOT OLD.state OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.paid_fee IS NOT OLD.paid_fee OR NEW.paid_at IS NOT OLD.paid_at)
  AND (NEW.last_seq <= OLD.last_seq
    OR NOT EXISTS (SELECT 1 FROM observation WHERE received_seq = NEW.last_seq AND order_id = NEW.id AND verified = 1))
BEGIN SELECT RAISE(ABORT, 'a state changes only with verified evidence'); END;
CREATE TRIGGER orders_start_unpaid BEFORE INSERT ON orders
WHEN NEW.state NOT IN (0, 1) OR NEW.transaction_id IS NOT NULL OR NEW.paid_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an order starts as CREATING or UNVERIFIED'); END;
CREATE TRIGGER counter_only_grows BEFORE UPDATE ON counter WHEN NEW.value <= OLD.value
BEGIN SELECT RAISE(ABORT, 'the counter only grows'); END;
CREATE TRIGGER counter_is_never_deleted BEFORE DELETE ON counter
BEGIN SELECT RAISE(ABORT, 'the counter only grows'); END;

CREATE TABLE profiles (
    name        TEXT    PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    appid       TEXT    NOT NULL,
    mch_id      TEXT    NOT NULL,
    sign_type   TEXT    NOT NULL CHECK (sign_type IN ('MD5', 'HMAC-SHA256')),
    environment TEXT    NOT NULL CHECK (environment IN ('production', 'standby', 'sandbox', 'simulator')),
    base_url    TEXT,
    ca_file     TEXT,
    notify_url  TEXT,
    sub_mch_id  TEXT,
    sub_appid   TEXT,
    builtin     INTEGER NOT NULL CHECK (builtin IN (0, 1)),
    created_at  INTEGER NOT NULL,
    -- Only a simulator has an address of its own; everything else goes to hosts that are compiled in.
    CHECK (environment = 'simulator' OR (base_url IS NULL AND ca_file IS NULL AND builtin = 0))
) STRICT, WITHOUT ROWID;

-- Fingerprints of keys that a simulator has seen: such a key is refused in production for ever.
CREATE TABLE simulator_key (
    fingerprint TEXT PRIMARY KEY CHECK (length(fingerprint) > 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER simulator_key_is_never_forgotten BEFORE DELETE ON simulator_key
BEGIN SELECT RAISE(ABORT, 'a key that a simulator has seen stays refused'); END;

-- The newest vault file that was seen open, so that an older copy put in its place is noticed after a restart too.
CREATE TABLE vault_seen (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id   TEXT    NOT NULL,
    generation INTEGER NOT NULL CHECK (generation > 0)
) STRICT;

CREATE TABLE settings (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    json TEXT NOT NULL
) STRICT;

CREATE TABLE goods (
    goods_id  TEXT    PRIMARY KEY CHECK (length(goods_id) BETWEEN 1 AND 32),
    name      TEXT    NOT NULL,
    price_fen INTEGER NOT NULL CHECK (price_fen BETWEEN 0 AND 999999999999999),
    on_sale   INTEGER NOT NULL CHECK (on_sale IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The built-in gateway's own key is no secret: made at install, refused in production.
CREATE TABLE builtin_gateway (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    appid   TEXT NOT NULL,
    mch_id  TEXT NOT NULL,
    api_key TEXT NOT NULL
) STRICT;

CREATE TABLE lease (
    name        TEXT    PRIMARY KEY,
    owner       TEXT    NOT NULL,
    valid_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
