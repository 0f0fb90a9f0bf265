//! The client against a gateway on loopback that does exactly what a script says, byte by byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where its gateway cannot be set up")]
#![allow(clippy::wildcard_imports, reason = "the scripted gateway is the vocabulary of these tests")]

mod answers;
mod cities;
mod downloads;
mod faults;
mod gateway;
