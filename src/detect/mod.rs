//! Second stage: where residue may be. Anchors, then phrases, then each rule's own constraints and scope.

mod again;
mod ahead;
mod anchored;
mod answer;
mod around;
mod check;
mod holes;
mod language;
mod lists;
mod literal;
mod pair;
mod phrase;
mod places;
mod record;
mod regex;
mod scan;
mod scope;
mod sign;
mod stamp;
mod unanchored;
mod view;

use std::collections::BTreeMap;

pub(crate) use again::{Earlier, Scanned};
pub(crate) use check::{in_head, in_tail, told};
pub use sign::Refusal;
pub(crate) use sign::{Cut, Sign, Stand, thin};

use check::{No, Place};
use language::Languages;
use lists::Lists;
use scan::{Found, Match};
use scope::{Held, Strong};
use view::View;

use crate::pack::{Confidence, RuleSet, Scope};
use crate::text::boundary::{sentence_end, sentence_start};
use crate::text::{Document, Span};

/// What detection knows of a text.
#[derive(Debug, Default)]
pub(crate) struct Detection {
    /// Sorted by place.
    pub signs: Vec<Sign>,
    pub cuts: Vec<Cut>,
    pub refusals: Vec<Refusal>,
}

/// Anchors in the text where a word can begin, as the scan is told of them.
#[cfg(feature = "bench")]
pub(crate) fn count_anchors(tables: &crate::pack::Tables, doc: &Document<'_>) -> usize {
    let mut count = 0;
    literal::find(tables, doc, std::slice::from_ref(&(0..doc.lines.len())), true, |_| count += 1);
    count
}

/// Finds signs and cuts. Refusals are collected only where the text is to be explained. What an `earlier` pass found need not be found again.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(crate) fn detect(set: &RuleSet, doc: &Document<'_>, earlier: Option<Earlier>) -> (Detection, Scanned) {
    let languages = Languages::new(set, doc, earlier.as_ref());
    let mut found = scan::scan(set, doc, &languages, earlier.as_ref());
    let mut detector = Detector {
        set,
        doc,
        found: &found,
        counts: BTreeMap::new(),
        languages: &languages,
        begun: Vec::new(),
        asked: None,
        view: View::default(),
        out: Detection::default(),
    };
    if !found.main.is_empty() || !found.left.is_empty() {
        detector.run();
    }
    let detection = detector.out;
    // What was put in order was asked for the last time.
    [&mut found.near, &mut found.until, &mut found.left, &mut found.right].into_iter().for_each(Lists::forget_order);
    let (spoken, heard) = languages.known();
    (detection, Scanned { found, spoken, heard })
}

struct Detector<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    found: &'d Found,
    /// Places where rules that want to be alone have matched.
    counts: BTreeMap<u32, usize>,
    languages: &'d Languages<'d>,
    /// Where matches begin that begin a line, sorted.
    begun: Vec<usize>,
    /// The last answer about a place that concerns all languages: rule, match, answer.
    asked: Option<(u32, Span, Result<(), No>)>,
    view: View<'d>,
    out: Detection,
}

impl Detector<'_> {
    fn run(&mut self) {
        let found = self.found;
        // Most words stand where their rule wants none of them; only `trace` wants to be told.
        let mut here = check::Here::default();
        let mut main: Vec<(&Match, Result<Place, No>)> = Vec::with_capacity(found.main.len());
        for m in &found.main {
            let place = here.place(self.doc, &self.set.rules[m.rule as usize], m);
            if self.doc.explained || place.is_ok() {
                main.push((m, place));
            }
        }
        // Matches come in the order of their starts. Of the languages that have the same words, the text's own speaks first.
        let place = |m: &Match| (std::cmp::Reverse(m.span.end()), m.rule);
        for here in main.chunk_by_mut(|(a, _), (b, _)| a.span.start() == b.span.start()).filter(|here| here.len() > 1) {
            here.sort_by_key(|(m, _)| place(m));
            for same in here.chunk_by_mut(|(a, _), (b, _)| place(a) == place(b)).filter(|same| same.len() > 1) {
                same.sort_by_key(|(m, _)| (self.languages.stranger(m.language), m.language));
            }
        }
        self.begun =
            main.iter().filter(|(m, p)| p.is_ok() && matches!(m.stand, Stand::Whole | Stand::Start)).map(|(m, _)| m.span.start()).collect();
        let mut last = usize::MAX;
        for (one, place) in &main {
            let rule = &self.set.rules[one.rule as usize];
            if rule.once && last != one.span.start() && matches!(place, Ok(Place::Right)) {
                last = one.span.start();
                *self.counts.entry(one.rule).or_default() += 1;
            }
        }
        // Rules that need to know where other residue stands come last.
        let mut later = Vec::new();
        for (one, place) in main {
            let rule = &self.set.rules[one.rule as usize];
            match place.and_then(|place| self.consider(one, place)) {
                Ok(Some(near)) if matches!(rule.scope, Scope::Block | Scope::Head | Scope::Tail) || rule.title.is_some() => {
                    later.push((one, near))
                }
                Ok(Some(near)) => self.take(one, &near, &Held::default()),
                Ok(None) => {}
                Err(no) => self.refuse(one, no),
            }
        }
        if !found.left.is_empty() {
            let held = self.held();
            for (rule, lefts) in found.left.by_rule() {
                let rights = found.right.of(rule);
                self.pairs(rule, lefts, rights, &held);
            }
        }
        if !later.is_empty() {
            let held = self.held();
            for (one, near) in later {
                self.take(one, &near, &held);
            }
        }
        self.out.signs.sort_by_key(|s| (s.span.start(), std::cmp::Reverse(s.span.end())));
    }

    /// What is known now of the places where residue certainly goes on.
    fn held(&self) -> Held {
        Held::new(&self.out.signs, &self.out.cuts)
    }

    /// Checks a match that stands at a place of its rule. `Some` when the rule can cut alone, with the words that stand around it.
    fn consider(&mut self, one: &Match, place: Place) -> Result<Option<Vec<Span>>, No> {
        let rule = &self.set.rules[one.rule as usize];
        if (rule.says_little(usize::from(one.words)) || place == Place::Glued) && !self.languages.speaks(one.language) {
            return check::no(self.doc, "language", || {
                format!("the text is not in language `{}`", self.set.languages[one.language as usize])
            });
        }
        let near = self.surroundings(one.rule, one)?;
        if rule.once && self.counts.get(&one.rule).is_some_and(|&n| n > 1) {
            return check::no(self.doc, "once", || "the text holds more than one of its kind".to_owned());
        }
        if rule.confidence < Confidence::High && rule.title.is_none() && record::field(self.doc, one, |line| self.begins(line)) {
            return check::no(self.doc, "record", || "it is a field of a record, beside other labelled lines".to_owned());
        }
        if self.begins_sentence(one, rule.confidence) {
            return check::no(self.doc, "at", || "the next line goes on with it".to_owned());
        }
        if self.inside_sentence(one) {
            return check::no(self.doc, "at", || "the sentence around it goes on above and below".to_owned());
        }
        if place == Place::Glued {
            let says = match one.words {
                0..=2 => 0,
                3 => 1,
                _ => 2,
            };
            // Words that no author writes need no line of their own, when they stand as a sentence does.
            let raw = self.doc.raw;
            let alone = rule.weight == 3
                && says == 2
                && rule.confidence == Confidence::High
                && matches!(rule.scope, Scope::Line | Scope::Span)
                && rule.title.is_none();
            if alone && sentence_start(raw, one.span.start()) && sentence_end(raw, one.span.end()) {
                self.cut(one, one.span, &near, Vec::new());
            } else {
                self.sign(one, rule.weight.min(says), rule.weight);
            }
            return Ok(None);
        }
        if rule.weight < 3 {
            self.sign(one, rule.weight, rule.weight);
            return Ok(None);
        }
        Ok(Some(near))
    }

    /// True where a line of its own is the beginning of a sentence, or of a stanza, that the next line goes on with in small
    /// letters.
    fn begins_sentence(&self, one: &Match, confidence: Confidence) -> bool {
        let doc = self.doc;
        if one.stand != Stand::Whole || one.words > 2 {
            return false;
        }
        let (first, last) = (doc.line_at(one.span.start()), doc.last_line_of(one.span));
        if last + 1 >= doc.lines.len() || !check::goes_on(doc.line(last + 1)) {
            return false;
        }
        let next = doc.line(last + 1);
        let above = || first.checked_sub(1).map(|n| doc.shape(n));
        next.starts_with(char::is_lowercase)
            && doc.line(last).trim_end().ends_with(char::is_alphanumeric)
            && above().is_none_or(|a| a.blank || a.ends_sentence || a.opens || a.heading > 0)
            && {
                let shape = doc.shape(last + 1);
                shape.words > 1 && confidence < Confidence::High || shape.words > 4 && shape.ends_sentence
            }
            && next.trim_end().contains(' ')
            && !next.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/'))
            && !self.begins(last + 1)
    }

    /// True where a line of its own is shown inside a sentence: the line above has not ended, and the next one goes on in small
    /// letters, whatever blank lines set it off.
    fn inside_sentence(&self, one: &Match) -> bool {
        if one.stand != Stand::Whole || self.set.rules[one.rule as usize].regex.is_some() {
            return false;
        }
        let doc = self.doc;
        let (first, last) = (doc.line_at(one.span.start()), doc.last_line_of(one.span));
        // The lines with something on them; the one below may be that of the match where it is the last. Most begin large.
        let below = doc.filled_lines_off(last, 1).1;
        let text = doc.line(below).trim_start();
        if !text.starts_with(char::is_lowercase) {
            return false;
        }
        let above = doc.filled_lines_off(first, 1).0;
        let head = doc.line(above).trim_end();
        if above >= first || !head.ends_with(char::is_lowercase) {
            return false;
        }
        let (over, under) = (doc.shape(above), doc.shape(below));
        let close = first == above + 1;
        over.words > 3
            && over.heading == 0
            && !over.opens
            && check::goes_on(text)
            && text.trim_end().contains(' ')
            && (under.ends_sentence && under.words > 2 || close && under.words > 5)
            && !head.contains(['@', '/'])
            && !text.contains(['@', '=', '{', '<', '/', '$', '\\'])
            && !self.begins(above)
            && !self.begins(below)
    }

    /// True where words of a rule begin this line.
    fn begins(&self, line: usize) -> bool {
        let line = &self.doc.lines[line];
        self.begun.get(self.begun.partition_point(|&b| b < line.start())).is_some_and(|&b| b < line.end())
    }

    /// All constraints but position, scope and run; the words that must stand around the match, and do.
    fn surroundings(&mut self, index: u32, one: &Match) -> Result<Vec<Span>, No> {
        let (doc, rule) = (self.doc, &self.set.rules[index as usize]);
        // The cheapest question first, but where a reader expects them in their order.
        if doc.explained {
            self.asked(index, one)?;
            check::position(doc, rule, one.span)?;
            return check::near(doc, rule, index, one, self.found);
        }
        if !check::may_be_near(rule, index, self.found) {
            return check::no(doc, "near", String::new);
        }
        check::position(doc, rule, one.span)?;
        let near = check::near(doc, rule, index, one, self.found)?;
        self.asked(index, one).map(|()| near)
    }

    /// What concerns all languages. Those that share a phrase ask the same question one after the other.
    fn asked(&mut self, index: u32, one: &Match) -> Result<(), No> {
        let rule = &self.set.rules[index as usize];
        if !rule.looks_around() {
            return Ok(());
        }
        if let Some((_, _, answer)) = self.asked.as_ref().filter(|(rule, span, _)| (*rule, *span) == (index, one.span)) {
            return answer.clone();
        }
        let answer = check::surroundings(self.doc, rule, one, &mut self.view);
        self.asked = Some((index, one.span, answer.clone()));
        answer
    }

    fn sign(&mut self, one: &Match, weight: u8, full: u8) {
        self.out.signs.push(Sign {
            span: one.span,
            rule: one.rule,
            language: one.language,
            stand: one.stand,
            weight,
            full,
            phrase: one.span,
        });
    }

    fn take(&mut self, one: &Match, near: &[Span], held: &Held) {
        let rule = &self.set.rules[one.rule as usize];
        let strong = Strong::new(self.doc, &self.out.signs, held);
        match scope::resolve(self.doc, rule, one.rule, one, self.found, &strong) {
            Ok((span, more)) => self.cut(one, span, near, more),
            Err(no) => {
                // A label whose list cannot be told is still a sign for its neighbours.
                if rule.scope == Scope::Block && one.stand == Stand::Whole {
                    self.sign(one, 1, 1);
                }
                self.refuse(one, no);
            }
        }
    }

    fn cut(&mut self, one: &Match, span: Span, near: &[Span], more: Vec<String>) {
        let rule = &self.set.rules[one.rule as usize];
        let raw = self.doc.raw;
        let mut evidence = Vec::with_capacity(1 + near.len() + more.len());
        evidence.push(told("phrase: ", one.span.of(raw)));
        evidence.extend(near.iter().map(|near| told("near: ", near.of(raw))));
        evidence.extend(more);
        // What reaches to an edge of the text would hide the signs inside it.
        let held = if matches!(rule.scope, Scope::Head | Scope::Tail) { one.span } else { span };
        if !rule.mute {
            self.out.signs.push(Sign {
                span: held,
                rule: one.rule,
                language: one.language,
                stand: one.stand,
                weight: rule.weight,
                full: rule.weight,
                phrase: one.span,
            });
        }
        self.out.cuts.push(Cut { span, rule: one.rule, language: one.language, confidence: rule.confidence, evidence });
    }

    fn pairs(&mut self, index: u32, lefts: &[Match], rights: &[Match], held: &Held) {
        let rule = &self.set.rules[index as usize];
        let mut used = 0;
        for (ones, twos) in [(lefts, rights), (rights, lefts)] {
            for one in ones {
                let Some(two) = pair::partner(self.doc, one, twos) else { continue };
                // Of two left labels before one right label, the nearer one is its partner.
                let nearer = ones.partition_point(|o| o.span.start() < one.span.end());
                if ones.get(nearer).is_some_and(|o| o.span.start() < two.span.start()) || one.span.start() < used {
                    continue;
                }
                if one.language != two.language {
                    continue;
                }
                let checked = check::mentioned(self.doc, one)
                    .and_then(|()| check::mentioned(self.doc, two))
                    .and_then(|()| self.surroundings(index, one))
                    .and_then(|near| {
                        let strong = Strong::new(self.doc, &self.out.signs, held);
                        Ok((near, pair::resolve(self.doc, rule, one, two, &strong)?))
                    });
                match checked {
                    Ok((near, (span, more))) if rule.weight >= 3 => {
                        used = span.end();
                        self.cut(one, span, &near, more);
                    }
                    Ok((_, (span, _))) => {
                        used = span.end();
                        self.out.signs.push(Sign {
                            span,
                            rule: index,
                            language: one.language,
                            stand: one.stand,
                            weight: rule.weight,
                            full: rule.weight,
                            phrase: one.span,
                        });
                    }
                    Err(no) => self.refuse(one, no),
                }
            }
        }
    }

    fn refuse(&mut self, one: &Match, no: No) {
        if let Some((constraint, detail)) = no.told() {
            let rule = &self.set.rules[one.rule as usize];
            self.out.refusals.push(Refusal {
                span: one.span,
                rule: rule.info.clone(),
                language: self.set.languages[one.language as usize].clone(),
                constraint,
                detail,
            });
        }
    }
}
