//! The use cases: orders, polling, profiles, test orders.
