//! The command line of WxPay Desk.

fn main() {}
