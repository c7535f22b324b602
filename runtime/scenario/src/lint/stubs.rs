//! Stubs that nothing needs, and calls that nothing answers, as far as a conversation shows its calls: `* call` lines are
//! strict, so that one whose lines are filled in shows all of them.

use botflow_artifact::{Bot, Call};
use botflow_values::Value;
use smol_str::SmolStr;

use super::Issue;
use super::lines::Lines;
use crate::literal;
use crate::script::{self, Expression, Fields, LineKind, Scene, Stub, StubAnswer};

pub(super) fn check(bot: &Bot, lines: &Lines<'_>, scene: &Scene, issues: &mut Vec<Issue>) {
    // The stubs so far: their lines, and whether something needs them.
    let mut stubs: Vec<(usize, &Stub, bool)> = Vec::new();
    // Calls that have failed and may be tried again, which shows no line.
    let mut retried: Vec<(&Call, Vec<Option<Value>>)> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let mut sure = true;
    for line in &scene.lines {
        match &line.kind {
            LineKind::Stub(stub) => {
                let again = retried
                    .iter()
                    .any(|(call, args)| call.name == stub.call && fits(bot, call, stub, args).is_some());
                stubs.push((line.first, stub, again));
            }
            LineKind::Effect(effect) => {
                let Some(written) = effect.strip_prefix("call ") else {
                    continue;
                };
                let name = written.split('(').next().unwrap_or_default().trim();
                let Some(call) = bot.calls.iter().find(|call| call.name == name) else {
                    continue;
                };
                let Some(args) = arguments(bot, call, written) else {
                    // What was passed cannot be read here: any stub of the call may be the one.
                    sure = false;
                    continue;
                };
                let mut best: Option<(usize, usize)> = None;
                for (at, (_, stub, _)) in stubs
                    .iter()
                    .enumerate()
                    .filter(|(_, one)| one.1.call == call.name)
                {
                    if let Some(particular) = fits(bot, call, stub, &args)
                        && best.is_none_or(|(known, _)| particular >= known)
                    {
                        best = Some((particular, at));
                    }
                }
                match best {
                    Some((_, at)) => {
                        stubs[at].2 = true;
                        if matches!(stubs[at].1.answer, StubAnswer::Fails(_)) || stubs[at].1.takes_ms > 0 {
                            retried.push((call, args));
                        }
                    }
                    None if told.contains(&call.name.as_str()) => {}
                    None => {
                        told.push(&call.name);
                        issues.push(
                            Issue::new(
                                "chat-stub-missing",
                                lines.word(line.first, &call.name),
                                format!("Nothing tells what `{}` gives here.", call.name),
                            )
                            .help(format!("Add a line above: stub {written} = …")),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    // Where nothing of the bot's is written yet, nobody knows what it calls.
    let filled_in = scene.lines.iter().any(|line| match &line.kind {
        LineKind::Bot(_) => true,
        LineKind::Effect(effect) => effect.starts_with("call "),
        _ => false,
    });
    if !filled_in || !sure {
        return;
    }
    for (line, stub, _) in stubs.iter().filter(|(_, _, used)| !used) {
        issues.push(
            Issue::new(
                "chat-stub-unused",
                lines.word_behind(*line, "stub", &stub.call),
                format!(
                    "Nothing in this conversation asks `{}` for what this line tells.",
                    stub.call
                ),
            )
            .help("Take it out, or write the values with which it is asked."),
        );
    }
}

/// The values of a `* call` line, in the order of the parameters.
fn arguments(bot: &Bot, call: &Call, written: &str) -> Option<Vec<Option<Value>>> {
    let open = written.find('(')?;
    let script = script::parse(&format!("conversation c\n! call{}\n", &written[open..])).ok()?;
    let LineKind::Event { fields, .. } = &script.conversations.first()?.lines.first()?.kind else {
        return None;
    };
    let mut values = vec![None; call.params.len()];
    for (name, value) in fields {
        let at = call
            .params
            .iter()
            .position(|param| Some(&param.name) == name.as_ref())?;
        values[at] = Some(literal::read(bot, call.params[at].ty, value).ok()?);
    }
    Some(values)
}

/// How many arguments a stub names, if all of them fit.
fn fits(bot: &Bot, call: &Call, stub: &Stub, args: &[Option<Value>]) -> Option<usize> {
    let mut particular = 0;
    for (at, value) in in_order(call, &stub.args)? {
        if matches!(value, Expression::Path(path) if path == "any") {
            continue;
        }
        let wanted = literal::read(bot, call.params.get(at)?.ty, value).ok()?;
        let given = args.get(at)?.clone().unwrap_or(Value::Unknown);
        if given != wanted {
            return None;
        }
        particular += 1;
    }
    Some(particular)
}

/// Named values by the places of their parameters.
fn in_order<'f>(call: &Call, fields: &'f Fields) -> Option<Vec<(usize, &'f Expression)>> {
    let place = |(at, (name, value)): (usize, &'f (Option<SmolStr>, Expression))| match name {
        Some(name) => Some((call.params.iter().position(|param| param.name == *name)?, value)),
        None => Some((at, value)),
    };
    fields.iter().enumerate().map(place).collect()
}
