//! WeChat Pay v2 as pure functions and types.
