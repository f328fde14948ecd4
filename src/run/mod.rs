//! The run: documents in parallel, results in order, memory bounded by a window.

mod interrupt;
mod progress;

pub use interrupt::{interrupted, watch};
pub use progress::Progress;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use anyhow::{Context, Result};

/// How a parallel run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was done.
    Complete,
    /// Ctrl-C: what had begun was finished.
    Interrupted,
    /// The consumer asked to stop.
    Stopped,
}

/// What the consumer of results wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    On,
    /// Begin nothing new.
    Stop,
}

/// Documents in work or waiting for an earlier one, per thread. A result may hold as much as its document shows.
const WINDOW: usize = 32;

/// Runs `work` on every item in parallel and hands the results to `consume` in the order of the items.
///
/// At most `threads * WINDOW` items are under way, however many there are. `work` must not panic: the pool would wait for
/// a result that never comes, so the run is ended instead.
pub fn in_order<I: Send, T: Send>(
    threads: Option<NonZeroUsize>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut consume: impl FnMut(T) -> Result<Flow>,
) -> Result<Ended> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, NonZeroUsize::get)).build().context("no threads could be started")?;
    let window = pool.current_num_threads() * WINDOW;
    let mut items = items.into_iter();
    let work = &work;
    pool.in_place_scope(|scope| {
        let (sender, results) = mpsc::channel();
        let (mut begun, mut done) = (0usize, 0usize);
        let mut early = BTreeMap::new();
        let mut ended = Ended::Complete;
        loop {
            while ended == Ended::Complete && begun - done < window {
                if interrupted() {
                    ended = Ended::Interrupted;
                    break;
                }
                let Some(item) = items.next() else { break };
                let (sender, number) = (sender.clone(), begun);
                scope.spawn(move |_| {
                    let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                    // The receiver is gone only when the run has been given up.
                    let _ = sender.send((number, result));
                });
                begun += 1;
            }
            if begun == done {
                return Ok(ended);
            }
            let (number, result) = results.recv().context("a thread was lost")?;
            early.insert(number, result);
            while let Some(result) = early.remove(&done) {
                done += 1;
                let result = result.map_err(|panic| anyhow::anyhow!(said(&*panic)))?;
                if consume(result)? == Flow::Stop && ended == Ended::Complete {
                    ended = Ended::Stopped;
                }
            }
        }
    })
}

/// What a panic says, for the list of what failed.
pub fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a bug in dehusk, please report it: {}", text.unwrap_or("panic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let mut seen = Vec::new();
        let slow_first = |n: u64| {
            std::thread::sleep(std::time::Duration::from_millis(if n.is_multiple_of(7) { 3 } else { 0 }));
            n
        };
        let ended = in_order(NonZeroUsize::new(3), 0..200, slow_first, |n| {
            seen.push(n);
            Ok(Flow::On)
        });
        assert_eq!(ended.unwrap(), Ended::Complete);
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_ends_the_run_and_nothing_hangs() {
        let work = |n: u32| if n == 3 { panic!("bad luck") } else { n };
        let error = in_order(NonZeroUsize::new(2), 0..600, work, |_| Ok(Flow::On)).unwrap_err();
        assert!(error.to_string().ends_with("bad luck"));
    }

    #[test]
    fn stops_when_told() {
        let mut seen = 0;
        let ended = in_order(
            NonZeroUsize::new(2),
            0..,
            |n: u64| n,
            |_| {
                seen += 1;
                Ok(if seen == 5 { Flow::Stop } else { Flow::On })
            },
        );
        assert_eq!(ended.unwrap(), Ended::Stopped);
        assert!(seen <= 5 + 2 * WINDOW);
    }
}
