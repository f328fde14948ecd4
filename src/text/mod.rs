//! First stage: the text, its folded twin for matching, its lines and their shape.

mod span;

pub use span::Span;
