//! The packs that dehusk ships: their texts, and what the build script made of them.

use std::borrow::Cow;

use super::compile::{Compiled, Head};
use super::packs::Packs;
use super::rule::LazyRegex;
use super::tables::Tables;
use crate::regex::{Mode, Program};

static TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Numbers must lie where numbers may lie.
#[repr(C, align(4))]
struct Aligned<T: ?Sized>(T);

static WORDS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/tables.bin")));
static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/tables.txt"));
static EXPRESSIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/regexes.txt"));
static PROGRAMS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/regexes.bin")));
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

impl LazyRegex {
    /// The expression, ready to run: built in, or compiled now. `None` cannot happen for checked packs; then the rule finds nothing.
    pub fn get(&self) -> Option<&Program> {
        self.ready.get_or_init(|| built(&self.source, self.mode).or_else(|| Program::new(&self.source, self.mode).ok())).as_ref()
    }
}

/// What the build script made of an expression, if it is one of a built-in pack. The numbers say how many there are, for each where
/// it is written, of which mode it is and where its head lies, sorted by text and mode; behind these lie the programs.
fn built(source: &str, mode: Mode) -> Option<Program> {
    let words: &'static [u32] = bytemuck::cast_slice(&PROGRAMS.0);
    let (&count, rest) = words.split_first()?;
    let (index, pool) = rest.split_at_checked(4 * count as usize)?;
    let index = index.as_chunks::<4>().0;
    let key = |&[start, end, mode, _]: &[u32; 4]| (&EXPRESSIONS[start as usize..end as usize], mode);
    let found = index.binary_search_by(|one| key(one).cmp(&(source, mode as u32))).ok()?;
    Some(Program::at(Cow::Borrowed(pool), index[found][3]))
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
