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
    let new = split(cleaned.text());
    let style = options.style;
    style.paint(&mut out, Ink::Title, &format!("--- {}", label('a', name)));
    out.push('\n');
    style.paint(&mut out, Ink::Title, &format!("+++ {}", label('b', name)));
    out.push('\n');
    for hunk in group_diff_ops(operations(cleaned), options.context) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let before = first.old_range().start..last.old_range().end;
        let after = first.new_range().start..last.new_range().end;
        style.paint(&mut out, Ink::Fold, &format!("@@ -{} +{} @@", place(&before), place(&after)));
        out.push('\n');
        for op in hunk {
            let (sign, ink) = if matches!(op, DiffOp::Equal { .. }) { (' ', Ink::Context) } else { ('-', Ink::Loss) };
            lines(&mut out, sign, ink, &old[op.old_range()], options);
            if sign == '-' {
                lines(&mut out, '+', Ink::Command, &new[op.new_range()], options);
            }
        }
    }
    out
}

fn lines(out: &mut String, sign: char, ink: Ink, lines: &[&str], options: &Options) {
    for line in lines {
        let (text, whole) = line.strip_suffix('\n').map_or((*line, false), |text| (text, true));
        if options.sanitise {
            options.style.paint(out, ink, &format!("{sign}{}", shown(text)));
        } else if options.style.marks() {
            // Into a file: the bytes as they are.
            out.push(sign);
            out.push_str(text);
        } else {
            options.style.paint(out, ink, &format!("{sign}{text}"));
        }
        out.push('\n');
        if !whole {
            out.push_str("\\ No newline at end of file\n");
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
