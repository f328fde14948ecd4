//! A patch that `patch -p1` and `git apply` take, made from the removals themselves.
//!
//! A diff algorithm would be slower, and where residue repeats its surroundings it marks the wrong copy. What goes is known,
//! so the operations are written down directly; `similar` groups them into hunks.

use similar::{DiffOp, group_diff_ops};

use super::Options;
use super::fold::Lines;
use super::style::Ink;
use super::width::shown;
use crate::Cleaned;
use crate::Span;
use crate::apply::cut;

pub(super) fn render(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> String {
    let mut out = String::new();
    if cleaned.original().len() == cleaned.text().len() {
        return out;
    }
    let old = split(cleaned.original());
    let mut new = split(cleaned.text());
    let mut ops = operations(cleaned);
    let mark = if options.bom { "\u{feff}" } else { "" };
    if options.bom {
        marked(&mut ops, &mut new);
    }
    let style = options.style;
    style.paint(&mut out, Ink::Title, &format!("--- {}", label('a', name)));
    out.push('\n');
    style.paint(&mut out, Ink::Title, &format!("+++ {}", label('b', name)));
    out.push('\n');
    for hunk in group_diff_ops(ops, options.context) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let before = first.old_range().start..last.old_range().end;
        let after = first.new_range().start..last.new_range().end;
        style.paint(&mut out, Ink::Fold, &format!("@@ -{} +{} @@", place(&before), place(&after)));
        out.push('\n');
        for op in hunk {
            let (sign, ink) = if matches!(op, DiffOp::Equal { .. }) { (' ', Ink::Context) } else { ('-', Ink::Loss) };
            let lead = |from: usize| if from == 0 { mark } else { "" };
            lines(&mut out, sign, ink, &old[op.old_range()], lead(op.old_range().start), options);
            if sign == '-' {
                lines(&mut out, '+', Ink::Command, &new[op.new_range()], lead(op.new_range().start), options);
            }
        }
    }
    out
}

/// `lead` is a byte order mark where the first of the lines is that of the file.
fn lines(out: &mut String, sign: char, ink: Ink, lines: &[&str], lead: &str, options: &Options) {
    for (n, line) in lines.iter().enumerate() {
        let lead = if n == 0 { lead } else { "" };
        let (text, whole) = line.strip_suffix('\n').map_or((*line, false), |text| (text, true));
        if options.sanitise {
            options.style.paint(out, ink, &format!("{sign}{}", shown(text)));
        } else if options.style.marks() {
            // Into a file: the bytes as they are.
            out.push(sign);
            out.push_str(lead);
            out.push_str(text);
        } else {
            options.style.paint(out, ink, &format!("{sign}{lead}{text}"));
        }
        out.push('\n');
        if !whole {
            out.push_str("\\ No newline at end of file\n");
        }
    }
}

/// A byte order mark is part of the first line: where that goes, the mark moves to the next one, which is another line then.
fn marked(ops: &mut Vec<DiffOp>, new: &mut Vec<&str>) {
    let Some(&DiffOp::Delete { old_index: 0, old_len, .. }) = ops.first() else { return };
    match ops.get_mut(1) {
        Some(DiffOp::Equal { old_index, new_index, len }) => {
            (*old_index, *new_index, *len) = (*old_index + 1, *new_index + 1, *len - 1);
            let empty = *len == 0;
            ops[0] = DiffOp::Replace { old_index: 0, old_len: old_len + 1, new_index: 0, new_len: 1 };
            if empty {
                ops.remove(1);
            }
        }
        Some(_) => {}
        None => {
            new.push("");
            ops[0] = DiffOp::Replace { old_index: 0, old_len, new_index: 0, new_len: 1 };
        }
    }
}

/// The lines of `text` with their ends, as `patch` counts them.
fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// `start,length` of a range of lines, from 1; an empty range names the line before it.
fn place(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        len => format!("{},{len}", range.start + 1),
    }
}

/// `a/name`, quoted as git does where it holds something unusual.
fn label(side: char, name: &str) -> String {
    let mut path = name;
    while let Some(rest) = path.strip_prefix("./").or_else(|| path.strip_prefix('/')) {
        path = rest;
    }
    if !path.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        // After a tab `patch` expects a date: a name with blanks ends there and not at its first blank.
        let end = if path.contains(' ') { "\t" } else { "" };
        return format!("{side}/{path}{end}");
    }
    let mut quoted = format!("\"{side}/");
    for c in path.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let mut units = [0; 4];
                for byte in c.encode_utf8(&mut units).bytes() {
                    quoted.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The way from the original's lines to those of the cleaned text.
fn operations(cleaned: &Cleaned<'_>) -> Vec<DiffOp> {
    let text = cleaned.original();
    let lines = Lines::new(text);
    let mut spans = cleaned.removals().iter().map(|removal| removal.span()).filter(|span| !span.is_empty()).peekable();
    let mut ops = Vec::new();
    let (mut old, mut new) = (0, 0);
    while let Some(span) = spans.next() {
        let first = lines.at(span.start());
        let mut group = vec![span];
        // As long as what stays does not end with its line, the next line is joined to it.
        let mut end = lines.next(lines.at(span.end() - 1));
        let kept = loop {
            while let Some(next) = spans.next_if(|next| next.start() < end) {
                end = end.max(lines.next(lines.at(next.end() - 1)));
                group.push(next);
            }
            let kept = kept(text, &group, lines.start(first), end);
            if kept.is_empty() || kept.ends_with('\n') || end == text.len() {
                break kept;
            }
            end = lines.next(lines.at(end));
        };
        let before = split(&text[lines.start(first)..end]);
        let after = split(&kept);
        let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let left = before.len().min(after.len()) - same;
        let tail = before.iter().rev().zip(after.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
        let (gone, come) = (before.len() - same - tail, after.len() - same - tail);
        let equal = first - old + same;
        if equal > 0 {
            ops.push(DiffOp::Equal { old_index: old, new_index: new, len: equal });
        }
        (old, new) = (old + equal, new + equal);
        ops.push(match come {
            0 => DiffOp::Delete { old_index: old, old_len: gone, new_index: new },
            _ => DiffOp::Replace { old_index: old, old_len: gone, new_index: new, new_len: come },
        });
        (old, new) = (old + gone, new + come);
        if tail > 0 {
            ops.push(DiffOp::Equal { old_index: old, new_index: new, len: tail });
            (old, new) = (old + tail, new + tail);
        }
    }
    if text.is_empty() || old < lines.len() {
        ops.push(DiffOp::Equal { old_index: old, new_index: new, len: lines.len() - old });
    }
    joined(ops)
}

/// `text[from..to]` without the spans in it.
fn kept(text: &str, spans: &[Span], from: usize, to: usize) -> String {
    let inside = spans.iter().filter_map(|span| {
        let start = span.start().max(from) - from;
        let end = span.end().min(to) - from;
        Span::new(&text[from..to], start, end)
    });
    cut(&text[from..to], inside)
}

/// Two equal stretches in a row become one: hunks are split at long ones.
fn joined(ops: Vec<DiffOp>) -> Vec<DiffOp> {
    let mut out: Vec<DiffOp> = Vec::with_capacity(ops.len());
    for op in ops {
        match (out.last_mut(), op) {
            (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) => *len += more,
            _ => out.push(op),
        }
    }
    out
}
