//! What folding does with one character, and of what kind it is.

use std::sync::LazyLock;

use unicode_normalization::char::canonical_combining_class;

use super::class::is_letter;
use super::line::is_wide;

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
/// A digit of another script as the ASCII one.
fn digit(c: char, zero: u32) -> Fold {
    Fold::Keep(char::from_digit(c as u32 - zero, 10).unwrap_or(c))
}

/// Letters and signs that fold to themselves or to one other, whatever stands around them, with their kind.
pub(super) fn simple(c: char) -> Option<(char, Kind)> {
    match c {
        '\u{4E00}'..='\u{9FFF}' => Some((c, Kind::Other)),
        '\u{AC00}'..='\u{D7A3}' => Some((c, Kind::Caseless)),
        // Of three bytes: kana and the signs between them, Thai, Devanagari, letters of Vietnamese.
        '\u{3041}'..='\u{3096}' | '\u{309B}'..='\u{30FF}' | '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3011}' => Some((c, Kind::Other)),
        '\u{E01}'..='\u{E37}' | '\u{E3F}'..='\u{E47}' => Some((c, Kind::Other)),
        '\u{904}'..='\u{928}' | '\u{92A}'..='\u{930}' | '\u{932}'..='\u{933}' | '\u{935}'..='\u{939}' | '\u{93E}'..='\u{94C}' => {
            Some((c, Kind::Caseless))
        }
        '\u{1EA0}'..='\u{1EF9}' if c as u32 % 2 == 1 => Some((c, Kind::Lower)),
        '\u{1EA0}'..='\u{1EF9}' => Some((char::from_u32(c as u32 + 1).unwrap_or(c), Kind::Upper)),
        // The most frequent signs.
        '\u{2010}'..='\u{2015}' => Some(('-', Kind::Other)),
        '\u{2018}'..='\u{201B}' => Some(('\'', Kind::Other)),
        '\u{201C}'..='\u{201F}' => Some(('"', Kind::Other)),
        '\u{80}'..='\u{7FF}' => told(&SIMPLE, c as usize),
        _ => None,
    }
}

/// The same of a character of two bytes, by these; `table` is [`two_bytes`].
#[inline(always)]
pub(super) fn simple_of_two(table: &[u16; 0x780], first: u8, second: u8) -> Option<(char, Kind)> {
    told(table, usize::from(first & 0x1F) << 6 | usize::from(second & 0x3F))
}

/// What the table tells of the character with this number.
#[inline(always)]
fn told(table: &[u16; 0x780], number: usize) -> Option<(char, Kind)> {
    let entry = *table.get(number.wrapping_sub(0x80))?;
    let folded = char::from_u32(u32::from(entry & 0x7FF)).filter(|&c| c != '\0')?;
    Some((folded, Kind::ALL[usize::from(entry >> 11) % 5]))
}

/// What characters of two bytes fold to.
pub(super) fn two_bytes() -> &'static [u16; 0x780] {
    &SIMPLE
}

/// For each character of two bytes: what it folds to, and its kind above; 0 where it takes more.
static SIMPLE: LazyLock<[u16; 0x780]> = LazyLock::new(|| {
    std::array::from_fn(|n| match char::from_u32(n as u32 + 0x80).map(|c| (c, fold_char(c))) {
        Some((c, Fold::Keep(folded))) if folded as u32 <= 0x7FF && canonical_combining_class(folded) == 0 => {
            folded as u16 | (Kind::of(c) as u16) << 11
        }
        _ => 0,
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ways_fold_as_the_long_one() {
        let wrong = |&c: &char| {
            simple(c).is_some_and(|(folded, kind)| {
                let alone = canonical_combining_class(folded) == 0;
                !alone || kind != Kind::of(c) || !matches!(fold_char(c), Fold::Keep(long) if long == folded)
            })
        };
        assert_eq!(('\u{80}'..='\u{FFFF}').filter(wrong).collect::<String>(), "");
    }
}
