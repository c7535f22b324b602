//! A table of words says what an ordinary map says.

use std::collections::BTreeMap;

use botflow_understanding::WordTable;
use proptest::prelude::*;

/// Words that resemble each other, and some that do not.
fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        prop_oneof![4 => "[ab]{0,5}", 2 => "[а-г ]{0,4}", 1 => any::<String>()],
        0..200,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn it_is_a_map(put in words(), asked in words()) {
        let entries = || put.iter().enumerate().map(|(at, word)| (word.clone(), at));
        let map: BTreeMap<String, usize> = entries().collect();
        let table: WordTable<String, usize> = entries().collect();
        let mut first: WordTable<String, usize> = WordTable::default();
        for (word, at) in entries() {
            first.entry(word, || at);
        }
        prop_assert_eq!((table.len(), table.is_empty()), (map.len(), map.is_empty()));
        for word in put.iter().chain(&asked) {
            prop_assert_eq!(table.get(word), map.get(word));
            let earliest = put.iter().position(|one| one == word);
            prop_assert_eq!(first.get(word).copied(), earliest);
        }
    }
}
