//! What a key does.

use super::ends::{Ends, Step};
use super::state::{Change, Effect, Event, Key, Mode, Overlay, Question, Reach, Said, Slot, State, Wish};
use crate::Confidence;
use crate::decide::{Decision, Edit, Example};

/// Rows that a page key moves in something to read.
const PAGE: usize = 15;
/// Lines on each side of a cut that an example holds.
const EXAMPLE_LINES: usize = 2;

impl State {
    /// Takes an event, and says what has to be done about it.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(Key::Ctrl('c')) => self.leave(),
            Event::Key(key) => {
                self.message = None;
                self.key(key)
            }
            Event::Document(Ok((text, cuts))) => {
                let name = self.example().map(Example::place).unwrap_or_default();
                // Begins with what the group is about.
                let at = self.example().map_or(1, |e| e.line).saturating_sub(4);
                self.mode = Mode::Overlay(Overlay::Document { name, text, cuts }, at);
                Vec::new()
            }
            Event::Document(Err(why)) | Event::Told(why) => {
                self.message = Some(why);
                Vec::new()
            }
        }
    }

    fn leave(&mut self) -> Vec<Effect> {
        self.quit = true;
        vec![Effect::Quit]
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        match std::mem::take(&mut self.mode) {
            Mode::Groups => self.groups(key),
            Mode::Filter(typed) => {
                self.mode = self.typed(key, typed, Mode::Filter);
                if key == Key::Enter { self.refiltered() } else { Vec::new() }
            }
            Mode::Search(typed) => {
                self.mode = self.typed(key, typed, Mode::Search);
                if key == Key::Enter { self.refiltered() } else { Vec::new() }
            }
            Mode::Ends(ends) => self.ends(key, ends),
            Mode::Ask(question) => self.answer(key, question),
            Mode::Overlay(overlay, scroll) => {
                self.overlay(key, overlay, scroll);
                Vec::new()
            }
        }
    }

    fn groups(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Char('q') => return self.leave(),
            Key::Char('y') | Key::Enter => return self.decide(Decision::Remove),
            Key::Char('n') => return self.decide(Decision::Keep),
            Key::Char('s' | ' ') => return self.decide(Decision::Later),
            Key::Char('Y') => return self.decide_rule(Decision::Remove),
            Key::Char('N') => return self.decide_rule(Decision::Keep),
            Key::Char('S') => return self.decide_rule(Decision::Later),
            Key::Char('A') => self.ask_all(),
            Key::Char('u') => return self.undo(),
            Key::Char('t') => self.view.reach = Reach::Text,
            Key::Char('p') => {
                self.view.reach = if self.view.reach == Reach::Place { Reach::Text } else { Reach::Place };
            }
            Key::Char('J' | 'j') | Key::Down => self.walk(1),
            Key::Char('K' | 'k') | Key::Up => self.walk(-1),
            Key::Char('g') | Key::Home => self.go(0),
            Key::Char('G') | Key::End => self.go(self.shown.len().saturating_sub(1)),
            Key::Char(']') | Key::Right => self.example_by(1),
            Key::Char('[') | Key::Left => self.example_by(-1),
            Key::PageDown => self.view.scroll += 5,
            Key::PageUp => self.view.scroll = self.view.scroll.saturating_sub(5),
            Key::Tab => self.next_open(self.view.at),
            Key::Char('/') => self.mode = Mode::Search(self.view.filter.searched.clone()),
            Key::Char('f') => self.mode = Mode::Filter(self.view.filter.typed.clone()),
            Key::Esc if !self.view.filter.is_empty() => {
                let group = self.shown.get(self.view.at).copied();
                self.view.filter = Default::default();
                self.refilter(group);
            }
            Key::Char('e') => {
                if let Some(example) = self.example() {
                    let slot = self.slot();
                    let edit = slot.and_then(|slot| self.held(&slot)).and_then(|said| said.edit);
                    self.mode = Mode::Ends(Box::new(Ends::new(example, edit.as_ref().map(|e| e.cut.as_str()))));
                }
            }
            Key::Char('x') => return self.wish(),
            Key::Char('o') => return self.example().map(|e| Effect::Open(Box::new(e.clone()))).into_iter().collect(),
            Key::Char('d') => return self.example().map(|e| Effect::Load(Box::new(e.clone()))).into_iter().collect(),
            Key::Char('i') if self.group().is_some() => self.mode = Mode::Overlay(Overlay::Rule, 0),
            Key::Char('?' | 'h') => self.mode = Mode::Overlay(Overlay::Help, 0),
            _ => {}
        }
        Vec::new()
    }

    /// What a decision would be about.
    fn slot(&self) -> Option<Slot> {
        let n = *self.shown.get(self.view.at)?;
        let place = self.view.reach == Reach::Place && self.view.example < self.groups[n].examples.len();
        Some(if place { Slot::Place(n, self.view.example) } else { Slot::Text(n) })
    }

    fn decide(&mut self, decision: Decision) -> Vec<Effect> {
        let Some(slot) = self.slot() else { return Vec::new() };
        let effects = self.say(vec![(slot.clone(), Some(Said { decision, edit: None }))]);
        self.onward(&slot);
        effects
    }

    /// The same for everything of the rule that is open. What was said of a text stays.
    fn decide_rule(&mut self, decision: Decision) -> Vec<Effect> {
        if self.sample.is_some() {
            self.message = Some("a sample is judged one by one".to_owned());
            return Vec::new();
        }
        let Some(&n) = self.shown.get(self.view.at) else { return Vec::new() };
        let id = &self.groups[n].rule.id;
        let open = (0..self.groups.len()).filter(|&g| self.groups[g].rule.id == *id && self.is_open(g)).count();
        let what = match decision {
            Decision::Remove => "goes",
            Decision::Keep => "stays",
            Decision::Later => "waits",
        };
        self.message = Some(format!("{id}: everything that was open {what} ({open}); u takes it back"));
        let effects = self.say(vec![(Slot::Rule(n), Some(Said { decision, edit: None }))]);
        self.next_open(self.view.at);
        effects
    }

    fn ask_all(&mut self) {
        let open = self.all_high().count();
        if self.sample.is_some() {
            self.message = Some("a sample is judged one by one".to_owned());
        } else if open == 0 {
            self.message = Some("no group of high confidence is open".to_owned());
        } else {
            self.mode = Mode::Ask(Question::AllHigh(open));
        }
    }

    fn all_high(&self) -> impl Iterator<Item = usize> + '_ {
        self.shown.iter().copied().filter(|&n| self.groups[n].confidence == Confidence::High && self.is_open(n))
    }

    fn answer(&mut self, key: Key, question: Question) -> Vec<Effect> {
        let Question::AllHigh(_) = question;
        match key {
            Key::Char('y') | Key::Enter => {
                let slots = self.all_high().map(|n| (Slot::Text(n), Some(Said { decision: Decision::Remove, edit: None })));
                let slots: Vec<_> = slots.collect();
                self.message = Some(format!("{} groups go; u takes it back", slots.len()));
                let effects = self.say(slots);
                self.next_open(self.view.at);
                effects
            }
            Key::Char('n' | 'q') | Key::Esc => Vec::new(),
            _ => {
                self.mode = Mode::Ask(question);
                Vec::new()
            }
        }
    }

    /// Says all of it as one step, and remembers what was said before.
    fn say(&mut self, said: Vec<(Slot, Option<Said>)>) -> Vec<Effect> {
        let before = said.iter().map(|(slot, _)| (slot.clone(), self.held(slot))).collect();
        self.changes.push(Change { before, view: self.view.clone() });
        vec![Effect::Save(said.into_iter().map(|(slot, said)| self.put(&slot, said)).collect())]
    }

    /// Takes the last step back; with none left, goes back to where the review began.
    fn undo(&mut self) -> Vec<Effect> {
        let Some(change) = self.changes.pop() else {
            self.view = self.start.clone();
            self.refiltered_at(self.start.at);
            self.message = Some("nothing more to take back".to_owned());
            return Vec::new();
        };
        let records = change.before.into_iter().rev().map(|(slot, before)| self.put(&slot, before)).collect();
        self.view = change.view;
        self.refiltered_at(self.view.at);
        vec![Effect::Save(records)]
    }

    /// Shows the groups of the filter as they were, at the same place among them.
    fn refiltered_at(&mut self, at: usize) {
        let (example, scroll) = (self.view.example, self.view.scroll);
        self.refilter(None);
        self.view.at = at.min(self.shown.len().saturating_sub(1));
        self.view.example = example;
        self.view.scroll = scroll;
    }

    /// After a decision: the next example of a place, else the next group that is open.
    fn onward(&mut self, slot: &Slot) {
        match slot {
            Slot::Place(n, example) if example + 1 < self.groups[*n].examples.len() => {
                self.view.example += 1;
                self.view.scroll = 0;
            }
            _ => self.next_open(self.view.at),
        }
    }

    /// The next group that is open and was not put off, then any that is open, round the end.
    fn next_open(&mut self, from: usize) {
        let count = self.shown.len();
        let round = |n: usize| (from + n) % count.max(1);
        let open = |at: &usize| self.is_open(self.shown[*at]);
        let fresh = |at: &usize| self.decision(self.shown[*at]).is_none();
        let next = (1..count).map(round).find(fresh).or_else(|| (1..count).map(round).find(open));
        match next {
            Some(at) => self.go(at),
            None => {
                self.go(from);
                if self.message.is_none() && !self.shown.iter().any(|n| self.is_open(*n)) {
                    self.message = Some(match self.estimate() {
                        Some(estimate) => format!("all judged: {estimate}"),
                        None => "all decided; q leaves, everything is saved".to_owned(),
                    });
                }
            }
        }
    }

    fn go(&mut self, at: usize) {
        self.view.at = at;
        self.view.example = 0;
        self.view.scroll = 0;
        self.view.reach = Reach::Text;
    }

    fn walk(&mut self, by: isize) {
        if let Some(at) = self.view.at.checked_add_signed(by).filter(|at| *at < self.shown.len()) {
            self.go(at);
        }
    }

    fn example_by(&mut self, by: isize) {
        let count = self.group().map_or(0, |g| g.examples.len());
        if let Some(example) = self.view.example.checked_add_signed(by).filter(|e| *e < count) {
            self.view.example = example;
            self.view.scroll = 0;
        }
    }

    fn typed(&mut self, key: Key, mut typed: String, mode: fn(String) -> Mode) -> Mode {
        match key {
            Key::Char(c) => typed.push(c),
            Key::Backspace => drop(typed.pop()),
            Key::Ctrl('u') => typed.clear(),
            Key::Esc => return Mode::Groups,
            Key::Enter => {
                match mode(String::new()) {
                    Mode::Search(_) => self.view.filter.search(&typed),
                    _ => self.view.filter.set(&typed),
                }
                return Mode::Groups;
            }
            _ => {}
        }
        mode(typed)
    }

    fn refiltered(&mut self) -> Vec<Effect> {
        let group = self.shown.get(self.view.at).copied();
        self.refilter(group);
        if self.shown.is_empty() {
            self.message = Some("no group is like that; Esc shows all".to_owned());
        }
        Vec::new()
    }

    fn ends(&mut self, key: Key, mut ends: Box<Ends>) -> Vec<Effect> {
        match key {
            Key::Char('h') | Key::Left => ends.step(Step::Left),
            Key::Char('l') | Key::Right => ends.step(Step::Right),
            Key::Char('k') | Key::Up => ends.step(Step::Up),
            Key::Char('j') | Key::Down => ends.step(Step::Down),
            Key::Tab | Key::Char('w') => ends.last = !ends.last,
            Key::Esc | Key::Char('q') => return Vec::new(),
            Key::Enter | Key::Char('y') => {
                let Some(slot) = self.slot() else { return Vec::new() };
                let edit = (ends.cut != ends.old).then(|| Edit { cut: ends.chosen().to_owned() });
                let effects = self.say(vec![(slot, Some(Said { decision: Decision::Remove, edit }))]);
                // Stays here, so that what was done can be looked at and stored.
                self.message = Some("goes with these ends; x stores it as an example, Tab goes on".to_owned());
                return effects;
            }
            _ => {}
        }
        self.mode = Mode::Ends(ends);
        Vec::new()
    }

    fn overlay(&mut self, key: Key, overlay: Overlay, scroll: usize) {
        let rows = match &overlay {
            Overlay::Document { text, .. } => text.lines().count(),
            _ => 200,
        };
        let scroll = match key {
            Key::Char('j') | Key::Down => scroll + 1,
            Key::Char('k') | Key::Up => scroll.saturating_sub(1),
            Key::Char(' ') | Key::PageDown => scroll + PAGE,
            Key::PageUp | Key::Char('b') => scroll.saturating_sub(PAGE),
            Key::Home | Key::Char('g') => 0,
            Key::End | Key::Char('G') => rows,
            Key::Ctrl(_) | Key::Tab => scroll,
            _ => return,
        };
        self.mode = Mode::Overlay(overlay, scroll.min(rows.saturating_sub(1)));
    }

    /// What stands here as an example: it stays, or goes with the marks around it.
    fn wish(&mut self) -> Vec<Effect> {
        let (Some(group), Some(example), Some(slot)) = (self.group(), self.example(), self.slot()) else { return Vec::new() };
        let said = self.held(&slot);
        let decision = said.as_ref().map(|s| s.decision).or_else(|| self.decision(self.shown[self.view.at]));
        let edit = said.and_then(|s| s.edit);
        let keep = decision != Some(Decision::Remove);
        let ends = Ends::new(example, edit.as_ref().map(|e| e.cut.as_str()));
        let (before, after) = (&ends.text[..ends.cut.start], &ends.text[ends.cut.end..]);
        let text = if keep {
            format!("{}{}{}", last_lines(before), ends.chosen(), first_lines(after))
        } else {
            format!("{}[-{}-]{}", last_lines(before), ends.chosen(), first_lines(after))
        };
        vec![Effect::Example(Wish { rule: group.rule.id.clone(), text, keep })]
    }
}

fn last_lines(text: &str) -> &str {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    let starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
    // The line of the cut, and lines above that say something.
    let mut said = 0;
    for (n, &start) in starts.iter().enumerate().rev() {
        let end = starts.get(n + 1).copied().unwrap_or(text.len());
        said += usize::from(!text[start..end].trim().is_empty() || n + 1 == starts.len());
        if said > EXAMPLE_LINES {
            return &text[start..];
        }
    }
    text
}

fn first_lines(text: &str) -> &str {
    let mut said = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        said += usize::from(!line.trim().is_empty() || at == 0);
        at += line.len();
        if said > EXAMPLE_LINES {
            break;
        }
    }
    text[..at].trim_end()
}
