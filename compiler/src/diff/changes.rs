//! Two portraits: what is told.

use std::collections::{BTreeMap, BTreeSet};

use botflow_artifact::versions::{PlaceIndex, Versions};
use botflow_artifact::*;

use super::align::{Alignment, align};
use super::portrait::{self, Area, Fact, Section};
use super::{Change, Diff, Group, Spot, What};

/// What has changed between two versions of a bot.
pub fn compare(old: &Bot, new: &Bot) -> Diff {
    let (before, after) = (portrait::of(old), portrait::of(new));
    let index = PlaceIndex::of(new);
    let versions = Versions::new(old, new, &index);
    let flows = renamed_flows(&versions, &before, &after);
    let mut groups: BTreeMap<Area, Group> = BTreeMap::new();
    // By the area that they have in the new version.
    let mut was: BTreeMap<Area, Vec<&Section>> = BTreeMap::new();
    let mut is: BTreeMap<Area, Vec<&Section>> = BTreeMap::new();
    for section in &before {
        let area = flows.get(&section.area).unwrap_or(&section.area);
        was.entry(area.clone()).or_default().push(section);
    }
    for section in &after {
        is.entry(section.area.clone()).or_default().push(section);
    }
    let areas: BTreeSet<&Area> = was.keys().chain(is.keys()).collect();
    for area in areas {
        let (old_sections, new_sections) = (was.get(area), is.get(area));
        let mut group = Group {
            area: area.clone(),
            flow: None,
            changes: Vec::new(),
        };
        if let Area::Flow(name) = area {
            let earlier = flows.iter().find(|(_, to)| *to == area).map(|(from, _)| from);
            group.flow = match (old_sections, new_sections, earlier) {
                (Some(_), Some(_), Some(Area::Flow(earlier))) => Some((What::Renamed, earlier.clone())),
                (None, Some(_), _) => Some((What::Added, name.clone())),
                (Some(_), None, _) => Some((What::Removed, name.clone())),
                _ => None,
            };
        }
        let none = Vec::new();
        let (old_sections, new_sections) = (old_sections.unwrap_or(&none), new_sections.unwrap_or(&none));
        // Of a flow that is new or gone its words are told; its steps are part of that.
        sections(&versions, &flows, old_sections, new_sections, &mut group.changes);
        if group.flow.is_some() || !group.changes.is_empty() {
            groups.insert(area.clone(), group);
        }
    }
    let groups: Vec<Group> = groups.into_values().collect();
    let unseen = groups.is_empty() && super::plain(old) != super::plain(new);
    Diff { groups, unseen }
}

/// So many pairs of flows that are gone and that are new are compared.
const MOST_PAIRS: usize = 40_000;

/// Flows that go on under another name: those that have `moved`, and those whose words are nearly the same.
fn renamed_flows(versions: &Versions<'_>, before: &[Section], after: &[Section]) -> BTreeMap<Area, Area> {
    let names = |bot: &Bot| -> Vec<String> {
        bot.flows
            .iter()
            .skip(1)
            .map(|flow| flow.name.to_string())
            .collect()
    };
    let (old, new) = (names(versions.old), names(versions.new));
    let set = |names: &[String]| -> BTreeSet<String> { names.iter().cloned().collect() };
    let (known, there) = (set(&old), set(&new));
    let gone: Vec<&String> = old.iter().filter(|name| !there.contains(*name)).collect();
    let mut come: Vec<&String> = new.iter().filter(|name| !known.contains(*name)).collect();
    let mut renamed = BTreeMap::new();
    let mut left = Vec::new();
    for name in gone {
        let moved = versions.moves(name).into_iter();
        match moved
            .filter_map(|to| come.iter().position(|name| **name == to))
            .next()
        {
            Some(at) => {
                let to = come.remove(at);
                renamed.insert(Area::Flow(name.clone()), Area::Flow(to.clone()));
            }
            None => left.push(name),
        }
    }
    // Where that many flows are others, it is another bot.
    if left.len().saturating_mul(come.len()) > MOST_PAIRS {
        return renamed;
    }
    let told = |sections: &[Section], names: &[&String]| -> BTreeMap<String, Vec<Fact>> {
        let mut facts: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        facts.extend(names.iter().map(|name| ((*name).clone(), Vec::new())));
        for section in sections {
            if let Area::Flow(name) = &section.area
                && let Some(facts) = facts.get_mut(name)
            {
                facts.extend(section.facts.iter().cloned());
            }
        }
        facts
    };
    let (were, are) = (told(before, &left), told(after, &come));
    for name in left {
        let was = &were[name];
        let like = come
            .iter()
            .enumerate()
            .map(|(at, to)| (in_common(was, &are[*to]), at));
        if let Some((like, at)) = like.max_by_key(|(like, at)| (*like, std::cmp::Reverse(*at)))
            && like >= 60
        {
            let to = come.remove(at);
            renamed.insert(Area::Flow(name.clone()), Area::Flow(to.clone()));
        }
    }
    renamed
}

/// How much of two lists of facts is the same, in percent.
pub(crate) fn in_common(old: &[Fact], new: &[Fact]) -> usize {
    if old.is_empty() || new.is_empty() {
        return 0;
    }
    let mut free: Vec<bool> = vec![true; new.len()];
    let mut both = 0;
    for fact in old {
        if let Some(at) = (0..new.len()).find(|at| free[*at] && fact.same(&new[*at])) {
            free[at] = false;
            both += 1;
        }
    }
    200 * both / (old.len() + new.len())
}

/// Compares the sections of one area.
fn sections(
    versions: &Versions<'_>,
    flows: &BTreeMap<Area, Area>,
    old: &[&Section],
    new: &[&Section],
    changes: &mut Vec<Change>,
) {
    let mut gone: Vec<&Section> = old
        .iter()
        .copied()
        .filter(|section| !new.iter().any(|one| one.key == section.key))
        .collect();
    let mut come: Vec<&Section> = new
        .iter()
        .copied()
        .filter(|section| !old.iter().any(|one| one.key == section.key))
        .collect();
    // What has another name, by `moved` or by its words.
    let mut renamed: Vec<(&Section, &Section)> = Vec::new();
    let word = |section: &Section| {
        section
            .key
            .split([' ', '.'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    gone.retain(|was| {
        let moved = moved_step(versions, was);
        let like = come
            .iter()
            .enumerate()
            .filter(|(_, is)| word(is) == word(was))
            .map(|(at, is)| {
                let named = moved.as_ref().is_some_and(|to| is.key == *to);
                (
                    if named {
                        1_000
                    } else {
                        in_common(&was.facts, &is.facts)
                    },
                    at,
                )
            });
        let Some((like, at)) = like.max_by_key(|(like, at)| (*like, std::cmp::Reverse(*at))) else {
            return true;
        };
        if like < 60 {
            return true;
        }
        renamed.push((was, come.remove(at)));
        false
    });
    let steps = renamed
        .iter()
        .filter(|(_, is)| is.key.starts_with("step ") && !is.key.contains(','));
    let steps: Vec<(String, String)> = steps.map(|(was, is)| (name_of(was), name_of(is))).collect();
    let mut slots: Vec<(String, String)> = Vec::new();
    for is in new {
        let was = renamed
            .iter()
            .find(|(_, to)| std::ptr::eq(*to, *is))
            .map(|(was, _)| *was);
        let was = was.or_else(|| old.iter().copied().find(|one| one.key == is.key));
        if let Some(was) = was {
            renamed_answers(was, is, &mut slots);
        }
    }
    let names = Names {
        flows,
        steps: &steps,
        slots: &slots,
    };
    for is in new {
        if let Some((was, _)) = renamed.iter().find(|(_, to)| std::ptr::eq(*to, *is)) {
            // Of what only the source names, the name is told, and nothing else.
            let heard = is.key.contains("on ") || is.key.starts_with("if ");
            changes.push(Change {
                what: if heard { What::Changed } else { What::Renamed },
                within: String::new(),
                kind: if heard {
                    "what it listens to".into()
                } else {
                    word(is)
                },
                before: Some(name_of(was)),
                after: Some(name_of(is)),
                ..of_section(Some(was), Some(is))
            });
            facts(was, is, &names, changes);
        } else if let Some(was) = old.iter().find(|one| one.key == is.key) {
            facts(was, is, &names, changes);
        } else {
            whole(is, What::Added, changes);
        }
    }
    for was in gone {
        whole(was, What::Removed, changes);
    }
}

/// The name behind the word of a section: `step shipping` is `shipping`.
fn name_of(section: &Section) -> String {
    let key = &section.key;
    match key.strip_prefix("step ").filter(|rest| !rest.contains(',')) {
        Some(name) => name.to_owned(),
        None => key.clone(),
    }
}

/// Where a step has moved to, as the key of a section.
fn moved_step(versions: &Versions<'_>, section: &Section) -> Option<String> {
    let Area::Flow(flow) = &section.area else {
        return None;
    };
    let step = section.key.strip_prefix("step ")?;
    let to = versions.moves(&format!("{flow}.{step}")).into_iter().next()?;
    let (_, step) = to.rsplit_once('.')?;
    Some(format!("step {step}"))
}

fn of_section(old: Option<&Section>, new: Option<&Section>) -> Change {
    let spot = |section: Option<&Section>| match section {
        Some(section) => Spot {
            site: section.site,
            source: section.source,
        },
        None => Spot::NOWHERE,
    };
    Change {
        what: What::Changed,
        within: String::new(),
        kind: String::new(),
        context: String::new(),
        before: None,
        after: None,
        spoken: false,
        language: None,
        old: spot(old),
        new: spot(new),
    }
}

/// A section that only one version has: what it is, and the words in it.
fn whole(section: &Section, what: What, changes: &mut Vec<Change>) {
    let (old, new) = match what {
        What::Added => (None, Some(section)),
        _ => (Some(section), None),
    };
    if !section.key.is_empty() {
        let named = |there: Option<&Section>| there.map(name_of);
        let kind = section.key.split([' ', '.']).next().unwrap_or_default();
        let kind = match kind {
            "on" => "listens",
            "if" => "rule",
            kind => kind,
        };
        changes.push(Change {
            what,
            kind: kind.into(),
            before: named(old),
            after: named(new),
            ..of_section(old, new)
        });
    }
    for (at, fact) in section.facts.iter().enumerate().filter(|(_, fact)| fact.told) {
        // Of what is new or gone as a whole, what is said is told, and where it leads.
        let talk = fact.spoken || matches!(fact.kind, "goes on" | "ends" | "hands over" | "runs");
        let is_declared = !matches!(section.area, Area::Flow(_) | Area::Always);
        if talk || is_declared {
            changes.push(single(section, at, what));
        }
    }
}

/// A fact that only one version has.
fn single(section: &Section, at: usize, what: What) -> Change {
    let fact = &section.facts[at];
    let spot = Spot {
        site: fact.site,
        source: fact.source,
    };
    let words = Some(fact.words.clone());
    let added = what == What::Added;
    Change {
        what,
        within: section.key.clone(),
        kind: fact.kind.into(),
        context: context(&section.facts, at),
        before: if added { None } else { words.clone() },
        after: if added { words } else { None },
        spoken: fact.spoken,
        language: None,
        old: if added { Spot::NOWHERE } else { spot },
        new: if added { spot } else { Spot::NOWHERE },
    }
}

/// Under what circumstances a fact stands: the nearest that has words.
fn context(facts: &[Fact], at: usize) -> String {
    let mut parent = facts[at].parent;
    while let Some(fact) = parent.and_then(|parent| facts.get(parent)) {
        if !fact.context.is_empty() {
            return fact.context.clone();
        }
        parent = fact.parent;
    }
    String::new()
}

/// Compares two sections that are the same one.
fn facts(old: &Section, new: &Section, names: &Names<'_>, changes: &mut Vec<Change>) {
    let Alignment {
        mut same,
        changed,
        mut removed,
        mut added,
    } = align(&old.facts, &new.facts);
    // What hangs on what, in the numbers of the new section.
    let mut there: BTreeMap<usize, usize> = BTreeMap::new();
    there.extend(same.iter().copied());
    there.extend(changed.iter().copied());
    let moved = |was: usize, is: usize| {
        let before = old.facts[was].parent.map(|parent| there.get(&parent).copied());
        before != new.facts[is].parent.map(Some)
    };
    let mut found: Vec<(usize, Change)> = Vec::new();
    same.sort_unstable();
    for (was, is) in &same {
        if !moved(*was, *is) || !new.facts[*is].told {
            continue;
        }
        // What hangs on something that is gone or new is part of that, unless it stands elsewhere now.
        let (from, to) = (context(&old.facts, *was), context(&new.facts, *is));
        let mut parents = [old.facts[*was].parent, new.facts[*is].parent].into_iter();
        let hangs = parents.all(|parent| parent.is_none()) || from == to;
        if !hangs {
            found.push((*is, told(old, Some(*was), new, Some(*is), What::Moved)));
        }
    }
    for (was, is) in &changed {
        let (before, after) = (&old.facts[*was], &new.facts[*is]);
        if !after.told || names.explain(before, after) {
            continue;
        }
        if let Some((from, to)) = renamed_answer(before, after) {
            let mut change = told(old, Some(*was), new, Some(*is), What::Renamed);
            (change.before, change.after) = (Some(from), Some(to));
            found.push((*is, change));
            continue;
        }
        if before.words != after.words {
            found.push((*is, told(old, Some(*was), new, Some(*is), What::Changed)));
        }
        translations(old, *was, new, *is, &mut found);
    }
    // What a new question has besides its words and its ways is part of it.
    let part = |facts: &[Fact], at: usize, all: &[usize]| {
        let of_it = facts[at]
            .parent
            .is_some_and(|parent| all.contains(&parent) && facts[parent].spoken);
        of_it && matches!(facts[at].kind, "answer" | "failed tries" | "words heard")
    };
    removed.retain(|was| old.facts[*was].told);
    let gone = removed.clone();
    removed.retain(|was| !part(&old.facts, *was, &gone));
    let come = added.clone();
    added.retain(|is| new.facts[*is].told && !part(&new.facts, *is, &come));
    for was in &removed {
        // It is told where it was: before what followed it.
        let behind = same.iter().filter(|(a, _)| a < was).map(|(_, b)| b + 1).max();
        found.push((
            behind.unwrap_or(0),
            told(old, Some(*was), new, None, What::Removed),
        ));
    }
    for is in &added {
        found.push((*is, told(old, None, new, Some(*is), What::Added)));
    }
    found.sort_by_key(|(at, _)| *at);
    changes.extend(found.into_iter().map(|(_, change)| change));
}

/// Answers that have another name and the same type: the old name and the new one.
fn renamed_answers(old: &Section, new: &Section, slots: &mut Vec<(String, String)>) {
    let has = |section: &Section| section.facts.iter().any(|fact| fact.kind == "answer");
    if !has(old) || !has(new) {
        return;
    }
    for (was, is) in align(&old.facts, &new.facts).changed {
        if let Some(names) = renamed_answer(&old.facts[was], &new.facts[is]) {
            slots.push(names);
        }
    }
}

fn renamed_answer(was: &Fact, is: &Fact) -> Option<(String, String)> {
    if was.kind != "answer" {
        return None;
    }
    let ((from, type_before), (to, type_after)) = (was.words.split_once(": ")?, is.words.split_once(": ")?);
    (type_before == type_after && from != to && !from.contains('.')).then(|| (from.to_owned(), to.to_owned()))
}

/// Words of the new version with its variables called as they were: within holes of what is said, everywhere else.
fn as_before(words: &str, spoken: bool, slots: &[(String, String)]) -> String {
    let mut out = String::with_capacity(words.len());
    let (mut name, mut depth) = (String::new(), 0usize);
    let flush = |name: &mut String, out: &mut String, depth: usize| {
        let known = slots.iter().find(|(_, to)| to == name);
        match known.filter(|_| !spoken || depth > 0) {
            // A field of something is no variable.
            Some((from, _)) if !out.ends_with('.') => out.push_str(from),
            _ => out.push_str(name),
        }
        name.clear();
    };
    for c in words.chars() {
        if c.is_alphanumeric() || c == '_' {
            name.push(c);
            continue;
        }
        flush(&mut name, &mut out, depth);
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(c);
    }
    flush(&mut name, &mut out, depth);
    out
}

/// What has another name now.
struct Names<'n> {
    flows: &'n BTreeMap<Area, Area>,
    steps: &'n [(String, String)],
    /// Variables of the flow.
    slots: &'n [(String, String)],
}

impl Names<'_> {
    /// A flow or step is mentioned under its new name, and nothing else has changed.
    fn explain(&self, before: &Fact, after: &Fact) -> bool {
        if !self.slots.is_empty() && renamed_answer(before, after).is_none() {
            let again = as_before(&after.words, after.spoken, self.slots);
            let also = |fact: &Fact, anew: bool| -> Vec<(String, String)> {
                let words = |words: &String| match anew {
                    true => as_before(words, after.spoken, self.slots),
                    false => words.clone(),
                };
                fact.also
                    .iter()
                    .map(|(language, said)| (language.clone(), words(said)))
                    .collect()
            };
            if again == before.words && also(after, true) == also(before, false) {
                return true;
            }
        }
        if !matches!(before.kind, "runs" | "goes on" | "what it starts" | "start")
            || before.also != after.also
        {
            return false;
        }
        let step = |from: &String| before.words == format!("at {from}");
        if self
            .steps
            .iter()
            .any(|(from, to)| step(from) && after.words == format!("at {to}"))
        {
            return true;
        }
        let mut flows = self.flows.iter();
        flows.any(|(from, to)| match (from, to) {
            (Area::Flow(from), Area::Flow(to)) => {
                let called = before.words.replacen(&format!("{from}("), &format!("{to}("), 1);
                called == after.words || (before.words == *from && after.words == *to)
            }
            _ => false,
        })
    }
}

fn told(old: &Section, was: Option<usize>, new: &Section, is: Option<usize>, what: What) -> Change {
    let fact = |section: &Section, at: Option<usize>| at.map(|at| section.facts[at].clone());
    let (before, after) = (fact(old, was), fact(new, is));
    let spot = |fact: &Option<Fact>| match fact {
        Some(fact) => Spot {
            site: fact.site,
            source: fact.source,
        },
        None => Spot::NOWHERE,
    };
    let shown = after.as_ref().or(before.as_ref());
    Change {
        what,
        within: new.key.clone(),
        kind: shown.map(|fact| fact.kind.to_owned()).unwrap_or_default(),
        context: match (was, is) {
            (_, Some(is)) => context(&new.facts, is),
            (Some(was), None) => context(&old.facts, was),
            (None, None) => String::new(),
        },
        spoken: shown.is_some_and(|fact| fact.spoken),
        old: spot(&before),
        new: spot(&after),
        before: before.map(|fact| fact.words),
        after: after.map(|fact| fact.words),
        language: None,
    }
}

/// What has changed in other languages.
fn translations(old: &Section, was: usize, new: &Section, is: usize, found: &mut Vec<(usize, Change)>) {
    let (before, after) = (&old.facts[was].also, &new.facts[is].also);
    let languages: BTreeSet<&String> = before.iter().chain(after).map(|(language, _)| language).collect();
    let mut lost: Vec<String> = Vec::new();
    for language in languages {
        let words = |all: &[(String, String)]| {
            let found = all.iter().find(|(known, _)| known == language);
            found.map(|(_, words)| words.clone())
        };
        let (earlier, later) = (words(before), words(after));
        if earlier == later {
            continue;
        }
        let what = match (&earlier, &later) {
            (None, _) => What::Added,
            (_, None) => {
                lost.push(language.clone());
                continue;
            }
            _ => What::Changed,
        };
        let mut change = told(old, Some(was), new, Some(is), what);
        change.language = Some(language.clone());
        (change.before, change.after) = (earlier, later);
        found.push((is, change));
    }
    if !lost.is_empty() {
        let mut change = told(old, Some(was), new, Some(is), What::Removed);
        change.kind = "translation".into();
        change.spoken = false;
        let words = super::flows::shortened(&new.facts[is].words);
        (change.before, change.after) = (Some(format!("“{words}” in {}", lost.join(", "))), None);
        found.push((is, change));
    }
}
