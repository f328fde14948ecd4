//! Matches of many rules, put in order for each rule when one asks: most are near words of rules that nothing else speaks for.

use std::cell::OnceCell;

use super::scan::Match;

/// Matches in the order in which they were found, and by rule.
#[derive(Debug, Default)]
pub(super) struct Lists {
    all: Vec<Match>,
    sorted: OnceCell<Sorted>,
}

/// By rule, and for each rule by place.
#[derive(Debug)]
struct Sorted {
    matches: Vec<Match>,
    /// From the second on, for each rule up to the last one that has matches, where its matches begin, and the end of the last one's.
    starts: Vec<u32>,
}

/// Puts matches where their anchors belong among others, so that little is left to sort; both come in the order of their anchors, nearly.
pub(super) fn merge(all: &mut Vec<Match>, more: impl Iterator<Item = Match>) {
    let fresh = std::mem::take(all);
    all.reserve(fresh.len() + more.size_hint().1.unwrap_or(0));
    let mut fresh = fresh.into_iter().peekable();
    for one in more {
        while let Some(before) = fresh.next_if(|before| before.anchor() < one.anchor()) {
            all.push(before);
        }
        all.push(one);
    }
    all.extend(fresh);
}

impl Lists {
    /// With room for some matches.
    pub fn with_capacity(matches: usize) -> Lists {
        Lists { all: Vec::with_capacity(matches), sorted: OnceCell::new() }
    }

    /// Adds one, as long as none was asked for.
    #[inline]
    pub fn push(&mut self, found: Match) {
        debug_assert!(self.sorted.get().is_none());
        self.all.push(found);
    }

    /// Adds some that come in the same order, as long as none was asked for.
    pub fn merge(&mut self, found: impl Iterator<Item = Match>) {
        debug_assert!(self.sorted.get().is_none());
        merge(&mut self.all, found);
    }

    /// Forgets the order by rule: it is made anew where more is added.
    pub fn forget_order(&mut self) {
        self.sorted.take();
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// In the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Match> {
        self.all.iter()
    }

    /// Of one rule, sorted by place.
    pub fn of(&self, rule: u32) -> &[Match] {
        let Sorted { matches, starts } = self.sorted();
        match starts.get(rule as usize + 1..) {
            Some(&[start, end, ..]) => &matches[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Of each rule that has any, sorted by place.
    pub fn by_rule(&self) -> impl Iterator<Item = (u32, &[Match])> {
        self.sorted().matches.chunk_by(|a, b| a.rule == b.rule).map(|list| (list[0].rule, list))
    }

    fn sorted(&self) -> &Sorted {
        self.sorted.get_or_init(|| {
            let rules = self.all.iter().map(|m| m.rule as usize + 1).max().unwrap_or(0);
            // How many there are of each rule, then where its matches end; each that goes to its place, the last one first, moves that to the front.
            let mut starts = vec![0u32; rules + 2];
            self.all.iter().for_each(|m| starts[m.rule as usize + 1] += 1);
            (0..=rules).for_each(|rule| starts[rule + 1] += starts[rule]);
            let mut matches = self.all.clone();
            for m in self.all.iter().rev() {
                let at = &mut starts[m.rule as usize + 1];
                *at -= 1;
                matches[*at as usize] = *m;
            }
            // Anchors come in the order of their ends, phrases without an anchor last.
            let place = |m: &Match| (m.span.start(), m.span.end());
            for list in matches.chunk_by_mut(|a, b| a.rule == b.rule).filter(|list| !list.is_sorted_by_key(place)) {
                list.sort_by_key(place);
            }
            Sorted { matches, starts }
        })
    }
}
