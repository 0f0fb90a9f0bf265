-- What the gateway was asked about differences of days, and what it said: append-only, the last answer is shown.
CREATE TABLE day_answers (
    id        INTEGER PRIMARY KEY,
    profile   TEXT    NOT NULL,
    -- The first millisecond of the Beijing day.
    date      INTEGER NOT NULL CHECK ((date + 28800000) % 86400000 = 0),
    identity  BLOB    NOT NULL CHECK (length(identity) = 16),
    asked_at  INTEGER NOT NULL,
    is_refund INTEGER NOT NULL CHECK (is_refund IN (0, 1)),
    -- A state of an order or of a refund, NOTEXIST, or UNKNOWN where no answer can be believed.
    word      TEXT    NOT NULL,
    fee_fen   INTEGER,
    -- WeChat's number of the order or refund.
    wechat_id TEXT,
    paid_at   INTEGER,
    -- Why nothing is known, as a word and what was said.
    silence   TEXT    CHECK ((silence IS NOT NULL) = (word = 'UNKNOWN')),
    detail    TEXT
) STRICT;
CREATE INDEX day_answers_of ON day_answers (profile, date, identity, id);

CREATE TRIGGER day_answer_is_never_changed BEFORE UPDATE ON day_answers
BEGIN SELECT RAISE(ABORT, 'what was answered stays answered'); END;
CREATE TRIGGER day_answer_is_never_deleted BEFORE DELETE ON day_answers
BEGIN SELECT RAISE(ABORT, 'what was answered stays answered'); END;
