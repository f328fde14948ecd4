//! The phrases of an anchor that stands in the text, and which of them are found around it.
//!
//! An ordinary word has dozens of phrases, of as many languages, and nearly none is there. So what decides about many of them is
//! asked first and once: what the characters around the word exclude, whether the next word of a phrase stands behind it, and
//! whether the text speaks a language at all.

use super::ahead;
use super::around::Surroundings;
use super::language::Languages;
use super::literal::Hit;
use super::phrase;
use super::scan::Found;
use crate::pack::{Anchored, At, Begun, Group, Role, RuleSet, Using};
use crate::text::Document;

/// Tries the phrases of the hits of one document.
pub(super) struct Trials<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    languages: &'d Languages<'d>,
    anchored: Anchored<'d>,
    around: Surroundings<'d>,
    looked: phrase::Looked,
    /// False where what will be refused for its language is wanted all the same.
    guarded: bool,
    /// The languages that the text may be in (bits), once that is asked.
    spoken: Option<u64>,
}

/// Where a phrase was found, once that is known.
type Answer = Option<Option<(usize, usize)>>;

impl<'d> Trials<'d> {
    pub fn new(set: &'d RuleSet, doc: &'d Document<'d>, languages: &'d Languages<'d>) -> Trials<'d> {
        let guarded = set.guarded && !doc.explained;
        Trials {
            set,
            doc,
            languages,
            anchored: Anchored::new(&set.tables),
            around: Surroundings::new(set, doc, guarded),
            looked: phrase::Looked::default(),
            guarded,
            spoken: None,
        }
    }

    /// Adds the phrases that are found around this hit.
    pub fn add(&mut self, hit: Hit, found: &mut Found) {
        self.around.look(hit);
        if self.around.exclude(self.anchored.guard(hit.anchor)) {
            return;
        }
        // The words behind the anchor, once a phrase wants one of them; and where phrases stand that are the anchor.
        let (mut ahead, mut alone) = (None, [None; 2]);
        for group in self.anchored.groups(hit.anchor) {
            if self.around.exclude(group.guard) {
                continue;
            }
            if group.gate.wants() && !group.gate.lets(*ahead.get_or_insert_with(|| self.begun(&hit))) {
                #[cfg(test)]
                self.assert_none(&hit, &group);
                continue;
            }
            self.group(&hit, group, &mut alone, found);
        }
    }

    #[inline(never)]
    fn begun(&self, hit: &Hit) -> Begun {
        ahead::begun(self.doc, hit)
    }

    /// Tries phrases whose guard and gate exclude nothing.
    #[inline]
    fn group(&mut self, hit: &Hit, group: Group, alone: &mut [Option<Option<super::scan::Stood>>; 2], found: &mut Found) {
        let set = self.set;
        // Where phrases with the same pieces are found.
        let mut answer: Answer = None;
        for number in group.phrases {
            let brief = self.anchored.brief(number);
            answer = answer.filter(|_| brief.again());
            // Most languages of a word that many have are not those of the text.
            if answer == Some(None) || (brief.weak() && self.guarded && self.silent(brief.language())) {
                continue;
            }
            let Some((rule, language)) = set.numbers(brief.rule(), brief.language()) else { continue };
            let one = Using { number, role: brief.role(), rule, language, words: brief.words() };
            let line = if set.guarded { brief.line() } else { set.rules[rule as usize].at == At::Line };
            if one.role == Role::Regex {
                found.tried.push((hit.start, hit.end, rule));
            } else if brief.whole() {
                let stood = *alone[usize::from(line)].get_or_insert_with(|| found.stood(self.doc, line, (hit.start, hit.end)));
                if let Some(stood) = stood {
                    found.put(&one, stood, hit.start);
                }
            } else if let Some(range) = *answer.get_or_insert_with(|| self.confirm(hit, &one, brief.blanks())) {
                found.add(self.doc, &one, line, range, hit.start);
            }
        }
    }

    #[inline(never)]
    fn confirm(&mut self, hit: &Hit, one: &Using, blanks: (bool, bool)) -> Option<(usize, usize)> {
        let (before, behind) = self.anchored.parts(one.number)?;
        let around = phrase::Around { number: one.number, before, behind, blanks, language: one.language };
        phrase::confirm(self.set, self.doc, &around, (hit.start, hit.end), &mut self.looked)
    }

    /// True for a language of the packs in which a phrase that says little is nothing here: it would be refused for that.
    #[inline]
    fn silent(&mut self, language: u16) -> bool {
        if language >= 64 || self.set.always_heard >> language & 1 == 1 {
            return false;
        }
        let spoken = *self.spoken.get_or_insert_with(|| self.languages.spoken());
        self.set.silent(language, spoken)
    }

    #[cfg(test)]
    fn assert_none(&self, hit: &Hit, group: &Group) {
        for number in group.phrases.clone() {
            assert!(phrase::found(self.set, self.doc, number, (hit.start, hit.end)).is_none(), "{:?} {hit:?} {number}", self.doc.raw);
        }
    }
}
