//! From what the machine takes and gives to entries. A host keeps one [`Recorder`] for each person, beside what it
//! keeps of their conversation, and stores its entries in the transaction of the turn.

use botflow_artifact::{Bot, PlaceId, Type, TypeId};
use botflow_machine::trigger::Decision;
use botflow_machine::{
    Beginner as Begun, Conversation, Effect, Event, EventKind, GivenUp, OperatorEvent, Owner, Person,
    Program, Record, Starter, Withdrawn,
};
use botflow_values::{Currency, Value};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::entry::{Beginner, Context, Entry, Kind, Scale, TalkId};

/// What is remembered of one person between two turns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorder {
    /// The host's number of the person.
    person: u64,
    /// How many entries there were.
    number: u64,
    /// The conversation that spoke last.
    now: Running,
    /// Others that have not ended, the last one last.
    parked: Vec<Running>,
    page: Option<SmolStr>,
    source: Option<SmolStr>,
    /// The turn at hand opts the person out.
    #[serde(skip)]
    opts_out: bool,
}

/// A conversation, as far as its entries need it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Running {
    talk: Option<TalkId>,
    begun_by: Option<Beginner>,
    queue: Option<SmolStr>,
    operator: Option<SmolStr>,
}

/// So many conversations that have not ended are remembered.
const MAX_PARKED: usize = 16;

/// What has to be known of a conversation as it was before a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    owner: Owner,
    place: Option<PlaceId>,
}

impl Before {
    /// To be taken before the turn.
    pub fn of(conversation: &Conversation) -> Before {
        Before {
            owner: conversation.owner,
            place: conversation.place(),
        }
    }
}

impl Recorder {
    /// For a person of whom nothing was recorded yet.
    pub fn new(person: u64) -> Recorder {
        Recorder {
            person,
            ..Recorder::default()
        }
    }

    /// The entries of a turn, in order.
    ///
    /// `before`: taken before it; `conversation`: after it; `first_message`: the host's number of the first message
    /// among the effects; the others follow it.
    pub fn turn(
        &mut self,
        program: &Program,
        before: Before,
        conversation: &Conversation,
        event: &Event,
        effects: &[Effect],
        first_message: u64,
    ) -> Vec<Entry> {
        self.turns_to(conversation.id);
        self.opts_out = effects
            .iter()
            .any(|effect| matches!(effect, Effect::OptedOut { .. }));
        let bot = &program.bot;
        let at = conversation.last_at;
        let mut made = Made {
            bot,
            at,
            person: &conversation.person,
            context: self.context(bot, &conversation.person),
            entries: Vec::new(),
        };
        made.stands_at(before.place);
        if before.place.is_none() {
            let started = conversation.frames.first().map(|frame| frame.flow);
            let started = started.and_then(|flow| bot.flows.get(flow.index()));
            made.context.flow = started.map(|flow| flow.name.clone());
        }
        if before.owner == Owner::Nobody {
            made.context.talk = None;
            made.context.begun_by = None;
        }
        // A conversation that begins in this turn is the one that its message belongs to.
        let began = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Record(Record::Began { .. })));
        if began {
            let first = effects
                .iter()
                .position(|effect| matches!(effect, Effect::Record(Record::Began { .. })));
            let (ended, begun) = effects.split_at(first.unwrap_or(0));
            let mut message = first_message;
            self.effects(&mut made, conversation, ended, &mut message);
            if let Some(Effect::Record(Record::Began { number, by })) = begun.first() {
                self.begins(&mut made, conversation.id, *number, by);
            }
            self.event(&mut made, before.owner, &event.kind);
            self.effects(
                &mut made,
                conversation,
                begun.get(1..).unwrap_or_default(),
                &mut message,
            );
        } else {
            self.event(&mut made, before.owner, &event.kind);
            let mut message = first_message;
            self.effects(&mut made, conversation, effects, &mut message);
        }
        let mut entries = made.entries;
        self.count(&mut entries);
        entries
    }

    /// The entries of a later version of the bot taking over: questions that wait no more, hand-overs that are in another
    /// queue or have ended. `program`: the later version; `conversation`: after it; `effects`: those of the upgrade.
    pub fn upgraded(
        &mut self,
        program: &Program,
        conversation: &Conversation,
        effects: &[Effect],
        now: i64,
    ) -> Vec<Entry> {
        self.turns_to(conversation.id);
        let bot = &program.bot;
        let mut made = Made {
            bot,
            at: now,
            person: &conversation.person,
            context: self.context(bot, &conversation.person),
            entries: Vec::new(),
        };
        // An upgrade sends no messages.
        self.effects(&mut made, conversation, effects, &mut 0);
        let mut entries = made.entries;
        self.count(&mut entries);
        entries
    }

    /// The entries of what was decided about the person's triggers and goals.
    pub fn decided(
        &mut self,
        program: &Program,
        person: &Person,
        now: i64,
        decisions: &[Decision],
    ) -> Vec<Entry> {
        let bot = &program.bot;
        let mut made = Made {
            bot,
            at: now,
            person,
            context: self.context(bot, person),
            entries: Vec::new(),
        };
        made.context.talk = None;
        made.context.begun_by = None;
        for decision in decisions {
            match decision {
                Decision::Start { trigger, channel, .. } => {
                    made.context.channel = channel.clone();
                    let trigger = bot.triggers.get(trigger.index());
                    made.push(Kind::Trigger {
                        trigger: trigger.map(|one| one.name.clone()).unwrap_or_default(),
                        reason: None,
                    });
                }
                Decision::Passed { trigger, reason } => {
                    let trigger = bot.triggers.get(trigger.index());
                    made.push(Kind::Trigger {
                        trigger: trigger.map(|one| one.name.clone()).unwrap_or_default(),
                        reason: Some(SmolStr::new_static(reason.words())),
                    });
                }
                Decision::Reached(reached) => {
                    made.at = reached.at;
                    let goal = bot.goals.get(reached.goal.index());
                    let credit = reached.credit.iter();
                    made.push(Kind::Goal {
                        goal: goal.map(|goal| goal.name.clone()).unwrap_or_default(),
                        value: millionths(bot, &reached.value),
                        credit: credit
                            .map(|(conversation, number)| TalkId {
                                conversation: *conversation,
                                number: *number,
                            })
                            .collect(),
                    });
                    made.at = now;
                }
                _ => {}
            }
        }
        let mut entries = made.entries;
        self.count(&mut entries);
        entries
    }

    /// Another person turns out to be this one; their recorder is not used any more.
    pub fn merge(&mut self, program: &Program, person: &Person, other: Recorder, now: i64) -> Vec<Entry> {
        let running = std::iter::once(other.now).chain(other.parked);
        self.parked
            .extend(running.filter(|running| running.talk.is_some()));
        let surplus = self.parked.len().saturating_sub(MAX_PARKED);
        self.parked.drain(..surplus);
        self.page = self.page.take().or(other.page);
        self.source = self.source.take().or(other.source);
        let mut context = self.context(&program.bot, person);
        context.talk = None;
        context.begun_by = None;
        let mut entries = vec![Entry {
            at: now,
            person: 0,
            number: 0,
            context,
            kind: Kind::Merged { other: other.person },
        }];
        self.count(&mut entries);
        entries
    }

    /// Another conversation of the person speaks than before.
    fn turns_to(&mut self, conversation: u64) {
        let is_it = |running: &Running| running.talk.is_some_and(|talk| talk.conversation == conversation);
        if is_it(&self.now) {
            return;
        }
        let known = self.parked.iter().position(is_it);
        let next = known.map(|at| self.parked.remove(at)).unwrap_or_default();
        let before = std::mem::replace(&mut self.now, next);
        if before.talk.is_some() {
            if self.parked.len() >= MAX_PARKED {
                self.parked.remove(0);
            }
            self.parked.push(before);
        }
    }

    fn count(&mut self, entries: &mut [Entry]) {
        for entry in entries {
            self.number += 1;
            entry.number = self.number;
            entry.person = self.person;
        }
    }

    fn context(&self, bot: &Bot, person: &Person) -> Context {
        let or_first = |own: &SmolStr, of: &[SmolStr]| match own.is_empty() {
            true => of.first().cloned().unwrap_or_default(),
            false => own.clone(),
        };
        let history = person.history.as_deref();
        let arms = history.map_or(&[][..], |history| &history.arms);
        Context {
            talk: self.now.talk,
            begun_by: self.now.begun_by.clone(),
            channel: or_first(&person.channel, &bot.channels),
            language: or_first(&person.language, &bot.languages),
            stage: person
                .stage
                .and_then(|stage| bot.stages.get(stage.index()).cloned()),
            flow: None,
            place: None,
            queue: self.now.queue.clone(),
            operator: self.now.operator.clone(),
            page: self.page.clone(),
            source: person.referral.clone().or(self.source.clone()),
            arms: arms
                .iter()
                .map(|one| (one.experiment.clone(), one.arm.clone()))
                .collect(),
        }
    }

    fn begins(&mut self, made: &mut Made<'_>, conversation: u64, number: u32, by: &Begun) {
        self.now.talk = Some(TalkId { conversation, number });
        self.now.begun_by = Some(match by {
            Begun::Customer => Beginner::Customer,
            Begun::Outside(Starter::Host) => Beginner::Host,
            Begun::Outside(Starter::Operator) => Beginner::Operator,
            Begun::Outside(Starter::Trigger { name, .. }) => Beginner::Trigger(name.clone()),
        });
        (self.now.queue, self.now.operator) = (None, None);
        made.context.talk = self.now.talk;
        made.context.begun_by = self.now.begun_by.clone();
        (made.context.queue, made.context.operator) = (None, None);
        made.push(Kind::Began);
    }

    /// What the event itself tells.
    fn event(&mut self, made: &mut Made<'_>, owner: Owner, event: &EventKind) {
        let in_talk = made.context.talk.is_some();
        match event {
            // A word by which somebody opts out is no message to anybody.
            EventKind::Message { .. } | EventKind::Press { .. } | EventKind::Media { .. }
                if self.opts_out => {}
            EventKind::Message { .. } | EventKind::Press { .. } | EventKind::Media { .. } => {
                made.push(Kind::Wrote {
                    to_people: owner == Owner::People,
                });
            }
            EventKind::Custom { name, fields } => {
                let text = |at: usize| fields.get(at).and_then(Value::as_text).cloned();
                match name.as_str() {
                    "visit_started" => {
                        self.page = text(0).or(self.page.take());
                        self.source = text(2).or(text(1));
                        made.context.page = self.page.clone();
                        made.context.source = made.person.referral.clone().or(self.source.clone());
                        made.push(Kind::Visit);
                    }
                    "page_viewed" => {
                        self.page = text(0);
                        made.context.page = self.page.clone();
                        made.push(Kind::Page);
                    }
                    _ => made.push(Kind::Happened { event: name.clone() }),
                }
            }
            EventKind::Delivery { message, status } => made.push(Kind::Delivered {
                message: *message,
                status: *status,
            }),
            EventKind::Operator(event) if in_talk && owner == Owner::People => self.operator(made, event),
            _ => {}
        }
    }

    fn operator(&mut self, made: &mut Made<'_>, event: &OperatorEvent) {
        match event {
            OperatorEvent::Joins { name } => self.joins(made, name),
            // Who does something is there (12.4).
            OperatorEvent::Writes { name, .. } | OperatorEvent::Starts { name, .. } => self.joins(made, name),
            OperatorEvent::Leaves { .. } => {
                made.push(Kind::Left);
                self.now.operator = None;
            }
            OperatorEvent::Passes { queue, .. } => {
                self.now.queue = Some(queue.clone());
                made.context.queue = self.now.queue.clone();
                made.push(Kind::PassedOn);
                self.now.operator = None;
            }
            OperatorEvent::PassesTo { .. } => {
                made.push(Kind::PassedOn);
                self.now.operator = None;
            }
            OperatorEvent::Resolves { .. } => made.push(Kind::Settled),
            OperatorEvent::HandsBack { .. } => {
                made.push(Kind::HandedBack);
                self.now.operator = None;
            }
            OperatorEvent::Answers { .. } | OperatorEvent::Closed => {}
        }
    }

    fn joins(&mut self, made: &mut Made<'_>, name: &SmolStr) {
        if self.now.operator.as_ref() != Some(name) {
            self.now.operator = Some(name.clone());
            made.context.operator = self.now.operator.clone();
            made.push(Kind::Joined);
        }
    }

    fn effects(
        &mut self,
        made: &mut Made<'_>,
        conversation: &Conversation,
        effects: &[Effect],
        message: &mut u64,
    ) {
        let bot = made.bot;
        let queue = |queue: usize| bot.queues.get(queue).map(|queue| queue.name.clone());
        for effect in effects {
            match effect {
                Effect::Send(sent) => {
                    let via = sent.envelope.as_ref().and_then(|envelope| envelope.via.clone());
                    let channel = via.unwrap_or_else(|| made.context.channel.clone());
                    made.push(Kind::Said {
                        message: *message,
                        channel,
                    });
                    *message += 1;
                }
                Effect::Withheld { reason, .. } => made.push(Kind::Withheld {
                    reason: SmolStr::new_static(reason.words()),
                }),
                Effect::Call(request) => {
                    let call = bot.calls.get(request.call.index());
                    made.push(Kind::Called {
                        call: call.map(|call| call.name.clone()).unwrap_or_default(),
                    });
                }
                Effect::HandOver(hand_over) => {
                    self.now.queue = queue(hand_over.queue.index());
                    self.now.operator = None;
                    made.context.queue = self.now.queue.clone();
                    made.context.operator = None;
                    let escalation = bot.escalations.get(hand_over.escalation.index());
                    made.push(Kind::HandedOver {
                        escalation: escalation.map(|one| one.name.clone()).unwrap_or_default(),
                    });
                }
                Effect::Requeue { queue: to } => {
                    // An operator's passing on has told it already.
                    let to = queue(to.index());
                    if self.now.queue != to {
                        self.now.queue = to;
                        made.context.queue = self.now.queue.clone();
                        made.push(Kind::Requeued);
                    }
                }
                // What an operator did has told it already; who was silent for too long counts as gone.
                Effect::Left { operator } if self.now.operator.as_ref() == Some(operator) => {
                    made.push(Kind::Left);
                    self.now.operator = None;
                }
                // These the operator has told already.
                Effect::Withdraw {
                    reason: Withdrawn::Resolved | Withdrawn::HandedBack,
                    ..
                } => {}
                Effect::Withdraw { .. } => made.push(Kind::Withdrawn),
                Effect::Relay { .. } => made.push(Kind::Relayed),
                Effect::Remember { field, .. } => {
                    if let Some(field) = bot.customer.get(field.index()) {
                        made.push(Kind::Learnt {
                            field: field.name.clone(),
                            contact: is_contact(bot, field.ty),
                        });
                    }
                }
                Effect::Stage { to, .. } => {
                    made.context.stage = bot.stages.get(to.index()).cloned();
                    made.push(Kind::Entered);
                }
                Effect::Asked(intent) => {
                    let intent = bot.intents.get(intent.index());
                    made.push(Kind::Asked {
                        intent: intent.map(|intent| intent.name.clone()).unwrap_or_default(),
                    });
                }
                Effect::Tag(tag) => made.push(Kind::Tagged { tag: tag.clone() }),
                Effect::Track { name, values } => made.push(tracked(name, values)),
                Effect::Consent(consent) => {
                    let name = bot.consents.get(consent.consent.index());
                    made.push(Kind::Consented {
                        consent: name.cloned().unwrap_or_default(),
                        channel: consent.channel.clone(),
                        granted: consent.granted,
                    });
                }
                Effect::OptedOut { channel } => made.push(Kind::OptedOut {
                    channel: channel.clone(),
                }),
                Effect::OptedIn { channel } => made.push(Kind::OptedIn {
                    channel: channel.clone(),
                }),
                Effect::Exposed { experiment, arm } => {
                    if let Some(experiment) = bot.experiments.get(experiment.index()) {
                        let arm = arm.and_then(|arm| experiment.arms.get(arm as usize));
                        made.push(Kind::Met {
                            experiment: experiment.name.clone(),
                            arm: arm.map(|(name, _)| name.clone()),
                        });
                    }
                }
                Effect::Finished { outcome, label } => {
                    made.push(Kind::Finished {
                        outcome: SmolStr::new_static(outcome.name()),
                        label: label.clone(),
                    });
                    (self.now.queue, self.now.operator) = (None, None);
                    (made.context.queue, made.context.operator) = (None, None);
                    made.context.talk = None;
                    made.context.begun_by = None;
                }
                Effect::Record(record) => self.record(made, conversation, record),
                _ => {}
            }
        }
    }

    fn record(&mut self, made: &mut Made<'_>, conversation: &Conversation, record: &Record) {
        match record {
            Record::Began { number, by } => self.begins(made, conversation.id, *number, by),
            Record::Put { place, again } => made.at_place(*place, Kind::Put { again: *again }),
            Record::Answered { place, tries, asked } => made.at_place(
                *place,
                Kind::Answered {
                    tries: *tries,
                    asked: *asked,
                },
            ),
            Record::GivenUp { place, tries, why } => made.at_place(
                *place,
                Kind::GivenUp {
                    tries: *tries,
                    why: *why,
                },
            ),
            Record::Outdated { place, tries } => {
                let (flow, before) = (made.context.flow.take(), made.context.place.take());
                made.context.flow = place.split('.').next().map(SmolStr::new);
                made.context.place = Some(place.clone());
                made.push(Kind::GivenUp {
                    tries: *tries,
                    why: GivenUp::Outdated,
                });
                (made.context.flow, made.context.place) = (flow, before);
            }
            Record::Unclear { place, checked, text } => made.at_place(
                *place,
                Kind::Unclear {
                    refused: *checked,
                    text: text.clone(),
                },
            ),
            Record::Corrected { place } => made.at_place(*place, Kind::Corrected),
            Record::Known { faq, entry } => {
                let entries = made.bot.faqs.get(*faq as usize).map(|faq| &faq.entries);
                let entry = entries.and_then(|entries| entries.get(*entry as usize));
                let heading = entry.and_then(|(headings, _)| headings.first().cloned());
                made.push(Kind::Known {
                    heading: heading.unwrap_or_default(),
                });
            }
        }
    }
}

/// Entries being made.
struct Made<'a> {
    bot: &'a Bot,
    at: i64,
    person: &'a Person,
    context: Context,
    entries: Vec<Entry>,
}

impl Made<'_> {
    fn push(&mut self, kind: Kind) {
        self.entries.push(Entry {
            at: self.at,
            person: 0,
            number: 0,
            context: self.context.clone(),
            kind,
        });
    }

    /// An entry about a place, wherever the conversation stood.
    fn at_place(&mut self, place: PlaceId, kind: Kind) {
        let (flow, before) = (self.context.flow.take(), self.context.place.take());
        self.stands_at(Some(place));
        self.push(kind);
        (self.context.flow, self.context.place) = (flow, before);
    }

    fn stands_at(&mut self, place: Option<PlaceId>) {
        let Some(place) = place.and_then(|place| self.bot.places.get(place.index())) else {
            return;
        };
        let flow = self.bot.flows.get(place.flow.index());
        let flow = flow.map(|flow| flow.name.clone()).unwrap_or_default();
        let step = place.step.and_then(|step| self.bot.steps.get(step.index()));
        self.context.place = Some(match step {
            Some(step) => format_smolstr!("{flow}.{}.{}", step.name, place.name),
            None => format_smolstr!("{flow}.{}", place.name),
        });
        self.context.flow = Some(flow);
    }
}

/// What is tracked under one of the names that figures know, else under its own.
fn tracked(name: &SmolStr, values: &[(SmolStr, Value)]) -> Kind {
    let value = |wanted: &str| {
        values
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    let rated = |scale: Scale, most: i64| match value("score") {
        Some(Value::Integer(score)) if (0..=most).contains(score) => {
            Some(Kind::Rated { scale, score: *score })
        }
        _ => None,
    };
    let text = |name: &str| value(name).and_then(Value::as_text).cloned();
    let known = match name.as_str() {
        "csat" => rated(Scale::Csat, 5),
        "nps" => rated(Scale::Nps, 10),
        "helpful" => match value("answer") {
            Some(Value::YesNo(yes)) => Some(Kind::Helped { yes: *yes }),
            _ => None,
        },
        "objection" => text("about").map(|about| Kind::Objection { about }),
        "feedback" => text("text").map(|text| Kind::Feedback { text }),
        _ => None,
    };
    known.unwrap_or_else(|| Kind::Tracked { name: name.clone() })
}

/// An amount in millionths of the currency unit, a number in millionths of one.
fn millionths(bot: &Bot, value: &Value) -> Option<i64> {
    match value {
        Value::Money(minor) => {
            let units = Currency::from_code(&bot.currency)
                .map_or(100, Currency::minor_units)
                .max(1);
            Some(minor.saturating_mul(1_000_000 / units.min(1_000_000)))
        }
        Value::Integer(number) => Some(number.saturating_mul(1_000_000)),
        Value::Number(number) => Some(
            number
                .mul(botflow_values::Decimal::from_integer(1_000_000))
                .round(),
        ),
        _ => None,
    }
}

/// Whether a field holds an address under which a person can be reached.
fn is_contact(bot: &Bot, mut ty: TypeId) -> bool {
    // Types refer to lower ids only.
    while let Some(declared) = bot.types.get(ty.index()) {
        match declared {
            Type::Email | Type::Phone => return true,
            Type::Optional(inner) | Type::Narrowed { base: inner, .. } if inner.index() < ty.index() => {
                ty = *inner
            }
            _ => return false,
        }
    }
    false
}
