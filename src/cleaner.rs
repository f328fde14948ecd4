//! The front door: a text in, the cleaned text and every removal out.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use crate::apply::{Cleaned, Flag, Removal, cut, cut_out, put_back};
use crate::detect::{Earlier, Refusal, detect};
use crate::pack::{Confidence, PackError, Packs, Rule, RuleInfo, RuleSet, Selection};
use crate::plan::{Settings, plan};
use crate::text::{Document, Span, fold_phrase};

/// Passes after which a text that still changes is left alone.
pub(crate) const MAX_PASSES: usize = 8;
/// Bytes of a text whose memory counts.
const LARGE: usize = 1 << 20;
/// Texts of 4 GiB and more are not looked at.
const MAX_TEXT: usize = u32::MAX as usize;

/// Removes residue. Built once, shared by all threads; cleaning is a pure function of the text.
///
/// ```
/// let cleaner = dehusk::Cleaner::builtin();
/// let cleaned = cleaner.clean("The loaf keeps for three days.\n\nLeave a Reply Cancel reply\nYour email address will not be published.\n");
/// assert_eq!(cleaned.text(), "The loaf keeps for three days.\n");
/// for removal in cleaned.removals() {
///     println!("{} took {:?}", removal.rule().id, removal.span().of(cleaned.original()));
/// }
/// ```
#[derive(Debug)]
pub struct Cleaner {
    set: RuleSet,
    settings: Settings,
    rules: Vec<Arc<RuleInfo>>,
    /// What a person has decided.
    #[cfg(feature = "cli")]
    decided: Option<crate::decide::Decided>,
}

impl Cleaner {
    /// The built-in packs with default settings: all rules of medium and high confidence, all languages.
    pub fn builtin() -> Cleaner {
        match Cleaner::builder().build() {
            Ok(cleaner) => cleaner,
            Err(error) => unreachable!("the built-in packs are broken, which the tests exclude: {error}"),
        }
    }

    /// To choose packs, rules, languages and level.
    pub fn builder() -> CleanerBuilder {
        CleanerBuilder::default()
    }

    /// The rules that take part, in the order of the packs.
    pub fn rules(&self) -> &[Arc<RuleInfo>] {
        &self.rules
    }

    /// The least confidence at which a removal is made.
    pub fn min_confidence(&self) -> Confidence {
        self.settings.min_confidence
    }

    /// Removes residue from `text`.
    ///
    /// The result is a fixed point: cleaning it again changes nothing.
    pub fn clean<'t>(&self, text: &'t str) -> Cleaned<'t> {
        #[cfg(feature = "cli")]
        if let Some(decided) = &self.decided {
            return decided.clean(self, text);
        }
        self.undecided(text)
    }

    /// The same with less memory: a text of 1 MiB and more is cut in its own place, and put together again before this returns.
    ///
    /// ```
    /// let cleaner = dehusk::Cleaner::builtin();
    /// let mut page = "Bake it.\n\nLeave a Reply Cancel reply\n".to_owned();
    /// let cleaned = cleaner.clean_mut(&mut page);
    /// assert_eq!(cleaned.text(), "Bake it.\n");
    /// assert_eq!(page, "Bake it.\n\nLeave a Reply Cancel reply\n");
    /// ```
    pub fn clean_mut<'t>(&self, text: &'t mut String) -> Cleaned<'t> {
        #[cfg(feature = "cli")]
        if self.decided.is_some() {
            return self.clean(text);
        }
        if text.len() < LARGE { self.clean(text) } else { self.clean_in_place(text) }
    }

    /// The same, whatever was decided.
    pub(crate) fn undecided<'t>(&self, text: &'t str) -> Cleaned<'t> {
        self.settle(text, None)
    }

    /// Cleans, and tells as well what was tried and stays. Slower than [`Cleaner::clean`]; the result is the same.
    pub fn explain<'t>(&self, text: &'t str) -> (Cleaned<'t>, Vec<Refusal>) {
        let mut refusals = Vec::new();
        let cleaned = self.settle(text, Some(&mut refusals));
        #[cfg(feature = "cli")]
        let cleaned = self.decided.as_ref().map(|decided| decided.clean(self, text)).unwrap_or(cleaned);
        (cleaned, refusals)
    }

    /// Runs `probe` with one constraint of a rule left out; `None` when the rule has none. The rule is whole again afterwards.
    pub(crate) fn without<T>(&mut self, rule: usize, drop: fn(&mut Rule) -> bool, probe: impl FnOnce(&Cleaner) -> T) -> Option<T> {
        let whole = self.set.rules.get(rule)?.clone();
        let had = drop(&mut self.set.rules[rule]);
        self.set.guarded = false;
        let answer = had.then(|| probe(self));
        self.set.guarded = true;
        self.set.rules[rule] = whole;
        answer
    }

    /// A cleaner for trials of packs: every rule of one level, or one rule alone.
    pub(crate) fn on_trial(
        packs: &Packs,
        only: Option<&str>,
        site: Option<&str>,
        min_confidence: Confidence,
    ) -> Result<Cleaner, PackError> {
        let selection = Selection {
            select: only.map(str::to_owned).into_iter().collect(),
            preview: true,
            site: site.map(str::to_owned),
            min_confidence: Some(min_confidence),
            ..Selection::default()
        };
        let set = RuleSet::new(packs, &selection)?;
        Ok(Cleaner::new(set, Settings { min_confidence, keep: Vec::new() }))
    }

    fn new(set: RuleSet, settings: Settings) -> Cleaner {
        let rules = set.rules.iter().map(|r| Arc::clone(&r.info)).collect();
        Cleaner {
            set,
            settings,
            rules,
            #[cfg(feature = "cli")]
            decided: None,
        }
    }

    /// Passes over a text that stays as it is.
    fn settle<'t>(&self, text: &'t str, trace: Option<&mut Vec<Refusal>>) -> Cleaned<'t> {
        let (mut left, mut removals) = (Cow::Borrowed(text), Vec::new());
        match self.passes(&mut left, trace, |_, more| removals = merge(text, std::mem::take(&mut removals), more)) {
            Some(flags) => Cleaned { original: text, text: left, removals, flags },
            None => unsettled(text),
        }
    }

    /// Passes over a text that is put together again in the end.
    pub(crate) fn clean_in_place<'t>(&self, text: &'t mut String) -> Cleaned<'t> {
        let mut left = Cow::Owned(std::mem::take(text));
        // What each pass has taken, in its own text, with the bytes.
        let mut taken: Vec<(Vec<Removal>, String)> = Vec::new();
        let flags = self.passes(&mut left, None, |before, removals| {
            let bytes = removals.iter().map(|removal| removal.span.of(before)).collect();
            taken.push((removals, bytes));
        });
        *text = left.into_owned();
        let cleaned = (flags.is_some() && !taken.is_empty()).then(|| text.clone());
        for (removals, bytes) in taken.iter().rev() {
            *text = put_back(std::mem::take(text), removals.iter().map(|removal| removal.span), bytes);
        }
        let Some(flags) = flags else { return unsettled(text) };
        let removals = taken.into_iter().fold(Vec::new(), |removals, (more, _)| merge(text, removals, more));
        Cleaned { original: text, text: cleaned.map_or(Cow::Borrowed(text), Cow::Owned), removals, flags }
    }

    /// Passes until nothing changes: what a cut brings together may be residue in turn. What each of them takes is given to `take`,
    /// with the text before it. `None` where each finds more.
    fn passes(
        &self,
        text: &mut Cow<'_, str>,
        mut trace: Option<&mut Vec<Refusal>>,
        mut take: impl FnMut(&str, Vec<Removal>),
    ) -> Option<Vec<Flag>> {
        let mut flags = Vec::new();
        if text.len() >= MAX_TEXT {
            return Some(flags);
        }
        let mut left = None;
        for pass in 0..MAX_PASSES {
            let (mut doc, earlier) = match left.take() {
                Some((left, scanned)) => {
                    let (doc, stretches) = Document::again(text, left);
                    (doc, stretches.map(|stretches| Earlier::new(scanned, stretches)))
                }
                None => (Document::new(text), None),
            };
            doc.explained = pass == 0 && trace.is_some();
            let (mut detection, scanned) = detect(&self.set, &doc, earlier);
            if let Some(trace) = trace.as_deref_mut() {
                trace.append(&mut detection.refusals);
            }
            let runs = if pass == 0 { trace.as_deref_mut() } else { None };
            let (removals, flag) = plan(&self.set, &doc, detection, &self.settings, runs);
            flags.extend(flag.filter(|flag| !flags.contains(flag)));
            if removals.is_empty() {
                return Some(flags);
            }
            let spans: Vec<Span> = removals.iter().map(|r| r.span).collect();
            if trace.is_none() {
                let stretches = doc.stretches(&spans);
                let scanned = scanned.of(&self.set, &doc, &stretches);
                left = Some((doc.leave(stretches), scanned));
            } else {
                // A trace holds what guards leave out elsewhere.
                drop(doc);
            }
            take(text, removals);
            *text = Cow::Owned(match std::mem::take(text) {
                Cow::Borrowed(text) => cut(text, spans.into_iter()),
                Cow::Owned(text) => cut_out(text, spans.into_iter()),
            });
        }
        None
    }
}

/// A text of which nothing is taken, since each pass found more.
fn unsettled(text: &str) -> Cleaned<'_> {
    Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: vec![Flag::Unsettled] }
}

/// Adds the removals of a later pass, whose spans are in the text that the earlier ones left, to the earlier ones.
pub(crate) fn merge(original: &str, earlier: Vec<Removal>, later: Vec<Removal>) -> Vec<Removal> {
    if earlier.is_empty() {
        return later;
    }
    let mut out: Vec<Removal> = Vec::with_capacity(earlier.len() + later.len());
    let mut earlier = earlier.into_iter().peekable();
    // Bytes removed so far: the distance between an offset of the cleaned text and of the original.
    let mut removed = 0;
    for removal in later {
        let (mut start, end) = (removal.span.start(), removal.span.end());
        while start < end {
            // Earlier removals that begin at or before this place come first.
            while let Some(first) = earlier.next_if(|e| e.span.start() <= start + removed) {
                removed += first.span.len();
                out.push(first);
            }
            let stop = earlier.peek().map_or(end, |e| end.min(e.span.start() - removed));
            let span = Span::covering(original, start + removed, stop + removed);
            // White space that is split off belongs to the removal beside it, which left it behind.
            let blank = span.of(original).chars().all(char::is_whitespace);
            if blank && let Some(before) = out.last_mut().filter(|b| b.span.end() == span.start()) {
                before.span = join(original, before.span, span);
            } else if blank && let Some(mut behind) = earlier.next_if(|e| e.span.start() == span.end()) {
                removed += behind.span.len();
                behind.span = join(original, span, behind.span);
                out.push(behind);
            } else {
                out.push(Removal { span, ..removal.clone() });
            }
            start = stop;
        }
    }
    out.extend(earlier);
    out
}

/// From the start of one span to the end of the other.
fn join(text: &str, first: Span, last: Span) -> Span {
    Span::covering(text, first.start(), last.end())
}

/// Chooses what a [`Cleaner`] does.
#[derive(Clone, Debug, Default)]
pub struct CleanerBuilder {
    packs: Option<Packs>,
    extra: Vec<PathBuf>,
    selection: Selection,
    min_confidence: Option<Confidence>,
    keep: Vec<String>,
    #[cfg(feature = "cli")]
    decisions: Option<Arc<crate::decide::Decisions>>,
}

impl CleanerBuilder {
    /// These packs instead of the built-in ones.
    pub fn packs(mut self, packs: Packs) -> Self {
        self.packs = Some(packs);
        self
    }

    /// A pack file or folder besides; read by [`CleanerBuilder::build`].
    pub fn add_pack_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra.push(path.into());
        self
    }

    /// Only these families, rules (`family/name`), packs (`@name`) and languages (`:code`).
    pub fn select(mut self, selectors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.select = selectors.into_iter().map(Into::into).collect();
        self
    }

    /// These besides those selected.
    pub fn extend_select(mut self, selectors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.extend.extend(selectors.into_iter().map(Into::into));
        self
    }

    /// Not these. The longest selector that fits a rule decides.
    pub fn ignore(mut self, selectors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.ignore.extend(selectors.into_iter().map(Into::into));
        self
    }

    /// Only words of these languages, by code; words of no language always take part.
    pub fn languages(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.languages = codes.into_iter().map(Into::into).collect();
        self
    }

    /// The least confidence at which a removal is made; medium unless said otherwise.
    pub fn min_confidence(mut self, least: Confidence) -> Self {
        self.min_confidence = Some(least);
        self
    }

    /// Rules under trial take part too.
    pub fn preview(mut self, on: bool) -> Self {
        self.selection.preview = on;
        self
    }

    /// The site that the texts come from, by domain: its own rules (packs under `sites/`) take part as well, also for sites
    /// below it. `*` lets the rules of every site take part, for lists of rules. Without a site they never do.
    pub fn site(mut self, domain: impl Into<String>) -> Self {
        let domain: String = domain.into();
        self.selection.site = Some(domain.trim_matches('.').to_lowercase()).filter(|d| !d.is_empty());
        self
    }

    /// Texts that are never cut: a removal that holds one of them is not made.
    pub fn keep(mut self, phrases: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keep.extend(phrases.into_iter().map(Into::into));
        self
    }

    /// What a person has decided about earlier runs: kept texts stay, whatever the rules say, and accepted ones go, whatever
    /// the level.
    #[cfg(feature = "cli")]
    pub fn decisions(mut self, decisions: impl Into<Arc<crate::decide::Decisions>>) -> Self {
        self.decisions = Some(decisions.into());
        self
    }

    /// Reads the extra packs and compiles everything.
    ///
    /// # Errors
    /// Where a pack cannot be read or is wrong, or a selector names nothing.
    pub fn build(mut self) -> Result<Cleaner, PackError> {
        #[cfg(feature = "cli")]
        let decisions = self.decisions.take();
        #[cfg(feature = "cli")]
        let undecided = self.clone();
        let min_confidence = self.min_confidence.unwrap_or(Confidence::Medium);
        self.selection.min_confidence = Some(min_confidence);
        let set = if self.packs.is_none() && self.extra.is_empty() {
            RuleSet::builtin(&self.selection)?
        } else {
            let mut packs = self.packs.unwrap_or_else(Packs::builtin);
            for path in &self.extra {
                packs.add_path(path)?;
            }
            RuleSet::new(&packs, &self.selection)?
        };
        let keep = self.keep.iter().map(|k| fold_phrase(k.trim())).filter(|k| !k.is_empty()).collect();
        let settings = Settings { min_confidence, keep };
        #[cfg_attr(not(feature = "cli"), allow(unused_mut))]
        let mut cleaner = Cleaner::new(set, settings);
        #[cfg(feature = "cli")]
        if let Some(decisions) = decisions {
            let mut others = Vec::new();
            for level in decisions.levels().into_iter().filter(|level| *level != min_confidence) {
                others.push(Arc::new(undecided.clone().min_confidence(level).build()?));
            }
            cleaner.decided = Some(crate::decide::Decided { decisions, others });
        }
        Ok(cleaner)
    }
}
