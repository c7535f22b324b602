//! Skeletons: a conversation for each place that no test visits, as few as can be.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use botflow_artifact::PlaceId;
use botflow_scenario::rehearse::{Rehearsal, rehearse};
use camino::Utf8Path;

use super::{Explored, Place, visits_of};
use crate::failure::{Failure, Status};
use crate::output;

/// What stands at the head of the file.
const HEAD: &str =
    "# Written by `botflow explore --skeletons`: what the bot says today, not what it should say. Read each
# conversation, correct it, name it after what it is for, and keep it as a test.
";

/// Writes them. A file that is there is only written over if that was asked for.
pub fn write(
    root: &Utf8Path,
    explored: &Explored<'_>,
    file: &Utf8Path,
    overwrite: bool,
) -> Result<Status, Failure> {
    let (text, written, missing) = skeletons(explored);
    if written == 0 {
        let why = match missing.is_empty() {
            true => {
                "Every place that can be reached is visited by a conversation: there is nothing to write.\n"
                    .to_owned()
            }
            false => told_missing(&missing),
        };
        output::talk(&why);
        return Ok(Status::Good);
    }
    if file.as_str() == "-" {
        output::data(&text);
    } else {
        let path = match file.is_absolute()
            || file
                .parent()
                .is_some_and(|parent| parent.is_dir() && parent != "")
        {
            true => file.to_owned(),
            false => root.join(file),
        };
        if path.exists() && !overwrite {
            return Err(Failure::Usage(format!(
                "`{path}` is there already, and somebody may have worked on it: name another file \
                 (`--skeletons=FILE`), or say `--overwrite`"
            )));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Failure::file(format!("make `{folder}`")))?;
        }
        fs::write(&path, &text).map_err(Failure::file(format!("write `{path}`")))?;
        let conversations = if written == 1 {
            "conversation"
        } else {
            "conversations"
        };
        output::talk(&format!(
            "{written} {conversations} in {path}: read them before you keep them.\n"
        ));
    }
    if !missing.is_empty() {
        output::talk(&told_missing(&missing));
    }
    Ok(Status::Good)
}

fn told_missing(missing: &[&Place]) -> String {
    let mut out = String::new();
    for place in missing {
        let why = place.way.as_ref().err().map(String::as_str).unwrap_or_default();
        let _ = writeln!(out, "Without one: {} ({why}).", place.visit.name);
    }
    out
}

/// The text, how many conversations it has, and the places for which there is none.
fn skeletons<'e>(explored: &'e Explored<'_>) -> (String, usize, Vec<&'e Place>) {
    let mut wanted: Vec<&Place> = explored.shown(true).collect();
    let missing = wanted
        .iter()
        .copied()
        .filter(|place| place.way.is_err())
        .collect();
    wanted.retain(|place| place.way.is_ok());
    // The longest come first: on the way they visit what would otherwise need one of its own.
    let mut by_length: Vec<usize> = (0..wanted.len()).collect();
    let length = |at: &usize| wanted[*at].way.as_ref().map_or(0, Vec::len);
    by_length.sort_by_key(|at| (std::cmp::Reverse(length(at)), *at));
    let mut visited: BTreeSet<PlaceId> = BTreeSet::new();
    let mut chosen: Vec<(usize, String)> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for at in by_length {
        let place = wanted[at];
        if visited.contains(&place.visit.place) {
            continue;
        }
        let text = skeleton(explored, place, &mut names);
        visited.extend(visits_of(explored.program, &text).into_keys());
        // It rests there only while nothing answers: a call whose stub answers at once.
        visited.insert(place.visit.place);
        chosen.push((at, text));
    }
    // In the order of the flows.
    chosen.sort_by_key(|(at, _)| *at);
    let mut text = HEAD.to_owned();
    for (_, skeleton) in &chosen {
        let _ = write!(text, "\n{skeleton}");
    }
    (text, chosen.len(), missing)
}

fn skeleton(explored: &Explored<'_>, place: &Place, names: &mut BTreeSet<String>) -> String {
    let visit = &place.visit;
    let plain: String = visit
        .name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let mut name = format!("to_{plain}");
    for number in 2.. {
        if names.insert(name.clone()) {
            break;
        }
        name = format!("to_{plain}_{number}");
    }
    let about = visit.about.replace('\n', " ");
    let mut text = format!(
        "# Comes to {} ({}): {about}\nconversation {name}\n",
        visit.name, visit.kind
    );
    for line in place.way.iter().flatten() {
        text.push_str(line);
        text.push('\n');
    }
    // Where a system has answered at once, the conversation is further on already.
    let mut plan = place.way.clone().unwrap_or_default();
    plan.push(format!("= at {}", visit.name));
    if let Rehearsal::Plays(_) = rehearse(explored.program, &plan) {
        let _ = writeln!(text, "= at {}", visit.name);
    }
    text
}
