//! Two people turn out to be one (semantics 18.5): their cards, histories, consents and agendas become one.
//!
//! Pure functions of what is known of both. What is a fact about a person does not depend on the order in which people
//! are merged; only the number of the person, which is the host's, is that of the one who is merged into.

use botflow_artifact::{EventId, Field, FieldId, Merging};
use botflow_values::{Value, add, compare, subtract};
use smol_str::SmolStr;

use crate::MAX_COUNTED;
use crate::address::{Address, MAX_ADDRESSES};
use crate::card::{Written, is_one};
use crate::consent::{Consent, bound};
use crate::history::{Exposure, History};
use crate::person::{Brought, Person};
use crate::program::Program;

/// A list that two people's lists are joined to has at most so many items.
pub const MAX_JOINED: usize = 1_000;

/// So many numbers of people that were merged into one are remembered, so that nobody is counted twice.
const MAX_ABSORBED: usize = 64;

/// What merging gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The one person, under the number of the first.
    pub person: Person,
    /// Fields of the card whose value does not fit their type in this version of the bot: as declared again, and to be
    /// recorded.
    pub misfits: Vec<FieldId>,
    /// They were one already: nothing has changed.
    pub same: bool,
}

/// Merges the second person into the first. `spoke_at`: when each wrote last (their conversation's `last_at` will do);
/// the later one's channel, language and zone hold.
pub fn merge(program: &Program, into: (&Person, i64), from: (&Person, i64)) -> Merged {
    let (mut one, mut other) = (into.0.clone(), from.0.clone());
    let absorbed = |person: &Person| -> Vec<u64> {
        let more = person.particulars.as_deref();
        more.map(|more| more.absorbed.clone()).unwrap_or_default()
    };
    if one.id == other.id || absorbed(&one).contains(&other.id) {
        return Merged {
            misfits: one.mend(program),
            person: one,
            same: true,
        };
    }
    let mut misfits = one.mend(program);
    misfits.extend(other.mend(program));
    misfits.sort_unstable();
    misfits.dedup();
    // What holds of the one who wrote last comes first; the rest depends on no order.
    let first_is_later = (into.1, rank_of(&one)) >= (from.1, rank_of(&other));
    let (later, earlier) = match first_is_later {
        true => (&one, &other),
        false => (&other, &one),
    };
    let mut person = Person {
        id: one.id,
        language: known(&later.language, &earlier.language),
        timezone: known(&later.timezone, &earlier.timezone),
        channel: known(&later.channel, &earlier.channel),
        referral: later.referral.clone().or_else(|| earlier.referral.clone()),
        stage: stage(later, earlier),
        ..Person::new(&program.bot, one.id)
    };
    let mut written = Vec::new();
    for (place, field) in program.bot.customer.iter().enumerate() {
        let id = FieldId::from(place);
        let side = |person: &Person| Side {
            value: person.fields.get(place).cloned().unwrap_or_default(),
            written: person.written().iter().find(|one| one.field == id).copied(),
        };
        let chosen = merge_field(field, side(&one), side(&other));
        // What two narrowed lists are joined to may be longer than the type allows: then the newer one holds.
        let chosen = match is_one(program, field.ty, &chosen.value) {
            true => chosen,
            false => newest(side(&one), side(&other)),
        };
        person.fields[place] = chosen.value;
        written.extend(chosen.written);
    }
    person.occurrences = occurrences(&one, &other);
    person.history = match (one.history.clone(), other.history.clone()) {
        (Some(mut one), Some(other)) => {
            one.merge(*other);
            one_of_a_group(program, &mut one);
            Some(one)
        }
        (one, other) => one.or(other),
    };
    let staged_at = staged_at(&one).max(staged_at(&other));
    let mut absorbed = [absorbed(&one), absorbed(&other), vec![other.id]].concat();
    absorbed.sort_unstable();
    absorbed.dedup();
    absorbed.drain(..absorbed.len().saturating_sub(MAX_ABSORBED));
    let brought = brought(&one, &other);
    let more = person.particulars_mut();
    more.brought = brought;
    more.written = written;
    more.consents = consents(one.consents(), other.consents());
    more.opted_out = opted_out(one.opted_out(), other.opted_out());
    more.addresses = addresses(one.addresses(), other.addresses());
    more.staged_at = staged_at;
    more.absorbed = absorbed;
    Merged {
        person,
        misfits,
        same: false,
    }
}

/// A field of one of the two cards.
#[derive(Clone)]
struct Side {
    value: Value,
    written: Option<Written>,
}

impl Side {
    /// What is known comes before what is not, then what was written later, what is proven, and the rest by chance
    /// that is the same for both.
    fn rank(&self) -> (bool, Option<i64>, Option<(crate::card::Proof, i64)>, String) {
        let written = self.written.as_ref();
        let at = written.map(|one| one.at);
        let proof = written.and_then(|one| one.proof);
        (self.value.is_known(), at, proof, format!("{:?}", self.value))
    }
}

fn newest(one: Side, other: Side) -> Side {
    match one.rank() >= other.rank() {
        true => one,
        false => other,
    }
}

/// The one that was written first; what was never written has been so from the beginning only where nothing else is.
fn oldest(one: Side, other: Side) -> Side {
    let key = |side: &Side| {
        let at = side.written.map(|one| one.at);
        (
            side.value.is_unknown(),
            at.is_none(),
            at,
            format!("{:?}", side.value),
        )
    };
    match key(&one) <= key(&other) {
        true => one,
        false => other,
    }
}

fn merge_field(field: &Field, one: Side, other: Side) -> Side {
    if one.value.is_unknown() || other.value.is_unknown() {
        return newest(one, other);
    }
    let last = one.written.max_by_key(other.written);
    let unproven = last.map(|written| Written {
        proof: None,
        ..written
    });
    match field.merging {
        Merging::Newest => newest(one, other),
        Merging::Oldest => oldest(one, other),
        Merging::Highest | Merging::Lowest => match compare(&one.value, &other.value) {
            None | Some(std::cmp::Ordering::Equal) => newest(one, other),
            Some(order) if order.is_gt() == (field.merging == Merging::Highest) => one,
            Some(_) => other,
        },
        Merging::Add => {
            let sum = add(&one.value, &other.value);
            let value = match field.default.is_known() {
                true => subtract(&sum, &field.default),
                false => sum,
            };
            match value.is_known() {
                true => Side {
                    value,
                    written: unproven,
                },
                false => newest(one, other),
            }
        }
        Merging::Join => {
            let (newer, older) = match one.rank() >= other.rank() {
                true => (&one, &other),
                false => (&other, &one),
            };
            let (Some(first), Some(second)) = (older.value.as_list(), newer.value.as_list()) else {
                return newest(one, other);
            };
            let mut items: Vec<Value> = Vec::with_capacity(first.len());
            let mut seen = std::collections::BTreeSet::new();
            for item in first.iter().chain(second) {
                if items.len() < MAX_JOINED && seen.insert(format!("{item:?}")) {
                    items.push(item.clone());
                }
            }
            Side {
                value: Value::List(items),
                written: unproven,
            }
        }
    }
}

/// Of experiments of one group a person takes part in one: the one that was met first.
fn one_of_a_group(program: &Program, history: &mut History) {
    let group = |exposure: &Exposure| {
        let mut experiments = program.bot.experiments.iter();
        experiments
            .find(|one| one.name == exposure.experiment)?
            .group
            .clone()
    };
    let mut groups: Vec<SmolStr> = Vec::new();
    // They stand in the order in which they were met.
    history.arms.retain(|exposure| match group(exposure) {
        Some(group) if groups.contains(&group) => false,
        known => {
            groups.extend(known);
            true
        }
    });
}

/// The later of two notes.
trait Later: Sized {
    fn max_by_key(self, other: Self) -> Self;
}

impl Later for Option<Written> {
    fn max_by_key(self, other: Self) -> Self {
        let at = |note: &Self| note.map(|one| one.at);
        if at(&self) >= at(&other) { self } else { other }
    }
}

fn known(later: &SmolStr, earlier: &SmolStr) -> SmolStr {
    match later.is_empty() {
        true => earlier.clone(),
        false => later.clone(),
    }
}

/// What two people who wrote at the same moment are put in order by: nothing of it is a number of the host's.
fn rank_of(person: &Person) -> String {
    format!(
        "{} {} {} {:?} {:?}",
        person.channel, person.language, person.timezone, person.referral, person.stage
    )
}

fn staged_at(person: &Person) -> Option<i64> {
    person.particulars.as_ref().and_then(|more| more.staged_at)
}

/// The stage that was entered last.
fn stage(later: &Person, earlier: &Person) -> Option<botflow_artifact::StageId> {
    let key = |person: &Person| (person.stage.is_some(), staged_at(person), person.stage);
    match key(later) >= key(earlier) {
        true => later.stage,
        false => earlier.stage,
    }
}

/// What happened to either happened to the one; the last of it is counted.
fn occurrences(one: &Person, other: &Person) -> Vec<(EventId, Vec<i64>)> {
    let mut all = one.occurrences.clone();
    for (event, moments) in &other.occurrences {
        match all.iter_mut().find(|(known, _)| known == event) {
            Some((_, known)) => known.extend(moments),
            None => all.push((*event, moments.clone())),
        }
    }
    for (_, moments) in &mut all {
        moments.sort_unstable();
        moments.drain(..moments.len().saturating_sub(MAX_COUNTED));
    }
    all.sort_by_key(|(event, _)| *event);
    all
}

/// What events brought either of the two; the last of it is remembered.
fn brought(one: &Person, other: &Person) -> Vec<Brought> {
    let of = |person: &Person| {
        person
            .particulars
            .as_ref()
            .map_or(Vec::new(), |more| more.brought.clone())
    };
    let mut all = of(one);
    for more in of(other) {
        match all
            .iter_mut()
            .find(|known| (known.event, known.field) == (more.event, more.field))
        {
            Some(known) => known.values.extend(more.values),
            None => all.push(more),
        }
    }
    for known in &mut all {
        // In order of time; at one moment in an order that does not depend on who was merged into whom.
        known
            .values
            .sort_by_cached_key(|(at, value)| (*at, format!("{value:?}")));
        known
            .values
            .drain(..known.values.len().saturating_sub(MAX_COUNTED));
    }
    all.sort_by_key(|known| (known.event, known.field));
    all
}

/// Both histories as one. Of what was said at the same moment a withdrawal counts as the later.
fn consents(one: &[Consent], other: &[Consent]) -> Vec<Consent> {
    let mut all = [in_order(one), in_order(other)].concat();
    let key = |record: &Consent| {
        (
            record.at,
            !record.granted,
            record.consent,
            record.channel.clone(),
            record.question.clone(),
            record.answer.clone(),
        )
    };
    all.sort_by_cached_key(key);
    all.dedup();
    bound(&mut all);
    all
}

/// The records with moments that never go back, as they were noted: a clock that was set back makes nothing hold again.
fn in_order(records: &[Consent]) -> Vec<Consent> {
    let mut last = i64::MIN;
    let later = records.iter().map(|record| {
        last = last.max(record.at);
        Consent {
            at: last,
            ..record.clone()
        }
    });
    later.collect()
}

/// Opting out wins.
fn opted_out(one: &[(SmolStr, i64)], other: &[(SmolStr, i64)]) -> Vec<(SmolStr, i64)> {
    let mut all: Vec<(SmolStr, i64)> = one.to_vec();
    for (channel, at) in other {
        match all.iter_mut().find(|(known, _)| known == channel) {
            Some((_, since)) => *since = (*since).min(*at),
            None => all.push((channel.clone(), *at)),
        }
    }
    all.sort();
    all
}

fn addresses(one: &[Address], other: &[Address]) -> Vec<Address> {
    let mut all: Vec<Address> = one.to_vec();
    for address in other {
        let is_it =
            |known: &&mut Address| known.channel == address.channel && known.address == address.address;
        match all.iter_mut().find(is_it) {
            Some(known) => known.at = known.at.min(address.at),
            None => all.push(address.clone()),
        }
    }
    all.sort_by(|a, b| (a.at, &a.channel, &a.address).cmp(&(b.at, &b.channel, &b.address)));
    all.drain(..all.len().saturating_sub(MAX_ADDRESSES));
    all
}
