//! What has to be so for conditions to turn out as a conversation needs them: values of the customer card, answers,
//! results of calls.
//!
//! Only comparisons with fixed values are understood. What else decides is left to chance; a rehearsal tells.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use botflow_artifact::*;
use botflow_values::{Decimal, compare, equals};
use rustc_hash::FxHasher;
use smol_str::SmolStr;

use crate::flow_facts::path::{Root, path_of};

/// Conditions nested deeper than this wish for nothing.
const DEEPEST: u32 = 40;

/// So many comparisons of one value are heeded: every one is tried with every other.
const MOST_ATOMS: usize = 64;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The customer card, as it is when the conversation begins.
    Card(FieldId),
    /// What the customer writes, in this line of the plan.
    Answer(usize),
    /// What a call gives: this stub of the plan.
    Stub(usize),
    /// Something else.
    Elsewhere,
    /// Nothing: it is unknown.
    Nothing,
}

/// A value, and what is wished of it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    of: (FlowId, Root),
    /// Where it comes from.
    pub source: Source,
    /// Its type, if that matters.
    pub ty: Option<TypeId>,
    /// Whether it has to be known.
    pub known: Option<bool>,
    atoms: Vec<Atom>,
}

/// A comparison with a fixed value; `parts` lead into a record.
#[derive(Clone, Debug)]
struct Atom {
    parts: Vec<u32>,
    op: BinaryOp,
    value: Value,
}

/// All that is wished so far.
#[derive(Clone, Debug)]
pub(crate) struct Wishes<'b> {
    bot: &'b Bot,
    /// Two wishes contradict each other.
    contradicted: bool,
    subjects: Vec<Subject>,
    /// What the person has to have agreed to.
    consents: Vec<ConsentId>,
    /// Where the person has to be, and where not.
    channel: Where,
    /// What the person has to speak, and what not.
    language: Where,
}

/// One of a bot's channels, or of its languages.
#[derive(Clone, Debug, Default, Hash)]
struct Where {
    is: Option<SmolStr>,
    is_not: Vec<SmolStr>,
}

impl Where {
    /// A wish; whether it contradicts an earlier one.
    fn wish(&mut self, name: &SmolStr, yes: bool) -> bool {
        match (yes, &self.is) {
            (true, Some(known)) => known != name,
            (true, None) => {
                self.is = Some(name.clone());
                self.is_not.contains(name)
            }
            (false, known) => {
                if !self.is_not.contains(name) && self.is_not.len() < MOST_ATOMS {
                    self.is_not.push(name.clone());
                }
                known.as_ref() == Some(name)
            }
        }
    }

    /// The one that is wished for; the first of all that is allowed, if the usual one is not.
    fn choice<'a>(&'a self, all: &'a [SmolStr]) -> Option<&'a SmolStr> {
        let allowed = |name: &&SmolStr| !self.is_not.contains(name);
        match (&self.is, all.first().filter(allowed)) {
            (Some(name), _) => Some(name).filter(|name| all.first() != Some(*name)),
            (None, Some(_)) => None,
            (None, None) => all.iter().find(allowed),
        }
    }

    fn can_be(&self, all: &[SmolStr]) -> bool {
        self.is.is_some() || all.is_empty() || all.iter().any(|name| !self.is_not.contains(name))
    }
}

impl<'b> Wishes<'b> {
    pub fn new(bot: &'b Bot) -> Wishes<'b> {
        Wishes {
            bot,
            contradicted: false,
            subjects: Vec::new(),
            consents: Vec::new(),
            channel: Where::default(),
            language: Where::default(),
        }
    }

    /// The channel on which the person has to be, if it is not the usual one.
    pub fn channel(&self) -> Option<&SmolStr> {
        self.channel.choice(&self.bot.channels)
    }

    /// The language that the person has to speak, if it is not the usual one.
    pub fn language(&self) -> Option<&SmolStr> {
        self.language.choice(&self.bot.languages)
    }

    /// The person has to have agreed to this.
    pub fn agrees(&mut self, consent: ConsentId) {
        if !self.consents.contains(&consent) {
            self.consents.push(consent);
        }
    }

    /// All that the person has to have agreed to.
    pub fn consents(&self) -> &[ConsentId] {
        &self.consents
    }

    /// What is wished of a name or a field.
    pub fn subject_of(&self, flow: FlowId, root: Root) -> Option<&Subject> {
        let of = key(flow, root);
        self.subjects.iter().rev().find(|subject| subject.of == of)
    }

    /// A name or a field gets a new value.
    pub fn gives(&mut self, flow: FlowId, root: Root, source: Source, ty: Option<TypeId>) {
        let of = key(flow, root);
        self.subjects.push(Subject {
            of,
            source,
            ty,
            known: None,
            atoms: Vec::new(),
        });
    }

    /// A field of the card has to be known.
    pub fn knows(&mut self, field: FieldId) {
        self.known(FlowId::ALWAYS, Root::Customer(field), true);
    }

    /// A name or a field is this value now.
    pub fn is_now(&mut self, flow: FlowId, root: Root, value: &Value) {
        self.gives(flow, root, Source::Elsewhere, None);
        self.subject(flow, root).atoms.push(Atom {
            parts: Vec::new(),
            op: BinaryOp::Is,
            value: value.clone(),
        });
    }

    /// A condition has to turn out so.
    pub fn assume(&mut self, flow: FlowId, condition: ExprId, yes: bool) {
        self.walk(flow, condition, yes, DEEPEST);
    }

    /// Two values have to be equal.
    pub fn equal(&mut self, flow: FlowId, left: ExprId, right: ExprId) {
        self.comparison(flow, BinaryOp::Is, left, right);
    }

    /// All wishes, in the order in which values came.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    fn params(&self, flow: FlowId) -> usize {
        self.bot
            .flows
            .get(flow.index())
            .map_or(0, |flow| flow.params as usize)
    }

    fn subject(&mut self, flow: FlowId, root: Root) -> &mut Subject {
        let of = key(flow, root);
        let at = match self.subjects.iter().rposition(|subject| subject.of == of) {
            Some(at) => at,
            None => {
                let (source, ty) = match root {
                    Root::Customer(field) => {
                        let declared = self.bot.customer.get(field.index());
                        (Source::Card(field), declared.map(|field| field.ty))
                    }
                    // A name that nothing has given a value yet.
                    Root::Slot(slot) if slot.index() >= self.params(flow) => (Source::Nothing, None),
                    _ => (Source::Elsewhere, None),
                };
                self.subjects.push(Subject {
                    of,
                    source,
                    ty,
                    known: None,
                    atoms: Vec::new(),
                });
                self.subjects.len() - 1
            }
        };
        &mut self.subjects[at]
    }

    fn walk(&mut self, flow: FlowId, condition: ExprId, yes: bool, depth: u32) {
        let Some(expr) = self.bot.exprs.get(condition.index()).filter(|_| depth > 0) else {
            return;
        };
        match expr {
            Expr::Not(inner) => self.walk(flow, *inner, !yes, depth - 1),
            Expr::And(a, b) | Expr::Or(a, b) => {
                if matches!(expr, Expr::And(..)) == yes {
                    self.walk(flow, *a, yes, depth - 1);
                    self.walk(flow, *b, yes, depth - 1);
                } else {
                    // One of the two is enough.
                    let mut other = self.clone();
                    self.walk(flow, *a, yes, depth - 1);
                    if !self.can_be() {
                        other.walk(flow, *b, yes, depth - 1);
                        *self = other;
                    }
                }
            }
            Expr::IsKnown(value) => {
                if let Some(path) = path_of(self.bot, *value).filter(|path| path.parts.is_empty()) {
                    self.known(flow, path.root, yes);
                }
            }
            Expr::Binary(op, a, b) => {
                let op = if yes { *op } else { op.opposite() };
                self.comparison(flow, op, *a, *b);
            }
            Expr::In(value, list) => {
                if let Some(Expr::List(items)) = self.bot.exprs.get(list.index()) {
                    match yes {
                        true => items
                            .first()
                            .iter()
                            .for_each(|item| self.comparison(flow, BinaryOp::Is, *value, **item)),
                        false => items
                            .iter()
                            .for_each(|item| self.comparison(flow, BinaryOp::IsNot, *value, *item)),
                    }
                }
            }
            Expr::Slot(_) | Expr::Customer(_) | Expr::Component(..) | Expr::EventField(_) => {
                self.atom(flow, condition, BinaryOp::Is, Value::YesNo(yes));
            }
            Expr::InSegment(segment) => {
                if let Some(segment) = self.bot.segments.get(segment.index()) {
                    self.walk(flow, segment.condition, yes, depth - 1);
                }
            }
            Expr::HasConsent(consent) if yes => self.agrees(*consent),
            // What is looked for holds itself.
            Expr::Call(Function::Contains, of) if yes => {
                if let [value, part] = of[..] {
                    self.comparison(flow, BinaryOp::Is, value, part);
                }
            }
            _ => {}
        }
    }

    fn comparison(&mut self, flow: FlowId, op: BinaryOp, a: ExprId, b: ExprId) {
        if let BinaryOp::Is | BinaryOp::IsNot = op {
            self.place(a, b, op == BinaryOp::Is);
            self.place(b, a, op == BinaryOp::Is);
        }
        let constant = |id: ExprId| match self.bot.exprs.get(id.index()) {
            Some(Expr::Const(value)) => Some(value.clone()),
            _ => None,
        };
        match (constant(a), constant(b)) {
            (None, Some(value)) => self.atom(flow, a, op, value),
            (Some(value), None) => self.atom(flow, b, op.mirrored(), value),
            _ => {}
        }
    }

    /// Where the person is, and what they speak.
    fn place(&mut self, field: ExprId, value: ExprId, yes: bool) {
        let expr = |id: ExprId| self.bot.exprs.get(id.index());
        let wished = match (expr(field), expr(value)) {
            (
                Some(Expr::Conversation(ConversationField::Channel)),
                Some(Expr::Const(Value::Channel(name))),
            ) => self.channel.wish(name, yes),
            (
                Some(Expr::Conversation(ConversationField::Language)),
                Some(Expr::Const(Value::Language(name))),
            ) => self.language.wish(name, yes),
            _ => false,
        };
        self.contradicted |= wished;
    }

    fn atom(&mut self, flow: FlowId, of: ExprId, op: BinaryOp, value: Value) {
        let Some(path) = path_of(self.bot, of) else {
            return;
        };
        if !value.is_known() {
            // `match x { unknown … }`
            self.known(flow, path.root, op != BinaryOp::Is);
            return;
        }
        let atoms = &mut self.subject(flow, path.root).atoms;
        if atoms.len() < MOST_ATOMS {
            atoms.push(Atom {
                parts: path.parts,
                op,
                value,
            });
        }
    }

    fn known(&mut self, flow: FlowId, root: Root, yes: bool) {
        let subject = self.subject(flow, root);
        let before = match subject.source {
            Source::Nothing => Some(false),
            Source::Answer(_) | Source::Stub(_) if subject.known.is_none() => Some(true),
            _ => subject.known,
        };
        subject.known = Some(yes);
        self.contradicted |= before.is_some_and(|before| before != yes);
    }

    /// Tells states apart in which different things may still be wished. Values that have been replaced do not matter.
    pub fn signature(&self) -> u64 {
        let mut hasher = FxHasher::default();
        (&self.channel, &self.language).hash(&mut hasher);
        let mut seen: Vec<(FlowId, Root)> = Vec::new();
        for subject in self.subjects.iter().rev() {
            if seen.contains(&subject.of) {
                continue;
            }
            seen.push(subject.of);
            let source = std::mem::discriminant(&subject.source);
            (subject.of, source, subject.known).hash(&mut hasher);
            for atom in &subject.atoms {
                (&atom.parts, format!("{:?} {:?}", atom.op, atom.value)).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Whether nobody can be as wished, as far as that can be seen.
    pub fn impossible(&self) -> bool {
        !self.can_be()
    }

    fn can_be(&self) -> bool {
        !self.contradicted
            && self.channel.can_be(&self.bot.channels)
            && self.language.can_be(&self.bot.languages)
            && self.subjects.iter().all(|subject| {
                let no = |parts: &[u32]| subject.wished(parts) && subject.value(self.bot, parts).is_none();
                !subject.atoms.iter().any(|atom| no(&atom.parts))
            })
    }
}

impl Subject {
    /// Whether anything is wished of this part of the value.
    pub fn wished(&self, parts: &[u32]) -> bool {
        self.atoms.iter().any(|atom| atom.parts == parts)
    }

    /// Whether a value has all that is wished of the whole.
    pub fn content_with(&self, value: &Value) -> bool {
        self.known.is_none_or(|known| known == value.is_known())
            && (self.atoms.is_empty() || value.is_known() && self.holds(&[], value))
    }

    /// A value of this part that is as wished.
    pub fn value(&self, bot: &Bot, parts: &[u32]) -> Option<Value> {
        let atoms = self.atoms.iter().filter(|atom| atom.parts == parts);
        let mut candidates: Vec<Value> = Vec::new();
        for atom in atoms {
            candidates.push(atom.value.clone());
            candidates.extend(near(bot, &atom.value));
        }
        let ty = parts.iter().fold(self.ty, |ty, part| component(bot, ty?, *part));
        candidates
            .into_iter()
            .find(|value| self.holds(parts, value) && ty.is_none_or(|ty| allowed(bot, ty, value)))
    }

    fn holds(&self, parts: &[u32], value: &Value) -> bool {
        self.atoms
            .iter()
            .filter(|atom| atom.parts == parts)
            .all(|atom| decided(atom.op, value, &atom.value))
    }
}

fn key(flow: FlowId, root: Root) -> (FlowId, Root) {
    match root {
        Root::Customer(_) => (FlowId::ALWAYS, root),
        _ => (flow, root),
    }
}

/// The type of a component of a record.
fn component(bot: &Bot, ty: TypeId, part: u32) -> Option<TypeId> {
    let mut ty = ty;
    for _ in 0..9 {
        match bot.types.get(ty.index())? {
            Type::Optional(inner) => ty = *inner,
            Type::Record(fields) => return fields.get(part as usize).map(|(_, ty)| *ty),
            _ => return None,
        }
    }
    None
}

/// Whether a value is within the bounds of its type.
fn allowed(bot: &Bot, ty: TypeId, value: &Value) -> bool {
    let mut ty = ty;
    for _ in 0..9 {
        match bot.types.get(ty.index()) {
            Some(Type::Optional(inner)) => ty = *inner,
            Some(Type::Narrowed { base, rules, .. }) => {
                let within = rules.iter().all(|rule| match rule {
                    Narrowing::Range(from, to) => {
                        compare(value, from) != Some(Ordering::Less)
                            && compare(value, to) != Some(Ordering::Greater)
                    }
                    _ => true,
                });
                if !within {
                    return false;
                }
                ty = *base;
            }
            _ => return true,
        }
    }
    true
}

/// Values beside one that is compared with.
fn near(bot: &Bot, value: &Value) -> Vec<Value> {
    match value {
        Value::YesNo(_) => vec![Value::YesNo(true), Value::YesNo(false)],
        Value::Integer(number) => vec![
            Value::Integer(number.saturating_add(1)),
            Value::Integer(number.saturating_sub(1)),
        ],
        Value::Money(minor) => vec![
            Value::Money(minor.saturating_add(100)),
            Value::Money(minor.saturating_sub(100)),
        ],
        Value::Duration(ms) => vec![
            Value::Duration(ms.saturating_add(3_600_000)),
            Value::Duration((ms - 60_000).max(0)),
        ],
        Value::Number(_) => [0, 1, 1_000_000, -1_000_000]
            .map(|number| Value::Number(Decimal::from_integer(number)))
            .to_vec(),
        Value::Percent(_) => [0, 50, 100]
            .map(|number| Value::Percent(Decimal::from_integer(number)))
            .to_vec(),
        Value::Text(_) => vec![Value::Text("something".into()), Value::Text("anything".into())],
        Value::Member(member) => {
            let members = bot
                .sets
                .get(member.set as usize)
                .map_or(0, |set| set.members.len());
            (0..members as u32)
                .map(|at| Value::member(member.set, at))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn decided(op: BinaryOp, left: &Value, right: &Value) -> bool {
    let order = compare(left, right);
    match op {
        BinaryOp::Is => equals(left, right),
        BinaryOp::IsNot => !equals(left, right),
        BinaryOp::Less => order == Some(Ordering::Less),
        BinaryOp::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Greater => order == Some(Ordering::Greater),
        BinaryOp::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => true,
    }
}
