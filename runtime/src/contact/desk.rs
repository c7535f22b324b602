//! Where a turn of one person is taken: conversations, triggers and clocks, until nothing more is due at this moment.

use std::cell::RefCell;
use std::rc::Rc;

use botflow_machine::trigger::{Decision, Happening, Refusal, What, refusal};
use botflow_machine::{
    Clock, Conversations, Delivery, Effect, Event, EventKind, Fault, HandOver, Look, Person, Presence,
    Program, Rest, Running, Speaker, Starter, Watched,
};
use botflow_message::Message;
use botflow_values::Value;
use smol_str::{SmolStr, ToSmolStr};

use super::clerk::{Book, Clerk};
use super::input::{Input, Occasion, Said};
use super::outgoing::{Outgoing, PeopleEvent, Saying};
use super::transcript::{Author, Line};
use super::{Contact, Plan, upgrading};
use crate::deployment::Version;

/// So many clocks are looked at in one turn; what is still due comes with the next.
const MAX_DUE: usize = 64;

/// A person while a turn of theirs is taken.
pub(super) struct Desk<'p> {
    pub version: &'p Version,
    pub program: &'p Program,
    pub conversations: Conversations<Watched<Running<'p>, Clerk>>,
    pub book: Rc<RefCell<Book>>,
    pub presence: Presence,
    /// How many messages were numbered.
    pub sent: u64,
    pub lines: u64,
    pub absorbed: Vec<(u64, u64)>,
    pub now: i64,
    id: u64,
    seed: u64,
    chances: u64,
    pub outgoing: Vec<Outgoing>,
    pub transcript: Vec<Line>,
    addresses: Vec<(SmolStr, SmolStr)>,
    refused: Option<Refusal>,
    late: Option<i64>,
    pub faults: Vec<Fault>,
}

impl<'p> Desk<'p> {
    pub fn new(
        version: &'p Version,
        older: Option<&'p Version>,
        contact: Contact,
        occasion: &Occasion,
    ) -> Desk<'p> {
        let program = &version.program;
        let book = Rc::new(RefCell::new(Book {
            recorder: contact.recorder,
            sent: contact.sent,
            entries: Vec::new(),
        }));
        let clerk = Clerk(Rc::clone(&book));
        let mut conversations = contact.conversations;
        let mut faults = Vec::new();
        let mut effects = Vec::new();
        let mut agenda = contact.agenda;
        let went_over = contact.bot != version.hash();
        if went_over {
            upgrading::go_over(
                version,
                older.filter(|older| older.hash() == contact.bot),
                &mut conversations,
                &mut agenda,
                &book,
                occasion.now,
                &mut effects,
                &mut faults,
            );
        }
        let conversations = conversations.map(|conversation| Watched {
            speaker: Running {
                program,
                conversation,
                newer: None,
            },
            watch: clerk.clone(),
        });
        let mut desk = Desk {
            version,
            program,
            conversations,
            book,
            presence: Presence {
                agenda,
                met: contact.met,
                channel: contact.channel,
                wrote_at: contact.wrote_at,
            },
            sent: contact.sent,
            lines: contact.lines,
            absorbed: contact.absorbed,
            now: occasion.now,
            id: occasion.id,
            seed: occasion.seed,
            chances: 0,
            outgoing: Vec::new(),
            transcript: Vec::new(),
            addresses: Vec::new(),
            refused: None,
            late: None,
            faults,
        };
        if went_over {
            desk.carry_out(&effects);
            if desk.presence.met {
                desk.decide(Look::Due);
            }
        }
        desk
    }

    /// Takes the turn, and what is due with it.
    pub fn take(mut self, input: Input) -> Plan {
        self.meet();
        self.hear(input);
        self.ring();
        self.finish()
    }

    fn hear(&mut self, input: Input) {
        match input {
            Input::At {
                channel,
                address,
                what,
            } => self.hear_at(channel, address, what),
            Input::Start { flow, args } => self.turn(EventKind::Start {
                flow,
                args,
                channel: None,
                by: Starter::Host,
            }),
            Input::Operator(event) => self.turn(EventKind::Operator(event)),
            Input::CallResult { call, value } => self.turn(EventKind::CallResult { call, value }),
            Input::CallFailed {
                call,
                attempt,
                failure,
            } => self.turn(EventKind::CallFailed {
                call,
                attempt,
                failure,
            }),
            Input::Status {
                message,
                channel,
                status,
            } => {
                self.turn(EventKind::Delivery { message, status });
                self.decide(Look::Delivered(&channel, status));
                // Bots that follow what is read hear of it as of any other event.
                if status == Delivery::Read && self.program.event_named("message_read").is_some() {
                    self.happens(channel, SmolStr::new_static("message_read"), Vec::new(), self.now);
                }
            }
            Input::Due | Input::NewVersion => {}
        }
    }

    fn hear_at(&mut self, channel: SmolStr, address: SmolStr, what: Said) {
        let now = self.now;
        let is_new = self.person_mut().reach(&channel, &address, now);
        if is_new {
            self.addresses.push((channel.clone(), address));
            // Whoever was nowhere yet is where they are first heard of.
            if self.address_on(&self.presence.channel).is_empty() {
                self.presence.channel = channel.clone();
            }
        }
        let kind = match what {
            Said::Message(text) => {
                self.wrote(&channel, &text, None);
                EventKind::Message {
                    text,
                    channel: Some(channel),
                }
            }
            Said::Press { payload, label } => {
                self.wrote(&channel, &label, None);
                EventKind::Press {
                    payload,
                    label,
                    channel: Some(channel),
                }
            }
            Said::Media { value, caption } => {
                self.wrote(&channel, &caption, Some(value.clone()));
                EventKind::Media {
                    value,
                    caption,
                    channel: Some(channel),
                }
            }
            Said::Event { name, fields, at } => return self.happens(channel, name, fields, at),
            Said::Known { values, signed } => EventKind::Known { values, signed },
            Said::Arrives {
                language,
                timezone,
                referral,
            } => return self.arrives(channel, language, timezone, referral),
        };
        self.turn(kind);
    }

    /// The customer said something: a line, and where they are.
    fn wrote(&mut self, channel: &SmolStr, text: &SmolStr, media: Option<Value>) {
        self.presence.wrote_at = Some(self.now);
        self.presence.channel = channel.clone();
        let text = text.clone();
        self.line(channel.clone(), Author::Customer { text, media });
    }

    /// Somebody is there. What is known of them already holds.
    fn arrives(
        &mut self,
        channel: SmolStr,
        language: Option<SmolStr>,
        timezone: Option<SmolStr>,
        referral: Option<SmolStr>,
    ) {
        let languages = &self.program.bot.languages;
        let spoken = language.and_then(|wanted| {
            let of = |code: &str| code.split('-').next().map(str::to_ascii_lowercase);
            let same = |known: &&SmolStr| known.eq_ignore_ascii_case(&wanted);
            let alike = |known: &&SmolStr| of(known) == of(&wanted);
            languages
                .iter()
                .find(same)
                .or_else(|| languages.iter().find(alike))
                .cloned()
        });
        let person = self.person_mut();
        if person.language.is_empty()
            && let Some(language) = spoken
        {
            person.language = language;
        }
        if person.timezone.is_empty()
            && let Some(timezone) = timezone
            && botflow_values::Zone::named(&timezone).is_some()
        {
            person.timezone = timezone;
        }
        if person.referral.is_none() {
            person.referral = referral;
        }
        if person.channel.is_empty() {
            person.channel = channel.clone();
            self.presence.channel = channel;
        }
    }

    /// An event is reported: refused at the door, or heard by conversations and triggers.
    fn happens(&mut self, channel: SmolStr, name: SmolStr, fields: Vec<Value>, at: i64) {
        let happening = Happening {
            id: self.id,
            at,
            channel: Some(channel),
            what: What::Event {
                name: name.clone(),
                fields: fields.clone(),
            },
        };
        self.refused = refusal(self.program, &self.presence.agenda, self.now, &happening);
        if self.refused.is_none() {
            self.turn_with(EventKind::Custom { name, fields }, Some(happening));
        }
    }

    fn turn(&mut self, kind: EventKind) {
        self.turn_with(kind, None);
    }

    fn turn_with(&mut self, kind: EventKind, happening: Option<Happening>) {
        let event = Event {
            id: std::mem::take(&mut self.id),
            at: self.now,
            seed: self.chance(),
            kind,
        };
        let mut effects = Vec::new();
        let (program, clerk) = (self.program, Clerk(Rc::clone(&self.book)));
        let mut fresh = |person: Person| Watched {
            speaker: Running::new(program, person),
            watch: clerk.clone(),
        };
        self.conversations.turn(event, &mut fresh, &mut effects);
        self.after(&effects, happening);
    }

    /// Effects are carried out, and triggers look at them.
    pub fn after(&mut self, effects: &[Effect], happening: Option<Happening>) {
        self.carry_out(effects);
        for look in Presence::after(self.program, effects, happening.as_ref()) {
            self.decide(look);
        }
    }

    /// The first look at the agenda: what the person is now is no joining, and schedules count from here.
    pub fn meet(&mut self) {
        if self.presence.meets(self.program) {
            self.decide(Look::Turned(&[]));
        }
    }

    pub fn decide(&mut self, look: Look<'_>) {
        let decisions = self
            .presence
            .look(self.program, &self.conversations, self.now, look);
        for decision in decisions {
            self.record(&decision);
            if let Some((start, before)) = self.presence.begin(&self.program.bot, &decision) {
                self.turn(start);
                self.presence
                    .begun(before, self.conversations.speaking().person());
            }
        }
    }

    fn record(&mut self, decision: &Decision) {
        let book = &mut *self.book.borrow_mut();
        let person = self.conversations.speaking().person();
        let decision = std::slice::from_ref(decision);
        let entries = book.recorder.decided(self.program, person, self.now, decision);
        book.entries.extend(entries);
    }

    /// Everything that is due by now, the earliest first.
    pub fn ring(&mut self) {
        for _ in 0..MAX_DUE {
            let next = self.presence.next(&self.conversations);
            let Some((at, clock)) = next.filter(|(at, _)| *at <= self.now) else {
                return;
            };
            // The first is the one that is latest.
            self.late = self.late.or(Some(self.now.saturating_sub(at)));
            match clock {
                Clock::Timer(id) => self.turn(EventKind::Timer { id }),
                Clock::Parked => {
                    let (now, seed) = (self.now, self.chance());
                    let mut effects = Vec::new();
                    self.conversations.due(now, seed, &mut effects);
                    self.presence.resumed(self.conversations.speaking().person());
                    self.after(&effects, None);
                }
                Clock::Agenda => self.decide(Look::Due),
            }
        }
    }

    pub fn finish(self) -> Plan {
        let Desk {
            version,
            conversations,
            book,
            ..
        } = self;
        let wake = self.presence.next(&conversations).map(|(at, _)| at);
        let Presence {
            agenda,
            met,
            channel,
            wrote_at,
        } = self.presence;
        let works = conversations.speaking().rest() == Rest::Works;
        let conversations = conversations.map(|watched| watched.speaker.conversation);
        let book = book.take();
        Plan {
            contact: Contact {
                bot: version.hash(),
                conversations,
                agenda,
                met,
                recorder: book.recorder,
                channel,
                wrote_at,
                sent: self.sent,
                lines: self.lines,
                absorbed: self.absorbed,
            },
            outgoing: self.outgoing,
            transcript: self.transcript,
            entries: book.entries,
            wake,
            addresses: self.addresses,
            works,
            refused: self.refused,
            late: self.late,
            faults: self.faults,
        }
    }

    /// The person is another one, too: what was planned for that one belongs to this one. Its lines and messages follow
    /// those of this one.
    pub fn absorb(
        &mut self,
        (sent, lines): (u64, u64),
        (outgoing, transcript, faults): (Vec<Outgoing>, Vec<Line>, Vec<Fault>),
    ) {
        let (lines_from, messages_from) = (self.lines, self.sent);
        let numbered = |number: u64| if number == 0 { 0 } else { messages_from + number };
        self.transcript.extend(transcript.into_iter().map(|mut line| {
            line.number += lines_from;
            if let Author::Bot { message, .. } | Author::Operator { message, .. } = &mut line.said {
                *message = numbered(*message);
            }
            line
        }));
        self.outgoing.extend(outgoing.into_iter().map(|mut outgoing| {
            if let Outgoing::Say(saying) = &mut outgoing {
                saying.number = numbered(saying.number);
            }
            outgoing
        }));
        self.sent += sent;
        self.lines += lines;
        self.faults.extend(faults);
    }

    /// A number that nobody can guess, another one each time; 0 where nothing is left to chance.
    fn chance(&mut self) -> u64 {
        if self.seed == 0 {
            return 0;
        }
        self.chances += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&self.chances.to_le_bytes());
        let hash = hasher.finalize();
        let first = hash.as_bytes().first_chunk::<8>();
        first.map_or(1, |first| u64::from_le_bytes(*first)).max(1)
    }

    pub fn person_mut(&mut self) -> &mut Person {
        self.conversations.speaking_mut().person_mut()
    }

    pub fn carry_out(&mut self, effects: &[Effect]) {
        for effect in effects {
            self.carry_out_one(effect);
        }
    }

    fn carry_out_one(&mut self, effect: &Effect) {
        let bot = &self.program.bot;
        let queue = |id: botflow_artifact::QueueId| bot.queues[id.index()].name.clone();
        let field = |id: botflow_artifact::FieldId| bot.customer[id.index()].name.clone();
        let event = match effect {
            Effect::Send(message) => return self.say(None, message.clone()),
            Effect::Relay {
                operator,
                text,
                media,
            } => return self.say(Some(operator.clone()), relayed(text, media.as_deref())),
            Effect::SendCode { address, code, .. } => return self.send_code(address, code),
            Effect::Call(request) => {
                return self.outgoing.push(Outgoing::Call {
                    bot: self.version.hash(),
                    name: bot.calls[request.call.index()].name.clone(),
                    request: request.clone(),
                });
            }
            Effect::Identify { field: id, value } => {
                let Some(value) = value.as_text().map(SmolStr::new) else {
                    return;
                };
                let field = field(*id);
                return self.outgoing.push(Outgoing::Identify { field, value });
            }
            Effect::Fault(fault) => return self.faults.push(*fault),
            Effect::HandOver(hand_over) => {
                let HandOver {
                    escalation,
                    queue: id,
                    brief,
                } = &**hand_over;
                PeopleEvent::HandOver {
                    escalation: bot.escalations[escalation.index()].name.clone(),
                    queue: queue(*id),
                    brief: brief.clone(),
                }
            }
            Effect::Requeue { queue: id } => PeopleEvent::Requeue { queue: queue(*id) },
            Effect::Withdraw {
                queue: id, reason, ..
            } => PeopleEvent::Withdraw {
                queue: id.map(queue),
                reason: reason.words().into(),
            },
            Effect::Joined { operator } => PeopleEvent::Joined {
                operator: operator.clone(),
            },
            Effect::Left { operator } => PeopleEvent::Left {
                operator: operator.clone(),
            },
            Effect::Assign { operator } => PeopleEvent::Assigned {
                operator: operator.clone(),
            },
            Effect::OperatorStarts { operator, flow } => PeopleEvent::FlowStarted {
                operator: operator.clone(),
                flow: bot.flows[flow.index()].name.clone(),
            },
            Effect::OperatorRefused { operator, reason } => PeopleEvent::Refused {
                operator: operator.clone(),
                reason: reason.words().into(),
            },
            Effect::Forward { text, media } => PeopleEvent::Message {
                text: text.clone(),
                media: media.as_deref().cloned(),
            },
            Effect::AskQueue { queue: id, question } => PeopleEvent::Question {
                queue: queue(*id),
                text: question.clone(),
            },
            Effect::ColleagueAnswered { operator } => PeopleEvent::Answered {
                operator: operator.clone(),
            },
            Effect::Tell { queue: id, text } => PeopleEvent::Flag {
                queue: queue(*id),
                text: text.clone(),
            },
            Effect::Note(text) => PeopleEvent::Note { text: text.clone() },
            // Kept in the person, or told by an entry; clocks are asked for when the turn is over.
            Effect::SetTimer { .. }
            | Effect::CancelTimer { .. }
            | Effect::Remember { .. }
            | Effect::Forget { .. }
            | Effect::Verified { .. }
            | Effect::Unproven { .. }
            | Effect::Refused { .. }
            | Effect::Withheld { .. }
            | Effect::Stage { .. }
            | Effect::Asked(_)
            | Effect::Tag(_)
            | Effect::Track { .. }
            | Effect::Consent(_)
            | Effect::OptedOut { .. }
            | Effect::OptedIn { .. }
            | Effect::Exposed { .. }
            | Effect::Parked
            | Effect::GoesOn
            | Effect::Finished { .. }
            | Effect::Record(_) => return,
        };
        self.outgoing.push(Outgoing::Tell { event });
    }

    /// Something is said to the customer, by the bot or by a colleague.
    fn say(&mut self, operator: Option<SmolStr>, message: Message) {
        // The book numbers what the bot sends; what colleagues say has no number.
        let number = match &operator {
            None => {
                self.sent += 1;
                self.sent
            }
            Some(_) => 0,
        };
        let via = message
            .envelope
            .as_ref()
            .and_then(|envelope| envelope.via.clone());
        let channel = via.unwrap_or_else(|| self.presence.channel.clone());
        let author = match &operator {
            None => Author::Bot {
                message: number,
                content: message.clone(),
            },
            Some(name) => Author::Operator {
                message: number,
                name: name.clone(),
                content: message.clone(),
            },
        };
        self.line(channel.clone(), author);
        let address = self.address_on(&channel);
        self.outgoing.push(Outgoing::Say(Box::new(Saying {
            channel,
            address,
            number,
            operator,
            message,
            secret: false,
        })));
    }

    /// A code that proves an address goes there, and into no transcript.
    fn send_code(&mut self, address: &Value, code: &SmolStr) {
        let (channel, address) = match address {
            Value::Email(address) => ("email", address),
            Value::Phone(number) => ("sms", number),
            _ => return,
        };
        self.outgoing.push(Outgoing::Say(Box::new(Saying {
            channel: channel.into(),
            address: address.clone(),
            number: 0,
            operator: None,
            message: Message::text(code.clone()),
            secret: true,
        })));
    }

    /// The latest address on a channel; empty where there is none.
    fn address_on(&self, channel: &str) -> SmolStr {
        let addresses = self.conversations.speaking().person().addresses();
        let on = addresses.iter().filter(|one| one.channel == channel);
        on.max_by_key(|one| one.at)
            .map(|one| one.address.clone())
            .unwrap_or_default()
    }

    fn line(&mut self, channel: SmolStr, said: Author) {
        self.lines += 1;
        self.transcript.push(Line {
            number: self.lines,
            at: self.now,
            channel,
            said,
        });
    }
}

/// A colleague's words as a message.
fn relayed(text: &SmolStr, media: Option<&Value>) -> Message {
    use botflow_message::{Location, Media, MediaKind};
    let message = Message::text(text.clone());
    match media {
        Some(Value::Image(file)) => {
            message.with(Media::new(MediaKind::Image, file.url.clone(), SmolStr::default()))
        }
        Some(Value::File(file)) => {
            let mut media = Media::new(MediaKind::File, file.url.clone(), SmolStr::default());
            media.name = file.name.clone().unwrap_or_default();
            message.with(media)
        }
        Some(Value::Location(place)) => message.with(Location {
            latitude_e6: place.latitude,
            longitude_e6: place.longitude,
            name: "".to_smolstr(),
        }),
        _ => message,
    }
}
