-- What a merchant's certificate says of itself; the certificate and its key are in the vault.
CREATE TABLE certificates (
    profile     TEXT    PRIMARY KEY REFERENCES profiles (name) ON DELETE CASCADE,
    common_name TEXT    NOT NULL,
    serial      TEXT    NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL CHECK (not_after > not_before),
    imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
