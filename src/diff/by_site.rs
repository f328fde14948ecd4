//! `diff --by site`: what goes from the documents of each site, and by which rules.
//!
//! One site prints the same residue on every page: a site that loses far more or far less than the others, or whose bytes
//! all go to one rule, is where a pack is wrong or missing.

use std::collections::BTreeMap;

use super::style::{Ink, glyph};
use super::tally::{RuleTally, Tally};
use super::width::{bytes, counted, grouped, percent, squeeze, width};
use super::{Options, Summary};
use crate::Cleaned;

/// Sites shown, and rules of each; `all` shows the rest.
const SITES: usize = 30;
const RULES: usize = 4;

/// Tallies by site. Collected per worker and merged.
#[derive(Clone, Debug, Default)]
pub struct BySite {
    sites: BTreeMap<String, Tally>,
}

/// The site a document belongs to, as far as its name tells: the host of an address, a folder that is named like a host,
/// or the folder it lies in.
///
/// ```
/// use dehusk::diff::site_of;
/// assert_eq!(site_of("https://www.example.com/bread/12"), "example.com");
/// assert_eq!(site_of("crawl/news.example.org/2024/a.txt"), "news.example.org");
/// assert_eq!(site_of("crawl/blog/a.txt"), "crawl/blog");
/// assert_eq!(site_of("a.txt"), ".");
/// ```
pub fn site_of(name: &str) -> &str {
    let plain = |host: &'_ str| host.strip_prefix("www.").unwrap_or(host).len();
    if let Some((_, rest)) = name.split_once("://") {
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
        return &host[host.len() - plain(host)..];
    }
    let Some((folders, _)) = name.rsplit_once(['/', '\\']) else { return "." };
    match folders.split(['/', '\\']).find(|folder| is_host(folder)) {
        Some(host) => &host[host.len() - plain(host)..],
        None => folders,
    }
}

/// True for `news.example.org`: labels of letters, digits and hyphens, the last one of letters.
fn is_host(folder: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let Some((first, last)) = folder.rsplit_once('.') else { return false };
    last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) && first.split('.').all(label)
}

impl BySite {
    /// Counts a document of `site`.
    pub fn add(&mut self, site: &str, cleaned: &Cleaned<'_>) {
        self.sites.entry(site.to_owned()).or_default().add(cleaned);
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: BySite) {
        for (site, tally) in other.sites {
            self.sites.entry(site).or_default().merge(&tally);
        }
    }

    /// The view: sites by the bytes they lose, each with the rules that take most.
    pub fn render(&self, options: &Options) -> Vec<u8> {
        let mut out = String::new();
        if options.summary == Summary::Only {
            return Vec::new();
        }
        let style = options.style;
        let columns = options.width.clamp(40, 160);
        let mut sites: Vec<(&String, &Tally)> = self.sites.iter().collect();
        sites.sort_by(|a, b| b.1.removed.cmp(&a.1.removed).then_with(|| a.0.cmp(b.0)));
        let most = if options.all || sites.len() <= SITES + 1 { sites.len() } else { SITES };
        for (at, (site, tally)) in sites[..most].iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let counts = format!(
                "{} of {}  {}",
                grouped(tally.changed),
                counted(tally.documents, "document", "documents"),
                counted(tally.removals, "cut", "cuts"),
            );
            let figures = [
                (Ink::Quiet, counts),
                (Ink::Loss, format!("{}{}", if tally.removed > 0 { "−" } else { "" }, bytes(tally.removed))),
                (Ink::Title, percent(tally.removed, tally.bytes)),
            ];
            let right: usize = figures.iter().map(|(_, figure)| width(figure) + 2).sum();
            let name = squeeze(site, columns.saturating_sub(right).max(8));
            style.paint(&mut out, Ink::Title, &name);
            out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&name) + right)));
            for (ink, figure) in figures {
                out.push_str("  ");
                style.paint(&mut out, ink, &figure);
            }
            out.push('\n');
            rules(&mut out, tally, columns, options);
        }
        if most < sites.len() {
            let rest: usize = sites[most..].iter().map(|(_, tally)| tally.removed).sum();
            let line = format!("\n… {}, −{}  (-a shows all)\n", counted(sites.len() - most, "more site", "more sites"), bytes(rest));
            style.paint(&mut out, Ink::Quiet, &line);
        }
        out.push('\n');
        out.into_bytes()
    }
}

/// The rules of a site in one line each.
fn rules(out: &mut String, tally: &Tally, columns: usize, options: &Options) {
    let style = options.style;
    let mut rules: Vec<(&String, &RuleTally)> = tally.rules.iter().collect();
    rules.sort_by(|a, b| b.1.bytes.cmp(&a.1.bytes).then_with(|| a.0.cmp(b.0)));
    let most = if options.all || rules.len() <= RULES + 1 { rules.len() } else { RULES };
    let name = (columns / 2).min(44);
    for (id, rule) in &rules[..most] {
        out.push_str("  ");
        style.paint(out, Ink::Sure(rule.confidence), glyph(rule.confidence));
        out.push(' ');
        let shown = squeeze(id, name);
        style.paint(out, Ink::Rule, &shown);
        out.extend(std::iter::repeat_n(' ', name - width(&shown)));
        let line = format!("  {:>6}×  {:>5}", grouped(rule.cuts), percent(rule.bytes, tally.removed));
        style.paint(out, Ink::Quiet, &line);
        out.push('\n');
    }
    if most < rules.len() {
        let cuts: usize = rules[most..].iter().map(|(_, rule)| rule.cuts).sum();
        let more = format!("… {}", counted(rules.len() - most, "more rule", "more rules"));
        style.paint(out, Ink::Quiet, &format!("    {more:<name$}  {:>6}×", grouped(cuts)));
        out.push('\n');
    }
}
