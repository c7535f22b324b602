//! Which triggers an occurrence concerns: made once per bot, so that an event costs nothing for triggers that it
//! cannot set off or call off.

use botflow_artifact::{
    Bot, EventId, Expr, ExprId, IntentId, Occurrence, SegmentId, StageId, Trigger, TriggerSource,
};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// The index of a bot's triggers.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    /// Per trigger the number under which agendas know it in every version of the bot.
    pub keys: Vec<u64>,
    /// Per goal the number under which agendas know it.
    pub goals: Vec<u64>,
    /// Per trigger its place in the order in which triggers fire: by priority, then as declared.
    pub rank: Vec<u32>,
    by_key: IndexMap<u64, u32, FxBuildHasher>,
    events: Vec<Concern>,
    stages: Vec<Concern>,
    asked: Vec<Concern>,
    about: Vec<Concern>,
    joined: Vec<Concern>,
    left: Vec<Concern>,
    /// Intents that comments are listened to for, ascending.
    pub about_intents: Vec<u32>,
    /// The event whose text is looked at for them.
    pub comment: Option<EventId>,
    /// Segments whose joining or leaving concerns a trigger, with their keys.
    pub watched: Vec<(SegmentId, u64)>,
    /// Per event those of them that count it.
    counting: Vec<Vec<(SegmentId, u64)>>,
    /// Triggers with an `every`.
    pub schedules: Vec<u32>,
}

/// The triggers and goals that one occurrence concerns.
#[derive(Debug, Default)]
pub(crate) struct Concern {
    /// Trigger and source, in order of declaration.
    pub sets_off: Vec<(u32, u32)>,
    /// Triggers, in order of declaration.
    pub calls_off: Vec<u32>,
    /// Goals that it reaches, in order of declaration.
    pub reaches: Vec<u32>,
    /// Under which agendas note when it happened last, where it calls something off.
    pub key: u64,
    /// A customer begins it.
    pub by_customer: bool,
}

impl Triggers {
    pub fn new(bot: &Bot) -> Triggers {
        let concerns = |count: usize| -> Vec<Concern> { (0..count).map(|_| Concern::default()).collect() };
        let event = |name: &str| {
            let found = bot.events.iter().position(|event| event.name == name);
            found.map(EventId::from)
        };
        let mut index = Triggers {
            keys: bot.triggers.iter().map(|one| key("", &one.name)).collect(),
            events: concerns(bot.events.len()),
            stages: concerns(bot.stages.len()),
            asked: concerns(bot.intents.len()),
            about: concerns(bot.intents.len()),
            joined: concerns(bot.segments.len()),
            left: concerns(bot.segments.len()),
            counting: vec![Vec::new(); bot.events.len()],
            comment: event("comment_posted"),
            ..Triggers::default()
        };
        for (at, trigger) in bot.triggers.iter().enumerate() {
            index.by_key.insert(index.keys[at], at as u32);
            index.add(bot, at as u32, trigger);
        }
        for (at, goal) in bot.goals.iter().enumerate() {
            index.goals.push(key("goal:", &goal.name));
            for what in &goal.on {
                if let Some(concern) = index.concern_mut(bot, what)
                    && concern.reaches.last() != Some(&(at as u32))
                {
                    concern.reaches.push(at as u32);
                }
            }
        }
        let mut order: Vec<usize> = (0..bot.triggers.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(bot.triggers[*at].priority), *at));
        index.rank = vec![0; order.len()];
        for (rank, at) in order.into_iter().enumerate() {
            index.rank[at] = rank as u32;
        }
        for (at, concern) in index.about.iter().enumerate() {
            if !concern.is_empty() {
                index.about_intents.push(at as u32);
            }
        }
        for (at, segment) in bot.segments.iter().enumerate() {
            if index.joined[at].is_empty() && index.left[at].is_empty() {
                continue;
            }
            let watched = (SegmentId::from(at), key("segment:", &segment.name));
            index.watched.push(watched);
            let mut counted = Vec::new();
            events_counted(bot, segment.condition, 0, &mut counted);
            for event in counted {
                if let Some(counting) = index.counting.get_mut(event.index())
                    && !counting.contains(&watched)
                {
                    counting.push(watched);
                }
            }
        }
        index
    }

    fn add(&mut self, bot: &Bot, at: u32, trigger: &Trigger) {
        for (source_at, source) in trigger.sources.iter().enumerate() {
            match source {
                TriggerSource::On { what, .. } => {
                    if let Some(concern) = self.concern_mut(bot, what) {
                        concern.sets_off.push((at, source_at as u32));
                    }
                }
                TriggerSource::Every { .. } => {
                    if self.schedules.last() != Some(&at) {
                        self.schedules.push(at);
                    }
                }
            }
        }
        for what in &trigger.unless {
            if let Some(concern) = self.concern_mut(bot, what)
                && concern.calls_off.last() != Some(&at)
            {
                concern.calls_off.push(at);
            }
        }
    }

    fn concern_mut(&mut self, bot: &Bot, what: &Occurrence) -> Option<&mut Concern> {
        let (concern, key, by_customer) = match what {
            Occurrence::Event(id) => {
                let event = bot.events.get(id.index())?;
                let key = key("event:", &event.name);
                (&mut self.events[id.index()], key, event.by_customer)
            }
            Occurrence::CommentAbout(id) => {
                let key = key("about:", &bot.intents.get(id.index())?.name);
                (&mut self.about[id.index()], key, true)
            }
            Occurrence::Entered(id) => {
                let key = key("entered:", bot.stages.get(id.index())?);
                (&mut self.stages[id.index()], key, false)
            }
            Occurrence::Asked(id) => {
                let key = key("asked:", &bot.intents.get(id.index())?.name);
                (&mut self.asked[id.index()], key, false)
            }
            Occurrence::Joined(id) => {
                let key = key("joined:", &bot.segments.get(id.index())?.name);
                (&mut self.joined[id.index()], key, false)
            }
            Occurrence::Left(id) => {
                let key = key("left:", &bot.segments.get(id.index())?.name);
                (&mut self.left[id.index()], key, false)
            }
        };
        concern.key = key;
        concern.by_customer = by_customer;
        Some(concern)
    }

    /// The trigger an agenda knows by this number.
    #[inline]
    pub fn by_key(&self, key: u64) -> Option<usize> {
        self.by_key.get(&key).map(|at| *at as usize)
    }

    /// The trigger of a name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.by_key(key("", name))
    }

    pub fn of_event(&self, id: EventId) -> Option<&Concern> {
        self.events.get(id.index())
    }

    pub fn of_stage(&self, id: StageId) -> Option<&Concern> {
        self.stages.get(id.index())
    }

    pub fn of_asked(&self, id: IntentId) -> Option<&Concern> {
        self.asked.get(id.index())
    }

    pub fn of_comment(&self, id: IntentId) -> Option<&Concern> {
        self.about.get(id.index())
    }

    /// Joining a segment, or leaving it.
    pub fn of_segment(&self, id: SegmentId, joined: bool) -> Option<&Concern> {
        if joined {
            self.joined.get(id.index())
        } else {
            self.left.get(id.index())
        }
    }

    /// The watched segments that count this event.
    pub fn counting(&self, id: EventId) -> &[(SegmentId, u64)] {
        self.counting.get(id.index()).map_or(&[], Vec::as_slice)
    }
}

impl Concern {
    pub fn is_empty(&self) -> bool {
        self.sets_off.is_empty() && self.calls_off.is_empty() && self.reaches.is_empty()
    }
}

/// A number for a name that every version of the bot gives it: the FNV-1a hash.
pub(crate) fn key(kind: &str, name: &str) -> u64 {
    let bytes = kind.bytes().chain(name.bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// Expressions nest at most so deep, segments within segments included.
const MAX_DEPTH: u32 = 512;

/// The events that an expression counts, itself or in a segment that it mentions.
fn events_counted(bot: &Bot, id: ExprId, depth: u32, found: &mut Vec<EventId>) {
    if depth > MAX_DEPTH {
        return;
    }
    let Some(expr) = bot.exprs.get(id.index()) else {
        return;
    };
    let mut inside = |id: ExprId| events_counted(bot, id, depth + 1, found);
    match expr {
        Expr::Count { event, .. } | Expr::Sum { event, .. } | Expr::Latest { event, .. } => {
            found.push(*event)
        }
        Expr::Component(a, _) | Expr::Not(a) | Expr::Negate(a) | Expr::IsKnown(a) => inside(*a),
        Expr::And(a, b) | Expr::Or(a, b) | Expr::Else(a, b) | Expr::In(a, b) | Expr::Binary(_, a, b) => {
            inside(*a);
            inside(*b);
        }
        Expr::List(all) | Expr::Record(all) | Expr::Call(_, all) => all.iter().for_each(|id| inside(*id)),
        Expr::InSegment(segment) => {
            if let Some(segment) = bot.segments.get(segment.index()) {
                // Segments nest far less deep than expressions: a circle of them comes to its end soon.
                events_counted(bot, segment.condition, depth + 64, found);
            }
        }
        _ => {}
    }
}
