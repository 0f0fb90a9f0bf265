//! The only SQL: evidence, and the state derived from it.
