//! JSON in.

use botflow_artifact::{Bot, Param, Type, TypeId};
use botflow_machine::Program;
use botflow_values::read::{canonical_url, is_e164, is_email};
use botflow_values::value::{MAX_DURATION, MAX_INTEGER};
use botflow_values::{Currency, Decimal, FileRef, Location, Value};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::misfit::{Misfit, kind_of};
use super::{decimal, moment};

/// A text is at most so many bytes long.
pub const MAX_TEXT: usize = 65_536;

/// A list has at most so many items.
pub const MAX_ITEMS: usize = 1_000;

/// All lists and records of a value have at most so many values together.
pub const MAX_VALUES: usize = 10_000;

/// Types nest at most half so deep; the bound guards against a bot that was not verified.
const MAX_DEPTH: usize = 32;

/// A value of the type. Members of an object that the type does not know are left alone: systems tell more than a bot
/// asks for.
///
/// # Errors
/// Something does not fit.
pub fn read(program: &Program, ty: TypeId, json: &Json) -> Result<Value, Misfit> {
    let mut reader = Reader {
        program,
        left: MAX_VALUES,
    };
    reader.value(ty, json, 0)
}

/// Named values in the order of their declaration; what may be unknown may be missing. A name that is not declared is
/// refused: whoever reports something means it.
///
/// # Errors
/// Something does not fit, is missing, or is not declared.
pub fn read_fields(
    program: &Program,
    declared: &[Param],
    json: &Map<String, Json>,
) -> Result<Vec<Value>, Misfit> {
    let stranger = json
        .keys()
        .find(|name| declared.iter().all(|param| param.name != name.as_str()));
    if stranger.is_some() {
        let known: Vec<String> = declared.iter().map(|param| format!("`{}`", param.name)).collect();
        let expected = match known.is_empty() {
            true => "an empty object".to_owned(),
            false => format!("nothing but {}", known.join(", ")),
        };
        return Err(Misfit::new(expected, "another name"));
    }
    let mut reader = Reader {
        program,
        left: MAX_VALUES,
    };
    let fields = declared.iter().map(|param| (&param.name, param.ty));
    reader.fields(fields, json, 0)
}

struct Reader<'a> {
    program: &'a Program,
    /// So many more values may come.
    left: usize,
}

impl Reader<'_> {
    fn value(&mut self, ty: TypeId, json: &Json, depth: usize) -> Result<Value, Misfit> {
        let bot = &self.program.bot;
        let Some(declared) = bot.types.get(ty.index()).filter(|_| depth <= MAX_DEPTH) else {
            return Err(Misfit::new("a type that this bot has", "none"));
        };
        if self.left == 0 {
            return Err(Misfit::new(format!("at most {MAX_VALUES} values"), "more"));
        }
        self.left -= 1;
        match declared {
            Type::Optional(inner) => match json {
                Json::Null => Ok(Value::Unknown),
                json => self.value(*inner, json, depth + 1),
            },
            Type::Narrowed {
                name, base, example, ..
            } => {
                let value = self.value(*base, json, depth + 1)?;
                if self.program.fits(ty, &value) {
                    return Ok(value);
                }
                let like = example.as_ref().map(|example| format!(", such as {example}"));
                let expected = format!("a value of the type `{name}`{}", like.unwrap_or_default());
                let found = format!("{} that does not keep to it", kind_of(json));
                Err(Misfit::new(expected, found))
            }
            Type::List(item) => {
                let items = json
                    .as_array()
                    .ok_or_else(|| Misfit::new("a list", kind_of(json)))?;
                if items.len() > MAX_ITEMS {
                    return Err(Misfit::new(format!("at most {MAX_ITEMS} items"), "more"));
                }
                let read = items.iter().enumerate().map(|(place, one)| {
                    let read = self.value(*item, one, depth + 1);
                    read.map_err(|misfit| misfit.in_item(place))
                });
                read.collect::<Result<_, _>>().map(Value::List)
            }
            Type::Record(fields) => {
                let members = json
                    .as_object()
                    .ok_or_else(|| Misfit::new("an object", kind_of(json)))?;
                let fields = fields.iter().map(|(name, ty)| (name, *ty));
                self.fields(fields, members, depth + 1).map(Value::Record)
            }
            scalar => self::scalar(bot, scalar, json).ok_or_else(|| {
                let expected = expected(bot, scalar);
                let found = match (scalar, json) {
                    (Type::Text, Json::String(_)) => "a longer one",
                    (_, Json::String(text)) if !text.is_empty() => "another text",
                    (_, Json::Number(_)) if expected.contains("number") || *scalar == Type::Money => {
                        "another number"
                    }
                    _ => kind_of(json),
                };
                Misfit::new(expected, found)
            }),
        }
    }

    fn fields<'f>(
        &mut self,
        declared: impl Iterator<Item = (&'f SmolStr, TypeId)>,
        members: &Map<String, Json>,
        depth: usize,
    ) -> Result<Vec<Value>, Misfit> {
        let read = declared.map(|(name, ty)| {
            let value = match members.get(name.as_str()) {
                Some(json) => self.value(ty, json, depth),
                None => match self.program.bot.types.get(ty.index()) {
                    Some(Type::Optional(_)) => Ok(Value::Unknown),
                    _ => {
                        let mut missing = self.value(ty, &Json::Null, depth);
                        if let Err(misfit) = &mut missing {
                            misfit.found = "nothing".to_owned();
                        }
                        missing
                    }
                },
            };
            value.map_err(|misfit| misfit.in_field(name))
        });
        read.collect()
    }
}

fn scalar(bot: &Bot, ty: &Type, json: &Json) -> Option<Value> {
    let text = || json.as_str().filter(|text| text.len() <= MAX_TEXT);
    Some(match ty {
        Type::Text => Value::text(text()?),
        Type::YesNo => Value::YesNo(json.as_bool()?),
        Type::Integer => Value::Integer(whole(json)?),
        Type::Number => Value::Number(decimal::read(json)?),
        Type::Percent => Value::Percent(decimal::read(json)?),
        Type::Money => Value::Money(money(bot, json)?),
        Type::Date => Value::Date(moment::read_date(text()?)?),
        Type::Time => Value::Time(moment::read_time(text()?)?),
        Type::Moment => Value::Moment(moment::read_moment(text()?)?),
        Type::Duration => {
            let seconds = decimal::read(json)?;
            let milliseconds = seconds.mul(Decimal::from_integer(1_000)).round();
            Value::Duration(Some(milliseconds).filter(|ms| ms.saturating_abs() <= MAX_DURATION)?)
        }
        Type::Email => {
            let (local, domain) = text()?.rsplit_once('@')?;
            let address = format!("{local}@{}", domain.to_ascii_lowercase());
            Value::Email(is_email(&address).then(|| address.into())?)
        }
        Type::Phone => {
            let number: String = text()?
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
                .collect();
            Value::Phone(is_e164(&number).then(|| number.into())?)
        }
        Type::Url => Value::Url(web_address(text()?)?),
        Type::Language => {
            let code = text()?.split(['-', '_']).next().unwrap_or_default();
            let is_code =
                (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphabetic());
            Value::Language(is_code.then(|| code.to_ascii_lowercase().into())?)
        }
        Type::Channel => {
            let name = text()?;
            let is_name = (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            Value::Channel(is_name.then(|| name.into())?)
        }
        Type::File => Value::File(Box::new(file(json)?)),
        Type::Image => Value::Image(Box::new(file(json)?)),
        Type::Location => Value::Location(location(json)?),
        Type::Set(set) => {
            let members = &bot.sets.get(set.index())?.members;
            let name = text()?;
            let index = members.iter().position(|member| member.name == name)?;
            Value::member(set.0, u32::try_from(index).ok()?)
        }
        Type::List(_) | Type::Record(_) | Type::Optional(_) | Type::Narrowed { .. } | Type::Error => {
            return None;
        }
    })
}

/// A whole number; some systems write 3.0.
fn whole(json: &Json) -> Option<i64> {
    let number = json.as_number()?;
    let whole = match number.as_i64() {
        Some(whole) => whole,
        None => decimal::read(json)?.to_integer()?,
    };
    (whole.saturating_abs() <= MAX_INTEGER).then_some(whole)
}

/// 19.9, "19.90", or {"amount": 19.9, "currency": "EUR"}, where the currency is the bot's.
fn money(bot: &Bot, json: &Json) -> Option<i64> {
    let currency = Currency::from_code(&bot.currency)?;
    let amount = match json {
        Json::Object(members) => {
            let code = members.get("currency")?.as_str()?;
            if code != currency.code() {
                return None;
            }
            decimal::read(members.get("amount")?)?
        }
        json => decimal::read(json)?,
    };
    let minor = currency.exact_minor(amount)?;
    (minor.saturating_abs() < MAX_INTEGER).then_some(minor)
}

fn web_address(text: &str) -> Option<SmolStr> {
    let is_whole = text
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("http://"))
        || text
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    is_whole.then(|| canonical_url(text))?
}

/// "https://…", or {"url": "https://…", "name": "photo.jpg"}.
fn file(json: &Json) -> Option<FileRef> {
    let (url, name) = match json {
        Json::String(url) => (url.as_str(), None),
        Json::Object(members) => {
            let name = match members.get("name") {
                None | Some(Json::Null) => None,
                Some(name) => Some(name.as_str().filter(|name| name.len() <= 1_024)?),
            };
            (members.get("url")?.as_str()?, name)
        }
        _ => return None,
    };
    Some(FileRef {
        url: web_address(url)?,
        name: name.map(SmolStr::new),
    })
}

/// {"latitude": 44.4268, "longitude": 26.1025}.
fn location(json: &Json) -> Option<Location> {
    let members = json.as_object()?;
    let millionths = |name: &str, bound: i64| {
        let degrees = decimal::read(members.get(name)?)?;
        let millionths = degrees.mul(Decimal::from_integer(1_000_000)).round();
        let millionths = Some(millionths).filter(|millionths| millionths.saturating_abs() <= bound)?;
        i32::try_from(millionths).ok()
    };
    Some(Location::new(
        millionths("latitude", 90_000_000)?,
        millionths("longitude", 180_000_000)?,
    ))
}

/// What a scalar type expects, in words.
fn expected(bot: &Bot, ty: &Type) -> String {
    let fixed = match ty {
        Type::Text => return format!("a text of at most {MAX_TEXT} bytes"),
        Type::Money => {
            let code = &bot.currency;
            return format!("an amount of {code} with no more decimals than it has, such as 20");
        }
        Type::Set(set) => {
            let members = bot.sets.get(set.index()).map(|set| set.members.as_slice());
            let members = members.unwrap_or_default();
            let mut names: Vec<String> = (members.iter().take(12))
                .map(|member| format!("`{}`", member.name))
                .collect();
            if members.len() > names.len() {
                names.push("…".to_owned());
            }
            return format!("one of {}", names.join(", "));
        }
        Type::YesNo => "true or false",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Percent => "a number (20 for 20%)",
        Type::Date => "a date such as \"2026-03-02\"",
        Type::Time => "a time such as \"09:30\"",
        Type::Moment => "a moment such as \"2026-03-02T09:30:00Z\"",
        Type::Duration => "a number of seconds",
        Type::Email => "an e-mail address",
        Type::Phone => "a telephone number such as \"+40721234567\"",
        Type::Url => "a web address that begins with http:// or https://",
        Type::Language => "a language code such as \"ro\"",
        Type::Channel => "the name of a channel",
        Type::File | Type::Image => "the web address of a file, or {\"url\": …, \"name\": …}",
        Type::Location => "{\"latitude\": …, \"longitude\": …}",
        Type::List(_) | Type::Record(_) | Type::Optional(_) | Type::Narrowed { .. } | Type::Error => {
            "a value"
        }
    };
    fixed.to_owned()
}
