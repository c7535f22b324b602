//! A turn at work: the conversation being changed, and what has been decided so far.

use std::cell::{Cell, OnceCell};

use botflow_artifact::*;
use botflow_values::Zone;
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::conversation::{Conversation, Frame, FrameKind, NEVER, NOWHERE, Owner};
use crate::effect::{Effect, Fault, Withdrawn};
use crate::history::Talk;
use crate::program::Program;
use crate::record::{Beginner, GivenUp, Record};
use crate::scope::Scope;

/// So many operations a turn may take.
const MAX_OPERATIONS: u32 = 10_000;

/// So many expressions a turn may evaluate.
const MAX_EXPRESSIONS: u32 = 200_000;

/// So many answered questions a frame remembers.
const MAX_ANSWERED: usize = 16;

/// So many variables get memory at once, when the first of them is set.
const FEW_SLOTS: usize = 4;

/// One turn.
pub(crate) struct Turn<'a> {
    pub p: &'a Program,
    pub c: &'a mut Conversation,
    pub out: &'a mut Vec<Effect>,
    pub now: i64,
    pub seed: u64,
    pub language: LanguageId,
    /// Operations left.
    pub operations: u32,
    /// Expressions left.
    pub budget: Cell<u32>,
    pub zone: OnceCell<Zone>,
    /// Fields of the event at hand.
    pub fields: Vec<Value>,
    /// What the customer wrote in this turn.
    pub words: SmolStr,
    /// A message that was heard as an intent and may still answer questions; words that did are gone.
    pub heard: Option<String>,
    /// The handler frame that has not rested yet.
    pub fresh: Option<usize>,
    /// A handler came back without having rested.
    pub came_back: bool,
    /// The statements of `waiting` are at work.
    pub company: bool,
    /// The bot has said something in this turn.
    pub spoke: bool,
    /// A message could not be said where the conversation is: it ends.
    pub muted: bool,
    /// The question that was answered in this turn: what a consent rests on.
    pub replied: Option<PlaceId>,
    /// The conversation was stranded when the event came: the customer's words are no answer to what is asked now.
    pub overhears: bool,
    /// A rule of `always` has had its turn in place of words for a message that was not understood.
    pub ruled: bool,
    /// A `choose` was reached that had nothing to offer, and its way for that is at work: no question was put for it.
    pub unput: bool,
    /// Why the questions of frames that are dropped are given up.
    pub dropped: GivenUp,
}

/// Where to go on; `None` = the conversation rests, or has ended.
pub(crate) type Next = Option<Pc>;

impl<'a> Turn<'a> {
    pub fn new(p: &'a Program, c: &'a mut Conversation, seed: u64, out: &'a mut Vec<Effect>) -> Turn<'a> {
        let language = p.language(&c.person.language);
        Turn {
            now: c.last_at,
            language,
            operations: MAX_OPERATIONS,
            budget: Cell::new(MAX_EXPRESSIONS),
            zone: OnceCell::new(),
            fields: Vec::new(),
            words: SmolStr::default(),
            heard: None,
            fresh: None,
            came_back: false,
            company: false,
            spoke: false,
            muted: false,
            replied: None,
            overhears: false,
            ruled: false,
            unput: false,
            dropped: GivenUp::Left,
            p,
            c,
            out,
            seed,
        }
    }

    /// Runs operations until the conversation rests or ends.
    pub fn run(&mut self, mut next: Next) {
        while let Some(pc) = next {
            if self.operations == 0 || self.budget.get() == 0 {
                self.fault(Fault::Endless);
                return;
            }
            self.operations -= 1;
            next = self.operation(pc);
            if self.muted {
                break;
            }
        }
        self.fall_silent();
    }

    /// Ends the conversation because it cannot go on.
    pub fn fault(&mut self, fault: Fault) {
        self.out.push(Effect::Fault(fault));
        self.finish(Outcome::Unresolved, None);
    }

    /// What expressions see from the topmost frame.
    #[inline]
    pub fn scope(&self) -> Scope<'_> {
        self.scope_of(self.c.frames.len().wrapping_sub(1))
    }

    /// What expressions see from a frame.
    #[inline]
    pub fn scope_of(&self, frame: usize) -> Scope<'_> {
        let (slots, flow) = match self.c.frames.get(self.home(frame)) {
            Some(frame) => (frame.slots.as_slice(), frame.flow),
            None => (&[][..], FlowId::ALWAYS),
        };
        Scope {
            p: self.p,
            c: self.c,
            person: &self.c.person,
            slots,
            flow,
            fields: &self.fields,
            now: self.now,
            language: self.language,
            budget: &self.budget,
            zone: &self.zone,
            segments: 0,
        }
    }

    #[inline]
    pub fn eval(&self, id: ExprId) -> Value {
        self.scope().eval(id)
    }

    #[inline]
    pub fn yes(&self, id: ExprId) -> bool {
        self.scope().yes(id)
    }

    /// The frame whose variables a frame works on.
    #[inline]
    pub fn home(&self, frame: usize) -> usize {
        match self.c.frames.get(frame).map(|frame| frame.kind) {
            Some(FrameKind::Handler { of: Some(of) }) => of as usize,
            _ => frame,
        }
    }

    /// Writes a variable of the topmost frame.
    pub fn set(&mut self, slot: SlotId, value: Value) {
        let home = self.home(self.c.frames.len().wrapping_sub(1));
        let Some(frame) = self.c.frames.get_mut(home) else {
            return;
        };
        if let Some(carried) = &mut self.c.carried
            && carried.frame as usize == home
        {
            carried.slots.retain(|one| *one != slot);
        }
        match frame.slots.get_mut(slot.index()) {
            Some(slot) => *slot = value,
            // Variables take memory from when they are first set: first a few of them, then all.
            None if value.is_known() => {
                let declared = self.p.bot.flows.get(frame.flow.index());
                let declared = declared.map_or(0, |flow| flow.slots.len());
                if slot.index() < declared {
                    let room = if slot.index() < FEW_SLOTS {
                        FEW_SLOTS
                    } else {
                        declared
                    };
                    let count = frame.slots.len();
                    frame
                        .slots
                        .reserve_exact(room.min(declared).saturating_sub(count));
                    frame.slots.resize(slot.index(), Value::Unknown);
                    frame.slots.push(value);
                }
            }
            None => {}
        }
    }

    /// A variable of the topmost frame.
    pub fn get(&self, slot: SlotId) -> Value {
        let home = self.home(self.c.frames.len().wrapping_sub(1));
        let frame = self.c.frames.get(home);
        frame
            .and_then(|frame| frame.slots.get(slot.index()))
            .cloned()
            .unwrap_or_default()
    }

    /// The topmost frame.
    #[inline]
    pub fn top(&mut self) -> Option<&mut Frame> {
        self.c.frames.last_mut()
    }

    /// The place at which the conversation rests, if it is running and belongs to the bot.
    pub fn resting(&self) -> Option<(PlaceId, &'a Place)> {
        let at = self.c.frames.last()?.at;
        Some((at, self.p.bot.places.get(at.index())?))
    }

    /// The topmost frame rests at this place now.
    pub fn rest_at(&mut self, id: PlaceId) {
        let p = self.p;
        let place = p.bot.places.get(id.index());
        if let Some(frame) = self.top() {
            frame.at = id;
            frame.hash = place.map_or(PlaceHash(0), |place| place.hash);
            // A form whose code has been left is over.
            if let (Some(form), Some(place)) = (&frame.form, place)
                && let Some(PlaceKind::Form(form)) =
                    p.bot.places.get(form.place.index()).map(|place| &place.kind)
                && !(form.begin <= place.then && place.then <= form.end)
            {
                frame.form = None;
            }
        }
    }

    /// The topmost frame has answered a question.
    pub fn answered(&mut self, id: PlaceId) {
        self.replied = Some(id);
        if let Some(frame) = self.c.frames.last_mut() {
            let asked = frame.open && frame.asked == id;
            if asked {
                frame.open = false;
            }
            self.out.push(Effect::Record(Record::Answered {
                place: id,
                tries: if asked { frame.tries } else { 0 },
                asked,
            }));
            if frame.answered.len() >= MAX_ANSWERED {
                frame.answered.remove(0);
            }
            frame.answered.push(id);
        }
    }

    /// The topmost frame's question is given up, if it waits for an answer.
    pub fn give_up(&mut self, why: GivenUp) {
        if let Some(frame) = self.c.frames.last_mut().filter(|frame| frame.open) {
            frame.open = false;
            self.out.push(Effect::Record(Record::GivenUp {
                place: frame.asked,
                tries: frame.tries,
                why,
            }));
        }
    }

    /// A new frame on top, with these first variables.
    pub fn push_frame(&mut self, flow: FlowId, kind: FrameKind, mut slots: Vec<Value>) {
        let count = match kind {
            FrameKind::Handler { of: Some(_) } => 0,
            _ => self
                .p
                .bot
                .flows
                .get(flow.index())
                .map_or(0, |flow| flow.slots.len()),
        };
        slots.truncate(count);
        self.c.frames.reserve_exact(1);
        self.c.frames.push(Frame {
            flow,
            kind,
            at: NOWHERE,
            asked: NOWHERE,
            open: false,
            hash: PlaceHash(0),
            slots,
            answered: SmallVec::new(),
            tries: 0,
            retrying: false,
            insists: false,
            form: None,
            pending: None,
        });
    }

    /// Drops all frames above the first so many; their questions are given up.
    pub fn keep_frames(&mut self, count: usize) {
        for frame in self.c.frames.iter().skip(count).filter(|frame| frame.open) {
            self.out.push(Effect::Record(Record::GivenUp {
                place: frame.asked,
                tries: frame.tries,
                why: self.dropped,
            }));
        }
        self.c.frames.truncate(count);
        self.done_below(count);
        self.carries_no_more(|carried| carried.frame as usize >= count);
        if let Some(offers) = &mut self.c.offers {
            offers
                .messages
                .retain(|offer| offer.frame.is_none_or(|frame| (frame as usize) < count));
        }
    }

    /// Drops the topmost frame.
    pub fn pop_frame(&mut self) {
        self.keep_frames(self.c.frames.len().saturating_sub(1));
    }

    /// Begins a flow; everything that runs is dropped.
    pub fn begin(&mut self, flow: FlowId, args: Vec<Value>) -> Next {
        self.drop_all();
        self.c.owner = Owner::Bot;
        let Some(entry) = self.p.bot.flows.get(flow.index()).map(|flow| flow.entry) else {
            self.fault(Fault::Lost);
            return None;
        };
        let params = self.p.bot.flows[flow.index()].params as usize;
        let mut args = args;
        args.truncate(params);
        self.push_frame(flow, FrameKind::Started, args);
        Some(entry)
    }

    /// Begins the bot's start flow; a bot without one has nothing more to do.
    pub fn begin_start(&mut self) -> Next {
        match self.p.bot.start {
            Some(flow) => self.begin(flow, Vec::new()),
            None => {
                self.finish(Outcome::Resolved, None);
                None
            }
        }
    }

    /// Drops all that runs, without an outcome.
    pub fn drop_all(&mut self) {
        self.end_hand_over(Withdrawn::Replaced, None);
        self.keep_frames(0);
        self.c.question = None;
        self.fresh = None;
        self.company = false;
    }

    /// Forgets what belongs to one conversation.
    pub fn forget_conversation(&mut self) {
        self.c.misunderstood = 0;
        self.c.fired.clear();
        self.c.varied.clear();
        self.c.said.clear();
        if let Some(offers) = &mut self.c.offers {
            offers.messages.clear();
        }
    }

    /// `finish`.
    pub fn finish(&mut self, outcome: Outcome, label: Option<SmolStr>) {
        self.dropped = GivenUp::Ended;
        self.end_hand_over(Withdrawn::Ended, None);
        self.drop_all();
        self.dropped = GivenUp::Left;
        self.forget_conversation();
        self.c.owner = Owner::Nobody;
        self.c.outcome = Some(outcome);
        self.c.leave = None;
        self.c.wrote_at = NEVER;
        let now = self.now;
        self.out.push(Effect::Finished { outcome, label });
        if let Some(talk) = self.talk() {
            talk.last_at = now;
            talk.ended = true;
        }
    }

    /// A conversation begins: it is the person's next one.
    pub fn begins(&mut self, by: Beginner) {
        let history = self.c.person.history.get_or_insert_default();
        let number = history.begin(self.c.id, self.now);
        self.out.push(Effect::Record(Record::Began { number, by }));
    }

    /// The running conversation in the person's history.
    fn talk(&mut self) -> Option<&mut Talk> {
        self.c.person.history.as_deref_mut()?.running(self.c.id)
    }

    /// Something was said or pressed in the conversation.
    pub fn goes_on(&mut self) {
        let now = self.now;
        if let Some(talk) = self.talk() {
            talk.last_at = now;
        }
    }

    /// Notes that the bot speaks: what it said in an earlier turn is not what `repeat` says any more.
    pub fn speak(&mut self) {
        if !self.spoke {
            self.spoke = true;
            self.c.said.clear();
        }
    }

    /// A number for something left to chance. Seed 0 leaves nothing to chance: then it is 0.
    pub fn chance(&self, of: u64) -> u64 {
        match self.seed {
            0 => 0,
            seed => mix(seed.wrapping_add(of.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
        }
    }
}

/// A number whose every bit depends on every bit of another (the finaliser of splitmix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
