//! What was pasted, and each step from its fields to the sign.
