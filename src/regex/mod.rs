//! Regular expressions of rules, run on characters instead of bytes.
//!
//! Rules try many expressions on short stretches of text: a line, the 300 bytes beside a match. An automaton over bytes pays
//! for that with memory and with the time to build it, above all for Unicode classes such as `\p{Lu}`, of which these expressions
//! are full. Here a class is one instruction, and so is a repeated class. The syntax and what is found are those of the
//! `regex` crate, against which the tests compare.

mod compile;
mod pike;
mod program;
mod search;
#[cfg(test)]
mod tests;

pub(crate) use program::{Mode, Program};
