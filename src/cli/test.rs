//! `dehusk test`: the examples that packs carry, run.

use std::io::{BufRead, BufWriter, Write, stdin, stdout};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use dehusk::trial::{self, Problem};
use dehusk::{Packs, escape};

use super::args::TestArgs;
use super::exit::Exit;
use super::messages::{Trouble, counted};
use super::packfile;
use super::session::load;
use super::settings::{Layers, Typed};
use crate::source::show as show_path;

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// Runs the command.
pub fn run(args: &TestArgs) -> Result<Exit> {
    super::colour(Layers::read(&args.common, args.common.typed())?.settings().color);
    let wrong = |e| anyhow::anyhow!("{e}");
    let mut reports = Vec::new();
    let mut single = Vec::new();
    if args.packs.is_empty() {
        reports.push(trial::run(&Packs::builtin()).map_err(wrong)?);
    }
    for path in &args.packs {
        if path.is_dir() {
            reports.push(trial::run(&load(path)?).map_err(wrong)?);
        } else {
            // A single file builds on the slots and languages of the built-in packs.
            let mut packs = Packs::builtin();
            packs.add_path(path).map_err(wrong)?;
            reports.push(trial::run_file(&packs, path).map_err(wrong)?);
            single.push(show_path(path));
        }
    }
    let passed: usize = reports.iter().map(|report| report.passed).sum();
    let mut problems: Vec<Problem> = reports.into_iter().flat_map(|report| report.problems).collect();
    problems.retain(|p| args.select.is_empty() || args.select.iter().any(|s| selects(s, &p.rule)));
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    for problem in &problems {
        show(&mut out, problem)?;
    }
    let checks = counted(passed as u64, "check", "checks");
    let with = if single.is_empty() {
        String::new()
    } else {
        format!(" (the examples of {}, run together with the built-in packs)", single.join(", "))
    };
    if args.interactive {
        out.flush()?;
        accept(&mut out, &mut problems)?;
    }
    if problems.is_empty() {
        if passed == 0 {
            return Err(Trouble::new("nothing was tested: the packs hold no examples").into());
        }
        writeln!(out, "{GOOD}ok{GOOD:#}   {checks} passed{with}")?;
    } else {
        writeln!(out, "{BAD}failed{BAD:#}   {}, {checks} passed{with}", counted(problems.len() as u64, "problem", "problems"))?;
    }
    out.flush()?;
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Found })
}

/// Asks for each example that is cut otherwise than it says, and writes it anew where that is right. What was accepted is no
/// problem any more.
fn accept(out: &mut impl Write, problems: &mut Vec<Problem>) -> Result<()> {
    let mut answers = stdin().lock().lines();
    let mut asking = true;
    let mut left = Vec::new();
    for problem in problems.drain(..) {
        let file = problem.source.rsplit_once(':').map(|(file, _)| Path::new(file)).filter(|file| file.is_file());
        let (Some((written, now)), Some(file), true) = (&problem.now, file, asking) else {
            left.push(problem);
            continue;
        };
        writeln!(out, "\n{}, {}   {}\n", problem.rule, problem.example, problem.source)?;
        for line in now.trim_matches('\n').lines() {
            writeln!(out, "    {}", escape::lines(line))?;
        }
        write!(out, "\nwrite the example so? y/n/q ")?;
        out.flush()?;
        match answers.next().transpose()?.unwrap_or_else(|| "q".to_owned()).trim() {
            "y" => {
                let done = packfile::rewrite_example(file, written, now).map_err(|e| Trouble::new(format!("{}: {e}", file.display())))?;
                if !done {
                    writeln!(out, "it stands otherwise in {}", file.display())?;
                    left.push(problem);
                }
            }
            answer => {
                asking = answer != "q";
                left.push(problem);
            }
        }
    }
    *problems = left;
    writeln!(out)?;
    Ok(())
}

fn selects(selector: &str, rule: &str) -> bool {
    rule == selector || rule.strip_prefix(selector).is_some_and(|rest| rest.starts_with(['/', ' ']))
}

fn show(out: &mut impl Write, problem: &Problem) -> std::io::Result<()> {
    let Problem { kind, rule, example, source, detail, .. } = problem;
    let example = if example.is_empty() { String::new() } else { format!(", {example}") };
    writeln!(out, "{BAD}{kind:<9}{BAD:#} {rule}{example}   {source}")?;
    for line in detail.lines() {
        writeln!(out, "    {}", escape::lines(line))?;
    }
    Ok(())
}
