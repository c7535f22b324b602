//! From text to [`Script`]: pest finds the lines, this file names them.

use std::collections::BTreeMap;
use std::fmt;

use botflow_grammar::chat::{ChatParser, Rule};
use pest::Parser;
use pest::error::{ErrorVariant, LineColLocation};
use pest::iterators::Pair;
use smol_str::SmolStr;

use super::*;

/// Brackets nest at most this deep in one line, so that no value can overflow a stack.
const MAX_NESTING: usize = 32;

/// Why a file is no script: one precise place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// One sentence.
    pub message: String,
    /// What could be meant.
    pub help: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Parses a `.chat` file.
///
/// # Errors
/// The first line that is no line of a script, with what could stand there.
pub fn parse(text: &str) -> Result<Script, ScriptError> {
    let script = parse_lines(text)?;
    refuse_equal_names(&script.conversations)?;
    Ok(script)
}

/// The same where several conversations may have one name.
pub(crate) fn parse_lines(text: &str) -> Result<Script, ScriptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    refuse_deep_nesting(text)?;
    let mut owned = String::with_capacity(text.len() + 1);
    owned.push_str(text);
    if !owned.ends_with('\n') {
        owned.push('\n');
    }
    let file = ChatParser::parse(Rule::file, &owned)
        .map_err(|error| explain(&error, &owned))?
        .next()
        .expect("a parse that succeeds has its rule's pair");
    let conversations: Vec<Scene> = file
        .into_inner()
        .filter(|pair| pair.as_rule() == Rule::conversation)
        .map(scene)
        .collect();
    Ok(Script { conversations })
}

/// Conversations are told apart by their names: what failed, and what is run alone.
fn refuse_equal_names(conversations: &[Scene]) -> Result<(), ScriptError> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for scene in conversations {
        if let Some(first) = seen.insert(&scene.name, scene.line) {
            return Err(ScriptError {
                line: scene.line,
                column: 1,
                message: format!(
                    "there are two conversations called `{}`: the other one begins in line {first}",
                    scene.name
                ),
                help: "give one of them another name, one that says what happens in it".to_owned(),
            });
        }
    }
    Ok(())
}

fn refuse_deep_nesting(text: &str) -> Result<(), ScriptError> {
    for (index, line) in text.lines().enumerate() {
        if matches!(
            line.trim_start().chars().next(),
            Some('>' | '<' | '#' | '|' | '[' | '~')
        ) {
            continue;
        }
        let mut depth = 0usize;
        for (column, c) in line.chars().enumerate() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_NESTING {
                return Err(ScriptError {
                    line: index + 1,
                    column: column + 1,
                    message: format!("brackets are nested more than {MAX_NESTING} deep here"),
                    help: "write the value more simply".to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn explain(error: &pest::error::Error<Rule>, text: &str) -> ScriptError {
    let (line, column) = match error.line_col {
        LineColLocation::Pos(at) | LineColLocation::Span(at, _) => at,
    };
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or("").trim();
    let inside = column > 1 && !written.is_empty();
    let begun = |line: &str| line.trim_start().starts_with("conversation");
    let lines_of_one = ['>', '<', '+', '!', '*', '.', '~', '=', '@'];
    if !inside && written.starts_with(lines_of_one) && !text.lines().take(line).any(begun) {
        return ScriptError {
            line,
            column,
            message: format!("`{written}` stands before any conversation"),
            help: "begin the file with a line such as: conversation asks_for_the_price".to_owned(),
        };
    }
    let message = match &error.variant {
        ErrorVariant::CustomError { message } => message.clone(),
        ErrorVariant::ParsingError { .. } if written.is_empty() => {
            "the file ends in the middle of something".into()
        }
        ErrorVariant::ParsingError { .. } if inside => format!("`{written}` cannot be read from here on"),
        ErrorVariant::ParsingError { .. } => format!("`{written}` is no line of a conversation"),
    };
    ScriptError {
        line,
        column,
        message,
        help: help_for(written),
    }
}

fn help_for(written: &str) -> String {
    let example = match written
        .split(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or("")
    {
        "at" => "at 2026-03-02 10:00",
        "person" => "person ana (name: \"Ana\", language: en)",
        "stub" => "stub shipping.quote(city: \"Cluj\") = (price: 5 EUR, days: 2)",
        "seed" => "seed 7",
        "version" => "version \"older/spring\"",
        "conversation" => "conversation shipping_then_price",
        word => match word.chars().next() {
            Some('@') => "@ ana on web",
            Some('+') => "+ 10m   or   + until mon 09:00",
            Some('!') => "! order_placed(order: \"20431177\", total: 120 EUR)",
            Some('.') => ". delivered   or   . read   or   . not delivered",
            Some('~') => "~ maria joins   or   ~ maria: Hello   or   ~ maria hands back",
            Some('=') => "= at checkout_help.more   or   = finished resolved   or   = customer.orders is 0",
            _ => {
                return "a line begins with > (the customer), < (the bot), + (time passes), ! (an event), * (an \
                        effect), . (delivered, read), ~ (an operator), = (a check), @ (who writes, and where), or \
                        one of `conversation`, `at`, `person`, `stub`, `seed`; a comment begins with #"
                    .to_owned();
            }
        },
    };
    format!("write it like this: {example}")
}

fn scene(pair: Pair<'_, Rule>) -> Scene {
    let line = pair.line_col().0;
    let mut inner = pair.into_inner();
    let name = inner
        .next()
        .map(|name| SmolStr::new(name.as_str()))
        .unwrap_or_default();
    Scene {
        name,
        line,
        lines: inner
            .filter(|pair| pair.as_rule() != Rule::comment)
            .map(one_line)
            .collect(),
    }
}

fn one_line(pair: Pair<'_, Rule>) -> Line {
    let first = pair.line_col().0;
    let count = pair.as_str().matches('\n').count().max(1);
    Line {
        first,
        count,
        kind: kind(pair),
    }
}

fn kind(pair: Pair<'_, Rule>) -> LineKind {
    let rule = pair.as_rule();
    if rule == Rule::bot_line {
        let lines = pair
            .as_str()
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        return LineKind::Bot(lines);
    }
    let mut inner = pair.into_inner();
    match rule {
        Rule::at_line => LineKind::At {
            date: word(inner.next()),
            time: word(inner.next()),
        },
        Rule::person_line => LineKind::Person {
            name: word(inner.next()),
            fields: optional_fields(inner.next()),
        },
        Rule::merge_line => LineKind::Merge {
            from: word(inner.next()),
            into: word(inner.next()),
        },
        Rule::seed_line => LineKind::Seed(word(inner.next()).parse().unwrap_or(0)),
        Rule::version_line => LineKind::Version(
            inner
                .next()
                .map(|text| unescape(text.into_inner().as_str()))
                .unwrap_or_default(),
        ),
        Rule::upgrade_line => LineKind::Upgrade,
        Rule::stub_line => LineKind::Stub(stub(inner)),
        Rule::speaker_line => LineKind::Speaker {
            person: word(inner.next()),
            channel: word(inner.next()),
        },
        Rule::customer_line => LineKind::Customer(input(inner.next())),
        Rule::advance_line => LineKind::Advance(advance(inner.next())),
        Rule::repeat_line => LineKind::EventAgain,
        Rule::event_line => {
            let (name, mut fields, mut at) = (word(inner.next()), Fields::new(), None);
            for part in inner {
                match part.as_rule() {
                    Rule::moment => {
                        let mut parts = part.into_inner();
                        at = Some((word(parts.next()), word(parts.next())));
                    }
                    _ => fields = self::fields(part),
                }
            }
            LineKind::Event { name, fields, at }
        }
        Rule::effect_line => LineKind::Effect(word(inner.next()).trim_end().to_owned()),
        Rule::status_line => LineKind::Status(match word(inner.next()).as_str() {
            "delivered" => Status::Delivered,
            "read" => Status::Read,
            _ => Status::NotDelivered,
        }),
        Rule::operator_line => LineKind::Operator {
            name: word(inner.next()),
            act: operator(inner.next()),
        },
        _ => LineKind::Check(check(inner.next())),
    }
}

fn word(pair: Option<Pair<'_, Rule>>) -> SmolStr {
    pair.map(|pair| SmolStr::new(pair.as_str())).unwrap_or_default()
}

fn stub(inner: pest::iterators::Pairs<'_, Rule>) -> Stub {
    let mut stub = Stub {
        call: SmolStr::default(),
        args: Vec::new(),
        takes_ms: 0,
        answer: StubAnswer::Value(None),
    };
    for part in inner {
        match part.as_rule() {
            Rule::path => stub.call = SmolStr::new(part.as_str()),
            Rule::record => stub.args = fields(part),
            Rule::duration => stub.takes_ms = milliseconds(part.as_str()),
            _ => {
                let Some(result) = part.into_inner().next() else {
                    continue;
                };
                match result.as_rule() {
                    Rule::stub_fails => {
                        stub.answer = StubAnswer::Fails(
                            result.into_inner().next().map(|name| SmolStr::new(name.as_str())),
                        );
                    }
                    Rule::stub_takes => {
                        stub.takes_ms = result
                            .into_inner()
                            .next()
                            .map_or(0, |span| milliseconds(span.as_str()));
                    }
                    _ => stub.answer = StubAnswer::Value(Some(expression(result))),
                }
            }
        }
    }
    stub
}

fn input(pair: Option<Pair<'_, Rule>>) -> Input {
    let Some(pair) = pair else {
        return Input::Text(String::new());
    };
    match pair.as_rule() {
        Rule::press => {
            let mut inner = pair.into_inner();
            Input::Press {
                label: unescape(&word(inner.next())),
                of: inner.next().map(|text| unescape(text.into_inner().as_str())),
            }
        }
        Rule::attachment => {
            let mut inner = pair.into_inner();
            Input::Attachment {
                kind: word(inner.next()),
                source: inner
                    .next()
                    .map(|text| unescape(text.into_inner().as_str()))
                    .unwrap_or_default(),
            }
        }
        _ => Input::Text(pair.as_str().trim_end().to_owned()),
    }
}

fn advance(pair: Option<Pair<'_, Rule>>) -> Advance {
    let Some(pair) = pair else { return Advance::By(0) };
    if pair.as_rule() == Rule::duration {
        return Advance::By(milliseconds(pair.as_str()));
    }
    let (mut weekday, mut date, mut time) = (None, None, SmolStr::default());
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::weekday => {
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                weekday = days
                    .iter()
                    .position(|day| *day == part.as_str())
                    .map(|day| day as u8);
            }
            Rule::date => date = Some(SmolStr::new(part.as_str())),
            _ => time = SmolStr::new(part.as_str()),
        }
    }
    Advance::Until { weekday, date, time }
}

fn operator(pair: Option<Pair<'_, Rule>>) -> OperatorAct {
    let Some(pair) = pair else {
        return OperatorAct::Joins;
    };
    match pair.as_rule() {
        Rule::operator_says => return OperatorAct::Says(pair.as_str().trim().to_owned()),
        Rule::answers => {
            let words = pair.into_inner().next();
            return OperatorAct::Answers(words.map_or("", |words| words.as_str()).trim().to_owned());
        }
        Rule::attachment => {
            let mut inner = pair.into_inner();
            let kind = word(inner.next());
            let source = inner.next().map(|text| unescape(text.into_inner().as_str()));
            return OperatorAct::Sends(kind, source.unwrap_or_default().into());
        }
        _ => {}
    }
    let Some(act) = pair.into_inner().next() else {
        return OperatorAct::Joins;
    };
    match act.as_rule() {
        Rule::joins => OperatorAct::Joins,
        Rule::leaves => OperatorAct::Leaves,
        Rule::resolves => OperatorAct::Resolves,
        Rule::hands_back => OperatorAct::HandsBack,
        Rule::passes => {
            let mut inner = act.into_inner().peekable();
            let queue = inner.next_if(|part| part.as_rule() == Rule::to_queue).is_some();
            let to = word(inner.next());
            OperatorAct::Passes { queue, to }
        }
        _ => {
            let mut inner = act.into_inner();
            OperatorAct::Starts(word(inner.next()), optional_fields(inner.next()))
        }
    }
}

fn check(pair: Option<Pair<'_, Rule>>) -> Check {
    let Some(pair) = pair else {
        return Check::NothingSaid;
    };
    let rule = pair.as_rule();
    let written = pair.as_str().to_owned();
    let mut inner = pair.into_inner();
    match rule {
        Rule::check_nothing => Check::NothingSaid,
        Rule::check_finished => Check::Finished {
            outcome: word(inner.next()),
            label: inner.next().map(|name| name.as_str().into()),
        },
        Rule::check_owner => Check::Owner(word(inner.next())),
        Rule::check_at => Check::At(word(inner.next())),
        _ => Check::Holds(
            inner.next().map_or(Expression::Path("no".into()), expression),
            written,
        ),
    }
}

fn optional_fields(pair: Option<Pair<'_, Rule>>) -> Fields {
    pair.map(fields).unwrap_or_default()
}

fn fields(pair: Pair<'_, Rule>) -> Fields {
    pair.into_inner()
        .map(|field| {
            let mut name = None;
            let mut value = Expression::Path("any".into());
            for part in field.into_inner() {
                match part.as_rule() {
                    Rule::name => name = Some(SmolStr::new(part.as_str())),
                    _ => value = expression(part),
                }
            }
            (name, value)
        })
        .collect()
}

fn expression(pair: Pair<'_, Rule>) -> Expression {
    let rule = pair.as_rule();
    let written = pair.as_str();
    let mut inner = pair.into_inner();
    match rule {
        Rule::expression => left(inner, Expression::Or),
        Rule::conjunction => left(inner, Expression::And),
        Rule::negated => {
            let nots = inner.clone().filter(|part| part.as_rule() == Rule::not).count();
            let value = inner.find(|part| part.as_rule() != Rule::not);
            let value = value.map_or_else(|| Expression::Path("unknown".into()), expression);
            if nots % 2 == 1 {
                Expression::Not(Box::new(value))
            } else {
                value
            }
        }
        Rule::comparison => comparison(inner),
        Rule::fallback => right(inner.map(expression).collect()),
        Rule::sum | Rule::product => arithmetic(inner),
        Rule::text => Expression::Text(unescape(inner.as_str())),
        Rule::moment => Expression::Moment(word(inner.next()), word(inner.next())),
        Rule::date => Expression::Date(written.into()),
        Rule::time => Expression::Time(written.into()),
        Rule::money => Expression::Money(word(inner.next()), word(inner.next())),
        Rule::percent => Expression::Percent(word(inner.next())),
        Rule::duration => Expression::Duration(milliseconds(written)),
        Rule::number => Expression::Number(written.into()),
        Rule::list => Expression::List(inner.map(expression).collect()),
        Rule::record => Expression::Record(
            inner
                .map(|field| {
                    let mut record = Fields::new();
                    let mut name = None;
                    for part in field.into_inner() {
                        match part.as_rule() {
                            Rule::name => name = Some(SmolStr::new(part.as_str())),
                            _ => record.push((name.take(), expression(part))),
                        }
                    }
                    record.pop().unwrap_or((None, Expression::Path("any".into())))
                })
                .collect(),
        ),
        Rule::function => Expression::Function(word(inner.next()), optional_fields(inner.next())),
        Rule::path => Expression::Path(written.into()),
        Rule::minus => Expression::Minus(Box::new(first(inner))),
        // `value` and `negation` only choose among the others.
        _ => first(inner),
    }
}

fn first(mut inner: pest::iterators::Pairs<'_, Rule>) -> Expression {
    inner
        .next()
        .map_or_else(|| Expression::Path("unknown".into()), expression)
}

fn left(
    inner: pest::iterators::Pairs<'_, Rule>,
    join: fn(Box<Expression>, Box<Expression>) -> Expression,
) -> Expression {
    inner
        .map(expression)
        .reduce(|before, after| join(Box::new(before), Box::new(after)))
        .unwrap_or_else(|| Expression::Path("unknown".into()))
}

fn right(mut parts: Vec<Expression>) -> Expression {
    let mut value = parts.pop().unwrap_or_else(|| Expression::Path("unknown".into()));
    while let Some(before) = parts.pop() {
        value = Expression::Else(Box::new(before), Box::new(value));
    }
    value
}

fn arithmetic(mut inner: pest::iterators::Pairs<'_, Rule>) -> Expression {
    let mut value = inner
        .next()
        .map_or_else(|| Expression::Path("unknown".into()), expression);
    while let (Some(sign), Some(next)) = (inner.next(), inner.next()) {
        let sign = sign.as_str().chars().next().unwrap_or('+');
        value = Expression::Arithmetic(Box::new(value), sign, Box::new(expression(next)));
    }
    value
}

fn comparison(mut inner: pest::iterators::Pairs<'_, Rule>) -> Expression {
    let value = inner
        .next()
        .map_or_else(|| Expression::Path("unknown".into()), expression);
    let Some(sign) = inner.next() else { return value };
    if sign.as_rule() == Rule::known_test {
        return Expression::Known(Box::new(value), !sign.as_str().ends_with("unknown"));
    }
    let compare = match sign.as_str() {
        "<" => Compare::Less,
        "<=" => Compare::LessOrEqual,
        ">" => Compare::Greater,
        ">=" => Compare::GreaterOrEqual,
        "in" => Compare::In,
        "is" => Compare::Is,
        _ => Compare::IsNot,
    };
    let other = inner
        .next()
        .map_or_else(|| Expression::Path("unknown".into()), expression);
    Expression::Compare(Box::new(value), compare, Box::new(other))
}

fn unescape(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text
}

/// Milliseconds of `1h 30m`; saturates.
fn milliseconds(written: &str) -> i64 {
    let mut total = 0i64;
    let mut digits = 0i64;
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        if let Some(digit) = c.to_digit(10) {
            digits = digits.saturating_mul(10).saturating_add(i64::from(digit));
            rest = &rest[1..];
            continue;
        }
        let (length, unit) = match c {
            'm' if rest.starts_with("ms") => (2, 1),
            's' => (1, 1_000),
            'm' => (1, 60_000),
            'h' => (1, 3_600_000),
            'd' => (1, 86_400_000),
            'w' => (1, 7 * 86_400_000),
            other => (other.len_utf8(), 0),
        };
        if unit > 0 {
            total = total.saturating_add(digits.saturating_mul(unit));
            digits = 0;
        }
        rest = &rest[length..];
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<LineKind> {
        let script = parse(&format!("conversation c\n{text}\n")).unwrap_or_else(|error| panic!("{error}"));
        script
            .conversations
            .into_iter()
            .flat_map(|scene| scene.lines)
            .map(|line| line.kind)
            .collect()
    }

    #[test]
    fn two_conversations_have_two_names() {
        let error = parse("conversation a\n> hi\n\nconversation b\n> hi\n\nconversation a\n> hi\n");
        let error = error.expect_err("the name is taken");
        assert_eq!((error.line, error.column), (7, 1));
        assert!(
            error.message.contains("`a`") && error.message.contains("line 1"),
            "{error}"
        );
        assert!(parse("conversation a\n> hi\n\nconversation b\n> hi\n").is_ok());
    }

    #[test]
    fn every_kind_of_line_of_the_language_is_read() {
        let text = "at 2026-03-02 10:00\nperson ana (name: \"Ana\", language: en)\n\
            stub shipping.quote(city: \"Cluj\") = (price: 5 EUR, days: 2)\nstub a.b(city: any) fails taken\n\
            stub a.b(x: 1) = fails\nstub a.b(x: 1) takes 4s = 20%\nseed 7\n@ ana on web\n> hi # there\n\
            < Hi Ana!\n  | more\n  [a] [b](https://x.example)\n> [What does \\] cost?]\n> [Buy] of \"Shoes\"\n\
            > (image \"x.jpg\")\n+ 1h 30m\n+ until mon 09:00\n! order_placed(order: \"20431177\", total: 120 EUR)\n\
            * call shipping.quote(city: \"Cluj\")\n. not delivered\n~ maria joins\n~ maria: text\n~ maria hands back\n\
            = at checkout_help.more\n= finished resolved as demo\n= owner people\n= nothing said\n\
            = customer.orders + 1 >= 2 and not (customer.name is unknown)";
        let read = lines(
            text.replace("(customer.name is unknown)", "customer.name is unknown")
                .as_str(),
        );
        assert_eq!(read.len(), 26);
        assert_eq!(read[8], LineKind::Customer(Input::Text("hi # there".into())));
        assert_eq!(
            read[9],
            LineKind::Bot(vec![
                "< Hi Ana!".into(),
                "  | more".into(),
                "  [a] [b](https://x.example)".into()
            ])
        );
        assert_eq!(
            read[10],
            LineKind::Customer(Input::Press {
                label: "What does ] cost?".into(),
                of: None
            })
        );
        assert_eq!(read[13], LineKind::Advance(Advance::By(5_400_000)));
        assert!(matches!(
            &read[5],
            LineKind::Stub(Stub {
                takes_ms: 4000,
                answer: StubAnswer::Value(Some(_)),
                ..
            })
        ));
    }

    #[test]
    fn an_error_names_its_line_and_shows_how_to_write_it() {
        let error = parse("conversation c\n> hi\nat yesterday\n").expect_err("`yesterday` is no date");
        assert_eq!(error.line, 3);
        assert_eq!(error.help, "write it like this: at 2026-03-02 10:00");
        let error = parse("# hello\n> hi\n").unwrap_err();
        assert_eq!(error.message, "`> hi` stands before any conversation");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("conversation c\n= {}1{}\n", "[".repeat(5000), "]".repeat(5000));
        assert!(parse(&text).expect_err("too deep").message.contains("nested"));
        let minus = format!("conversation c\n= {}1\n", "-".repeat(50_000));
        assert!(parse(&minus).is_err());
    }
}
