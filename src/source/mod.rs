//! First stage of the command: paths become documents. Only this folder reads the user's files.

mod document;
mod encoding;
mod walk;

pub use document::{Document, Unread, Version};
pub use encoding::{Choice, Form};
pub use walk::{Entry, Filter, Found, Input, Inputs, list, say, show};
