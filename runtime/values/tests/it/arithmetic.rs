//! Arithmetic against a model of exact integers, and its laws.

use botflow_values::value::{MAX_DURATION, MAX_INTEGER};
use botflow_values::{Date, Decimal, Kind, Operator, Time, Value, compare, equals, negate};
use proptest::prelude::*;

fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![(any::<i64>(), 0u8..=12), (-1000i64..1000, 0u8..=3)].prop_map(|(m, s)| Decimal::new(m, s))
}

fn scalar() -> impl Strategy<Value = Value> {
    let whole = || prop_oneof![any::<i64>(), -1000i64..1000];
    prop_oneof![
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::YesNo),
        whole().prop_map(Value::integer),
        decimal().prop_map(Value::Number),
        decimal().prop_map(Value::Percent),
        whole().prop_map(Value::money),
        whole().prop_map(Value::duration),
        (-4_000_000i64..4_000_000).prop_map(|days| Value::Date(Date::from_days(days))),
        any::<u32>().prop_map(|seconds| Value::Time(Time::from_seconds(i64::from(seconds)))),
        any::<i64>().prop_map(Value::Moment),
        "[a-z]{0,3}".prop_map(Value::text),
        (0u32..3, 0u32..3).prop_map(|(set, index)| Value::member(set, index)),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![
        Operator::Add,
        Operator::Subtract,
        Operator::Multiply,
        Operator::Divide,
    ])
}

/// The number at nine decimals and beyond, for comparing.
fn exact(number: Decimal) -> i128 {
    i128::from(number.mantissa()) * 10i128.pow(u32::from(9 - number.scale()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Nothing panics, and known operands of kinds that go together give the stated kind; others give
    /// unknown.
    #[test]
    fn results_have_the_stated_kind(op in operator(), a in scalar(), b in scalar()) {
        let result = op.apply(&a, &b);
        match (a.kind(), b.kind()) {
            (Some(left), Some(right)) => match op.result(left, right) {
                Some(kind) => prop_assert!(result.kind() == Some(kind) || (op == Operator::Divide && result.is_unknown()), "{result:?}"),
                None => prop_assert!(result.is_unknown(), "{result:?}"),
            },
            _ => prop_assert!(result.is_unknown()),
        }
        if let (Value::Integer(n) | Value::Money(n), true) = (&result, true) {
            prop_assert!(n.abs() <= MAX_INTEGER);
        }
        if let Value::Duration(n) = &result {
            prop_assert!(n.abs() <= MAX_DURATION);
        }
        negate(&a);
        compare(&a, &b);
    }

    /// Integers are exact within the bounds and saturate at them.
    #[test]
    fn integers_are_those_of_the_model(a in any::<i64>(), b in any::<i64>()) {
        let bound = i128::from(MAX_INTEGER);
        let (Value::Integer(a), Value::Integer(b)) = (Value::integer(a), Value::integer(b)) else { unreachable!() };
        let (x, y) = (i128::from(a), i128::from(b));
        for (op, exact) in [(Operator::Add, x + y), (Operator::Subtract, x - y), (Operator::Multiply, x * y)] {
            let expected = exact.clamp(-bound, bound) as i64;
            prop_assert_eq!(op.apply(&Value::Integer(a), &Value::Integer(b)), Value::Integer(expected));
        }
    }

    /// Sums and products of small decimals are exact.
    #[test]
    fn small_decimals_are_exact(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000, s in 0u8..=4, t in 0u8..=4) {
        let (x, y) = (Decimal::new(a, s), Decimal::new(b, t));
        prop_assert_eq!(exact(x.add(y)), exact(x) + exact(y));
        prop_assert_eq!(exact(x.sub(y)), exact(x) - exact(y));
        prop_assert_eq!(exact(x.mul(y)) * 10i128.pow(9), exact(x) * exact(y));
    }

    /// A quotient differs from the true one by at most half of its last decimal.
    #[test]
    fn quotients_are_nearest(a in -1_000_000_000i64..1_000_000_000, b in -1_000_000i64..1_000_000) {
        prop_assume!(b != 0);
        let quotient = Decimal::from_integer(a).div(Decimal::from_integer(b)).expect("the divisor is not zero");
        let error = exact(quotient) * i128::from(b) - i128::from(a) * 10i128.pow(9);
        prop_assert!(2 * error.abs() <= i128::from(b).abs());
    }

    /// Money times a number is the exact product rounded half to even, once.
    #[test]
    fn money_rounds_half_to_even(amount in -1_000_000_000i64..1_000_000_000, m in -100_000i64..100_000, scale in 0u8..=4) {
        let by = Decimal::new(m, scale);
        let Value::Money(found) = Operator::Multiply.apply(&Value::Money(amount), &Value::Number(by)) else {
            return Err(TestCaseError::fail("money times a number is money"));
        };
        let unit = 10i128.pow(u32::from(scale));
        let product = i128::from(amount) * i128::from(m);
        let error = i128::from(found) * unit - product;
        prop_assert!(2 * error.abs() <= unit);
        if 2 * error.abs() == unit {
            prop_assert_eq!(found % 2, 0);
        }
    }

    /// Decimals survive being written and read, and compare as their exact values.
    #[test]
    fn decimals_are_written_and_compared(a in decimal(), b in decimal()) {
        prop_assert_eq!(Decimal::parse(&a.to_string()), Some(a));
        prop_assert_eq!(a.cmp(&b), exact(a).cmp(&exact(b)));
        prop_assert_eq!(a == b, exact(a) == exact(b));
        prop_assert!(exact(a).abs() <= i128::from(MAX_INTEGER) * 10i128.pow(9));
    }

    /// Any digits at all are read, or refused, without harm.
    #[test]
    fn any_digits_are_safe(text in "[-+]?[0-9]{0,40}\\.?[0-9]{0,40}") {
        if let Some(number) = Decimal::parse(&text) {
            prop_assert!(number.scale() <= 9);
        }
    }

    /// Comparing is an order where it is defined, and agrees with being equal.
    #[test]
    fn comparing_is_an_order(a in scalar(), b in scalar()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).map(std::cmp::Ordering::reverse));
        if let Some(order) = compare(&a, &b) {
            prop_assert_eq!(order.is_eq(), equals(&a, &b));
            prop_assert!(a.kind().is_some_and(Kind::is_ordered));
        }
    }
}

#[test]
fn a_value_is_small() {
    assert!(size_of::<Value>() <= 32, "{} bytes", size_of::<Value>());
}

#[test]
fn examples() {
    let money = Value::money;
    let percent = |n| Value::Percent(Decimal::from_integer(n));
    let times = |a: &Value, b: &Value| Operator::Multiply.apply(a, b);
    assert_eq!(times(&money(1050), &percent(20)), money(210));
    // Half a cent goes to the even cent.
    assert_eq!(times(&money(5), &percent(10)), money(0));
    assert_eq!(times(&money(15), &percent(10)), money(2));
    assert_eq!(times(&percent(50), &percent(50)), percent(25));
    assert_eq!(
        times(&percent(20), &Value::integer(50)),
        Value::Number(Decimal::from_integer(10))
    );
    let date = Value::Date(Date::new(2026, 3, 4).expect("a day of the calendar"));
    let later = Operator::Add.apply(&date, &Value::duration(3 * 86_400_000 + 5));
    assert_eq!(
        later,
        Value::Date(Date::new(2026, 3, 7).expect("a day of the calendar"))
    );
    assert_eq!(
        Operator::Subtract.apply(&later, &date),
        Value::duration(3 * 86_400_000)
    );
    assert_eq!(
        Operator::Divide.apply(&Value::integer(1), &Value::integer(0)),
        Value::Unknown
    );
    assert_eq!(
        Operator::Divide.apply(&money(100), &money(300)),
        Value::Number(Decimal::new(333_333_333, 9))
    );
    assert_eq!(
        Operator::Add.apply(&Value::text("a"), &Value::text("b")),
        Value::Unknown
    );
    assert!(equals(&Value::integer(2), &Value::Number(Decimal::new(20, 1))));
}
