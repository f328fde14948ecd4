//! What folding does with one character, and of what kind it is.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, compose};

use super::bits::Class;
use super::class::{is_letter, is_wordy};
use super::line::{is_hangul, is_wide};

/// What folding does with one character.
pub(super) enum Fold {
    Keep(char),
    Dots,
    Blank,
    Drop,
}

pub(super) fn fold_char(c: char) -> Fold {
    use Fold::*;
    match c {
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{AD}'
        | '\u{640}'
        | '\u{64B}'..='\u{652}'
        | '\u{93C}'
        | '\u{FE00}'..='\u{FE0F}' => Drop,
        '’' | '‘' | '‚' | '‛' | 'ʼ' | '′' | '`' | '´' => Keep('\''),
        '“' | '”' | '„' | '‟' | '″' => Keep('"'),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => Keep('-'),
        '…' => Dots,
        '\u{FF01}'..='\u{FF5E}' => {
            let ascii = char::from_u32(c as u32 - 0xFEE0).unwrap_or(c);
            Keep(ascii.to_ascii_lowercase())
        }
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6F0}'..='\u{6F9}' => digit(c, 0x6F0),
        '\u{966}'..='\u{96F}' => digit(c, 0x966),
        '\u{E50}'..='\u{E59}' => digit(c, 0xE50),
        'ş' | 'Ş' => Keep('ș'),
        'ţ' | 'Ţ' => Keep('ț'),
        'ς' => Keep('σ'),
        // Greek capitals go without accents: "ΔΙΑΒΆΣΤΕ" is written "ΔΙΑΒΑΣΤΕ".
        'ά' | 'Ά' => Keep('α'),
        'έ' | 'Έ' => Keep('ε'),
        'ή' | 'Ή' => Keep('η'),
        'ί' | 'Ί' | 'ϊ' | 'Ϊ' | 'ΐ' => Keep('ι'),
        'ό' | 'Ό' => Keep('ο'),
        'ύ' | 'Ύ' | 'ϋ' | 'Ϋ' | 'ΰ' => Keep('υ'),
        'ώ' | 'Ώ' => Keep('ω'),
        // Devanagari letters with a dot, which is often left out.
        '\u{929}' => Keep('\u{928}'),
        '\u{931}' => Keep('\u{930}'),
        '\u{934}' => Keep('\u{933}'),
        '\u{958}'..='\u{95A}' => Keep(char::from_u32(c as u32 - 0x958 + 0x915).unwrap_or(c)),
        '\u{95B}' => Keep('\u{91C}'),
        '\u{95C}' | '\u{95D}' => Keep(char::from_u32(c as u32 - 0x95C + 0x921).unwrap_or(c)),
        '\u{95E}' => Keep('\u{92B}'),
        '\u{95F}' => Keep('\u{92F}'),
        'ё' | 'Ё' => Keep('е'),
        'İ' | 'ı' => Keep('i'),
        'ي' | 'ى' => Keep('ی'),
        'ك' => Keep('ک'),
        'ẞ' => Keep('ß'),
        c if c.is_whitespace() => Blank,
        c if c.is_ascii() => Keep(c.to_ascii_lowercase()),
        c => {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) => Keep(one),
                _ => Keep(c),
            }
        }
    }
}
/// What kind of character stands before: seams are told by the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Other,
    Lower,
    Upper,
    Digit,
    /// A letter of a script without capitals, and with blanks.
    Caseless,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Other, Kind::Lower, Kind::Upper, Kind::Digit, Kind::Caseless];

    /// True where a seam is between characters of these kinds; between capitals only where a small letter follows.
    #[inline(always)]
    pub fn parts(self, from: Kind) -> bool {
        SEAMS >> (from as u32 * 5 + self as u32) & 1 != 0
    }

    pub fn of(c: char) -> Kind {
        match c {
            'a'..='z' => Kind::Lower,
            'A'..='Z' => Kind::Upper,
            '0'..='9' => Kind::Digit,
            c if c.is_ascii() => Kind::Other,
            c if c.is_lowercase() => Kind::Lower,
            c if c.is_uppercase() => Kind::Upper,
            c if c.is_numeric() => Kind::Digit,
            c if is_letter(c) && !is_wide(c) => Kind::Caseless,
            _ => Kind::Other,
        }
    }
}

/// A bit for each pair of kinds between which a seam may be: the first times five, and the second.
const SEAMS: u32 = {
    const fn pair(first: Kind, second: Kind) -> u32 {
        1 << (first as u32 * 5 + second as u32)
    }
    pair(Kind::Lower, Kind::Upper)
        | pair(Kind::Digit, Kind::Upper)
        | pair(Kind::Lower, Kind::Digit)
        | pair(Kind::Upper, Kind::Digit)
        | pair(Kind::Digit, Kind::Lower)
        | pair(Kind::Upper, Kind::Upper)
        | pair(Kind::Caseless, Kind::Lower)
        | pair(Kind::Caseless, Kind::Upper)
        | pair(Kind::Caseless, Kind::Digit)
        | pair(Kind::Lower, Kind::Caseless)
        | pair(Kind::Upper, Kind::Caseless)
        | pair(Kind::Digit, Kind::Caseless)
};

/// A digit of another script as the ASCII one.
fn digit(c: char, zero: u32) -> Fold {
    Fold::Keep(char::from_digit(c as u32 - zero, 10).unwrap_or(c))
}

/// How a folded character counts where phrases begin.
pub(super) fn class(c: char) -> Class {
    match c {
        ' ' | '\n' => Class::Blank,
        c if is_hangul(c) => Class::Hangul,
        c if is_wordy(c) && !is_wide(c) => Class::Word,
        _ => Class::Alone,
    }
}

/// A character that folds to one of as many bytes, whatever stands around it: that one, and the kind and class of the two.
#[derive(Clone, Copy)]
pub(super) struct Letter(u32);

impl Letter {
    /// What takes more.
    const NONE: Letter = Letter(0);
    const KNOWN: u32 = 1 << 31;

    const fn new(folded: u32, kind: Kind, class: Class) -> Letter {
        Letter(Letter::KNOWN | (class as u32) << 24 | (kind as u32) << 16 | folded)
    }

    /// Of a character that is not ASCII and stands below U+10000, by its number.
    #[inline(always)]
    pub fn of(table: &[Letter; LETTERS], code: u32) -> Option<Letter> {
        let letter = match table.get((code as usize).wrapping_sub(0x80)) {
            Some(letter) => *letter,
            None => Letter::above(code),
        };
        (letter.0 != 0).then_some(letter)
    }

    /// Of a character behind the table.
    fn above(code: u32) -> Letter {
        let alone = Letter::new(code, Kind::Other, Class::Alone);
        match code {
            0x4E00..=0x9FFF => alone,
            0xAC00..=0xD7A3 => Letter::new(code, Kind::Caseless, Class::Hangul),
            // Kana and the signs between them, letters of Vietnamese.
            0x3041..=0x3096 | 0x309B..=0x30FF | 0x3001..=0x3004 | 0x3008..=0x3011 => alone,
            0x1EA0..=0x1EF9 if code % 2 == 1 => Letter::new(code, Kind::Lower, Class::Word),
            0x1EA0..=0x1EF9 => Letter::new(code + 1, Kind::Upper, Class::Word),
            _ => Letter::NONE,
        }
    }

    #[inline(always)]
    pub fn folded(self) -> u32 {
        self.0 & 0xFFFF
    }

    /// The number of its kind in [`Kind::ALL`].
    #[inline(always)]
    pub fn kind(self) -> usize {
        (self.0 >> 16 & 7) as usize
    }

    /// The number of its class.
    #[inline(always)]
    pub fn class(self) -> usize {
        (self.0 >> 24 & 3) as usize
    }
}

/// Characters with a table: those of two bytes, and of three bytes the scripts of India and Thai.
pub(super) const LETTERS: usize = 0x1000 - 0x80;

/// The first letters behind ASCII.
pub(super) fn letters() -> &'static [Letter; LETTERS] {
    &TABLE
}

static TABLE: LazyLock<[Letter; LETTERS]> = LazyLock::new(|| {
    std::array::from_fn(|n| match char::from_u32(n as u32 + 0x80).map(|c| (c, fold_char(c))) {
        Some((c, Fold::Keep(folded))) if folded.len_utf8() == c.len_utf8() && canonical_combining_class(folded) == 0 => {
            Letter::new(folded as u32, Kind::of(c), class(folded))
        }
        _ => Letter::NONE,
    })
});

/// The most frequent signs that become shorter.
pub(super) fn sign(c: char) -> Option<char> {
    match c {
        '\u{2010}'..='\u{2015}' => Some('-'),
        '\u{2018}'..='\u{201B}' => Some('\''),
        '\u{201C}'..='\u{201F}' => Some('"'),
        _ => None,
    }
}

/// What a mark, or a vowel of a Korean syllable, and the character before it are together.
pub(super) fn composed(before: Option<char>, c: char) -> Option<char> {
    if (c as u32) < 0x300 || (canonical_combining_class(c) == 0 && !('\u{1161}'..='\u{11C2}').contains(&c)) {
        return None;
    }
    let one = compose(before?, c)?;
    // "α" and its accent as two characters.
    Some(if let Fold::Keep(plain) = fold_char(one) { plain } else { one })
}

/// Folds a phrase of a pack: as a text, without the line break rules, trimmed.
pub(crate) fn fold_phrase(phrase: &str) -> String {
    let mut out = String::with_capacity(phrase.len());
    for c in phrase.chars() {
        match fold_char(c) {
            Fold::Keep(c) => {
                let one = composed(out.chars().next_back(), c);
                if one.is_some() {
                    out.pop();
                }
                out.push(one.unwrap_or(c));
            }
            Fold::Dots => out.push_str("..."),
            Fold::Blank if !out.ends_with(' ') => out.push(' '),
            Fold::Blank | Fold::Drop => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ways_fold_as_the_long_one() {
        let wrong = |&c: &char| {
            let (folded, kind, class_of) = match (Letter::of(letters(), c as u32), sign(c)) {
                (Some(letter), _) => (char::from_u32(letter.folded()).unwrap(), letter.kind(), letter.class()),
                (_, Some(sign)) => (sign, Kind::Other as usize, Class::Alone as usize),
                _ => return false,
            };
            let alone = canonical_combining_class(folded) == 0 && !('\u{1161}'..='\u{11C2}').contains(&folded);
            !alone
                || kind != Kind::of(c) as usize
                || class_of != class(folded) as usize
                || (sign(c).is_none() && folded.len_utf8() != c.len_utf8())
                || !matches!(fold_char(c), Fold::Keep(long) if long == folded)
        };
        assert_eq!(('\u{80}'..='\u{FFFF}').filter(wrong).collect::<String>(), "");
    }
}
