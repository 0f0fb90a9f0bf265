//! What the whole-program tests share: where the built programs are, processes that never outlive their test, and the real window.

pub mod built;
pub mod display;
pub mod following;
pub mod keyboard;
pub mod leash;
pub mod load;
pub mod steps;
pub mod window;
