//! Reviewing removals: which group comes next, what a key does, what the screen shows.
//!
//! No terminal here. [`State::apply`] takes an [`Event`] and gives back [`Effect`]s for someone else to carry out;
//! [`screen`] makes rows of a state. The same machine drives the terminal, imports and tests.

mod ends;
mod estimate;
mod filter;
mod keys;
mod screen;
mod state;
#[cfg(test)]
mod tests;

pub use ends::Ends;
pub use estimate::{Estimate, draw};
pub use filter::Filter;
pub use screen::{Role, Row, Screen, screen};
pub use state::{Effect, Event, Key, Mode, Overlay, Question, Reach, Setup, State, Wish};
