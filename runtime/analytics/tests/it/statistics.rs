//! The methods, against numbers that are known otherwise.

use botflow_analytics::figures::theme;
use botflow_analytics::statistics::{Share, Spans, best_of, change};
use proptest::prelude::*;

fn near(left: f64, right: f64, slack: f64) -> bool {
    (left - right).abs() < slack
}

#[test]
fn wilson() {
    // From the literature: 10 of 100 is 5.52 % to 17.44 %; 0 of 10 reaches 27.75 %.
    let (low, high) = Share::new(10, 100).interval().expect("there are some");
    assert!(
        near(low, 0.055_2, 0.000_1) && near(high, 0.174_4, 0.000_1),
        "{low} {high}"
    );
    let (low, high) = Share::new(0, 10).interval().expect("there are some");
    assert!(low == 0.0 && near(high, 0.277_5, 0.000_1), "{low} {high}");
    assert_eq!(Share::default().interval(), None);
}

/// P(X > Y) of two beta distributions with whole parameters, in closed form: a sum over the first one's parameter.
fn beats(a1: u64, b1: u64, a2: u64, b2: u64) -> f64 {
    let ln_factorial = |n: u64| (1..=n).map(|k| (k as f64).ln()).sum::<f64>();
    let ln_beta = |a: u64, b: u64| ln_factorial(a - 1) + ln_factorial(b - 1) - ln_factorial(a + b - 1);
    (0..a1)
        .map(|i| {
            (ln_beta(a2 + i, b1 + b2) - ((b1 + i) as f64).ln() - ln_beta(1 + i, b1) - ln_beta(a2, b2)).exp()
        })
        .sum()
}

#[test]
fn the_best_of_two_as_in_closed_form() {
    for (one, other) in [
        ((5, 50), (8, 50)),
        ((0, 0), (0, 0)),
        ((30, 1000), (45, 1000)),
        ((1, 1), (0, 1)),
        ((300, 310), (280, 310)),
    ] {
        let (one, other) = (Share::new(one.0, one.1), Share::new(other.0, other.1));
        let exact = beats(
            one.part + 1,
            one.all - one.part + 1,
            other.part + 1,
            other.all - other.part + 1,
        );
        let best = best_of(&[one, other]);
        assert!(near(best[0], exact, 0.001), "{} and not {exact}", best[0]);
    }
}

#[test]
fn percentiles_are_the_nearest_rank() {
    let mut spans = Spans::default();
    assert_eq!(spans.median(), None);
    for span in [30, 10, 20, 40, 50] {
        spans.add(span);
    }
    // Of five, the 50th percentile is the third, the 90th and 99th the fifth, the 20th the first.
    let found = [50, 90, 99, 20, 21, 0].map(|percent| spans.percentile(percent));
    assert_eq!(found, [30, 50, 50, 10, 20, 10].map(Some));
    assert_eq!(spans.mean(), Some(30));
}

#[test]
fn what_is_said_in_other_words_is_one_theme() {
    assert_eq!(theme("Where is my parcel?"), theme("where is the PARCEL"));
    assert_ne!(theme("Where is my parcel?"), theme("Where is my invoice?"));
    assert_eq!(change(80.0, 100.0), Some(0.25));
    assert_eq!(change(0.0, 100.0), None);
}

proptest! {
    #[test]
    fn probabilities_of_the_best_add_up(shares in prop::collection::vec((0u64..5_000, 0u64..5_000), 1..6)) {
        let shares: Vec<Share> = shares.into_iter().map(|(part, more)| Share::new(part, part + more)).collect();
        let best = best_of(&shares);
        prop_assert!(near(best.iter().sum(), 1.0, 1e-9));
        prop_assert!(best.iter().all(|one| (0.0..=1.0).contains(one)));
        // Of equally many looked at, the one with more is the likelier.
        if shares.len() > 1 && shares[0].all == shares[1].all && shares[0].part > shares[1].part {
            prop_assert!(best[0] >= best[1]);
        }
    }

    #[test]
    fn the_interval_holds_the_rate(part in 0u64..10_000, more in 0u64..10_000) {
        let share = Share::new(part, part + more);
        if let (Some(rate), Some((low, high))) = (share.rate(), share.interval()) {
            prop_assert!(low <= rate + 1e-9 && rate <= high + 1e-9 && low >= 0.0 && high <= 1.0);
        }
    }
}
