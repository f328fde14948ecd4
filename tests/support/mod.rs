//! What the invariant tests share: fixtures, generated documents, hostile documents, the guarantees as one check.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod document;
pub mod fixtures;
pub mod guarantees;
pub mod hostile;
