//! How good the removals of a run are, judged by a sample.

/// A share that was counted in a sample, and the interval it lies in with 95% certainty (Wilson's score interval, which
/// holds for small samples and shares near 100%).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Judged right.
    pub right: u64,
    /// Judged at all.
    pub judged: u64,
}

impl Estimate {
    /// The share, where anything was judged.
    pub fn share(self) -> Option<f64> {
        (self.judged > 0).then(|| self.right as f64 / self.judged as f64)
    }

    /// Lower and upper end of the interval.
    pub fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.959_964;
        if self.judged == 0 {
            return (0.0, 1.0);
        }
        let n = self.judged as f64;
        let p = self.right as f64 / n;
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let reach = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((middle - reach).max(0.0), (middle + reach).min(1.0))
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(share) = self.share() else { return f.write_str("nothing judged yet") };
        let (low, high) = self.interval();
        // Rounded away from what would flatter.
        let (low, high) = ((low * 100.0).floor(), (high * 100.0).ceil());
        write!(f, "precision {:.0}% ({low:.0}–{high:.0}%), {} of {}", share * 100.0, self.right, self.judged)
    }
}

/// Draws `wanted` of all cuts, each with the same chance and none twice: how often each group was drawn, in the order of
/// the groups. The same seed draws the same cuts.
pub fn draw(cuts: &[u64], wanted: u64, seed: u64) -> Vec<(usize, u64)> {
    let total: u64 = cuts.iter().sum();
    let wanted = wanted.min(total);
    let mut chance = Chance(seed);
    // Floyd's sampling: no list of all cuts is needed.
    let mut drawn = std::collections::BTreeSet::new();
    for top in total - wanted..total {
        let pick = chance.below(top + 1);
        if !drawn.insert(pick) {
            drawn.insert(top);
        }
    }
    let mut picks: Vec<(usize, u64)> = Vec::new();
    let (mut group, mut end) = (0, cuts.first().copied().unwrap_or(0));
    for pick in drawn {
        while pick >= end {
            group += 1;
            end += cuts[group];
        }
        match picks.last_mut() {
            Some((last, times)) if *last == group => *times += 1,
            _ => picks.push((group, 1)),
        }
    }
    picks
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        let (low, high) = Estimate { right: 48, judged: 50 }.interval();
        assert!((low - 0.8654).abs() < 0.001 && (high - 0.9890).abs() < 0.001, "{low} {high}");
        assert_eq!(Estimate { right: 48, judged: 50 }.to_string(), "precision 96% (86–99%), 48 of 50");
        assert!(Estimate { right: 50, judged: 50 }.interval().1 > 0.999_999);
        assert_eq!(Estimate { right: 0, judged: 0 }.to_string(), "nothing judged yet");
    }

    #[test]
    fn a_draw_is_by_weight_and_repeatable() {
        let cuts = [1000, 1, 0, 10];
        assert_eq!(draw(&cuts, 50, 7), draw(&cuts, 50, 7));
        assert_eq!(draw(&cuts, 50, 7).iter().map(|(_, n)| n).sum::<u64>(), 50);
        assert!(draw(&cuts, 50, 7)[0].1 > 40);
        assert_eq!(draw(&cuts, 5000, 7), [(0, 1000), (1, 1), (3, 10)]);
        assert_eq!(draw(&[], 5, 7), []);
    }
}
