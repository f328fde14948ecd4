//! `diff --by rule`: the cuts of one rule, grouped by their text. The fastest way to judge a rule.

use std::collections::BTreeMap;

use super::Options;
use super::fold::Lines;
use super::style::{Ink, glyph};
use super::width::{bytes, clip, counted, grouped, percent, squeeze, width};
use crate::{Cleaned, Confidence};

/// Texts shown of a rule; `all` shows the rest.
const TEXTS: usize = 20;
/// Bytes of a text that tell one group from another.
const KEY: usize = 400;

/// Cuts by rule and text. Collected per worker and merged.
#[derive(Clone, Debug, Default)]
pub struct ByRule {
    rules: BTreeMap<String, Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    summary: String,
    risk: Option<String>,
    confidence: Confidence,
    documents: usize,
    cuts: usize,
    bytes: usize,
    texts: BTreeMap<String, Group>,
}

#[derive(Clone, Debug)]
struct Group {
    /// The text as the first of its documents has it.
    text: String,
    /// `name:line` of that document.
    place: (String, usize),
    cuts: usize,
    documents: usize,
    bytes: usize,
}

impl ByRule {
    /// Counts a document.
    pub fn add(&mut self, name: &str, cleaned: &Cleaned<'_>) {
        let mut here = ByRule::default();
        let lines = Lines::new(cleaned.original());
        for removal in cleaned.removals() {
            let info = removal.rule();
            let cut = removal.span().of(cleaned.original());
            let lead = cut.len() - cut.trim_start().len();
            let line = lines.at(removal.span().start() + if lead < cut.len() { lead } else { 0 }) + 1;
            let rule = here.rules.entry(info.id.clone()).or_insert_with(|| Rule {
                summary: info.summary.clone(),
                risk: info.risk.clone(),
                confidence: removal.confidence(),
                documents: 1,
                cuts: 0,
                bytes: 0,
                texts: BTreeMap::new(),
            });
            rule.cuts += 1;
            rule.bytes += cut.len();
            rule.confidence = rule.confidence.max(removal.confidence());
            let text = one_line(cut);
            let group = rule.texts.entry(key(&text)).or_insert_with(|| Group {
                text,
                place: (name.to_owned(), line),
                cuts: 0,
                documents: 1,
                bytes: 0,
            });
            group.cuts += 1;
            group.bytes += cut.len();
        }
        self.merge(here);
    }

    /// Adds what another worker counted. The first example of a text is the one of the smallest name, whatever the order.
    pub fn merge(&mut self, other: ByRule) {
        for (id, more) in other.rules {
            let Some(rule) = self.rules.get_mut(&id) else {
                self.rules.insert(id, more);
                continue;
            };
            rule.documents += more.documents;
            rule.cuts += more.cuts;
            rule.bytes += more.bytes;
            rule.confidence = rule.confidence.max(more.confidence);
            for (key, more) in more.texts {
                let Some(group) = rule.texts.get_mut(&key) else {
                    rule.texts.insert(key, more);
                    continue;
                };
                group.cuts += more.cuts;
                group.documents += more.documents;
                group.bytes += more.bytes;
                if more.place < group.place {
                    (group.text, group.place) = (more.text, more.place);
                }
            }
        }
    }

    /// The view: the rules by bytes, their texts by number.
    pub fn render(&self, options: &Options) -> Vec<u8> {
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by(|a, b| b.1.bytes.cmp(&a.1.bytes).then_with(|| a.0.cmp(b.0)));
        let total = rules.iter().map(|(_, rule)| rule.bytes).sum();
        let mut out = String::new();
        for (id, rule) in rules {
            rule.render(&mut out, id, total, options);
        }
        out.into_bytes()
    }
}

impl Rule {
    fn render(&self, out: &mut String, id: &str, total: usize, options: &Options) {
        let style = options.style;
        let columns = options.width.clamp(40, 160);
        style.paint(out, Ink::Sure(self.confidence), glyph(self.confidence));
        out.push(' ');
        style.paint(out, Ink::Title, id);
        let cuts = counted(self.cuts, "cut", "cuts");
        let documents = counted(self.documents, "document", "documents");
        let counts = format!("{cuts} in {documents}");
        let loss = format!("−{}", bytes(self.bytes));
        let share = percent(self.bytes, total);
        let used = 2 + width(id) + width(&counts) + width(&loss) + width(&share) + 4;
        out.extend(std::iter::repeat_n(' ', columns.saturating_sub(used).max(2)));
        style.paint(out, Ink::Quiet, &counts);
        out.push_str("  ");
        style.paint(out, Ink::Loss, &loss);
        out.push_str("  ");
        style.paint(out, Ink::Title, &share);
        out.push('\n');
        style.paint(out, Ink::Note, &format!("  {}", clip(&self.summary, columns - 2)));
        out.push('\n');
        if let Some(risk) = &self.risk {
            style.paint(out, Ink::Warning, &format!("  risk: {}", clip(risk, columns - 8)));
            out.push('\n');
        }
        style.paint(out, Ink::Frame, &"─".repeat(columns));
        out.push('\n');
        self.texts(out, columns, options);
        out.push('\n');
    }

    fn texts(&self, out: &mut String, columns: usize, options: &Options) {
        let style = options.style;
        let mut groups: Vec<(&String, &Group)> = self.texts.iter().collect();
        groups.sort_by(|a, b| b.1.cuts.cmp(&a.1.cuts).then_with(|| a.0.cmp(b.0)));
        let most = if options.all || groups.len() <= TEXTS + 1 { groups.len() } else { TEXTS };
        let count = groups.first().map_or(1, |(_, group)| width(&grouped(group.cuts))).max(4);
        let place = (columns / 4).min(40);
        let text = columns.saturating_sub(count + place + 7);
        for (_, group) in &groups[..most] {
            style.paint(out, Ink::Figure, &format!("  {:>count$}× ", grouped(group.cuts)));
            let shown = clip(&group.text, text);
            style.paint(out, Ink::Text, &shown);
            out.extend(std::iter::repeat_n(' ', text - width(&shown) + 2));
            style.paint(out, Ink::Context, &squeeze(&format!("{}:{}", group.place.0, group.place.1), place));
            out.push('\n');
        }
        if most < groups.len() {
            let rest: usize = groups[most..].iter().map(|(_, group)| group.cuts).sum();
            let texts = counted(groups.len() - most, "more text", "more texts");
            let line = format!("  … {texts}, {}  (-a shows all)", counted(rest, "cut", "cuts"));
            style.paint(out, Ink::Quiet, &line);
            out.push('\n');
        }
    }
}

/// The beginning of a cut with every run of white space as one blank.
fn one_line(cut: &str) -> String {
    let head = &cut[..cut.floor_char_boundary(KEY * 4)];
    let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
    line[..line.floor_char_boundary(KEY)].to_owned()
}

/// What two cuts must share to be one text: words in lower case, figures as one sign.
fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_numeric() {
            if !key.ends_with('0') {
                key.push('0');
            }
        } else {
            key.extend(c.to_lowercase());
        }
    }
    key
}
