//! The WeChat Pay v2 gateway on localhost, with a ledger of the truth.
