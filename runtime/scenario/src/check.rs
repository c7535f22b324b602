//! Whether a `=` line holds: expressions over what can be seen of a conversation from outside, without types of
//! their own; names of members take the other side's type.

use botflow_artifact::{Bot, EventId, TypeId};
use botflow_machine::Person;
use botflow_values::{Decimal, Value, add, compare, divide, equals, multiply, negate, subtract};
use smol_str::SmolStr;

use crate::engine::Standing;
use crate::literal;
use crate::script::{Compare, Expression, Fields};

/// What an expression can see.
pub struct View<'a> {
    /// The bot.
    pub bot: &'a Bot,
    /// Where the conversation stands.
    pub standing: &'a Standing,
    /// The person.
    pub person: &'a Person,
    /// Messages in a row that were not understood.
    pub misunderstood: u32,
    /// The moment.
    pub now: i64,
}

impl View<'_> {
    /// Whether the expression is yes.
    ///
    /// # Errors
    /// One sentence about a name that means nothing here.
    pub fn holds(&self, expression: &Expression) -> Result<bool, String> {
        Ok(self.value(expression)?.is_yes())
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// One sentence about a name that means nothing here.
    pub fn value(&self, expression: &Expression) -> Result<Value, String> {
        Ok(match expression {
            Expression::Path(path) => self.named(path)?,
            Expression::Text(text) => Value::text(text.as_str()),
            Expression::Number(digits) => {
                let number = Decimal::parse(digits).ok_or_else(|| format!("`{digits}` is no number"))?;
                number.to_integer().map_or(Value::Number(number), Value::integer)
            }
            Expression::Duration(span) => Value::duration(*span),
            Expression::Money(..)
            | Expression::Percent(_)
            | Expression::Date(_)
            | Expression::Time(_)
            | Expression::Moment(..) => self.literal(expression)?,
            Expression::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.value(item))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Record(fields) => Value::Record(
                fields
                    .iter()
                    .map(|(_, item)| self.value(item))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Function(name, args) => self.function(name, args)?,
            Expression::Minus(inner) => negate(&self.value(inner)?),
            Expression::Arithmetic(left, sign, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                match sign {
                    '+' => add(&left, &right),
                    '-' => subtract(&left, &right),
                    '*' => multiply(&left, &right),
                    _ => divide(&left, &right),
                }
            }
            Expression::Else(left, right) => {
                let left = self.value(left)?;
                if left.is_known() { left } else { self.value(right)? }
            }
            Expression::Known(inner, known) => Value::YesNo(self.value(inner)?.is_known() == *known),
            Expression::Not(inner) => Value::YesNo(!self.holds(inner)?),
            Expression::And(left, right) => Value::YesNo(self.holds(left)? && self.holds(right)?),
            Expression::Or(left, right) => Value::YesNo(self.holds(left)? || self.holds(right)?),
            Expression::Compare(left, how, right) => Value::YesNo(self.compare(left, *how, right)?),
        })
    }

    fn compare(&self, left: &Expression, how: Compare, right: &Expression) -> Result<bool, String> {
        if how == Compare::In {
            let list = self.value(right)?;
            let items = list.as_list().ok_or("the right side of `in` is no list")?;
            let item = match (self.value(left), items.first()) {
                (Err(_), Some(Value::Member(member))) => self.member(member.set, left)?,
                (value, _) => value?,
            };
            return Ok(items.iter().any(|other| equals(other, &item)));
        }
        // A name that means nothing by itself may be a member of the other side's set.
        let (left, right) = match (self.value(left), self.value(right)) {
            (Ok(value), Err(_)) if matches!(value, Value::Member(_)) => {
                let Value::Member(member) = &value else {
                    return Ok(false);
                };
                let other = self.member(member.set, right)?;
                (value, other)
            }
            (Err(_), Ok(value)) if matches!(value, Value::Member(_)) => {
                let Value::Member(member) = &value else {
                    return Ok(false);
                };
                (self.member(member.set, left)?, value)
            }
            (Ok(Value::Language(code)), Err(_)) => (Value::Language(code), code_of(right, Value::Language)?),
            (Ok(Value::Channel(name)), Err(_)) => (Value::Channel(name), code_of(right, Value::Channel)?),
            (Ok(Value::Unknown), Err(_)) => return Ok(how == Compare::IsNot),
            (left, right) => (left?, right?),
        };
        let same = equals(&left, &right) || same_text(&left, &right);
        let order = compare(&left, &right);
        Ok(match how {
            Compare::Is => same,
            Compare::IsNot => !same,
            Compare::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Compare::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Compare::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            _ => order.is_some_and(std::cmp::Ordering::is_ge),
        })
    }

    fn member(&self, set: u32, written: &Expression) -> Result<Value, String> {
        let members = self
            .bot
            .sets
            .get(set as usize)
            .map_or(&[][..], |set| &set.members);
        let Expression::Path(name) = written else {
            return self.value(written);
        };
        let index = members.iter().position(|member| member.name == *name);
        index
            .map(|index| Value::member(set, index as u32))
            .ok_or_else(|| format!("`{name}` is none of the values that this can have"))
    }

    fn named(&self, path: &SmolStr) -> Result<Value, String> {
        match path.as_str() {
            "yes" => return Ok(Value::YesNo(true)),
            "no" => return Ok(Value::YesNo(false)),
            "unknown" => return Ok(Value::Unknown),
            "now" => return Ok(Value::Moment(self.now)),
            _ => {}
        }
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match first {
            "customer" => {
                let (field, rest) = rest.split_once('.').unwrap_or((rest, ""));
                let index = self.bot.customer.iter().position(|known| known.name == field);
                let index = index.ok_or_else(|| format!("the customer card has no `{field}`"))?;
                let declared = &self.bot.customer[index];
                let value = self
                    .person
                    .fields
                    .get(index)
                    .cloned()
                    .unwrap_or_else(|| declared.default.clone());
                self.components(value, Some(declared.ty), rest)
            }
            "conversation" => Ok(match rest {
                "language" if self.person.language.is_empty() => {
                    Value::Language(self.bot.languages[0].clone())
                }
                "language" => Value::Language(self.person.language.clone()),
                "channel" => Value::Channel(self.person.channel.clone()),
                "misunderstood" => Value::integer(i64::from(self.misunderstood)),
                "referral" => self.person.referral.clone().map_or(Value::Unknown, Value::Text),
                "stage" => self.person.stage.map_or(Value::Unknown, |stage| {
                    Value::Text(self.bot.stages[stage.index()].clone())
                }),
                _ => return Err(format!("`conversation` has no `{rest}` that a test can look at")),
            }),
            _ => {
                let found = self.standing.variables.iter().find(|(name, _)| name == first);
                let Some((_, value)) = found else {
                    let meant = match first {
                        "finished" => "; write it like this: = finished resolved",
                        "owner" => "; write it like this: = owner people",
                        "at" => "; write it like this: = at flow.step",
                        "nothing" => "; write it like this: = nothing said",
                        _ => "",
                    };
                    return Err(format!("nothing here is called `{first}`{meant}"));
                };
                let ty = self
                    .bot
                    .flows
                    .iter()
                    .flat_map(|flow| &flow.slots)
                    .find(|slot| slot.name == first);
                self.components(value.clone(), ty.map(|slot| slot.ty), rest)
            }
        }
    }

    /// `.a.b` of a record.
    fn components(&self, mut value: Value, mut ty: Option<TypeId>, path: &str) -> Result<Value, String> {
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let Some(botflow_artifact::Type::Record(fields)) = ty.map(|ty| literal::plain(self.bot, ty))
            else {
                return Err(format!("`{part}` of something that is no record"));
            };
            let index = fields.iter().position(|(name, _)| name == part);
            let index = index.ok_or_else(|| format!("the record has no `{part}`"))?;
            ty = Some(fields[index].1);
            value = value.field(index).clone();
        }
        Ok(value)
    }

    /// `order_placed.total`: a field of an event.
    fn event_field(&self, path: &str) -> Result<(EventId, u32), String> {
        let wrong = || format!("`{path}` is no field of an event");
        let (event, field) = path.split_once('.').ok_or_else(wrong)?;
        let events = &self.bot.events;
        let at = events
            .iter()
            .position(|known| known.name == event)
            .ok_or_else(wrong)?;
        let field = events[at].fields.iter().position(|known| known.name == field);
        Ok((EventId::from(at), field.ok_or_else(wrong)? as u32))
    }

    fn function(&self, name: &str, args: &Fields) -> Result<Value, String> {
        let first = args.first().map(|(_, value)| value);
        match (name, first) {
            ("length", Some(value)) => Ok(match self.value(value)? {
                Value::List(items) => Value::integer(items.len() as i64),
                other => other
                    .as_text()
                    .map_or(Value::Unknown, |text| Value::integer(text.chars().count() as i64)),
            }),
            ("count", Some(Expression::Path(event))) => {
                let id = self.bot.events.iter().position(|known| known.name == *event);
                let id = id.ok_or_else(|| format!("there is no event `{event}`"))?;
                let since = match args.get(1).map(|(_, span)| span) {
                    Some(Expression::Duration(span)) => self.now.saturating_sub(*span),
                    _ => i64::MIN,
                };
                let moments = self
                    .person
                    .occurrences
                    .iter()
                    .filter(|(known, _)| known.index() == id);
                let count = moments
                    .flat_map(|(_, moments)| moments)
                    .filter(|moment| **moment > since)
                    .count();
                Ok(Value::integer(count as i64))
            }
            ("sum" | "last", Some(Expression::Path(path))) => {
                let (event, field) = self.event_field(path)?;
                let since = match args.get(1).map(|(_, span)| span) {
                    Some(Expression::Duration(span)) => self.now.saturating_sub(*span),
                    _ => i64::MIN,
                };
                let mut values = self.person.brought(event, field).iter();
                Ok(match name {
                    "last" => values
                        .next_back()
                        .map(|(_, value)| value.clone())
                        .unwrap_or_default(),
                    _ => values
                        .filter(|(at, _)| *at > since)
                        .map(|(_, value)| value.clone())
                        .reduce(|sum, value| botflow_values::add(&sum, &value))
                        .unwrap_or_default(),
                })
            }
            _ => Err(format!(
                "a test cannot use `{name}(…)`; it can use `length(…)`, `count(event, 90d)`, \
                 `sum(event.field, 90d)` and `last(event.field)`"
            )),
        }
    }

    /// A literal whose value depends on the bot (its currency, its zone).
    fn literal(&self, written: &Expression) -> Result<Value, String> {
        use botflow_artifact::Type;
        let wanted: fn(&Type) -> bool = match written {
            Expression::Money(..) => |ty| matches!(ty, Type::Money),
            Expression::Percent(_) => |ty| matches!(ty, Type::Percent),
            Expression::Date(_) => |ty| matches!(ty, Type::Date),
            Expression::Time(_) => |ty| matches!(ty, Type::Time),
            _ => |ty| matches!(ty, Type::Moment),
        };
        let ty = self
            .bot
            .types
            .iter()
            .position(wanted)
            .ok_or("this bot has no value of that kind")?;
        literal::read(self.bot, TypeId::from(ty), written)
    }
}

fn code_of(written: &Expression, make: fn(SmolStr) -> Value) -> Result<Value, String> {
    match written {
        Expression::Path(code) => Ok(make(code.clone())),
        Expression::Text(code) => Ok(make(code.as_str().into())),
        _ => Err("this can only be compared with a name".into()),
    }
}

/// Texts of narrower types (an address, a telephone number) equal the text that is written for them.
fn same_text(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Text(_), other) | (other, Value::Text(_)) => {
            left.as_text().is_some() && left.as_text() == right.as_text() && other.is_known()
        }
        _ => false,
    }
}
