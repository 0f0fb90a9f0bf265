-- Which gateway a profile spoke to that was removed since: its orders and refunds stay, and are in no bill of another one.
CREATE TABLE removed_profiles (
    name        TEXT NOT NULL,
    mch_id      TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'standby', 'sandbox', 'simulator')),
    PRIMARY KEY (name, mch_id)
) STRICT, WITHOUT ROWID;
