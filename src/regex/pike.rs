//! A program run in all ways at once, the preferred ones first: a list of states, moved on by one character after the other.

use super::program::{View, flag, op, switch, switched};
use super::search::{Hit, NOWHERE, hit, looks, step};

/// Marks a state that takes characters, what it reaches without one being told already.
const STAY: u32 = 1 << 31;

/// Where a match began, and its group `cut`.
#[derive(Clone, Copy)]
struct Kept {
    start: usize,
    cut: [u32; 2],
}

/// One state: an instruction, and how many characters it took if it repeats.
#[derive(Clone, Copy)]
struct State {
    at: u32,
    count: u32,
    kept: Kept,
}

/// States in the order of preference, each once.
struct States {
    list: Vec<State>,
    /// The round in which a state was added last.
    seen: Vec<u32>,
    round: u32,
}

impl States {
    fn new(states: usize) -> States {
        States { list: Vec::new(), seen: vec![0; states], round: 0 }
    }

    fn clear(&mut self) {
        self.list.clear();
        if self.round == u32::MAX {
            self.seen.fill(0);
            self.round = 0;
        }
        self.round += 1;
    }
}

/// The leftmost match that begins at `from` or behind, or, for a program that runs towards the start, whether there is one.
pub(super) fn find<const BACK: bool>(view: &View<'_>, text: &str, from: usize) -> Option<Hit> {
    let (mut now, mut then) = (States::new(view.states), States::new(view.states));
    let mut open = Vec::new();
    let mut best = None;
    let mut place = from;
    now.clear();
    loop {
        if best.is_none() {
            if now.list.is_empty() {
                // What was tried in vain was tried elsewhere.
                now.clear();
                match view.start(text, place) {
                    Some(start) => place = start,
                    None => break,
                }
            }
            if view.begins(text, place) {
                let kept = Kept { start: place, cut: [NOWHERE; 2] };
                reach(view, text, place, State { at: view.entry, count: 0, kept }, &mut now, &mut open);
            }
        }
        let next = step::<BACK>(text, place);
        then.clear();
        for state in &now.list {
            let here = state.at as usize;
            let word = view.code[here];
            if word & 255 == op::MATCH {
                best = Some(hit(state.kept.start, place, state.kept.cut));
                // The others are less preferred.
                break;
            }
            let Some((c, place)) = next else { continue };
            let moved = match word & 255 {
                op::CHAR => (u32::from(c) == word >> 8).then_some((view.code[here + 1], 0)),
                op::CLASS => view.holds(view.code[here + 2], c).then_some((view.code[here + 1], 0)),
                op::SWITCH => switched(switch(view.code, here).0, c).map(|to| (to, 0)),
                _ => view.holds(view.code[here + 2], c).then_some((state.at, state.count + 1)),
            };
            if let Some((at, count)) = moved {
                reach(view, text, place, State { at, count, kept: state.kept }, &mut then, &mut open);
            }
        }
        std::mem::swap(&mut now, &mut then);
        match next {
            Some((_, next)) if !now.list.is_empty() || (best.is_none() && !view.has(flag::EDGE)) => place = next,
            _ => break,
        }
    }
    best
}

/// Adds a state, and in its place those that it reaches without a character.
fn reach(view: &View<'_>, text: &str, place: usize, state: State, states: &mut States, open: &mut Vec<State>) {
    open.push(state);
    while let Some(State { at, mut count, mut kept }) = open.pop() {
        if at & STAY != 0 {
            states.list.push(State { at: at ^ STAY, count, kept });
            continue;
        }
        let here = at as usize;
        let code = &view.code[here..];
        let word = code[0];
        let kind = word & 255;
        let repeats = matches!(kind, op::GREEDY | op::LAZY);
        let mut number = here;
        if repeats {
            let (min, max) = (code[3], code[4]);
            if max == u32::MAX {
                count = count.min(min);
            }
            number = view.code.len() + (code[5] + count) as usize;
        }
        let seen = &mut states.seen[number];
        if *seen == states.round {
            continue;
        }
        *seen = states.round;
        let follow = |at: u32, kept: Kept| State { at, count: 0, kept };
        match kind {
            op::SPLIT => {
                open.push(follow(code[2], kept));
                open.push(follow(code[1], kept));
            }
            op::LOOK => {
                if looks(word >> 8, text, place) {
                    open.push(follow(code[1], kept));
                }
            }
            op::SAVE => {
                kept.cut[(word >> 8) as usize & 1] = place as u32;
                open.push(follow(code[1], kept));
            }
            op::GREEDY => {
                if count < code[4] {
                    states.list.push(State { at, count, kept });
                }
                if count >= code[3] {
                    open.push(follow(code[1], kept));
                }
            }
            op::LAZY => {
                // Leaving comes first, and staying behind all that leaving reaches.
                if count < code[4] {
                    open.push(State { at: at | STAY, count, kept });
                }
                if count >= code[3] {
                    open.push(follow(code[1], kept));
                }
            }
            op::SWITCH => {
                // One that has others is in no order of preference.
                open.extend(switch(view.code, here).1.map(|other| follow(other, kept)));
                states.list.push(State { at, count, kept });
            }
            _ => states.list.push(State { at, count, kept }),
        }
    }
}
