//! The small fixed set of functions: their names, and what they take and give.

use botflow_artifact::{Function, TypeId};

use super::Types;

/// What a name before a `(` means in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A function of values.
    Function(Function),
    /// `count(event, window)`.
    Count,
    /// `sum(event.field, window)`.
    Sum,
    /// `open(queue)`.
    Open,
    /// `has_consent(kind)`.
    HasConsent,
    /// `in_stage(stage)`.
    InStage,
}

/// All names, with how they are called.
pub const NAMES: &[(&str, Named, &str)] = &[
    (
        "length",
        Named::Function(Function::Length),
        "length(text or list)",
    ),
    (
        "contains",
        Named::Function(Function::Contains),
        "contains(text, part) or contains(list, item)",
    ),
    (
        "starts_with",
        Named::Function(Function::StartsWith),
        "starts_with(text, part)",
    ),
    (
        "ends_with",
        Named::Function(Function::EndsWith),
        "ends_with(text, part)",
    ),
    ("round", Named::Function(Function::Round), "round(number)"),
    ("floor", Named::Function(Function::Floor), "floor(number)"),
    ("ceiling", Named::Function(Function::Ceiling), "ceiling(number)"),
    ("min", Named::Function(Function::Min), "min(a, b)"),
    ("max", Named::Function(Function::Max), "max(a, b)"),
    ("abs", Named::Function(Function::Abs), "abs(number)"),
    ("first", Named::Function(Function::First), "first(list)"),
    (
        "last",
        Named::Function(Function::Last),
        "last(list) or last(event.field)",
    ),
    ("date", Named::Function(Function::DateOf), "date(moment)"),
    ("time", Named::Function(Function::TimeOf), "time(moment)"),
    ("weekday", Named::Function(Function::Weekday), "weekday(date)"),
    ("today", Named::Function(Function::Today), "today()"),
    ("count", Named::Count, "count(event, 90d)"),
    ("sum", Named::Sum, "sum(event.field, 90d)"),
    ("open", Named::Open, "open(queue)"),
    (
        "has_consent",
        Named::HasConsent,
        "has_consent(marketing) or has_consent(marketing, email)",
    ),
    ("in_stage", Named::InStage, "in_stage(checkout)"),
];

/// The function of this name, and how it is called.
pub fn find(name: &str) -> Option<(Named, &'static str)> {
    NAMES
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, named, usage)| (*named, *usage))
}

/// How many arguments a function of values takes.
pub fn arity(function: Function) -> usize {
    match function {
        Function::Today => 0,
        Function::Contains | Function::StartsWith | Function::EndsWith | Function::Min | Function::Max => 2,
        _ => 1,
    }
}

/// What an argument of a function of values was expected to be, where it is not.
pub struct Unfit {
    /// Which argument, from 0.
    pub argument: usize,
    /// What is wanted, as a message says it.
    pub wanted: &'static str,
}

/// The type of the result for arguments of these types (as many as [`arity`] says, all taken as known).
pub fn result(function: Function, args: &[TypeId], types: &mut Types) -> Result<TypeId, Unfit> {
    let error = |ty: TypeId| ty == Types::ERROR;
    let known: Vec<TypeId> = args.iter().map(|ty| types.known(*ty)).collect();
    let need = |argument: usize, holds: bool, wanted: &'static str| {
        if holds || error(known[argument]) {
            Ok(())
        } else {
            Err(Unfit { argument, wanted })
        }
    };
    Ok(match function {
        Function::Length => {
            need(
                0,
                types.is_textual(known[0]) || types.item_of(known[0]).is_some(),
                "a text or a list",
            )?;
            Types::INTEGER
        }
        Function::Contains => {
            if let Some(item) = types.item_of(known[0]) {
                need(
                    1,
                    types.comparable(item, known[1]),
                    "something that the list can hold",
                )?;
            } else {
                need(0, types.is_textual(known[0]), "a text or a list")?;
                need(1, types.is_textual(known[1]), "a text")?;
            }
            Types::YES_NO
        }
        Function::StartsWith | Function::EndsWith => {
            need(0, types.is_textual(known[0]), "a text")?;
            need(1, types.is_textual(known[1]), "a text")?;
            Types::YES_NO
        }
        Function::Round | Function::Floor | Function::Ceiling => {
            need(0, types.is_numeric(known[0]), "a number")?;
            Types::INTEGER
        }
        Function::Min | Function::Max => {
            need(
                0,
                types.ordered(known[0], known[0]),
                "something that has an order",
            )?;
            need(
                1,
                types.ordered(known[0], known[1]),
                "of the same kind as the first",
            )?;
            match types.join(known[0], known[1]) {
                Some(joined) => joined,
                None => {
                    return Err(Unfit {
                        argument: 1,
                        wanted: "of the same kind as the first",
                    });
                }
            }
        }
        Function::Abs => {
            use botflow_values::Kind::{Duration, Integer, Money, Number, Percent};
            let kind = types.kind(known[0]);
            let fits = matches!(kind, Some(Integer | Number | Money | Percent | Duration));
            need(0, fits, "a number, an amount or a duration")?;
            types.base(known[0])
        }
        Function::First | Function::Last => match types.item_of(known[0]) {
            Some(item) => types.optional(item),
            None => {
                need(0, false, "a list")?;
                Types::ERROR
            }
        },
        Function::DateOf => {
            need(0, types.base(known[0]) == Types::MOMENT, "a moment")?;
            Types::DATE
        }
        Function::TimeOf => {
            need(0, types.base(known[0]) == Types::MOMENT, "a moment")?;
            Types::TIME
        }
        Function::Weekday => {
            need(0, types.base(known[0]) == Types::DATE, "a date")?;
            Types::INTEGER
        }
        Function::Today => Types::DATE,
    })
}
