//! Selectors: which rules and languages take part in a run.

use super::error::{PackError, nearest};
use super::info::Confidence;
use super::packs::Packs;

/// What a user chose. Selectors are `all`, a family, a rule id, `@pack`; the longest that fits decides, and `ignore` wins a tie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub select: Vec<String>,
    pub extend: Vec<String>,
    pub ignore: Vec<String>,
    /// Language codes; empty: all.
    pub languages: Vec<String>,
    pub preview: bool,
    /// Domain that the documents come from, in lower case; `*`: any.
    pub site: Option<String>,
    /// Rules below this take no part, not even as signs for others.
    pub min_confidence: Option<Confidence>,
}

impl Selection {
    /// True where the rule takes part.
    pub fn takes(&self, id: &str, pack: &str) -> bool {
        let best = |list: &[String]| list.iter().filter_map(|s| strength(s, id, pack)).max();
        let chosen = if self.select.is_empty() { Some(0) } else { best(&self.select) }.max(best(&self.extend));
        match (chosen, best(&self.ignore)) {
            (Some(chosen), Some(ignored)) => chosen > ignored,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// True where the language takes part. `:de` among the selectors restricts or ignores as `--lang` does.
    pub fn takes_language(&self, code: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|s| s.strip_prefix(':') == Some(code));
        let restricted = self.select.iter().any(|s| s.starts_with(':'));
        let listed = self.languages.is_empty() || self.languages.iter().any(|l| l == code);
        code == "any" || (listed && (!restricted || named(&self.select)) && !named(&self.ignore))
    }

    /// True where a rule for these sites takes part: a rule for no site in particular always does, the others only for
    /// documents of their site or of a site below it.
    pub fn takes_sites(&self, sites: &[String]) -> bool {
        let below = |site: &str, of: &str| site == of || site.strip_suffix(of).is_some_and(|sub| sub.ends_with('.'));
        sites.is_empty() || self.site.as_deref().is_some_and(|site| site == "*" || sites.iter().any(|of| below(site, of)))
    }

    /// True where a rule with these properties takes part.
    pub fn takes_rule(&self, id: &str, pack: &str, confidence: Confidence, preview: bool, sites: &[String]) -> bool {
        let sure = self.min_confidence.is_none_or(|least| confidence >= least);
        sure && (!preview || self.preview) && self.takes_sites(sites) && self.takes(id, pack)
    }

    /// Everything that there is: from what is compiled so, any other selection can be taken later.
    #[allow(dead_code, reason = "the build script takes everything")]
    pub fn everything() -> Selection {
        Selection { preview: true, site: Some("*".to_owned()), ..Selection::default() }
    }

    /// Every selector that names something in these packs.
    pub fn known(packs: &Packs) -> Vec<String> {
        let families = packs.rules.iter().filter_map(|r| r.table.id.get_ref().split_once('/').map(|(f, _)| f));
        let mut known: Vec<String> = families
            .map(str::to_owned)
            .chain(packs.rules.iter().map(|r| r.table.id.get_ref().clone()))
            .chain(packs.rules.iter().map(|r| format!("@{}", r.pack)))
            .chain(packs.languages.iter().map(|l| format!(":{}", l.table.code)))
            .chain(["all".to_owned()])
            .collect();
        known.sort();
        known.dedup();
        known
    }

    /// Every selector must name something.
    pub fn check(&self, known: &[String]) -> Result<(), PackError> {
        let languages = self.languages.iter().map(|l| format!(":{l}"));
        for selector in self.select.iter().chain(&self.extend).chain(&self.ignore).cloned().chain(languages) {
            if known.binary_search(&selector).is_err() {
                let near = nearest(&selector, known.iter().map(String::as_str));
                return Err(PackError::UnknownSelector { selector, near });
            }
        }
        Ok(())
    }
}

/// How closely a selector names a rule: longer is closer.
fn strength(selector: &str, id: &str, pack: &str) -> Option<usize> {
    let fits = match selector.strip_prefix('@') {
        Some(name) => name == pack,
        None => selector == "all" || selector == id || id.strip_prefix(selector).is_some_and(|rest| rest.starts_with('/')),
    };
    fits.then_some(match selector {
        "all" => 1,
        _ if selector.starts_with('@') => 2,
        _ => 2 + selector.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_selector_decides() {
        let list = |s: &[&str]| s.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let s = Selection { ignore: list(&["comments"]), extend: list(&["comments/form"]), ..Selection::default() };
        assert!(s.takes("comments/form", "core"));
        assert!(!s.takes("comments/list", "core"));
        assert!(s.takes("share/row", "core"));
        let only = Selection { select: list(&["share", ":de"]), ..Selection::default() };
        assert!(only.takes("share/row", "core") && !only.takes("shared/row", "core"));
        assert!(only.takes_language("de") && only.takes_language("any") && !only.takes_language("en"));
    }

    #[test]
    fn rules_of_a_site_stay_there() {
        let at = |site: &str| Selection { site: Some(site.to_owned()), ..Selection::default() };
        let own = ["mill.example".to_owned()];
        assert!(at("mill.example").takes_sites(&own) && at("news.mill.example").takes_sites(&own) && at("*").takes_sites(&own));
        assert!(!at("windmill.example").takes_sites(&own) && !at("example").takes_sites(&own) && !Selection::default().takes_sites(&own));
        assert!(Selection::default().takes_sites(&[]) && at("mill.example").takes_sites(&[]));
    }
}
