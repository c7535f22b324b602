//! Which option a message means.

use botflow_understanding::normalise;
use botflow_understanding::options::{OptionMatch, OptionWords, exact_option, find_words, match_option};
use proptest::prelude::*;

use OptionMatch::{Ambiguous, Exact, Inexact, None, Number};

fn options(labels: &[&[&str]]) -> Vec<OptionWords> {
    labels
        .iter()
        .map(|phrases| OptionWords::new(phrases.iter().copied()))
        .collect()
}

fn check(labels: &[&[&str]], rows: &[(&str, OptionMatch)]) {
    let options = options(labels);
    for (message, expected) in rows {
        assert_eq!(
            match_option(&normalise(message), &options),
            *expected,
            "{message:?}"
        );
    }
}

#[test]
fn a_menu() {
    check(
        &[
            &["What does shipping cost?", "delivery"],
            &["Is it safe?"],
            &["Talk to a person", "human"],
            &["Refund", "возврат", "rambursare"],
        ],
        &[
            ("What does shipping cost?", Exact(0)),
            ("WHAT DOES SHIPPING COST", Exact(0)),
            ("delivery", Exact(0)),
            ("Возврат!", Exact(3)),
            ("2", Number(1)),
            ("2.", Number(1)),
            ("#3", Number(2)),
            ("the second one", Number(1)),
            ("number 4", Number(3)),
            ("номер 1", Number(0)),
            ("вариант два", Number(1)),
            ("a doua", Number(1)),
            ("5", None),
            ("0", None),
            ("refnud", Inexact(3)),
            ("rfund", Inexact(3)),
            ("refund please", Inexact(3)),
            ("I would like a refund please", Inexact(3)),
            ("I don't want a refund", None),
            ("shipping", Inexact(0)),
            ("the shipping cost", Inexact(0)),
            ("ship", Inexact(0)),
            ("is it", Inexact(1)),
            ("ref", Inexact(3)),
            ("refunding", None),
            ("refund or delivery", Ambiguous),
            ("hello", None),
            ("", None),
            ("!!!", None),
            ("2 or 3", None),
        ],
    );
}

#[test]
fn yes_and_no() {
    check(
        &[&["Yes"], &["No"]],
        &[
            ("yes", Exact(0)),
            ("yes please", Inexact(0)),
            ("no, thanks", Inexact(1)),
            ("no idea", None),
            ("nope", None),
            ("y", None),
            ("1", Number(0)),
        ],
    );
}

#[test]
fn labels_with_numbers() {
    check(
        &[&["2"], &["4"], &["6"]],
        &[("2", Exact(0)), ("3", None), ("6", Exact(2))],
    );
    check(
        &[&["5 pieces"], &["10 pieces"], &["20 pieces"]],
        &[
            ("10", Inexact(1)),
            ("2", Number(1)),
            ("5", Inexact(0)),
            ("10 pieces", Exact(1)),
            ("11 pieces", None),
            ("pieces", Ambiguous),
        ],
    );
}

#[test]
fn the_same_words_twice() {
    check(
        &[&["Small", "s"], &["Large", "s"]],
        &[("s", Ambiguous), ("small", Exact(0))],
    );
    assert_eq!(
        exact_option(&normalise("s"), &options(&[&["Small", "s"], &["Large", "s"]])),
        Option::None
    );
}

#[test]
fn whole_words_only() {
    assert_eq!(find_words("the price of it", "price"), Some(4));
    assert_eq!(find_words("priceless", "price"), Option::None);
    assert_eq!(find_words("a priceless price", "price"), Some(12));
    assert_eq!(find_words("цена цены", "цены"), Some(9));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// An option's own label is always exact, unless another option is called the same.
    #[test]
    fn labels_are_exact(labels in prop::collection::vec("[a-zăîșтцй]{1,8}( [a-z]{1,8}){0,2}", 1..6), pick in any::<prop::sample::Index>()) {
        let options: Vec<OptionWords> = labels.iter().map(|label| OptionWords::new([label.as_str()])).collect();
        let place = pick.index(labels.len());
        let message = normalise(&labels[place]);
        let same = options.iter().filter(|option| option.is(&message)).count();
        let expected = if same == 1 { Exact(place) } else { Ambiguous };
        prop_assert_eq!(match_option(&message, &options), expected);
    }

    /// One slip in a long label is forgiven if no other label is near.
    #[test]
    fn one_slip_is_forgiven(label in "[a-z]{8,14}", place in any::<prop::sample::Index>(), letter in "[a-z]") {
        let options = options(&[&[label.as_str()], &["1111"]]);
        let at = place.index(label.len());
        let mut slipped = label.clone();
        slipped.replace_range(at..=at, &letter);
        let expected = if slipped == label { Exact(0) } else { Inexact(0) };
        prop_assert_eq!(match_option(&normalise(&slipped), &options), expected);
    }

    /// No message does harm, and only options that exist are found.
    #[test]
    fn any_message_is_safe(message in any::<String>(), labels in prop::collection::vec(any::<String>(), 0..5)) {
        let options: Vec<OptionWords> = labels.iter().map(|label| OptionWords::new([label.as_str()])).collect();
        match match_option(&normalise(&message), &options) {
            Exact(place) | Number(place) | Inexact(place) => prop_assert!(place < options.len()),
            Ambiguous | None => {}
        }
    }
}

#[test]
fn huge_messages_are_matched_in_time() {
    let options = options(&[
        &["What does shipping cost?"],
        &["a a a a a a"],
        &["aaaaaaaaaaaaaaaaaaaaaaaa"],
    ]);
    for piece in ["a ", "a", "shipping ", "what does shipping ", "1 ", "не "] {
        let _ = match_option(&normalise(&piece.repeat(1_000_000 / piece.len())), &options);
    }
}

#[test]
fn short_answers_that_are_stressed() {
    check(
        &[
            &["I agree", "yes", "да", "da"],
            &["No, thanks", "no", "нет", "nu"],
        ],
        &[
            ("yes, of course", Inexact(0)),
            ("Of course, yes!", Inexact(0)),
            ("yes definitely", Inexact(0)),
            ("да, конечно", Inexact(0)),
            ("da, desigur", Inexact(0)),
            ("of yes", None),
            ("yes but how much is it", None),
            ("yes, I have no idea", None),
        ],
    );
}
