//! The packs that dehusk ships: their texts, and what the build script made of them.

use std::borrow::Cow;

use super::compile::{Compiled, Head};
use super::packs::Packs;
use super::tables::Tables;

static TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Numbers must lie where numbers may lie.
#[repr(C, align(4))]
struct Aligned<T: ?Sized>(T);

static WORDS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/tables.bin")));
static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/tables.txt"));
static HEAD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/head.bin"));

impl Packs {
    /// The packs that dehusk ships. They are tested; reading them cannot fail.
    pub fn builtin() -> Packs {
        let mut packs = Packs::default();
        for (name, text) in TEXTS {
            if let Err(error) = packs.add_text(name, text, "core") {
                unreachable!("a built-in pack is broken, which the tests exclude: {error}");
            }
        }
        packs.pristine = true;
        packs
    }
}

impl Compiled {
    /// The built-in packs: all rules in all languages.
    pub fn builtin() -> Compiled {
        let head: Head = match postcard::from_bytes(HEAD) {
            Ok(head) => head,
            Err(error) => unreachable!("the build script wrote it with the same types: {error}"),
        };
        Compiled { tables: Tables::new(Cow::Borrowed(bytemuck::cast_slice(&WORDS.0)), Cow::Borrowed(TEXT)), head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Selection;

    #[test]
    fn built_is_what_would_be_compiled() {
        let now = Compiled::new(&Packs::builtin(), &Selection::everything()).unwrap();
        let built = Compiled::builtin();
        assert!(now.tables == built.tables);
        assert_eq!(format!("{:?}", now.head), format!("{:?}", built.head));
    }
}
