//! `botflow text update`: a catalogue is brought up to the flows.
//!
//! What is translated stays translated. A text whose words have changed keeps its translation as `fuzzy`, with the
//! words it was made for beside it; what the flows do not have any more is kept as obsolete, and comes back when its
//! words do. A place that was only renamed keeps its translation: its words are the same.

use std::collections::BTreeSet;

use super::plural::Counting;
use super::po::{Catalogue, Entry, Previous, Quoted};

/// So much two texts have in common that are versions of one.
pub const LIKE: f64 = 0.6;
/// So many left-over entries of other contexts are compared with a new text; above it only its own context is.
const MOST_COMPARED: usize = 2_000;

/// Brings a catalogue up to a template; an empty one becomes a new catalogue.
pub fn update(template: &Catalogue, catalogue: &Catalogue, language: &str) -> Catalogue {
    let counting = Counting::of(language);
    let forms = catalogue
        .header("Plural-Forms")
        .and_then(super::Forms::parse)
        .filter(|forms| counting.forms(forms).is_some());
    let count = match &forms {
        Some(forms) => forms.count,
        None => super::Forms::parse(counting.header()).map_or(2, |forms| forms.count),
    };
    let mut left: Vec<bool> = catalogue.entries.iter().map(|entry| !entry.is_header()).collect();
    let mut updated = vec![header(template, catalogue, language, &counting, forms.is_some())];
    let wanted: Vec<&Entry> = template
        .entries
        .iter()
        .filter(|entry| !entry.is_header())
        .collect();
    let mut places: Vec<Option<usize>> = vec![None; wanted.len()];
    // The same text in the same place.
    let mut by_key: super::FxIndexMap<super::Key, usize> = super::FxIndexMap::default();
    for (index, entry) in catalogue.entries.iter().enumerate() {
        if !entry.is_header() && !entry.strings.is_empty() {
            let known = by_key.entry(super::key_of(entry)).or_insert(index);
            // What is in use comes before what is obsolete.
            if catalogue.entries[*known].obsolete && !entry.obsolete {
                *known = index;
            }
        }
    }
    for (place, entry) in places.iter_mut().zip(&wanted) {
        if let Some(index) = by_key.get(&super::key_of(entry)).copied()
            && left[index]
        {
            left[index] = false;
            *place = Some(index);
        }
    }
    let from: Vec<From> = (wanted.iter().zip(&places))
        .map(|(entry, place)| match place {
            Some(index) => From::Same(*index),
            None => source(entry, catalogue, &mut left),
        })
        .collect();
    for (entry, from) in wanted.iter().zip(from) {
        updated.push(merged(entry, catalogue, from, count));
    }
    for (index, entry) in catalogue.entries.iter().enumerate() {
        if left[index] && (entry.has_words() || entry.strings.is_empty()) {
            let mut entry = entry.clone();
            entry.obsolete = true;
            entry.extracted.clear();
            entry.references.clear();
            updated.push(entry);
        }
    }
    Catalogue { entries: updated }
}

/// Where the translation of a text comes from.
enum From {
    Same(usize),
    /// The same words at a place that was called otherwise.
    Moved(usize),
    /// Words that are like these.
    Like(usize),
    Nothing,
}

fn source(entry: &Entry, catalogue: &Catalogue, left: &mut [bool]) -> From {
    let candidates: Vec<usize> = (0..catalogue.entries.len())
        .filter(|index| left[*index] && catalogue.entries[*index].has_words())
        .collect();
    let same_words = |index: &&usize| {
        let other = &catalogue.entries[**index];
        other.id == entry.id && other.plural == entry.plural && !other.is_fuzzy()
    };
    if let Some(index) = candidates.iter().find(same_words).copied() {
        left[index] = false;
        return From::Moved(index);
    }
    let own = |index: &usize| catalogue.entries[*index].context() == entry.context();
    let all = candidates.len() <= MOST_COMPARED;
    let best = candidates
        .into_iter()
        .filter(|index| all || own(index))
        .filter(|index| catalogue.entries[*index].plural.is_some() == entry.plural.is_some())
        .map(|index| {
            let like = similarity(&catalogue.entries[index].id.value, &entry.id.value);
            // The place counts for something.
            (like + if own(&index) { 0.1 } else { -0.15 }, index)
        })
        .filter(|(like, _)| *like >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    match best {
        Some((_, index)) => {
            left[index] = false;
            From::Like(index)
        }
        None => From::Nothing,
    }
}

fn merged(entry: &Entry, catalogue: &Catalogue, from: From, forms: usize) -> Entry {
    let mut merged = entry.clone();
    let empty = || match entry.plural {
        Some(_) => vec![Quoted::default(); forms],
        None => vec![Quoted::default()],
    };
    let index = match from {
        From::Nothing => {
            merged.strings = empty();
            return merged;
        }
        From::Same(index) | From::Moved(index) | From::Like(index) => index,
    };
    let before = &catalogue.entries[index];
    merged.translator.clone_from(&before.translator);
    merged.strings.clone_from(&before.strings);
    merged.flags = before.flags.clone();
    match from {
        From::Like(_) => {
            merged.previous = Previous {
                context: before.context.as_ref().map(|context| context.value.clone()),
                id: Some(before.id.value.clone()),
                plural: before.plural.as_ref().map(|plural| plural.value.clone()),
            };
            // What was a guess before is the guess of the words that were guessed from.
            if before.is_fuzzy() && before.previous.id.is_some() {
                merged.previous = before.previous.clone();
            }
            if !merged.is_fuzzy() {
                merged.flags.insert(0, "fuzzy".to_owned());
            }
        }
        _ => merged.previous = before.previous.clone(),
    }
    // A language counts in as many forms as its header says.
    if entry.plural.is_some() {
        merged.strings.resize(forms, Quoted::default());
    }
    merged
}

/// The header of the catalogue, with what it lacks.
fn header(
    template: &Catalogue,
    catalogue: &Catalogue,
    language: &str,
    counting: &Counting,
    counts: bool,
) -> Entry {
    let of = |catalogue: &Catalogue| catalogue.entries.iter().find(|entry| entry.is_header()).cloned();
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut add = |header: &str, only_new: bool| {
        for line in header.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let known = lines
                .iter_mut()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            match known {
                Some(_) if only_new => {}
                Some((_, old)) => value.trim().clone_into(old),
                None => lines.push((name.to_owned(), value.trim().to_owned())),
            }
        }
    };
    let template = of(template).unwrap_or_default();
    let own = of(catalogue);
    if let Some(words) = own.as_ref().and_then(|own| own.strings.first()) {
        add(&words.value, false);
    }
    if let Some(words) = template.strings.first() {
        add(&words.value, true);
    }
    let language = language.replace('-', "_");
    add(
        &format!("Language: {language}"),
        own.is_some() && catalogue.header("Language").is_some_and(|it| !it.is_empty()),
    );
    add(&format!("Plural-Forms: {}", counting.header()), counts);
    let words: String = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    Entry {
        translator: own.as_ref().map(|own| own.translator.clone()).unwrap_or_default(),
        flags: own
            .map(|own| own.flags)
            .unwrap_or_default()
            .into_iter()
            .filter(|flag| flag != "fuzzy")
            .collect(),
        id: Quoted::default(),
        strings: vec![Quoted::from(words.as_str())],
        ..Entry::default()
    }
}

/// How much two texts have in common: from 0 to 1, by their pairs of letters.
pub fn similarity(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let pairs = |text: &str| -> BTreeSet<(char, char, u8)> {
        let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).take(2_000).collect();
        let mut seen: std::collections::BTreeMap<(char, char), u8> = std::collections::BTreeMap::new();
        letters
            .windows(2)
            .map(|pair| {
                let count = seen.entry((pair[0], pair[1])).or_insert(0);
                *count = count.saturating_add(1);
                (pair[0], pair[1], *count)
            })
            .collect()
    };
    let (one, other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    if all == 0 {
        return 0.0;
    }
    2.0 * one.intersection(&other).count() as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_more_or_less_alike() {
        assert_eq!(similarity("Hello", "Hello"), 1.0);
        assert!(similarity("Hello there", "Hello, there!") > 0.8);
        assert!(
            similarity(
                "Which city should we ship to?",
                "Which town should we ship it to?"
            ) > LIKE
        );
        assert!(similarity("Pay now", "No, thanks") < LIKE);
        assert_eq!(similarity("", "a"), 0.0);
    }
}
