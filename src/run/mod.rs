//! The run: documents in parallel, results in order, memory bounded by a window.

mod interrupt;
mod progress;

pub use interrupt::{interrupted, watch};
pub use progress::Progress;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::Result;

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

/// Bytes under way, as far as items tell their weight. One item may be heavier than that: then it goes alone.
const BUDGET: usize = 16 << 20;

/// Bytes that wait per thread, while there is something for every thread to take: more would not make it faster.
const AHEAD: usize = 2 << 20;

/// How long a result may wait for those behind it: small ones are handed over together.
const PATIENCE: Duration = Duration::from_millis(2);

/// What an item adds to what is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Documents in it, or what counts like one.
    pub documents: usize,
    /// Bytes that it holds.
    pub bytes: usize,
}

/// What threads share: items that wait, and what is under way.
struct Gate<I> {
    state: Mutex<State<I>>,
    /// There is something to work on, or nothing will come any more.
    work: Condvar,
    /// There is room for more.
    room: Condvar,
}

struct State<I> {
    waiting: VecDeque<(usize, Load, I)>,
    /// Threads without work, and whether the reader waits for room: who does not wait need not be woken, which costs more than
    /// the look.
    idle: usize,
    held: bool,
    /// What is begun and not yet consumed.
    under_way: Load,
    /// No more items will come.
    closed: bool,
    /// No more items are wanted.
    stopped: bool,
}

impl<I> Gate<I> {
    fn lock(&self) -> MutexGuard<'_, State<I>> {
        // Nothing that could panic is done under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room; false where the run has stopped.
    fn enter(&self, number: usize, load: Load, threads: usize, item: I) -> bool {
        let full = |state: &mut State<I>| {
            let (documents, bytes) = (state.under_way.documents + load.documents, state.under_way.bytes + load.bytes);
            let enough = bytes > threads * AHEAD && state.waiting.len() > threads;
            !state.stopped && state.under_way.documents > 0 && (documents > threads * WINDOW || enough || bytes > BUDGET)
        };
        let mut state = self.lock();
        if full(&mut state) {
            state.held = true;
            state = self.room.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
            state.held = false;
        }
        if state.stopped {
            return false;
        }
        state.under_way.documents += load.documents;
        state.under_way.bytes += load.bytes;
        state.waiting.push_back((number, load, item));
        if state.idle > 0 {
            drop(state);
            self.work.notify_one();
        }
        true
    }

    /// The next items to work on, a share of those that wait; none when all is done.
    fn take(&self, threads: usize, batch: &mut Vec<(usize, Load, I)>) {
        let idle = |state: &mut State<I>| state.waiting.is_empty() && !state.closed;
        let mut state = self.lock();
        if idle(&mut state) {
            state.idle += 1;
            state = self.work.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        let share = (state.waiting.len() / (2 * threads)).max(1).min(state.waiting.len());
        batch.extend(state.waiting.drain(..share));
    }

    /// Items have been consumed.
    fn leave(&self, gone: Load, window: usize) {
        let mut state = self.lock();
        state.under_way.documents -= gone.documents;
        state.under_way.bytes -= gone.bytes;
        // The reader is woken for a few items, not for each.
        if state.held && (state.under_way.documents <= window / 2 || state.under_way.bytes <= BUDGET / 2 && gone.bytes > 0) {
            drop(state);
            self.room.notify_one();
        }
    }

    fn stop(&self, drop_waiting: bool) {
        let mut state = self.lock();
        state.stopped = true;
        if drop_waiting {
            state.waiting.clear();
        }
        self.room.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
    }
}

/// So many threads: as many as there are processors, where nobody said how many.
pub fn number(threads: Option<NonZeroUsize>) -> usize {
    threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

/// Runs `work` on every item in parallel and hands the results to `consume` in the order of the items.
///
/// At most `threads * WINDOW` documents are under way, however many there are. `work` must not panic: the pool would wait for
/// a result that never comes, so the run is ended instead.
pub fn in_order<I: Send, T: Send>(
    threads: Option<NonZeroUsize>,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    work: impl Fn(I) -> T + Sync,
    consume: impl FnMut(T) -> Result<Flow>,
) -> Result<Ended> {
    stream(threads, items, |_| Load { documents: 1, bytes: 0 }, work, consume)
}

/// The same for items that hold many documents, or memory: `weigh` tells how much, at least one document, and what is under way
/// never holds much more than [`BUDGET`]. Items are read on a thread of their own, so that reading, working and writing go on at once, each waiting
/// for the slowest.
pub fn stream<I: Send, T: Send>(
    threads: Option<NonZeroUsize>,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    weigh: impl Fn(&I) -> Load + Sync,
    work: impl Fn(I) -> T + Sync,
    mut consume: impl FnMut(T) -> Result<Flow>,
) -> Result<Ended> {
    let threads = number(threads);
    let window = threads * WINDOW;
    let state = State { waiting: VecDeque::new(), idle: 0, held: false, under_way: Load::default(), closed: false, stopped: false };
    let gate = Gate { state: Mutex::new(state), work: Condvar::new(), room: Condvar::new() };
    let (gate, work, weigh) = (&gate, &work, &weigh);
    let mut items = items.into_iter();
    std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        let reader = scope.spawn(move || {
            let read = catch_unwind(AssertUnwindSafe(|| {
                let mut number = 0;
                loop {
                    if interrupted() {
                        return Ended::Interrupted;
                    }
                    let Some(item) = items.next() else { return Ended::Complete };
                    if !gate.enter(number, weigh(&item), threads, item) {
                        return Ended::Stopped;
                    }
                    number += 1;
                }
            }));
            gate.close();
            read
        });
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                let (mut batch, mut results) = (Vec::new(), Vec::new());
                loop {
                    gate.take(threads, &mut batch);
                    if batch.is_empty() {
                        break;
                    }
                    let mut sent = Instant::now();
                    let last = batch.len() - 1;
                    for (n, (number, load, item)) in batch.drain(..).enumerate() {
                        results.push((number, load, catch_unwind(AssertUnwindSafe(|| work(item)))));
                        if n == last || sent.elapsed() > PATIENCE {
                            // The receiver is gone only when the run has been given up.
                            let _ = sender.send(std::mem::take(&mut results));
                            sent = Instant::now();
                        }
                    }
                }
            });
        }
        drop(sender);
        let consumed = put_in_order(gate, window, results.into_iter(), &mut consume);
        if consumed.is_err() {
            gate.stop(true);
        }
        let read = reader.join().unwrap_or_else(Err).map_err(|panic| anyhow::anyhow!(said(&*panic)));
        let stopped = consumed?;
        Ok(match read? {
            Ended::Complete if stopped => Ended::Stopped,
            ended => ended,
        })
    })
}

/// What came too early waits for its turn. Tells whether the consumer asked to stop.
fn put_in_order<I, T>(
    gate: &Gate<I>,
    window: usize,
    results: impl Iterator<Item = Vec<(usize, Load, std::thread::Result<T>)>>,
    consume: &mut impl FnMut(T) -> Result<Flow>,
) -> Result<bool> {
    let (mut done, mut stopped) = (0, false);
    let mut early = BTreeMap::new();
    for batch in results {
        let (before, mut gone) = (done, Load::default());
        early.extend(batch.into_iter().map(|(number, load, result)| (number, (load, result))));
        while let Some((load, result)) = early.remove(&done) {
            done += 1;
            gone.documents += load.documents;
            gone.bytes += load.bytes;
            let result = result.map_err(|panic| anyhow::anyhow!(said(&*panic)))?;
            if consume(result)? == Flow::Stop && !stopped {
                stopped = true;
                gate.stop(false);
            }
        }
        if done > before {
            gate.leave(gone, window);
        }
    }
    Ok(stopped)
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
