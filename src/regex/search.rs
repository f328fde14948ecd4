//! Programs run by trying one way after the other. That is fast for expressions that tell early whether they match; where it takes
//! too many steps, `pike` goes all ways at once, in time that grows with the text alone.

use std::cell::RefCell;
use std::ops::Range;

use memchr::{memchr, memrchr};
use regex_syntax::hir::Look;

use super::pike;
use super::program::{Program, View, flag, op, switch, switched};

/// Steps that a search may take: so many, and so many for each byte of the text.
const STEPS: (usize, usize) = (4096, 32);

/// A match, and what its group `cut` took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub range: Range<usize>,
    pub cut: Option<Range<usize>>,
}

/// No place: of a slot that holds none.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A way that was not taken yet.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Branch {
        at: u32,
        place: u32,
    },
    /// A repetition took characters up to `place`; it may give back those behind `low`.
    Fewer {
        at: u32,
        low: u32,
        place: u32,
    },
    /// A repetition took `count` characters up to `place` and may take more.
    More {
        at: u32,
        count: u32,
        place: u32,
    },
    /// What a slot held.
    Slot {
        slot: u32,
        place: u32,
    },
}

thread_local! {
    static WAYS: RefCell<Vec<Way>> = const { RefCell::new(Vec::new()) };
}

/// The search has taken too many steps.
struct Tired;

impl Program {
    /// True if it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        let view = self.view();
        Search::new(&view, text).any()
    }

    /// Its matches, one behind the other: the leftmost first, then from where it ended.
    pub fn find_all(&self, text: &str) -> Vec<Hit> {
        let view = self.view();
        Search::new(&view, text).all()
    }
}
pub(super) struct Search<'p> {
    view: &'p View<'p>,
    text: &'p str,
    /// Steps left.
    pub steps: usize,
}

impl<'p> Search<'p> {
    pub fn new(view: &'p View<'p>, text: &'p str) -> Search<'p> {
        let steps = if view.has(flag::IDLE) { 0 } else { STEPS.0 + STEPS.1 * text.len() };
        Search { view, text, steps }
    }

    pub fn any(&mut self) -> bool {
        match self.view.has(flag::BACK) {
            true => self.next::<true>(self.text.len()),
            false => self.next::<false>(0),
        }
        .is_some()
    }

    pub fn all(&mut self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut from = 0;
        while let Some(mut hit) = self.next::<false>(from) {
            // Nothing, just behind the last match, is no match.
            if hit.range.is_empty() && hits.last().is_some_and(|last| last.range.end == hit.range.end) {
                let Some(c) = self.text[from..].chars().next() else { break };
                let Some(other) = self.next::<false>(from + c.len_utf8()) else { break };
                hit = other;
            }
            from = hit.range.end;
            hits.push(hit);
        }
        hits
    }

    /// The leftmost match that begins at `from` or behind.
    fn next<const BACK: bool>(&mut self, from: usize) -> Option<Hit> {
        if self.steps > 0 {
            let tried = WAYS.with_borrow_mut(|ways| self.tries::<BACK>(ways, from));
            if let Ok(found) = tried {
                return found;
            }
            self.steps = 0;
        }
        pike::find::<BACK>(self.view, self.text, from)
    }

    fn tries<const BACK: bool>(&mut self, ways: &mut Vec<Way>, from: usize) -> Result<Option<Hit>, Tired> {
        let mut from = from;
        while let Some(start) = self.view.start(self.text, from) {
            let mut cut = [NOWHERE; 2];
            if let Some(end) = self.run::<BACK>(ways, start, &mut cut)? {
                return Ok(Some(hit(start, end, cut)));
            }
            from = start + self.text[start..].chars().next().map_or(1, char::len_utf8);
            if from > self.text.len() || self.view.has(flag::EDGE) {
                break;
            }
        }
        Ok(None)
    }

    /// The end of the match that begins here.
    fn run<const BACK: bool>(&mut self, ways: &mut Vec<Way>, start: usize, cut: &mut [u32; 2]) -> Result<Option<usize>, Tired> {
        let (view, text) = (self.view, self.text);
        let code = view.code;
        let mut steps = self.steps;
        ways.clear();
        let (mut at, mut place) = (view.entry, start);
        loop {
            let here = at as usize;
            let word = code[here];
            steps = steps.checked_sub(1).ok_or(Tired)?;
            let fits = match word & 255 {
                op::MATCH => {
                    self.steps = steps;
                    return Ok(Some(place));
                }
                op::CHAR => match step::<BACK>(text, place) {
                    Some((c, next)) if u32::from(c) == word >> 8 => {
                        place = next;
                        true
                    }
                    _ => false,
                },
                op::CLASS => match step::<BACK>(text, place) {
                    Some((c, next)) if view.holds(code[here + 2], c) => {
                        place = next;
                        true
                    }
                    _ => false,
                },
                op::GREEDY => {
                    let &[class, min, max] = code[here + 2..].first_chunk().expect("a repetition has six words");
                    if view.refuses(class, byte::<BACK>(text, place)) {
                        // Most repetitions take nothing.
                        min == 0
                    } else {
                        let (low, needed) = if min == 0 { (place, 0) } else { take::<BACK>(view, text, class, place, min) };
                        let stop = if max == u32::MAX && needed == min { view.leaves_out(class) } else { None };
                        let high = match stop {
                            Some(stop) if BACK => memrchr(stop, &text.as_bytes()[..low]).map_or(0, |at| at + 1),
                            Some(stop) => memchr(stop, &text.as_bytes()[low..]).map_or(text.len(), |at| low + at),
                            None => take::<BACK>(view, text, class, low, max - needed).0,
                        };
                        place = high;
                        steps = steps.saturating_sub(needed as usize + low.abs_diff(high));
                        if high != low && word & op::KEEPS == 0 {
                            ways.push(Way::Fewer { at: code[here + 1], low: low as u32, place: place as u32 });
                        }
                        needed >= min
                    }
                }
                op::LAZY => {
                    let &[class, min, max] = code[here + 2..].first_chunk().expect("a repetition has six words");
                    let (low, count) = take::<BACK>(view, text, class, place, min);
                    place = low;
                    steps = steps.saturating_sub(count as usize);
                    if count == min && min < max {
                        ways.push(Way::More { at, count, place: place as u32 });
                    }
                    count == min
                }
                op::SPLIT => {
                    let (one, other) = (code[here + 1], code[here + 2]);
                    let byte = byte::<BACK>(text, place);
                    // Ways that end with their first character are not taken at all.
                    if view.fails(one, byte) {
                        at = other;
                        continue;
                    }
                    if !view.fails(other, byte) {
                        ways.push(Way::Branch { at: other, place: place as u32 });
                    }
                    true
                }
                op::LOOK => looks(word >> 8, text, place),
                op::SWITCH => {
                    let (along, other) = switch(code, here);
                    if let Some((c, next)) = step::<BACK>(text, place)
                        && let Some(to) = switched(along, c)
                    {
                        if let Some(other) = other.filter(|&other| !view.fails(other, byte::<BACK>(text, place))) {
                            ways.push(Way::Branch { at: other, place: place as u32 });
                        }
                        (at, place) = (to, next);
                        continue;
                    }
                    if let Some(other) = other {
                        at = other;
                        continue;
                    }
                    false
                }
                _ => {
                    let slot = word >> 8;
                    let kept = &mut cut[slot as usize & 1];
                    ways.push(Way::Slot { slot, place: *kept });
                    *kept = place as u32;
                    true
                }
            };
            if fits {
                at = code[here + 1];
                continue;
            }
            loop {
                let Some(way) = ways.pop() else {
                    self.steps = steps;
                    return Ok(None);
                };
                steps = steps.checked_sub(1).ok_or(Tired)?;
                match way {
                    Way::Branch { at: next, place: back } => (at, place) = (next, back as usize),
                    Way::Fewer { at: next, low, place: back } => {
                        let back = unstep::<BACK>(text, back as usize);
                        if back != low as usize {
                            ways.push(Way::Fewer { at: next, low, place: back as u32 });
                        }
                        (at, place) = (next, back);
                    }
                    Way::More { at: looped, count, place: back } => {
                        let here = looped as usize;
                        let Some((c, next)) = step::<BACK>(text, back as usize) else { continue };
                        if !view.holds(code[here + 2], c) {
                            continue;
                        }
                        if count + 1 < code[here + 4] {
                            ways.push(Way::More { at: looped, count: count + 1, place: next as u32 });
                        }
                        (at, place) = (code[here + 1], next);
                    }
                    Way::Slot { slot, place } => {
                        cut[slot as usize & 1] = place;
                        continue;
                    }
                }
                break;
            }
        }
    }
}

pub(super) fn hit(start: usize, end: usize, cut: [u32; 2]) -> Hit {
    let cut = (cut[0] != NOWHERE && cut[1] != NOWHERE).then_some(cut[0] as usize..cut[1] as usize);
    Hit { range: start.min(end)..start.max(end), cut }
}

impl View<'_> {
    /// True where a match may begin.
    pub fn begins(&self, text: &str, place: usize) -> bool {
        let bytes = text.as_bytes();
        let edge = if self.has(flag::BACK) { bytes.len() } else { 0 };
        if (self.has(flag::EDGE) && place != edge) || (self.has(flag::LINE) && place > 0 && bytes[place - 1] != b'\n') {
            return false;
        }
        // What runs towards the start takes the characters in front of its edge.
        self.has(flag::EMPTY)
            || self.has(flag::BACK)
            || match bytes.get(place) {
                Some(&byte) if byte < 128 => self.first[usize::from(byte >> 5)] >> (byte & 31) & 1 == 1,
                Some(&byte) => self.has(flag::WIDE) && byte >= 0xC0,
                None => false,
            }
    }

    /// True where an ASCII character, or the end of the text, shows that the class holds not the next character.
    #[inline]
    fn refuses(&self, class: u32, byte: Option<u8>) -> bool {
        byte.is_none_or(|byte| byte < 128 && self.pool[class as usize + usize::from(byte >> 5)] >> (byte & 31) & 1 == 0)
    }

    /// True where the instruction does not take the next character, of which this is a byte, but must.
    #[inline]
    fn fails(&self, at: u32, byte: Option<u8>) -> bool {
        let here = at as usize;
        let word = self.code[here];
        match word & 255 {
            op::CHAR => byte.is_none_or(|byte| byte < 128 && u32::from(byte) != word >> 8),
            op::CLASS => self.refuses(self.code[here + 2], byte),
            op::GREEDY | op::LAZY => self.code[here + 3] > 0 && self.refuses(self.code[here + 2], byte),
            _ => false,
        }
    }

    /// The first place, from here on, where a match may begin.
    pub fn start(&self, text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut place = from;
        while !self.begins(text, place) {
            if self.has(flag::EDGE) || place >= bytes.len() {
                return None;
            }
            place += if self.has(flag::LINE) { memchr(b'\n', &bytes[place..])? } else { 0 } + 1;
        }
        Some(place)
    }
}

/// The next byte of a text, or in front of a place the one before: what it says of the next character.
#[inline]
fn byte<const BACK: bool>(text: &str, place: usize) -> Option<u8> {
    text.as_bytes().get(if BACK { place.wrapping_sub(1) } else { place }).copied()
}

/// The character at a place and the place behind it; from the end of the text towards the start, the one before.
#[inline]
pub(super) fn step<const BACK: bool>(text: &str, place: usize) -> Option<(char, usize)> {
    if BACK {
        let byte = *text.as_bytes().get(place.checked_sub(1)?)?;
        if byte < 128 {
            return Some((char::from(byte), place - 1));
        }
        let c = text[..place].chars().next_back()?;
        return Some((c, place - c.len_utf8()));
    }
    let byte = *text.as_bytes().get(place)?;
    if byte < 128 {
        return Some((char::from(byte), place + 1));
    }
    let c = text[place..].chars().next()?;
    Some((c, place + c.len_utf8()))
}

/// Takes characters of a class, so many at most: the place behind them, and their number.
#[inline]
fn take<const BACK: bool>(view: &View<'_>, text: &str, class: u32, place: usize, most: u32) -> (usize, u32) {
    let bits: &[u32; 4] = view.pool[class as usize..].first_chunk().expect("a class has six words");
    let bytes = text.as_bytes();
    let (mut place, mut count) = (place, 0);
    while count < most {
        let at = if BACK { place.wrapping_sub(1) } else { place };
        let Some(&byte) = bytes.get(at) else { break };
        if byte < 128 {
            if bits[usize::from(byte >> 5)] >> (byte & 31) & 1 == 0 {
                break;
            }
            place = if BACK { at } else { at + 1 };
        } else {
            match step::<BACK>(text, place) {
                Some((c, next)) if view.holds(class, c) => place = next,
                _ => break,
            }
        }
        count += 1;
    }
    (place, count)
}

/// The place before the character that was taken last.
fn unstep<const BACK: bool>(text: &str, place: usize) -> usize {
    match BACK {
        true => step::<false>(text, place),
        false => step::<true>(text, place),
    }
    .map_or(place, |(_, place)| place)
}

/// True if an assertion holds at a place.
#[inline]
pub(super) fn looks(look: u32, text: &str, place: usize) -> bool {
    const START: u32 = Look::Start.as_repr();
    const END: u32 = Look::End.as_repr();
    match look {
        START => place == 0,
        END => place == text.len(),
        _ => looks_around(look, text, place),
    }
}

fn looks_around(look: u32, text: &str, place: usize) -> bool {
    let bytes = text.as_bytes();
    let byte = |place: Option<usize>| place.and_then(|place| bytes.get(place)).copied();
    let (left, right) = (byte(place.checked_sub(1)), byte(Some(place)));
    let ascii = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let word = |c: Option<char>| c.is_some_and(regex_syntax::is_word_character);
    let words = || (word(text[..place].chars().next_back()), word(text[place..].chars().next()));
    match Look::from_repr(look) {
        Some(Look::Start) => left.is_none(),
        Some(Look::End) => right.is_none(),
        Some(Look::StartLF) => matches!(left, None | Some(b'\n')),
        Some(Look::EndLF) => matches!(right, None | Some(b'\n')),
        Some(Look::StartCRLF) => matches!(left, None | Some(b'\n')) || (left == Some(b'\r') && right != Some(b'\n')),
        Some(Look::EndCRLF) => matches!(right, None | Some(b'\r')) || (right == Some(b'\n') && left != Some(b'\r')),
        Some(Look::WordAscii) => ascii(left) != ascii(right),
        Some(Look::WordAsciiNegate) => ascii(left) == ascii(right),
        Some(Look::WordStartAscii) => !ascii(left) && ascii(right),
        Some(Look::WordEndAscii) => ascii(left) && !ascii(right),
        Some(Look::WordStartHalfAscii) => !ascii(left),
        Some(Look::WordEndHalfAscii) => !ascii(right),
        Some(unicode) => {
            let (left, right) = words();
            match unicode {
                Look::WordUnicode => left != right,
                Look::WordUnicodeNegate => left == right,
                Look::WordStartUnicode => !left && right,
                Look::WordEndUnicode => left && !right,
                Look::WordStartHalfUnicode => !left,
                _ => !right,
            }
        }
        None => false,
    }
}
