//! Lines and what their shape tells without knowing a word: prose, title, heading, bullet.

use super::block::{BLOCK, block_at};
use super::class::is_wordy;
use super::words::{WORD, breadth, count};

/// From this many words on, a line is prose whatever it ends with.
const PROSE_WORDS: u32 = 30;

/// Bytes that a line of prose has at least: seven words, and what stands between them. Scripts without blanks need more.
pub(super) const LEAST_PROSE: usize = 13;

/// Words of a line of prose, at least.
const LEAST_WORDS: u32 = 7;

/// A line in the original and in the folded text. As small as can be: a text of nothing but line ends has a million of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    // Texts are shorter than 4 GiB (`cleaner`).
    start: u32,
    end: u32,
    fold_start: u32,
    fold_end: u32,
}

impl Line {
    #[inline]
    pub fn new(start: usize, end: usize, fold_start: usize, fold_end: usize) -> Line {
        Line { start: start as u32, end: end as u32, fold_start: fold_start as u32, fold_end: fold_end as u32 }
    }

    /// First byte in the original.
    #[inline]
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// Behind the last byte, without the line end.
    #[inline]
    pub fn end(&self) -> usize {
        self.end as usize
    }

    /// First byte in the folded text.
    #[inline]
    pub fn fold_start(&self) -> usize {
        self.fold_start as usize
    }

    /// Behind the last byte in the folded text.
    #[inline]
    pub fn fold_end(&self) -> usize {
        self.fold_end as usize
    }
}

/// What a line looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Words, in scripts without blanks one for every two characters or a few more.
    pub words: u32,
    pub blank: bool,
    /// Reads like running text: long, or a sentence of some length.
    pub prose: bool,
    /// Ends the way a sentence does.
    pub ends_sentence: bool,
    /// A sentence ends in it and another begins.
    pub flows: bool,
    /// One question or exclamation, as headlines often are.
    pub call: bool,
    /// Ends with a colon: what follows belongs to it.
    pub opens: bool,
    /// Opens with a list mark.
    pub bullet: bool,
    /// Markdown heading level, 0 for none.
    pub heading: u8,
    /// Part of a table, a quotation or code: never taken for a title.
    pub framed: bool,
    /// Between two code fences: nothing there is residue.
    pub fenced: bool,
}

/// A shape as small as can be; the default is that of a line that was not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed(u32);

impl Packed {
    /// Set where there is a shape, behind the bits of what is true of it and three for its heading.
    const KNOWN: u32 = 1 << 12;
    const HEADING: u32 = 9;
    /// Words are counted up to some two hundred thousand.
    const WORDS: u32 = 13;

    #[inline]
    pub fn new(shape: &Shape) -> Packed {
        let &Shape { words, blank, prose, ends_sentence, flows, call, opens, bullet, heading, framed, fenced } = shape;
        let bits = [blank, prose, ends_sentence, flows, call, opens, bullet, framed, fenced];
        let bits = (0..).zip(bits).fold(Packed::KNOWN | u32::from(heading) << Packed::HEADING, |all, (n, bit)| all | u32::from(bit) << n);
        Packed(bits | words.min(u32::MAX >> Packed::WORDS) << Packed::WORDS)
    }

    #[inline]
    pub fn shape(self) -> Option<Shape> {
        let bit = |n: u32| self.0 >> n & 1 == 1;
        (self.0 & Packed::KNOWN != 0).then(|| Shape {
            words: self.0 >> Packed::WORDS,
            blank: bit(0),
            prose: bit(1),
            ends_sentence: bit(2),
            flows: bit(3),
            call: bit(4),
            opens: bit(5),
            bullet: bit(6),
            framed: bit(7),
            fenced: bit(8),
            heading: (self.0 >> Packed::HEADING & 7) as u8,
        })
    }
}

impl Shape {
    /// Of one line, without its line end.
    pub fn of(line: &str) -> Shape {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return Shape { blank: true, ..Shape::default() };
        }
        let mut shape = Shape::default();
        let hashes = trimmed.bytes().take_while(|&b| b == b'#').count();
        if (1..=6).contains(&hashes) && trimmed[hashes..].starts_with(' ') {
            shape.heading = hashes as u8;
        }
        shape.bullet = is_bullet(trimmed);
        shape.framed = trimmed.starts_with(['|', '>'])
            || trimmed.starts_with("```")
            || line.starts_with("    ")
            || trimmed.bytes().filter(|&b| b == b'|').count() > 3;
        let (words, inner_ends, wide) = count(trimmed);
        shape.words = words;
        shape.words += wide / WORD;
        shape.ends_sentence = ends_sentence(trimmed);
        shape.flows = inner_ends > 0;
        let closing = trimmed.trim_end_matches(['"', '”', '’', '\'', ')', '»', '*', '_']);
        shape.opens = closing.ends_with([':', '：']);
        shape.call = closing.ends_with(['?', '!', '？', '！']) && inner_ends <= u32::from(wide > 0) && shape.words < 20;
        shape.prose = shape.words >= PROSE_WORDS
            || (shape.words >= 8 && shape.ends_sentence)
            || (shape.words >= 12 && inner_ends > 0)
            || (shape.words >= 7 && closing.ends_with(':'));
        shape
    }

    /// True where a piece of text reads as prose does; long pieces need not be read to their end.
    pub fn reads_as_prose(text: &str) -> bool {
        if text.len() < LEAST_PROSE {
            return false;
        }
        // Words that begin with a letter of ASCII, behind a sign of ASCII that is none of a word: so many there are at least.
        let bytes = text.as_bytes();
        let (mut at, mut begun, mut inside) = (0, 0, 0);
        while let Some(block) = block_at(bytes, at) {
            let word = block.wordy();
            let on = word | block.is(b'\'') | block.high();
            begun += (word & !(on << 1 | inside)).count_ones();
            if block.high().count_ones() as usize > BLOCK / 2 {
                break;
            }
            if begun >= PROSE_WORDS {
                return true;
            }
            inside = on >> (BLOCK - 1);
            at += BLOCK;
        }
        let (mut starts, mut wide, mut in_word) = (0, 0, false);
        for c in text.chars() {
            if is_wide(c) {
                wide += breadth(c);
                in_word = in_word && is_mark(c);
            } else {
                let wordy = is_wordy(c);
                starts += u32::from(wordy && !in_word);
                in_word = wordy || in_word && (matches!(c, '\'' | '’') || is_mark(c));
            }
            if starts * WORD + wide >= PROSE_WORDS * WORD {
                return true;
            }
        }
        (starts >= LEAST_WORDS || wide > 0) && Shape::of(text).prose
    }

    /// A line that may be the title of another piece: short, no sentence, no table or code.
    pub fn title(&self, max_words: u32) -> bool {
        !self.blank && (!self.prose || self.call) && !self.framed && !self.opens && self.words > 0 && self.words <= max_words
    }
}

/// True where a line of so many bytes, that begins there, has too few words for prose, as far as one look tells.
pub(super) fn has_few_words(bytes: &[u8], start: usize, length: usize) -> bool {
    length <= BLOCK
        && block_at(bytes, start).is_some_and(|block| {
            let line = u64::MAX >> (BLOCK - length.max(1));
            let words = block.wordy() & line;
            // A word of other letters has two bytes at least.
            (words & !(words << 1)).count_ones() + (block.high() & line).count_ones() / 2 < LEAST_WORDS
        })
}

/// True where the text ends as a sentence does, closing quotes and brackets aside.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | '’' | '\'' | ')' | '»' | '*' | '_' | ']'));
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔', '։'])
}

/// Scripts written without blanks between words.
#[inline]
pub(crate) fn is_wide(c: char) -> bool {
    c >= '\u{0E00}'
        && matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
}

/// Korean syllables: words have blanks between them, and grow together with what stands before them (`Twitter에서`).
#[inline]
pub(crate) fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Marks that belong to the letter before them: vowel signs, tones, points. They are no letters of their own for Unicode.
#[inline]
pub(crate) fn is_mark(c: char) -> bool {
    c >= '\u{300}'
        && matches!(c,
        '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{93A}'..='\u{93C}' | '\u{93E}'..='\u{94F}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
}

fn is_pictogram(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}')
}

/// True for a line, without blanks before it, that opens with a list mark.
pub(crate) fn is_bullet(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('•' | '·' | '▪' | '‣' | '◦' | '●' | '■' | '►' | '▶' | '»' | '›' | '→') => true,
        // A pictogram and a blank; skin tones and joiners stand between them.
        Some(c) if is_pictogram(c) => {
            chars.find(|&c| !is_pictogram(c) && !matches!(c, '\u{200D}' | '\u{FE0F}' | '♀' | '♂')).is_some_and(char::is_whitespace)
        }
        Some('-' | '*' | '+' | '–') => chars.next().is_some_and(char::is_whitespace),
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 3 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_prose_from_titles() {
        assert!(Shape::of("The council met on Monday and voted for the bridge.").prose);
        assert!(Shape::of("Feed it. Keep it warm. Wait for a day and then bake it well").prose);
        assert!(!Shape::of("Five things to know about the budget").prose);
        assert!(!Shape::of("Leave a Reply").prose);
        assert!(!Shape::of("Published 4 Nov. 2019 by J. R. Ewing").prose);
        assert!(Shape::of("市议会星期一开会，投票通过了新桥的建设方案。").prose);
        for text in ["", "a", "Rain’s end came.", &"磨坊 ".repeat(40), &"it's a word ".repeat(9), &"no, ".repeat(29), &"no, ".repeat(30)]
        {
            assert_eq!(Shape::reads_as_prose(text), Shape::of(text).prose, "{text}");
        }
        assert!(Shape::of("- Ten soups for a cold week").bullet);
        assert!(Shape::of("1. Home").bullet);
        assert!(Shape::of("👁 Ten soups for a cold week").bullet);
        assert!(Shape::of("🏃🏽‍♀️ Ten soups for a cold week").bullet);
        assert!(!Shape::of("👁👁").bullet);
        assert!(!Shape::of("2019. A year").bullet);
        assert!(!Shape::of("สะพานเก่าถูกปิดเมื่อวันจันทร์ หลังจากวิศวกรพบรอยร้าวสามแห่ง").prose);
        assert!(Shape::of("สะพานเก่าปิดเมื่อวันจันทร์ หลังจากที่วิศวกรพบรอยร้าวสามรอยในเสาด้านเหนือของสะพานนั้น").prose);
        assert_eq!(Shape::of("मार्च में पुल बंद हुआ").words, 5);
        assert_eq!(Shape::of("## Related").heading, 2);
        assert!(Shape::of("| a | b |").framed);
        assert!(Shape::of("  ").blank);
    }

    #[test]
    fn tells_few_words_at_a_look() {
        let lines =
            ["", "a", "a b c d e f:", "a b c d e f g:", "Größe é é é é é é:", "日本語日本語日本語日本語日本語:", "it's a'b c d e f g h."];
        for line in lines {
            let text = format!("{line}{}", " x".repeat(64));
            let few = has_few_words(text.as_bytes(), 0, line.len());
            assert!(!few || !Shape::of(line).prose, "{line}");
            assert_eq!(few, matches!(line.len(), 0..13), "{line}");
        }
        for words in 0..70 {
            for text in ["磨坊", "a磨", "ห้อง", "ห้อง ", "хлеб ", "aั", "é’s ", "磨。"].map(|word| word.repeat(words))
            {
                assert_eq!(Shape::reads_as_prose(&text), Shape::of(&text).prose, "{text:?}");
            }
            for sign in [" ", "' ", "é ", " é", "— ", " ' "] {
                let text = format!("it{sign}").repeat(words);
                assert_eq!(Shape::reads_as_prose(&text), Shape::of(&text).prose, "{text:?}");
            }
        }
    }
}
