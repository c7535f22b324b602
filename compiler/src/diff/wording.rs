//! A bot's texts, values and conditions as their author wrote them, whole: two that differ read differently.

use botflow_artifact::*;

use crate::graph::label::{Words, duration};

/// Expressions and texts nest at most so deep before they are cut.
const DEEPEST: u32 = 40;
/// The longest words.
const LONGEST: usize = 6_000;

/// Speaks about one bot.
pub(crate) struct Wording<'b> {
    pub bot: &'b Bot,
    pub words: Words<'b>,
}

/// Where an expression stands: whose variables and whose event it reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<'p> {
    pub flow: FlowId,
    pub event: Option<EventId>,
    /// The variables of what belongs to no flow: the parameters of a call or a template.
    pub params: &'p [Param],
}

impl<'p> Within<'p> {
    pub fn flow(flow: FlowId) -> Within<'p> {
        Within {
            flow,
            event: None,
            params: &[],
        }
    }

    pub fn event(event: Option<EventId>) -> Within<'p> {
        Within {
            event,
            ..Within::flow(FlowId::ALWAYS)
        }
    }

    pub fn params(params: &'p [Param]) -> Within<'p> {
        Within {
            params,
            ..Within::flow(FlowId(u32::MAX))
        }
    }
}

impl<'b> Wording<'b> {
    pub fn of(bot: &'b Bot) -> Wording<'b> {
        Wording {
            bot,
            words: Words::of(bot),
        }
    }

    /// A text in the bot's first language, its holes as they are written.
    pub fn text(&self, within: Within<'_>, text: TextId) -> String {
        let mut out = String::new();
        self.write_text(within, text, 0, DEEPEST, &mut out);
        out
    }

    /// The text in the bot's other languages.
    pub fn translations(&self, within: Within<'_>, text: TextId) -> Vec<(String, String)> {
        let Some(declared) = self.bot.texts.get(text.index()) else {
            return Vec::new();
        };
        let others = declared.variants.iter().enumerate().skip(1);
        let others = others.filter_map(|(at, variant)| {
            let language = self.bot.languages.get(variant.language.index())?;
            let mut out = String::new();
            self.write_text(within, text, at, DEEPEST, &mut out);
            Some((language.to_string(), out))
        });
        others.collect()
    }

    fn write_text(&self, within: Within<'_>, text: TextId, variant: usize, depth: u32, out: &mut String) {
        let Some(depth) = depth.checked_sub(1).filter(|_| out.len() < LONGEST) else {
            return out.push('…');
        };
        let declared = self.bot.texts.get(text.index());
        let Some(variant) = declared.and_then(|text| text.variants.get(variant)) else {
            return;
        };
        for part in &variant.parts {
            match part {
                Part::Literal(words) => out.push_str(words),
                Part::Hole { value, filters, .. } => {
                    out.push('{');
                    self.write(within, *value, depth, out);
                    for filter in filters {
                        out.push_str(" | ");
                        let (word, arms) = match filter {
                            Filter::Plural(arms) => ("plural", Some(arms)),
                            Filter::Select(arms) => ("select", Some(arms)),
                            Filter::Date => ("date", None),
                            Filter::DateShort => ("date short", None),
                            Filter::Time => ("time", None),
                            Filter::Currency => ("currency", None),
                            Filter::ListAnd => ("list and", None),
                            Filter::ListOr => ("list or", None),
                            Filter::Upper => ("upper", None),
                            Filter::Lower => ("lower", None),
                            Filter::Mask => ("mask", None),
                        };
                        out.push_str(word);
                        let arms = arms.into_iter().flat_map(|arms| {
                            let named = arms.arms.iter().map(|(name, text)| (name.as_str(), *text));
                            named.chain(arms.other.map(|other| ("other", other)))
                        });
                        for (name, text) in arms {
                            out.push_str(&format!(" {name} \""));
                            self.write_text(within, text, 0, depth, out);
                            out.push('"');
                        }
                    }
                    out.push('}');
                }
            }
        }
    }

    /// A condition or value.
    pub fn expr(&self, within: Within<'_>, expr: ExprId) -> String {
        let mut out = String::new();
        self.write(within, expr, DEEPEST, &mut out);
        out
    }

    /// The same in parentheses where it is made of several parts.
    fn part(&self, within: Within<'_>, id: ExprId, depth: u32, out: &mut String) {
        let compound = matches!(
            self.bot.exprs.get(id.index()),
            Some(Expr::And(..) | Expr::Or(..) | Expr::Else(..) | Expr::Binary(..) | Expr::In(..))
        );
        if compound {
            out.push('(');
        }
        self.write(within, id, depth, out);
        if compound {
            out.push(')');
        }
    }

    fn infix(&self, within: Within<'_>, (a, op, b): (ExprId, &str, ExprId), depth: u32, out: &mut String) {
        // Of `a and b and c` nothing has to be told apart.
        let same = |id: ExprId| match self.bot.exprs.get(id.index()) {
            Some(Expr::And(..)) => op == " and ",
            Some(Expr::Or(..)) => op == " or ",
            Some(Expr::Binary(..) | Expr::In(..)) => matches!(op, " and " | " or "),
            _ => false,
        };
        for (nth, side) in [a, b].into_iter().enumerate() {
            if nth == 1 {
                out.push_str(op);
            }
            match same(side) {
                true => self.write(within, side, depth, out),
                false => self.part(within, side, depth, out),
            }
        }
    }

    fn write(&self, within: Within<'_>, id: ExprId, depth: u32, out: &mut String) {
        let Some(depth) = depth.checked_sub(1).filter(|_| out.len() < LONGEST) else {
            return out.push('…');
        };
        let Some(expr) = self.bot.exprs.get(id.index()) else {
            return out.push('…');
        };
        match expr {
            Expr::Const(Value::Text(text)) => out.push_str(&format!("\"{text}\"")),
            Expr::Slot(slot) if !within.params.is_empty() => {
                let param = within.params.get(slot.index());
                out.push_str(param.map_or("…", |param| &param.name));
            }
            Expr::Text(text) => {
                out.push('"');
                self.write_text(within, *text, 0, depth, out);
                out.push('"');
            }
            Expr::EventField(field) => {
                let event = within.event.and_then(|event| self.bot.events.get(event.index()));
                let field_name = event.and_then(|event| event.fields.get(*field as usize));
                match field_name {
                    Some(param) => out.push_str(&format!("event.{}", param.name)),
                    None => out.push_str(&format!("event.{}", field + 1)),
                }
            }
            Expr::Component(of, number) => {
                self.part(within, *of, depth, out);
                let name = self.component(within, *of, *number);
                out.push_str(&format!(".{}", name.unwrap_or_else(|| (number + 1).to_string())));
            }
            Expr::Not(inner) => match self.bot.exprs.get(inner.index()) {
                Some(Expr::IsKnown(value)) => {
                    self.part(within, *value, depth, out);
                    out.push_str(" is unknown");
                }
                _ => {
                    out.push_str("not ");
                    self.part(within, *inner, depth, out);
                }
            },
            Expr::Negate(inner) => {
                out.push('-');
                self.part(within, *inner, depth, out);
            }
            Expr::IsKnown(value) => {
                self.part(within, *value, depth, out);
                out.push_str(" is known");
            }
            Expr::And(a, b) => self.infix(within, (*a, " and ", *b), depth, out),
            Expr::Or(a, b) => self.infix(within, (*a, " or ", *b), depth, out),
            Expr::Else(a, b) => self.infix(within, (*a, " else ", *b), depth, out),
            Expr::In(a, b) => self.infix(within, (*a, " in ", *b), depth, out),
            Expr::Binary(op, a, b) => {
                let op = crate::graph::label::operator(*op);
                self.infix(within, (*a, op, *b), depth, out);
            }
            Expr::List(items) => self.listed(within, "[", items, "]", depth, out),
            Expr::Record(items) => self.listed(within, "(", items, ")", depth, out),
            Expr::Call(function, items) => {
                let head = format!("{}(", crate::graph::label::function_name(*function));
                self.listed(within, &head, items, ")", depth, out);
            }
            _ => out.push_str(&self.words.expr(within.flow, id)),
        }
    }

    fn listed(
        &self,
        within: Within<'_>,
        head: &str,
        items: &[ExprId],
        end: &str,
        depth: u32,
        out: &mut String,
    ) {
        out.push_str(head);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.write(within, *item, depth, out);
        }
        out.push_str(end);
    }

    /// The name of a component of a record.
    fn component(&self, within: Within<'_>, of: ExprId, number: u32) -> Option<String> {
        let mut ty = self.type_of(within, of, 8)?;
        for _ in 0..8 {
            match self.bot.types.get(ty.index())? {
                Type::Optional(inner) => ty = *inner,
                Type::Narrowed { base, .. } => ty = *base,
                Type::Record(fields) => return fields.get(number as usize).map(|(name, _)| name.to_string()),
                _ => return None,
            }
        }
        None
    }

    fn type_of(&self, within: Within<'_>, id: ExprId, depth: u32) -> Option<TypeId> {
        let depth = depth.checked_sub(1)?;
        match self.bot.exprs.get(id.index())? {
            Expr::Slot(slot) => {
                let flow = self.bot.flows.get(within.flow.index())?;
                flow.slots.get(slot.index()).map(|slot| slot.ty)
            }
            Expr::Customer(field) => self.bot.customer.get(field.index()).map(|field| field.ty),
            Expr::EventField(field) => {
                let event = self.bot.events.get(within.event?.index())?;
                event.fields.get(*field as usize).map(|field| field.ty)
            }
            Expr::Else(inner, _) => self.type_of(within, *inner, depth),
            Expr::Component(of, number) => {
                let mut ty = self.type_of(within, *of, depth)?;
                for _ in 0..8 {
                    match self.bot.types.get(ty.index())? {
                        Type::Optional(inner) => ty = *inner,
                        Type::Record(fields) => return fields.get(*number as usize).map(|(_, ty)| *ty),
                        _ => return None,
                    }
                }
                None
            }
            _ => None,
        }
    }

    /// A type as it is written: `text matching /…/` with what narrows it, a closed set with its members.
    pub fn ty(&self, ty: TypeId) -> String {
        self.ty_at(ty, 12)
    }

    fn ty_at(&self, ty: TypeId, depth: u32) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            return "…".into();
        };
        match self.bot.types.get(ty.index()) {
            Some(Type::Optional(inner)) => format!("{}?", self.ty_at(*inner, depth)),
            Some(Type::List(inner)) => format!("list of {}", self.ty_at(*inner, depth)),
            Some(Type::Record(fields)) => {
                let fields = fields
                    .iter()
                    .map(|(name, ty)| format!("{name}: {}", self.ty_at(*ty, depth)));
                format!("({})", fields.collect::<Vec<_>>().join(", "))
            }
            Some(Type::YesNo) => "yes_no".into(),
            Some(_) => self.words.type_name(ty),
            None => "…".into(),
        }
    }

    /// A named type with all that belongs to it.
    pub fn narrowed(&self, ty: &Type) -> Option<String> {
        let Type::Narrowed {
            base, rules, example, ..
        } = ty
        else {
            return None;
        };
        let mut out = self.ty(*base);
        for rule in rules {
            match rule {
                Narrowing::Matching(source) => out.push_str(&format!(" matching /{source}/")),
                Narrowing::Range(from, to) => {
                    out.push_str(&format!(
                        " from {} to {}",
                        self.words.value(from),
                        self.words.value(to)
                    ));
                }
                Narrowing::Length(from, to) => out.push_str(&format!(" length {from} to {to}")),
            }
        }
        if let Some(example) = example {
            out.push_str(&format!(" example \"{example}\""));
        }
        Some(out)
    }

    pub fn params(&self, params: &[Param]) -> String {
        let params = params
            .iter()
            .map(|param| format!("{}: {}", param.name, self.ty(param.ty)));
        params.collect::<Vec<_>>().join(", ")
    }

    pub fn args(&self, within: Within<'_>, args: &[ExprId]) -> String {
        let args = args.iter().map(|arg| self.expr(within, *arg));
        args.collect::<Vec<_>>().join(", ")
    }

    pub fn slot(&self, flow: FlowId, slot: SlotId) -> String {
        let flow = self.bot.flows.get(flow.index());
        let slot = flow.and_then(|flow| flow.slots.get(slot.index()));
        slot.map_or("…".into(), |slot| slot.name.to_string())
    }

    pub fn field(&self, field: FieldId) -> String {
        let field = self.bot.customer.get(field.index());
        format!("customer.{}", field.map_or("…", |field| &field.name))
    }

    pub fn event_name(&self, event: EventId) -> String {
        let event = self.bot.events.get(event.index());
        event.map_or("…".into(), |event| event.name.to_string())
    }

    pub fn queue(&self, queue: QueueId) -> String {
        let queue = self.bot.queues.get(queue.index());
        queue.map_or("…".into(), |queue| queue.name.to_string())
    }

    pub fn consent(&self, consent: ConsentId) -> String {
        let consent = self.bot.consents.get(consent.index());
        consent.map_or("…".into(), ToString::to_string)
    }

    /// Something that happens: `entered checkout`.
    pub fn occurrence(&self, what: &Occurrence) -> String {
        let intent = |intent: IntentId| {
            let intent = self.bot.intents.get(intent.index());
            intent.map_or("…".to_owned(), |intent| intent.name.to_string())
        };
        let segment = |segment: SegmentId| {
            let segment = self.bot.segments.get(segment.index());
            segment.map_or("…".to_owned(), |segment| segment.name.to_string())
        };
        match what {
            Occurrence::Event(event) => self.event_name(*event),
            Occurrence::CommentAbout(about) => format!("comment_posted about {}", intent(*about)),
            Occurrence::Entered(stage) => {
                let stage = self.bot.stages.get(stage.index());
                format!("entered {}", stage.map_or("…", |stage| stage))
            }
            Occurrence::Asked(asked) => format!("asked {}", intent(*asked)),
            Occurrence::Joined(joined) => format!("joined {}", segment(*joined)),
            Occurrence::Left(left) => format!("left {}", segment(*left)),
        }
    }

    /// The event whose fields are read where something has happened.
    pub fn event_of(what: &Occurrence) -> Option<EventId> {
        match what {
            Occurrence::Event(event) => Some(*event),
            _ => None,
        }
    }
}

/// A length of time in full: `1d 2h 3m 4s`.
pub(crate) fn time(ms: i64) -> String {
    let words = duration(ms);
    // What is shortened there is told in seconds here, so that two times that differ read differently.
    match ms % 1000 {
        0 if duration_is_whole(ms) => words,
        _ => format!("{}.{:03}s", ms / 1000, ms % 1000),
    }
}

fn duration_is_whole(ms: i64) -> bool {
    let mut rest = ms.max(0);
    let mut parts = 0;
    for size in [86_400_000, 3_600_000, 60_000, 1_000] {
        if rest >= size && parts < 2 {
            parts += 1;
            rest %= size;
        }
    }
    rest == 0
}

/// Minutes after midnight: `09:30`.
pub(crate) fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Weekdays as bits from Monday: `mon to fri`.
pub(crate) fn weekdays(bits: u8) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    if bits & 0x7f == 0x7f {
        return "day".into();
    }
    let on = (0..7).filter(|day| bits >> day & 1 == 1);
    let names: Vec<&str> = on.map(|day| DAYS[day]).collect();
    names.join(", ")
}
