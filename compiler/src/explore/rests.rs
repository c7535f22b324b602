//! How long a conversation can rest at a place while the customer says nothing.

use botflow_artifact::*;

use super::scope::{Scope, longest, seconds};
use super::transfer::UNBOUNDED;

/// What is known about resting in a bot.
#[derive(Clone, Debug)]
pub(super) struct Rests {
    scope: Scope,
    /// Per flow: after how long outer levels end the silence at a question that does not do so itself.
    outer: Vec<u32>,
    /// The longest of all such times.
    longest: u32,
    /// Per place: it stands in a handler, and so on top of whatever it has interrupted.
    in_handler: Vec<bool>,
}

impl Rests {
    pub fn of(bot: &Bot, scope: Scope) -> Rests {
        let always = ends_silence(bot, &bot.always).unwrap_or(UNBOUNDED);
        let mut rests = Rests {
            scope,
            outer: vec![UNBOUNDED; bot.flows.len()],
            longest: always,
            in_handler: in_handlers(bot),
        };
        for flow in &bot.flows {
            rests.longest = rests.longest.max(ends_silence(bot, &flow.handlers).unwrap_or(0));
        }
        for step in &bot.steps {
            rests.longest = rests.longest.max(ends_silence(bot, &step.handlers).unwrap_or(0));
        }
        // Who runs a flow, and with which handlers around it.
        let mut runs: Vec<Vec<(usize, &Place)>> = vec![Vec::new(); bot.flows.len()];
        for (id, place) in bot.places.iter().enumerate() {
            if let PlaceKind::Run(run) = &place.kind
                && let Some(runs) = runs.get_mut(run.flow.index())
            {
                runs.push((id, place));
            }
        }
        let mut started = vec![false; bot.flows.len()];
        let starts = bot.code.iter().filter_map(|op| match op {
            Op::Start { flow, .. } => Some(*flow),
            _ => None,
        });
        let begun = bot.triggers.iter().map(|trigger| trigger.start);
        for flow in starts.chain(begun).chain(bot.start) {
            if let Some(started) = started.get_mut(flow.index()) {
                *started = true;
            }
        }
        for (at, flow) in bot.flows.iter().enumerate() {
            started[at] |= flow.open_to_operators || at == 0 || runs[at].is_empty();
        }
        // Callers first. A flow that runs itself is a mistake, and nothing ends its silence.
        let mut state = vec![0u8; bot.flows.len()];
        let mut todo: Vec<usize> = Vec::new();
        for flow in 0..bot.flows.len() {
            todo.push(flow);
            while let Some(flow) = todo.last().copied() {
                if state[flow] == 2 {
                    todo.pop();
                    continue;
                }
                let callers = runs[flow].iter().map(|(_, place)| place.flow.index());
                let waits: Vec<usize> = callers
                    .filter(|caller| state.get(*caller) == Some(&0) && *caller != flow)
                    .collect();
                if state[flow] == 0 && !waits.is_empty() {
                    state[flow] = 1;
                    todo.extend(waits);
                    continue;
                }
                let around = runs[flow].iter().map(|(id, place)| {
                    ends_silence(bot, &place.handlers).unwrap_or_else(|| match rests.in_handler[*id] {
                        true => rests.outer[place.flow.index()].max(rests.longest),
                        false => rests.outer[place.flow.index()],
                    })
                });
                let around = around.max().unwrap_or(0);
                rests.outer[flow] = if started[flow] { around.max(always) } else { around };
                state[flow] = 2;
                todo.pop();
            }
        }
        rests
    }

    /// The longest time for which a conversation can rest at a place, in seconds.
    pub fn at(&self, bot: &Bot, id: PlaceId) -> u32 {
        let Some(place) = bot.places.get(id.index()) else {
            return UNBOUNDED;
        };
        match &place.kind {
            PlaceKind::Ask(ask) => self.question(bot, id, place, &ask.silence),
            PlaceKind::Choose(choose) => self.question(bot, id, place, &choose.silence),
            PlaceKind::Verify(verify) => self.question(bot, id, place, &verify.silence),
            PlaceKind::Call(call) => bot.calls.get(call.call.index()).map_or(UNBOUNDED, |call| {
                let once = seconds(call.timeout_ms);
                once.saturating_mul(call.retry.saturating_add(1)).min(UNBOUNDED)
            }),
            PlaceKind::Wait { duration } => self.duration(bot, *duration),
            PlaceKind::WaitFor(wait) => match wait.within {
                Some(within) => self.duration(bot, within),
                None => UNBOUNDED,
            },
            PlaceKind::AskQueue(ask) => match (ask.nobody.first(), self.scope) {
                (Some((after, _)), _) => seconds(*after),
                (None, Scope::Usual) => 0,
                (None, Scope::Everything) => UNBOUNDED,
            },
            PlaceKind::Escalate(_) => match self.scope {
                Scope::Usual => 0,
                Scope::Everything => UNBOUNDED,
            },
            PlaceKind::Form(_) | PlaceKind::Run(_) => 0,
        }
    }

    /// A duration that cannot be known is no proof of silence.
    pub fn duration(&self, bot: &Bot, duration: ExprId) -> u32 {
        longest(bot, duration).unwrap_or(match self.scope {
            Scope::Usual => 0,
            Scope::Everything => UNBOUNDED,
        })
    }

    /// Whether a place stands in a handler, and so on top of whatever that has interrupted.
    pub fn in_handler(&self, place: PlaceId) -> bool {
        self.in_handler.get(place.index()).copied().unwrap_or(true)
    }

    fn question(&self, bot: &Bot, id: PlaceId, place: &Place, clocks: &[Silence]) -> u32 {
        if let Some(after) = first_way(clocks.iter()) {
            return after;
        }
        if let Some(after) = ends_silence(bot, &place.handlers) {
            return after;
        }
        let outer = self.outer.get(place.flow.index()).copied().unwrap_or(UNBOUNDED);
        match (self.scope, self.in_handler(id)) {
            (Scope::Usual, false) => outer,
            // A digression may stand on any flow, and hears what hears there.
            _ => outer.max(self.longest),
        }
    }
}

/// When the first clock of these goes off that takes a way.
fn first_way<'s>(clocks: impl Iterator<Item = &'s Silence>) -> Option<u32> {
    let ways = clocks.filter(|clock| matches!(clock.act, Nudge::Way(_)));
    ways.map(|clock| seconds(clock.after_ms)).min()
}

/// When the nearest level of these handlers that hears silence ends it; nothing if none of them hears it. A level that only
/// says something, or only under a condition, does not end it.
pub(super) fn ends_silence(bot: &Bot, handlers: &[HandlerId]) -> Option<u32> {
    let mut level = None;
    let mut after = UNBOUNDED;
    for id in handlers {
        let Some(handler) = bot.handlers.get(id.index()) else {
            continue;
        };
        let Hears::Silence(clock) = &handler.hears else {
            continue;
        };
        if *level.get_or_insert(handler.step) != handler.step {
            break;
        }
        if handler.condition.is_none() && matches!(clock.act, Nudge::Way(_)) {
            after = after.min(seconds(clock.after_ms));
        }
    }
    level.map(|_| after)
}

/// Which places stand in handlers. The code of a flow stands together: its body, its steps each with its handlers, its handlers;
/// ways of buttons stand behind their message, from which a jump leads over them.
fn in_handlers(bot: &Bot) -> Vec<bool> {
    let mut begins: Vec<(usize, bool)> = Vec::new();
    begins.extend(bot.flows.iter().map(|flow| (flow.entry.index(), false)));
    begins.extend(bot.steps.iter().map(|step| (step.entry.index(), false)));
    for handler in &bot.handlers {
        begins.push((handler.code.index(), true));
        if let Hears::Unclear { tries } = &handler.hears {
            begins.extend(tries.iter().map(|item| (item.way.index(), true)));
        }
    }
    begins.sort_unstable();
    let mut places = vec![false; bot.places.len()];
    let mut next = 0;
    let mut inside = false;
    // Where the code around ways of buttons goes on, and what it was.
    let mut around: Vec<(usize, bool)> = Vec::new();
    for (pc, op) in bot.code.iter().enumerate() {
        while around.last().is_some_and(|(end, _)| *end <= pc) {
            inside = around.pop().is_some_and(|(_, inside)| inside);
        }
        let mut handler = None;
        while let Some((_, begins)) = begins.get(next).filter(|(at, _)| *at <= pc) {
            handler = Some(*begins);
            next += 1;
        }
        if let Some(begins) = handler {
            match pc.checked_sub(1).and_then(|before| bot.code.get(before)) {
                Some(Op::Jump(over)) if begins && over.index() > pc => around.push((over.index(), inside)),
                _ => {}
            }
            inside = begins;
        }
        if let Op::Enter(place) = op
            && let Some(known) = places.get_mut(place.index())
        {
            *known = inside || bot.places[place.index()].flow == FlowId::ALWAYS;
        }
    }
    places
}
