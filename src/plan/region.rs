//! The two places where the text of a full page begins and ends.
//!
//! Lines are joined to blocks, each block gets a worth, and the stretches of the greatest worth are the regions of the
//! text (BTE's segment of the greatest sum, for any number of segments). From the outermost regions the search goes on
//! outwards, over headings, lists and stray paragraphs, to the nearest residue that words have confirmed. No word is
//! known here; the walk is linear.

use crate::pack::FillTable;
use crate::text::{Document, Shape, is_wide};

/// Worths are counted in tenths.
const TENTH: f32 = 10.0;

// What a block is worth: ten times the natural logarithm of how much more often such a block is content than anything
// else of the page, counted over the labelled full pages that docs/quality.md names and rounded. Prose is looked up by
// its words, in tens; one line of a menu weighs as much against as a sentence of twenty words weighs for.
const PROSE: [i32; 6] = [12, 16, 28, 34, 40, 50];
/// Many words without the end of a sentence: tags, places, the items of a menu in one line.
const NO_SENTENCE: i32 = -10;
/// Opens something: a label, or the sentence above a list.
const OPENS: i32 = 7;
/// Short lines by their words: one, two or three, more.
const ONE_WORD: i32 = -23;
const FEW_WORDS: i32 = -18;
const SOME_WORDS: i32 = -3;
/// A short line that is a sentence: dialogue, a call, verse.
const SHORT_SENTENCE: i32 = 15;
/// An item of a list: of menus more often than of texts.
const BULLET: i32 = -15;
/// A row of numbers beside one like it: a table.
const ROW: i32 = 10;
/// Residue that words have confirmed.
const RESIDUE: i32 = -40;

/// Worth of a paragraph that draws the boundary outwards.
const DRAWS: i32 = 10;
/// The same beyond residue: a standfirst above the byline is a sentence of some length.
const DRAWS_BEYOND: i32 = 28;
/// Blocks between the boundary and such a paragraph, above and below. Above stand only standfirst, byline and pictures;
/// below come the comments.
const REACH_ABOVE: usize = 12;
const REACH_BELOW: usize = 6;

/// Columns of a line that was wrapped.
const WRAPPED: std::ops::RangeInclusive<usize> = 55..=100;

/// The lines that stay.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub first: usize,
    pub last: usize,
    /// For people: what the regions are worth, and what the boundaries rest on.
    pub evidence: String,
}

struct Block {
    first: usize,
    last: usize,
    words: u32,
    worth: i32,
    prose: bool,
    residue: bool,
    row: bool,
}

/// First and last line of the text, `None` where the page has no region that could be told from the rest.
pub(super) fn find(doc: &Document<'_>, taken: &[bool], params: &FillTable) -> Option<Region> {
    let blocks = blocks(doc, taken);
    let regions = regions(&blocks, tenths(params.again));
    let best = regions.iter().map(|r| r.2).max()?;
    if best < tenths(params.least) {
        return None;
    }
    let (first, last) = (regions.first()?.0, regions.last()?.1);
    let above = Search { blocks: &blocks, up: true }.boundary(first, REACH_ABOVE, params.above, params.near);
    let below = Search { blocks: &blocks, up: false }.boundary(last, REACH_BELOW, params.below, params.near);
    let (first_line, last_line) = (blocks[above].first, blocks[below].last);
    let evidence = format!(
        "region: lines {} to {}, {} of prose worth {}",
        first_line + 1,
        last_line + 1,
        match regions.len() {
            1 => "one stretch".to_owned(),
            n => format!("{n} stretches"),
        },
        regions.iter().map(|r| r.2).sum::<i32>() / 10,
    );
    Some(Region { first: first_line, last: last_line, evidence })
}

fn tenths(worth: f32) -> i32 {
    (worth * TENTH) as i32
}

/// Lines with words, those joined that are one sentence.
fn blocks(doc: &Document<'_>, taken: &[bool]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for n in 0..doc.lines.len() {
        let shape = doc.shape(n);
        if shape.blank {
            continue;
        }
        match blocks.last_mut() {
            Some(block) if block.last + 1 == n && !taken[n] && !taken[n - 1] && continues(doc, n) => block.last = n,
            _ if shape.words == 0 => {}
            _ => blocks.push(Block { first: n, last: n, words: 0, worth: 0, prose: false, residue: taken[n], row: false }),
        }
    }
    for block in &mut blocks {
        let shape = if block.first == block.last {
            doc.shape(block.first)
        } else {
            Shape::of(&doc.raw[doc.lines[block.first].start()..doc.lines[block.last].end()])
        };
        block.words = shape.words;
        block.prose = shape.prose;
        block.row = !block.residue && is_row(&shape, doc.line(block.first));
        block.worth = if block.residue { RESIDUE } else { worth(&shape, doc.shape(block.first).fenced) };
    }
    for n in 0..blocks.len() {
        let like = |other: Option<&Block>| other.is_some_and(|o| o.row && o.words.abs_diff(blocks[n].words) <= 1);
        if blocks[n].row && (like(n.checked_sub(1).map(|b| &blocks[b])) || like(blocks.get(n + 1))) {
            blocks[n].worth = ROW;
        }
    }
    blocks
}

/// True where line `n` goes on with the sentence of the line before: the text was wrapped, or broken at its links.
fn continues(doc: &Document<'_>, n: usize) -> bool {
    let (before, after) = (doc.shape(n - 1), doc.shape(n));
    let (above, line) = (doc.line(n - 1).trim(), doc.line(n).trim());
    let table = |text: &str| text.starts_with(['|', '>']) || text.contains("   ");
    if before.ends_sentence || before.opens || before.heading > 0 || after.heading > 0 || after.bullet || after.fenced {
        return false;
    }
    if table(above) || table(line) {
        return false;
    }
    line.starts_with(|c: char| c.is_lowercase() || ",.;:)!?”’".contains(c))
        || above.len() <= 4 * WRAPPED.end() && WRAPPED.contains(&above.chars().map(|c| 1 + usize::from(is_wide(c))).sum())
}

fn worth(shape: &Shape, fenced: bool) -> i32 {
    if fenced {
        return 0;
    }
    if shape.prose {
        return match shape {
            s if s.opens && !s.flows => OPENS,
            s if s.ends_sentence || s.flows => PROSE[(s.words / 10).min(5) as usize],
            _ => NO_SENTENCE,
        };
    }
    let words = match shape.words {
        0 => 0,
        1 => ONE_WORD,
        2..=3 => FEW_WORDS,
        _ => SOME_WORDS,
    };
    let sentence = match shape {
        s if s.ends_sentence && s.words >= 2 && !s.bullet => SHORT_SENTENCE,
        s if s.opens => OPENS,
        _ => 0,
    };
    words + sentence + if shape.bullet { BULLET } else { 0 }
}

/// Two numbers and more among a few words.
fn is_row(shape: &Shape, line: &str) -> bool {
    if shape.prose || shape.words < 4 || shape.ends_sentence || shape.opens || shape.bullet {
        return false;
    }
    let mut before = ' ';
    let numbers = line.chars().filter(|&c| {
        let starts = c.is_numeric() && !before.is_numeric();
        before = c;
        starts
    });
    numbers.take(2).count() == 2
}

/// The stretches of blocks whose worths sum up to the most, when each but the first costs `again`: first block, last
/// block, worth.
fn regions(blocks: &[Block], again: i32) -> Vec<(usize, usize, i32)> {
    // Before the text, in it, between two stretches or behind the last: the best sum that ends so.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum At {
        Before,
        In,
        Behind,
    }
    const NEVER: i32 = i32::MIN / 2;
    let (mut inside, mut behind) = (NEVER, NEVER);
    let mut from = Vec::with_capacity(blocks.len());
    for block in blocks {
        let mut came = (0, At::Before);
        for way in [(inside, At::In), (behind - again, At::Behind)] {
            if way.0 > came.0 {
                came = way;
            }
        }
        let left = if behind >= inside { (behind, At::Behind) } else { (inside, At::In) };
        from.push((came.1, left.1));
        inside = came.0.saturating_add(block.worth);
        behind = left.0;
    }
    let mut at = match (inside, behind) {
        (i, b) if i.max(b) <= 0 => At::Before,
        (i, b) if i >= b => At::In,
        _ => At::Behind,
    };
    let mut out = Vec::new();
    let mut end = None;
    for n in (0..blocks.len()).rev() {
        match at {
            At::Before => break,
            At::Behind => at = from[n].1,
            At::In => {
                let last = *end.get_or_insert(n);
                if from[n].0 != At::In {
                    out.push((n, last, blocks[n..=last].iter().map(|b| b.worth).sum()));
                    end = None;
                }
                at = from[n].0;
            }
        }
    }
    out.reverse();
    out
}

/// From the edge of a region outwards.
struct Search<'b> {
    blocks: &'b [Block],
    up: bool,
}

impl Search<'_> {
    fn next(&self, at: usize) -> Option<usize> {
        if self.up { at.checked_sub(1) } else { Some(at + 1).filter(|&n| n < self.blocks.len()) }
    }

    /// The block at which the text begins or ends: `reach` blocks and less from the nearest residue or the edge of the page, that
    /// is the boundary; otherwise a few lines stay.
    fn boundary(&self, edge: usize, paragraphs: usize, reach: usize, near: usize) -> usize {
        let edge = self.drawn(edge, paragraphs);
        let (mut at, mut short) = (edge, edge);
        for step in 0..=reach {
            match self.next(at) {
                None => return at,
                Some(n) if self.blocks[n].residue => return at,
                Some(n) if step < reach => at = n,
                Some(_) => {}
            }
            if step < near {
                short = at;
            }
        }
        short
    }

    /// The outermost paragraph that stands near enough; above, also beyond a byline or a row of buttons.
    fn drawn(&self, edge: usize, paragraphs: usize) -> usize {
        let (mut edge, mut at) = (edge, edge);
        let (mut between, mut beyond) = (0, false);
        while let Some(n) = self.next(at).filter(|_| between <= paragraphs) {
            let block = &self.blocks[n];
            if block.residue && !self.up {
                break;
            }
            beyond |= block.residue;
            at = n;
            if block.prose && block.worth >= if beyond { DRAWS_BEYOND } else { DRAWS } {
                (edge, between, beyond) = (n, 0, false);
            } else {
                between += 1;
            }
        }
        edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Fill;

    const PARAGRAPH: &str = "The town closed the old bridge on Monday after an engineer found cracks in its northern pier, and will decide about it in March.\n";

    fn params() -> FillTable {
        FillTable { kind: Fill::Outside, max_lines: 3, max_words: 25, least: 5.0, again: 12.0, above: 12, below: 20, near: 3, alone: 40 }
    }

    /// Lines that stay, from one, where those of `residue` have been recognised.
    fn kept(text: &str, residue: &[usize]) -> Option<(usize, usize)> {
        let doc = Document::new(text);
        let taken: Vec<bool> = (1..=doc.lines.len()).map(|n| residue.contains(&n)).collect();
        find(&doc, &taken, &params()).map(|r| (r.first + 1, r.last + 1))
    }

    fn menu(lines: usize) -> String {
        (0..lines).map(|n| format!("{}\n", ["Culture", "Motoring", "Wine club", "Letters"][n % 4])).collect()
    }

    #[test]
    fn a_text_stands_between_two_menus() {
        let text = menu(40) + "The bridge is closed\n" + &PARAGRAPH.repeat(3) + &menu(40);
        assert_eq!(kept(&text, &[]), Some((39, 47)), "three lines more where nothing is known");
        assert_eq!(kept(&text, &[40, 47]), Some((41, 46)), "residue that is near is the boundary");
    }

    #[test]
    fn a_table_or_a_short_list_does_not_end_a_text() {
        let rows: String = (1..30).map(|n| format!("{n} Old Mill {n} 5 {}\n", 40 - n)).collect();
        let text = menu(40) + &PARAGRAPH.repeat(2) + &rows + PARAGRAPH + &menu(40);
        assert_eq!(kept(&text, &[40, 73]), Some((41, 72)));
        let text = menu(40) + &PARAGRAPH.repeat(2) + "Flour\nWater\nSalt\n" + &PARAGRAPH.repeat(2) + &menu(40);
        assert_eq!(kept(&text, &[40, 48]), Some((41, 47)));
    }

    #[test]
    fn two_stretches_of_prose_are_one_text() {
        let text = menu(40) + &PARAGRAPH.repeat(6) + &menu(30) + &PARAGRAPH.repeat(6) + &menu(40);
        assert_eq!(kept(&text, &[40, 83]), Some((41, 82)));
    }

    #[test]
    fn a_standfirst_above_the_byline_stays() {
        let text = menu(40) + PARAGRAPH + "By A. Miller\nShare\n" + &PARAGRAPH.repeat(3);
        assert_eq!(kept(&text, &[40, 42, 43]), Some((41, 46)));
    }

    #[test]
    fn wrapped_paragraphs_are_prose() {
        let wrapped = "The town closed the old bridge on Monday after an engineer found\ncracks in its northern pier, and will decide about it in March when\nthe council meets again.\n\n";
        let text = menu(40) + &wrapped.repeat(3) + &menu(40);
        assert_eq!(kept(&text, &[40, 53]), Some((41, 51)));
    }

    #[test]
    fn a_page_without_prose_has_no_region() {
        assert_eq!(kept(&menu(80), &[]), None);
        assert_eq!(kept("", &[]), None);
        assert_eq!(kept("\n\n—\n", &[]), None);
    }
}
