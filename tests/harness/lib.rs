//! What the whole-program tests share: a desk and a misbehaving gateway with an audit of what the desk believes, where the built programs are, processes that never outlive their test, and the real window.

pub mod audit;
pub mod built;
pub mod display;
pub mod dropping;
pub mod faulty_wire;
pub mod following;
pub mod keyboard;
pub mod leash;
pub mod load;
pub mod moving;
pub mod ordeal;
pub mod session_bus;
pub mod soak;
pub mod steps;
pub mod window;
