//! What is recorded beside effects (16): conversations that begin, and what becomes of their questions.

use botflow_artifact::{PlaceId, PlaceKind};
use botflow_machine::record::{GivenUp, MAX_UNCLEAR, Record};
use botflow_machine::{Beginner, Effect};
use botflow_syntax::ast::{self, AstNode};
use botflow_syntax::{NodeRef, SyntaxKind};
use smol_str::SmolStr;

use crate::project::text_of;
use crate::state::Oracle;

impl<'a> Oracle<'a> {
    pub(crate) fn record(&mut self, record: Record) {
        self.effect(Effect::Record(record));
    }

    /// A conversation begins: the person's next one.
    pub(crate) fn begins(&mut self, by: Beginner) {
        let id = self.id;
        let history = self.person.history.get_or_insert_default();
        let number = history.begin(id, self.now);
        self.record(Record::Began { number, by });
    }

    /// Something was said in the conversation, or it ends.
    pub(crate) fn goes_on(&mut self, ends: bool) {
        let (id, now) = (self.id, self.now);
        let history = self.person.history.as_deref_mut();
        if let Some(talk) = history.and_then(|history| history.running(id)) {
            talk.last_at = now;
            talk.ended = ends;
        }
    }

    /// The questions of frames that are about to be dropped are given up, the outermost first.
    pub(crate) fn dropping(&mut self, frames: std::ops::Range<usize>, why: GivenUp) {
        let open = self.frames[frames].iter().filter(|frame| frame.open);
        let open: Vec<_> = open.map(|frame| (frame.asked, frame.tries)).collect();
        for (asked, tries) in open {
            if let Some(place) = asked.and_then(|asked| self.place_id(asked)) {
                self.record(Record::GivenUp { place, tries, why });
            }
        }
    }

    /// The question of the topmost frame is given up, if it waits.
    pub(crate) fn give_up(&mut self, why: GivenUp) {
        let top = self.frames.len().saturating_sub(1);
        self.dropping(top..self.frames.len(), why);
        if let Some(frame) = self.top() {
            frame.open = false;
        }
    }

    /// Another question than the one that waits is reached.
    pub(crate) fn leave_for(&mut self, place: NodeRef<'a>) {
        if self.frames.last().is_some_and(|frame| frame.asked != Some(place)) {
            self.give_up(GivenUp::Left);
        }
    }

    /// A question has its answer.
    pub(crate) fn has_answer(&mut self, node: NodeRef<'a>) {
        let Some(place) = self.place_id(node) else { return };
        let Some(frame) = self.top() else { return };
        let asked = frame.open && frame.asked == Some(node);
        if asked {
            frame.open = false;
        }
        let tries = if asked { frame.tries } else { 0 };
        self.record(Record::Answered { place, tries, asked });
    }

    /// A question that waited is settled without words of its own.
    pub(crate) fn known_by_now(&mut self, node: NodeRef<'a>) {
        if self
            .frames
            .last()
            .is_some_and(|frame| frame.open && frame.asked == Some(node))
        {
            self.has_answer(node);
        }
    }

    /// A message was not understood where the conversation rests.
    pub(crate) fn unclear(&mut self, node: NodeRef<'a>, checked: bool) {
        let Some(place) = self.place_id(node) else { return };
        let sensitive = match node.kind() {
            SyntaxKind::VerifyStmt => true,
            SyntaxKind::AskStmt => match Self::asked_field(node) {
                Some(field) => {
                    let mut fields = self.project.bot.customer.iter();
                    fields.any(|known| known.name == field && known.sensitive)
                }
                None => {
                    let name = Self::asked_name(node).unwrap_or_default();
                    let flow = self.frames.last().map(|frame| &frame.flow);
                    flow.is_some_and(|flow| flow.sensitive.contains(&name))
                }
            },
            _ => false,
        };
        let mut words = self.words.to_string();
        words.truncate(words.floor_char_boundary(MAX_UNCLEAR));
        let text = (!sensitive && !words.is_empty()).then(|| SmolStr::from(words));
        self.record(Record::Unclear { place, checked, text });
    }

    /// The number of a place in the bot, found by its names.
    pub(crate) fn place_id(&self, node: NodeRef<'a>) -> Option<PlaceId> {
        let bot = self.project.bot;
        let step = node.ancestors().find_map(ast::Step::cast);
        let step = step.map(|step| text_of(step.name()));
        let flow = match node.ancestors().find_map(ast::FlowItem::cast) {
            Some(item) => {
                let mut flows = self.project.flows.values();
                let found = flows.find(|flow| flow.item.is_some_and(|one| one.syntax() == item.syntax()));
                found?.name.clone()
            }
            None => self.project.always.name.clone(),
        };
        let is = |kind: &PlaceKind, name: &str| match (node.kind(), kind) {
            (SyntaxKind::AskStmt, PlaceKind::Ask(_)) => {
                let named = Self::asked_name(node).or(Self::asked_field(node));
                named.is_some_and(|named| named == name)
            }
            (SyntaxKind::ChooseStmt, PlaceKind::Choose(_)) => {
                Self::asked_name(node).map_or(name == "choice", |named| named == name)
            }
            (SyntaxKind::VerifyStmt, PlaceKind::Verify(verify)) => {
                let customer = ast::VerifyStmt::cast(node).and_then(|verify| verify.customer());
                let field = customer.map(|customer| text_of(customer.field()));
                let known = bot
                    .customer
                    .get(verify.field.index())
                    .map(|field| field.name.clone());
                field == known
            }
            (SyntaxKind::WaitStmt, PlaceKind::Wait { .. }) => true,
            (SyntaxKind::WaitForStmt, PlaceKind::WaitFor(wait)) => {
                let path = ast::WaitForStmt::cast(node).and_then(|wait| wait.event());
                let event = bot.events.get(wait.event.index());
                event.is_some_and(|event| path.is_some_and(|path| path.text() == event.name))
            }
            _ => false,
        };
        let place = bot.places.iter().position(|place| {
            let there = bot.flows.get(place.flow.index()).map(|flow| &flow.name) == Some(&flow);
            let within = place.step.and_then(|step| bot.steps.get(step.index()));
            there && within.map(|step| &step.name) == step.as_ref() && is(&place.kind, &place.name)
        });
        place.map(PlaceId::from)
    }
}
