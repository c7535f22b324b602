//! What expressions and texts can see, and what they come to.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use botflow_message::markup;
use botflow_syntax::SyntaxKind;
use botflow_syntax::ast::{self, AstNode, Comparison, Expr, TextPart};
use botflow_values::show::{self, Labels, ShowContext, Shower, Style};
use botflow_values::{
    Member, ReadContext, Value, Zone, add, compare, divide, equals, functions, multiply, negate, subtract,
};
use smol_str::SmolStr;

use crate::Oracle;
use crate::infer;
use crate::literal;
use crate::project::{Flow, Translation, text_of};
use crate::types::{Ty, bare_name};

/// A text grows no longer than this many bytes.
const MAX_TEXT: usize = 65_536;

/// The variables of a frame together with everything around them.
pub(crate) struct Env<'e, 'a> {
    pub oracle: &'e Oracle<'a>,
    pub flow: Rc<Flow<'a>>,
    pub variables: BTreeMap<SmolStr, Value>,
    /// What is written is read by colleagues or by systems: it is in the bot's first language (20.5).
    pub first: bool,
}

impl<'e, 'a> Env<'e, 'a> {
    /// The same with one more value.
    pub fn with(&self, name: &str, value: Value) -> Env<'e, 'a> {
        let mut variables = self.variables.clone();
        variables.insert(name.into(), value);
        Env {
            oracle: self.oracle,
            flow: Rc::clone(&self.flow),
            variables,
            first: self.first,
        }
    }

    /// The same, writing in the bot's first language.
    pub fn in_first(self) -> Env<'e, 'a> {
        Env { first: true, ..self }
    }

    /// A copy that writes in the bot's first language.
    pub fn with_first(&self) -> Env<'e, 'a> {
        Env {
            oracle: self.oracle,
            flow: Rc::clone(&self.flow),
            variables: self.variables.clone(),
            first: true,
        }
    }

    /// The language that is written.
    fn language(&self) -> SmolStr {
        match self.first {
            true => self
                .oracle
                .project
                .bot
                .languages
                .first()
                .cloned()
                .unwrap_or_default(),
            false => self.oracle.language(),
        }
    }

    /// The type of an expression here.
    pub fn ty(&self, expr: &Expr) -> Ty {
        infer::of(self.oracle.project, &self.flow.variables, expr)
    }

    /// Whether a condition is yes; a missing one is.
    pub fn allows(&self, condition: Option<Expr>) -> bool {
        condition.is_none_or(|condition| self.eval(&condition, &Ty::yes_no()).is_yes())
    }

    /// The value of an expression where this type is wanted.
    pub fn eval(&self, expr: &Expr, want: &Ty) -> Value {
        let eval = |expr: Option<Expr>, want: &Ty| expr.map_or(Value::Unknown, |expr| self.eval(&expr, want));
        match expr {
            Expr::NameExpr(_) => self.named(&bare_name(expr).unwrap_or_default(), want),
            Expr::FieldExpr(field) => self.field(field),
            Expr::Literal(written) => literal::value(written, self.oracle.project.currency),
            Expr::Text(text) => Value::text(self.text(text)),
            Expr::ParenExpr(paren) => eval(paren.inner(), want),
            Expr::NotExpr(not) => match eval(not.operand(), &Ty::yes_no()) {
                Value::YesNo(yes) => Value::YesNo(!yes),
                _ => Value::Unknown,
            },
            Expr::AndExpr(and) => Value::YesNo(
                and.operands()
                    .all(|operand| self.eval(&operand, &Ty::yes_no()).is_yes()),
            ),
            Expr::OrExpr(or) => Value::YesNo(
                or.operands()
                    .any(|operand| self.eval(&operand, &Ty::yes_no()).is_yes()),
            ),
            Expr::CompareExpr(comparison) => self.compare(comparison),
            Expr::ElseExpr(chain) => {
                let ty = self.ty(expr);
                let want = if matches!(want, Ty::Any) { &ty } else { want };
                let mut values = chain.operands().map(|operand| self.eval(&operand, want));
                values.find(Value::is_known).unwrap_or_default()
            }
            Expr::SumExpr(sum) => {
                let mut values = sum.operands().map(|operand| self.eval(&operand, &Ty::Any));
                let mut total = values.next().unwrap_or_default();
                for (sign, value) in sum.operators().zip(values) {
                    total = match sign.kind() {
                        SyntaxKind::Plus => add(&total, &value),
                        _ => subtract(&total, &value),
                    };
                }
                total
            }
            Expr::ProductExpr(product) => {
                let mut values = product.operands().map(|operand| self.eval(&operand, &Ty::Any));
                let mut total = values.next().unwrap_or_default();
                for (sign, value) in product.operators().zip(values) {
                    total = match sign.kind() {
                        SyntaxKind::Star => multiply(&total, &value),
                        _ => divide(&total, &value),
                    };
                }
                total
            }
            Expr::NegExpr(negated) => negate(&eval(negated.operand(), &Ty::Any)),
            Expr::ListExpr(list) => {
                let element = want.element();
                Value::List(list.elements().map(|value| self.eval(&value, &element)).collect())
            }
            Expr::RecordExpr(record) => {
                let named = |name: &str| record.fields().find(|field| text_of(field.name()) == name);
                match want.plain() {
                    Ty::Record(fields) => Value::Record(
                        fields
                            .iter()
                            .map(|(name, ty)| eval(named(name).and_then(|field| field.value()), ty))
                            .collect(),
                    ),
                    _ => Value::Record(
                        record
                            .fields()
                            .map(|field| eval(field.value(), &Ty::Any))
                            .collect(),
                    ),
                }
            }
            Expr::FunctionExpr(function) => self.function(function),
        }
    }

    /// `order_placed.total`: the event and its field, where that is no variable.
    fn event_field(&self, arg: Option<&Expr>) -> Option<(usize, usize)> {
        let written = arg?.syntax().text().to_string();
        let (event, field) = written.trim().split_once('.')?;
        if self.flow.variables.contains_key(event) || self.variables.contains_key(event) {
            return None;
        }
        let events = &self.oracle.project.bot.events;
        let at = events.iter().position(|known| known.name == event)?;
        let field = events[at].fields.iter().position(|known| known.name == field)?;
        Some((at, field))
    }

    pub fn named(&self, name: &str, want: &Ty) -> Value {
        let oracle = self.oracle;
        if name == "now" {
            return Value::Moment(oracle.now);
        }
        if self.flow.variables.contains_key(name) || self.variables.contains_key(name) {
            return self.variables.get(name).cloned().unwrap_or_default();
        }
        match want.plain() {
            Ty::Scalar(botflow_values::Kind::Member(set)) => {
                let members = oracle
                    .project
                    .bot
                    .sets
                    .get(*set as usize)
                    .map_or(&[][..], |set| &set.members);
                if let Some(index) = members.iter().position(|member| member.name == name) {
                    return Value::member(*set, index as u32);
                }
            }
            Ty::Scalar(botflow_values::Kind::Language) => return Value::Language(name.into()),
            Ty::Scalar(botflow_values::Kind::Channel) => return Value::Channel(name.into()),
            _ => {}
        }
        self.condition(name).unwrap_or_default()
    }

    /// A segment, a stage or a consent, as yes or no.
    fn condition(&self, name: &str) -> Option<Value> {
        let project = self.oracle.project;
        let person = &self.oracle.person;
        if let Some(segment) = project.segments.get(name) {
            let outside = self.oracle.outside();
            return Some(Value::YesNo(outside.allows(segment.condition())));
        }
        if let Some(stage) = project.bot.stages.iter().position(|stage| stage == name) {
            return Some(Value::YesNo(person.stage.is_some_and(|at| at.index() == stage)));
        }
        let consent = project.bot.consents.iter().position(|consent| consent == name)?;
        let channel = self.oracle.channel();
        Some(Value::YesNo(self.oracle.agrees(consent.into(), &channel)))
    }

    fn field(&self, field: &ast::FieldExpr<'a>) -> Value {
        let Some(base) = field.base() else {
            return Value::Unknown;
        };
        let names: Vec<SmolStr> = field.fields().map(|token| token.text().into()).collect();
        let project = self.oracle.project;
        let (mut value, mut ty, rest) = match bare_name(&base).as_deref() {
            Some("customer") => {
                let ty = project.customer.get(&names[0]).cloned().unwrap_or(Ty::Any);
                (self.oracle.customer(&names[0]), ty, &names[1..])
            }
            Some("config") => {
                let found = project.bot.config.iter().find(|config| config.name == names[0]);
                let ty = project.config.get(&names[0]).cloned().unwrap_or(Ty::Any);
                (
                    found.map(|config| config.value.clone()).unwrap_or_default(),
                    ty,
                    &names[1..],
                )
            }
            Some("conversation") => (self.conversation(&names[0]), Ty::Any, &names[1..]),
            Some("event") => {
                let name = infer::event_at(field.syntax()).unwrap_or_else(|| self.oracle.event_name.clone());
                let ty = infer::event_type(project, &name);
                (Value::Record(self.oracle.event.clone()), ty, &names[..])
            }
            _ => {
                let ty = self.ty(&base);
                (self.eval(&base, &Ty::Any), ty, &names[..])
            }
        };
        for name in rest {
            let Some((place, next)) = ty.field(name) else {
                return Value::Unknown;
            };
            value = value.field(place).clone();
            ty = next;
        }
        value
    }

    fn conversation(&self, name: &str) -> Value {
        let oracle = self.oracle;
        match name {
            "language" => Value::Language(oracle.language()),
            "channel" => Value::Channel(oracle.channel()),
            "misunderstood" => Value::integer(oracle.misunderstood.into()),
            "referral" => oracle.person.referral.clone().map_or(Value::Unknown, Value::Text),
            "summary" => Value::text(oracle.summary()),
            _ => Value::Unknown,
        }
    }

    fn compare(&self, comparison: &ast::CompareExpr<'a>) -> Value {
        let Some(left) = comparison.left() else {
            return Value::Unknown;
        };
        if let Some(test) = comparison.test() {
            return Value::YesNo(self.eval(&left, &Ty::Any).is_known() == test.is_known());
        }
        let (Some(right), Some(how)) = (comparison.right(), comparison.op().and_then(|op| op.comparison()))
        else {
            return Value::Unknown;
        };
        let (left_type, right_type) = (self.ty(&left), self.ty(&right));
        if infer::is_membership(how) {
            let item = self.eval(&left, &right_type.element());
            let list = self.eval(&right, &Ty::List(Box::new(left_type)));
            return functions::is_in(&item, &list);
        }
        let left = self.eval(&left, &right_type);
        let right = self.eval(&right, &left_type);
        match how {
            Comparison::Is => return Value::YesNo(equals(&left, &right)),
            Comparison::IsNot => return Value::YesNo(!equals(&left, &right)),
            _ => {}
        }
        let Some(order) = compare(&left, &right) else {
            return Value::Unknown;
        };
        Value::YesNo(match how {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessEquals => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            _ => order != Ordering::Less,
        })
    }

    fn function(&self, function: &ast::FunctionExpr<'a>) -> Value {
        let args: Vec<Expr> = function
            .args()
            .into_iter()
            .flat_map(|args| args.args())
            .filter_map(|arg| arg.value())
            .collect();
        let name = text_of(function.name());
        let oracle = self.oracle;
        let zone = oracle.zone();
        match name.as_str() {
            "count" => {
                let event = args
                    .first()
                    .map(|arg| arg.syntax().text().to_string())
                    .unwrap_or_default();
                let window = match args.get(1).map(|arg| self.eval(arg, &Ty::Any)) {
                    Some(Value::Duration(window)) => window,
                    _ => return Value::Unknown,
                };
                return Value::integer(oracle.count(event.trim(), window));
            }
            "sum" | "last" if self.event_field(args.first()).is_some() => {
                let Some((event, field)) = self.event_field(args.first()) else {
                    return Value::Unknown;
                };
                if name == "last" {
                    return oracle.last_brought(event, field);
                }
                return match args.get(1).map(|arg| self.eval(arg, &Ty::Any)) {
                    Some(Value::Duration(window)) => oracle.sum_brought(event, field, window),
                    _ => Value::Unknown,
                };
            }
            "open" => {
                let queue = args
                    .first()
                    .map(|arg| arg.syntax().text().to_string())
                    .unwrap_or_default();
                return Value::YesNo(oracle.queue_open(queue.trim()));
            }
            "has_consent" | "in_stage" => {
                let name = args.first().map(|arg| arg.syntax().text().to_string());
                if let Some(channel) = args.get(1).map(|arg| arg.syntax().text().to_string()) {
                    let name = name.unwrap_or_default();
                    let mut consents = oracle.project.bot.consents.iter();
                    let consent = consents.position(|known| known == name.trim());
                    let agrees = consent.is_some_and(|at| oracle.agrees(at.into(), channel.trim()));
                    return Value::YesNo(agrees);
                }
                return self
                    .condition(name.unwrap_or_default().trim())
                    .unwrap_or_default();
            }
            "today" => return functions::today(oracle.now, &zone),
            _ => {}
        }
        let first_type = args.first().map_or(Ty::Any, |arg| self.ty(arg));
        let second_type = args.get(1).map_or(Ty::Any, |arg| self.ty(arg));
        let first = args
            .first()
            .map_or(Value::Unknown, |arg| self.eval(arg, &second_type));
        let wanted = if matches!(first_type.plain(), Ty::List(_)) {
            first_type.element()
        } else {
            first_type
        };
        let second = args.get(1).map_or(Value::Unknown, |arg| self.eval(arg, &wanted));
        match name.as_str() {
            "length" => functions::length(&first),
            "contains" => functions::contains(&first, &second),
            "starts_with" => functions::starts_with(&first, &second),
            "ends_with" => functions::ends_with(&first, &second),
            "round" => functions::round(&first),
            "floor" => functions::floor(&first),
            "ceiling" => functions::ceiling(&first),
            "min" => functions::min(&first, &second),
            "max" => functions::max(&first, &second),
            "abs" => functions::abs(&first),
            "first" => functions::first(&first),
            "last" => functions::last(&first),
            "date" => functions::date(&first, &zone),
            "time" => functions::time(&first, &zone),
            "weekday" => functions::weekday(&first),
            _ => Value::Unknown,
        }
    }

    /// The words of a text.
    pub fn text(&self, text: &ast::Text<'a>) -> String {
        self.text_as(text, false)
    }

    /// The words of a text with markup: what its holes show is shown as it is (13.1).
    pub fn words(&self, text: &ast::Text<'a>) -> String {
        self.text_as(text, true)
    }

    fn text_as(&self, text: &ast::Text<'a>, marked: bool) -> String {
        match self.oracle.project.translated(text, &self.language()) {
            Some(translation) => self.translated(text, translation, marked),
            None => self.fill(text, false, marked),
        }
    }

    /// The words of a translation, read as if they stood in the flow (20.2).
    fn translated(&self, source: &ast::Text<'a>, translation: &'a Translation, marked: bool) -> String {
        let category = source.holes().find_map(|hole| {
            let counts = hole.filters().any(|filter| text_of(filter.name()) == "plural");
            let value = hole.value().filter(|_| counts)?;
            Some(self.shower().plural(&self.eval(&value, &Ty::Any)))
        });
        let strings = &translation.strings;
        let named = |name: &str| strings.iter().find(|(category, _)| category == name);
        let chosen = match category {
            Some(category) if strings.len() > 1 => named(category)
                .or_else(|| named("few"))
                .or_else(|| strings.last()),
            _ => strings.first(),
        };
        let text =
            chosen.and_then(|(_, parse)| parse.file().syntax().descendants().find_map(ast::Text::cast));
        text.map(|text| self.fill(&text, false, marked))
            .unwrap_or_default()
    }

    /// The words of a text that is an address: what its holes hold is encoded, except at its beginning.
    pub fn address_text(&self, text: &ast::Text<'a>) -> String {
        self.fill(text, true, false)
    }

    fn fill(&self, text: &ast::Text<'a>, is_address: bool, marked: bool) -> String {
        let mut out = String::new();
        let mut word = Word::Empty;
        for part in text.parts() {
            match part {
                TextPart::Plain(words) => {
                    word = word.behind(&words);
                    out.push_str(&words);
                }
                TextPart::Hole(hole) => {
                    let encoded = match word {
                        Word::Address => true,
                        Word::Plain => is_address,
                        Word::Empty => is_address && !out.is_empty(),
                    };
                    let ty = hole.value().map_or(Ty::Any, |value| self.ty(&value));
                    if encoded && !out.is_empty() {
                        let shown = self.plain_hole(&hole);
                        let begins = out.len();
                        show::percent_encode(&shown, &mut out);
                        if marked {
                            markup::mend_encoded(&mut out, begins);
                        }
                    } else {
                        match self.hole(&hole, marked) {
                            (shown, false) if marked => markup::push_value(&mut out, &shown),
                            (shown, _) => out.push_str(&shown),
                        }
                    }
                    let is_url = ty.kind() == Some(botflow_values::Kind::Url);
                    word = match word {
                        Word::Address => Word::Address,
                        Word::Empty if is_url => Word::Address,
                        _ => Word::Plain,
                    };
                }
            }
            if out.len() > MAX_TEXT {
                out.truncate(out.floor_char_boundary(MAX_TEXT));
            }
        }
        out
    }

    /// What a hole shows, and whether these are words of the author's with their own markup.
    fn hole(&self, hole: &ast::Hole<'a>, marked: bool) -> (String, bool) {
        let Some(expr) = hole.value() else {
            return (String::new(), false);
        };
        let mut authors = false;
        let value = self.eval(&expr, &Ty::Any);
        let mut shown: Option<String> = None;
        for filter in hole.filters() {
            let before = shown.clone().unwrap_or_else(|| self.show(&value, Style::Usual));
            let words: Vec<SmolStr> = filter
                .arguments()
                .filter_map(|argument| match argument {
                    ast::FilterArgument::FilterWord(word) => Some(text_of(word.name())),
                    _ => None,
                })
                .collect();
            let word = words.first().map(SmolStr::as_str);
            shown = Some(match (text_of(filter.name()).as_str(), word) {
                ("plural", _) => {
                    let own = match &value {
                        Value::Integer(number) => number.to_string(),
                        _ => String::new(),
                    };
                    match self.has_arm(&filter, &own) {
                        true => self.arm(&filter, &own, marked),
                        false => self.arm(&filter, self.shower().plural(&value), marked),
                    }
                }
                ("select", _) => {
                    let name = match &value {
                        Value::Member(member) => self.member_name(*member),
                        Value::YesNo(true) => "yes".into(),
                        Value::YesNo(false) => "no".into(),
                        other => other.as_text().cloned().unwrap_or_default(),
                    };
                    self.arm(&filter, &name, marked)
                }
                ("date", Some("short")) => self.show(&value, Style::DateShort),
                ("date", _) => self.show(&value, Style::Date),
                ("time", _) => self.show(&value, Style::Time),
                ("currency", _) => self.show(&value, Style::Currency),
                ("list", Some("or")) => self.show(&value, Style::ListOr),
                ("list", _) => self.show(&value, Style::ListAnd),
                ("upper", _) => show::upper(&before),
                ("lower", _) => show::lower(&before),
                ("mask", _) => show::mask(&before),
                _ => before,
            });
            authors = match text_of(filter.name()).as_str() {
                "plural" | "select" => true,
                "upper" | "lower" | "mask" => authors,
                _ => false,
            };
        }
        (shown.unwrap_or_else(|| self.show(&value, Style::Usual)), authors)
    }

    /// A hole inside an address: plain, whatever the language (13.1).
    fn plain_hole(&self, hole: &ast::Hole<'a>) -> String {
        if hole.filters().next().is_some() {
            return self.hole(hole, false).0;
        }
        let value = hole
            .value()
            .map_or(Value::Unknown, |value| self.eval(&value, &Ty::Any));
        if let Value::Member(member) = value {
            return self.member_name(member).to_string();
        }
        let mut out = String::new();
        show::write_plain(&value, self.oracle.project.currency, &mut out);
        out
    }

    /// Whether a number has words of its own.
    fn has_arm(&self, filter: &ast::Filter<'a>, name: &str) -> bool {
        let mut names = filter.arguments().filter_map(|argument| match argument {
            ast::FilterArgument::FilterArm(arm) => arm.number(),
            _ => None,
        });
        names.any(|token| token.text() == name)
    }

    fn arm(&self, filter: &ast::Filter<'a>, name: &str, marked: bool) -> String {
        let arms = || {
            filter.arguments().filter_map(|argument| match argument {
                ast::FilterArgument::FilterArm(arm) => Some(arm),
                _ => None,
            })
        };
        let named = |wanted: &str| {
            arms().find(|arm| {
                let name = arm.name().or_else(|| arm.number());
                name.is_some_and(|token| token.text() == wanted)
            })
        };
        let arm = named(name).or_else(|| named("other"));
        arm.and_then(|arm| arm.text())
            .map(|text| self.text_as(&text, marked))
            .unwrap_or_default()
    }

    fn shower(&self) -> Rc<Shower> {
        self.oracle.project.shower(&self.language())
    }

    /// A value as people read it.
    pub fn show(&self, value: &Value, style: Style) -> String {
        let mut out = String::new();
        let zone = self.oracle.zone();
        let context = ShowContext {
            zone: &zone,
            labels: self,
        };
        self.shower().write(value, style, &context, &mut out);
        out
    }

    fn member_name(&self, member: Member) -> SmolStr {
        let set = self.oracle.project.bot.sets.get(member.set as usize);
        let found = set.and_then(|set| set.members.get(member.index as usize));
        found.map(|member| member.name.clone()).unwrap_or_default()
    }

    /// What members of a closed set are called where people see them.
    pub fn label(&self, member: Member) -> String {
        let name = self.member_name(member);
        let project = self.oracle.project;
        let set = project
            .bot
            .sets
            .get(member.set as usize)
            .map(|set| set.name.clone())
            .unwrap_or_default();
        let members = project
            .types
            .get(&set)
            .into_iter()
            .flat_map(|item| item.members());
        let label = members
            .filter(|member| member.name().is_some_and(|token| token.text() == name))
            .find_map(|member| member.label());
        label.map_or_else(|| name.to_string(), |label| self.text(&label))
    }

    /// The address that an expression gives: a text of some form, or where a file lies.
    pub fn address(&self, expr: Option<Expr>) -> Option<SmolStr> {
        let address = match expr? {
            Expr::Text(text) => SmolStr::from(self.address_text(&text)),
            expr => match self.eval(&expr, &Ty::Any) {
                Value::File(file) | Value::Image(file) => file.url,
                value => value.as_text()?.clone(),
            },
        };
        (!address.is_empty()).then_some(address)
    }

    /// Reads a message as a type.
    pub fn read(&self, ty: &Ty, text: &str) -> botflow_values::Reading {
        let zone = self.oracle.zone();
        let language = self.oracle.language();
        ty.read(text, &context(self.oracle, &language, &zone), self.oracle.project)
    }
}

/// What the word is that a hole may be a part of.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Empty,
    Plain,
    /// It begins as an address does, so that what follows is encoded.
    Address,
}

impl Word {
    fn behind(self, words: &str) -> Word {
        let last = words
            .rsplit(|c: char| c.is_whitespace() || c == '(')
            .next()
            .unwrap_or("");
        if last.is_empty() {
            Word::Empty
        } else if last.len() == words.len() && self != Word::Empty {
            self
        } else if last.starts_with("https://") || last.starts_with("http://") {
            Word::Address
        } else {
            Word::Plain
        }
    }
}

fn context<'c>(oracle: &'c Oracle<'_>, language: &'c str, zone: &'c Zone) -> ReadContext<'c> {
    ReadContext {
        language,
        now: oracle.now,
        zone,
        currency: oracle.project.currency,
        region: None,
        sets: &oracle.project.set_words,
    }
}

impl Labels for Env<'_, '_> {
    fn write_label(&self, member: Member, out: &mut String) {
        out.push_str(&self.label(member));
    }
}
