//! The state of a review. What happens to it is in [`super::keys`].

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::ends::Ends;
use super::estimate::Estimate;
use super::filter::Filter;
use crate::Confidence;
use crate::decide::{Decision, Decisions, Edit, Example, Group, Record, Scope, rule_key, today};

/// A key, whatever terminal it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// With the control key.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Tab.
    Tab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    Home,
    /// To the last.
    End,
}

/// What happens to a review.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// A document that was asked for: its text and what goes from it, or why it cannot be had.
    Document(Result<(String, Vec<Range<usize>>), String>),
    /// Something outside has to say something.
    Told(String),
}

/// What someone else has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write these decisions down before anything else happens.
    Save(Vec<Record>),
    /// Open the document of an example in an editor.
    Open(Box<Example>),
    /// Load the whole text that an example stands in, and answer with [`Event::Document`].
    Load(Box<Example>),
    /// Write an example into the user's pack.
    Example(Wish),
    /// The review is over.
    Quit,
}

/// An example to be written into a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The rule it is for.
    pub rule: String,
    /// The text, with marks around the cut where it goes.
    pub text: String,
    /// The text stays.
    pub keep: bool,
}

/// What the next decision is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// The text, wherever it stands.
    #[default]
    Text,
    /// This place.
    Place,
}

/// What was said of a text, a place or a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub decision: Decision,
    pub edit: Option<Edit>,
}

/// What can be said something of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Slot {
    /// A group's text.
    Text(usize),
    /// An example of a group.
    Place(usize, usize),
    /// The rule of a group.
    Rule(usize),
}

/// A step that can be taken back: what was said before, and where it was said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub before: Vec<(Slot, Option<Said>)>,
    pub view: View,
}

/// Where one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct View {
    /// Among the groups that are shown.
    pub at: usize,
    pub example: usize,
    pub reach: Reach,
    pub filter: Filter,
    /// Rows of a long text that are scrolled past.
    pub scroll: usize,
}

/// What the keys mean at the moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mode {
    /// Groups are decided.
    #[default]
    Groups,
    /// A filter is typed.
    Filter(String),
    /// A text to search for is typed.
    Search(String),
    /// The ends of a cut are moved.
    Ends(Box<Ends>),
    /// A question waits for yes or no.
    Ask(Question),
    /// Something to read lies over the groups.
    Overlay(Overlay, usize),
}

/// A question before something large happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Remove all groups that are open and of high confidence: so many.
    AllHigh(usize),
}

/// Something to read.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys.
    Help,
    /// The rule of the group.
    Rule,
    /// A whole document and what goes from it.
    Document {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
        /// What goes.
        cuts: Vec<Range<usize>>,
    },
}

/// What a review is about.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The level of the run (`--min-confidence`).
    pub level: Option<Confidence>,
    /// Groups to judge for an estimate, and how often each was drawn; without it, all groups are reviewed.
    pub sample: Option<Vec<(usize, u64)>>,
}

/// A review: everything that was said, and where one is.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) groups: Arc<[Group]>,
    pub(super) level: Option<Confidence>,
    /// How often each group was drawn, in the order of the groups.
    pub(super) sample: Option<Vec<(usize, u64)>>,
    pub(super) texts: Vec<Option<Said>>,
    pub(super) places: HashMap<String, Said>,
    pub(super) rules: HashMap<String, Said>,
    pub(super) changes: Vec<Change>,
    pub(super) view: View,
    pub(super) start: View,
    /// Groups that pass the filter.
    pub(super) shown: Vec<usize>,
    pub(super) mode: Mode,
    pub(super) message: Option<String>,
    pub(super) quit: bool,
}

impl PartialEq for State {
    /// Equal in what was said and where one is; what happens to be told on the last line does not count.
    fn eq(&self, other: &State) -> bool {
        (&self.texts, &self.places, &self.rules, &self.changes) == (&other.texts, &other.places, &other.rules, &other.changes)
            && (&self.view, &self.shown, &self.mode, self.quit) == (&other.view, &other.shown, &other.mode, other.quit)
    }
}

/// How the groups stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted.
    pub removed: usize,
    /// Refused.
    pub kept: usize,
    /// Put off.
    pub later: usize,
    /// Not decided, those put off included.
    pub open: usize,
}

impl State {
    /// A review of `groups`, which are in the order of [`crate::decide::Groups::sorted`], with what was decided before.
    pub fn new(groups: impl Into<Arc<[Group]>>, decisions: &Decisions, setup: Setup) -> State {
        let groups: Arc<[Group]> = groups.into();
        let said = |key: &str| decisions.get(key).map(|r| Said { decision: r.decision, edit: r.edit.clone() });
        let mut places = HashMap::new();
        let mut rules = HashMap::new();
        for group in groups.iter() {
            if let Some(said) = said(&rule_key(&group.rule.id)) {
                rules.insert(group.rule.id.clone(), said);
            }
            for example in &group.examples {
                if let Some(said) = said(&example.key) {
                    places.insert(example.key.clone(), said);
                }
            }
        }
        let texts = groups.iter().map(|g| said(&g.key)).collect();
        let mut state = State {
            groups,
            level: setup.level,
            sample: setup.sample,
            texts,
            places,
            rules,
            changes: Vec::new(),
            view: View::default(),
            start: View::default(),
            shown: Vec::new(),
            mode: Mode::Groups,
            message: None,
            quit: false,
        };
        state.refilter(None);
        state.view.at = (0..state.shown.len()).find(|&at| state.is_open(state.shown[at])).unwrap_or(0);
        state.start = state.view.clone();
        state
    }

    /// True once the review is over.
    pub fn over(&self) -> bool {
        self.quit
    }

    /// The group that is shown.
    pub fn group(&self) -> Option<&Group> {
        self.shown.get(self.view.at).map(|&n| &self.groups[n])
    }

    /// The example that is shown.
    pub fn example(&self) -> Option<&Example> {
        self.group()?.examples.get(self.view.example)
    }

    /// What the keys mean at the moment.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// How the groups stand; of a sample, only those that were drawn.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let mut count = |n: usize| match self.decision(n) {
            Some(Decision::Remove) => counts.removed += 1,
            Some(Decision::Keep) => counts.kept += 1,
            Some(Decision::Later) => {
                counts.later += 1;
                counts.open += 1;
            }
            None => counts.open += 1,
        };
        match &self.sample {
            Some(sample) => sample.iter().for_each(|(n, _)| count(*n)),
            None => (0..self.groups.len()).for_each(count),
        }
        counts
    }

    /// What the sample tells so far.
    pub fn estimate(&self) -> Option<Estimate> {
        let sample = self.sample.as_ref()?;
        let sum = |wanted| sample.iter().filter(|(n, _)| self.decision(*n) == Some(wanted)).map(|(_, times)| times).sum::<u64>();
        let (right, wrong) = (sum(Decision::Remove), sum(Decision::Keep));
        Some(Estimate { right, judged: right + wrong })
    }

    /// What holds for a group: what was said of its text, else of its rule. A rule decides what is put off, too.
    pub(super) fn decision(&self, n: usize) -> Option<Decision> {
        let of = |said: Option<&Said>| said.map(|s| s.decision);
        let text = of(self.texts[n].as_ref());
        match text {
            Some(Decision::Keep | Decision::Remove) => text,
            _ => of(self.rules.get(&self.groups[n].rule.id)).filter(|d| *d != Decision::Later).or(text),
        }
    }

    /// What was said of a place, where that differs from its group.
    pub(super) fn place(&self, example: &Example) -> Option<&Said> {
        self.places.get(&example.key).filter(|s| s.decision != Decision::Later)
    }

    pub(super) fn is_open(&self, n: usize) -> bool {
        !matches!(self.decision(n), Some(Decision::Keep | Decision::Remove))
    }

    /// Chooses the groups that are shown anew, and stays at `group` where that is among them.
    pub(super) fn refilter(&mut self, group: Option<usize>) {
        let filter = &self.view.filter;
        let shows = |n: &usize| filter.is_empty() || filter.shows(&self.groups[*n], self.decision(*n));
        self.shown = match &self.sample {
            Some(sample) => sample.iter().map(|(n, _)| *n).filter(shows).collect(),
            None => (0..self.groups.len()).filter(shows).collect(),
        };
        let at = group.and_then(|group| self.shown.iter().position(|n| *n == group));
        self.view.at = at.unwrap_or(0);
        self.view.example = if at.is_some() { self.view.example } else { 0 };
        self.view.scroll = 0;
    }

    pub(super) fn held(&self, slot: &Slot) -> Option<Said> {
        match slot {
            Slot::Text(n) => self.texts[*n].clone(),
            Slot::Place(n, example) => self.places.get(&self.groups[*n].examples[*example].key).cloned(),
            Slot::Rule(n) => self.rules.get(&self.groups[*n].rule.id).cloned(),
        }
    }

    /// Says something, or unsays it; the line for the file.
    pub(super) fn put(&mut self, slot: &Slot, said: Option<Said>) -> Record {
        let record = self.record(slot, said.as_ref());
        let set = |map: &mut HashMap<String, Said>, key: &str, said: Option<Said>| match said {
            Some(said) => drop(map.insert(key.to_owned(), said)),
            None => drop(map.remove(key)),
        };
        let groups = Arc::clone(&self.groups);
        match slot {
            Slot::Text(n) => self.texts[*n] = said,
            Slot::Place(n, example) => set(&mut self.places, &groups[*n].examples[*example].key, said),
            Slot::Rule(n) => set(&mut self.rules, &groups[*n].rule.id, said),
        }
        record
    }

    fn record(&self, slot: &Slot, said: Option<&Said>) -> Record {
        let (Slot::Text(n) | Slot::Place(n, _) | Slot::Rule(n)) = *slot;
        let group = &self.groups[n];
        let first = group.examples.first();
        let (key, scope, example, seen) = match slot {
            Slot::Text(_) => (group.key.clone(), Scope::Text, first, group.cuts),
            Slot::Place(_, example) => (group.examples[*example].key.clone(), Scope::Place, group.examples.get(*example), 1),
            Slot::Rule(_) => {
                let seen = self.groups.iter().filter(|g| g.rule.id == group.rule.id).map(|g| g.cuts).sum();
                (rule_key(&group.rule.id), Scope::Rule, None, seen)
            }
        };
        Record {
            key,
            scope,
            rule: group.rule.id.clone(),
            decision: said.map_or(Decision::Later, |s| s.decision),
            text: example.map_or_else(String::new, |e| e.text.clone()),
            seen,
            at: today(),
            confidence: Some(group.confidence),
            level: self.level,
            edit: said.and_then(|s| s.edit.clone()),
            place: example.map_or_else(String::new, |e| format!("{}:{}", e.place(), e.line)),
            note: String::new(),
        }
    }
}
