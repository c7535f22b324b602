//! The code under construction: operations with their spans, places with their identities.

use botflow_artifact::*;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::{SmolStr, format_smolstr};

use super::PlaceSource;
use super::facts::Facts;
use crate::hir::ExprInfo;
use crate::project::{FileId, Span};

/// Whether control goes on behind something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Control {
    /// It never does.
    Leaves,
    /// Nobody knows, because something there was wrong; nothing more is said about it.
    Unclear,
    /// It may.
    GoesOn,
}

impl Control {
    /// Two ways that meet: the livelier one decides.
    pub(super) fn or(self, other: Control) -> Control {
        self.max(other)
    }
}

/// How a way ends that does not leave by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum ComesBack {
    /// The question is put again.
    Reask(PlaceId),
    /// The flow goes on behind the place; the jump is patched when that address is known.
    Behind,
    /// The end of a handler.
    ComeBack,
    /// The end of an escalation's way: hands back.
    Return,
}

/// Where nothing of the source stands.
const NOWHERE: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// One pass over a program.
pub(super) struct Emitter {
    /// Without `code` and `exprs`, which grow beside it.
    pub(super) bot: Bot,
    pub(super) code: Vec<Op>,
    pub(super) spans: Vec<Span>,
    pub(super) expressions: Vec<Expr>,
    pub(super) exprs: Vec<ExprInfo>,
    pub(super) sources: Vec<PlaceSource>,
    pub(super) handler_sources: Vec<(Span, Span)>,
    pub(super) ways: Vec<(Pc, Span)>,
    pub(super) facts: Facts,

    /// The flow whose code is emitted.
    pub(super) flow: FlowId,
    /// The step, if it is a step's.
    pub(super) step: Option<StepId>,
    /// Handlers that hear at places of this scope, nearest first.
    pub(super) hears: Vec<HandlerId>,
    /// What the code belongs to, for names of places that have none of their own: a question, a handler.
    pub(super) owner: Vec<SmolStr>,
    /// The innermost `for each` around the code.
    pub(super) around: Option<Span>,
    /// The variables of the loops around the code, outermost first.
    pub(super) loops: Vec<SlotId>,
    /// The form whose own questions are emitted.
    pub(super) form: Option<PlaceId>,
    /// Questions of that form so far.
    pub(super) form_asks: Vec<PlaceId>,
    /// Addresses of jumps to behind the innermost place.
    pub(super) behind: Vec<Pc>,

    /// How many `say one of` there are.
    memory: u32,
    /// Places by their hash.
    known: IndexMap<PlaceHash, PlaceId, FxBuildHasher>,
    /// Per first place of a name: the last number given to a later one.
    numbered: IndexMap<PlaceId, u32, FxBuildHasher>,
    /// The type of conditions made here.
    pub(super) yes_no: Option<TypeId>,
    /// Reused for identities.
    buffer: Vec<u8>,
}

impl Emitter {
    pub(super) fn new(mut bot: Bot, mut exprs: Vec<ExprInfo>) -> Emitter {
        let expressions = std::mem::take(&mut bot.exprs);
        // Hand-made programs may come without places of expressions; the rest relies on them being parallel.
        exprs.truncate(expressions.len());
        let code = Vec::with_capacity(expressions.len() * 2 + 16);
        let yes_no = bot
            .types
            .iter()
            .position(|ty| *ty == Type::YesNo)
            .map(TypeId::from);
        bot.places.clear();
        bot.handlers.clear();
        bot.always.clear();
        bot.always_rules.clear();
        let mut emitter = Emitter {
            bot,
            spans: Vec::with_capacity(code.capacity()),
            code,
            expressions,
            exprs,
            sources: Vec::new(),
            handler_sources: Vec::new(),
            ways: Vec::new(),
            facts: Facts::default(),
            flow: FlowId::ALWAYS,
            step: None,
            hears: Vec::new(),
            owner: Vec::new(),
            around: None,
            loops: Vec::new(),
            form: None,
            form_asks: Vec::new(),
            behind: Vec::new(),
            memory: 0,
            known: IndexMap::default(),
            numbered: IndexMap::default(),
            yes_no,
            buffer: Vec::new(),
        };
        // Every flow and step has an address from the beginning, so that a hole in the input is no hole in the code.
        emitter.op(Op::Return(None), NOWHERE);
        for flow in &mut emitter.bot.flows {
            flow.entry = Pc(0);
        }
        for step in &mut emitter.bot.steps {
            step.entry = Pc(0);
        }
        emitter
    }

    /// The address of the next operation.
    pub(super) fn here(&self) -> Pc {
        Pc::from(self.code.len())
    }

    /// Appends an operation.
    pub(super) fn op(&mut self, op: Op, span: Span) -> Pc {
        let pc = self.here();
        self.code.push(op);
        self.spans.push(span);
        pc
    }

    /// Lets an earlier jump or branch lead here.
    pub(super) fn patch(&mut self, at: Pc) {
        let here = self.here();
        match &mut self.code[at.index()] {
            Op::Jump(to) | Op::Branch { otherwise: to, .. } | Op::Next { end: to, .. } => *to = here,
            _ => {}
        }
    }

    /// Lets several earlier jumps lead here.
    pub(super) fn patch_all(&mut self, jumps: &[Pc]) {
        for at in jumps {
            self.patch(*at);
        }
    }

    /// Adds an expression that the source does not have, as a `match` needs them.
    pub(super) fn condition(&mut self, expr: Expr, like: ExprId) -> ExprId {
        let ty = match self.yes_no {
            Some(ty) => ty,
            None => {
                self.bot.types.push(Type::YesNo);
                *self.yes_no.insert(TypeId::from(self.bot.types.len() - 1))
            }
        };
        let id = ExprId::from(self.expressions.len());
        self.expressions.push(expr);
        if let Some(info) = self.exprs.get(like.index()).copied() {
            self.exprs.push(ExprInfo { ty, ..info });
        }
        id
    }

    /// The number of the next `say one of`.
    pub(super) fn next_memory(&mut self) -> u32 {
        self.memory += 1;
        self.memory - 1
    }

    /// Makes a place whose kind follows later (nested places come after it, so that they stand in order).
    ///
    /// A question is named by its author, so that two of one name in a step are a mistake. What has no name of its
    /// own (a hand-over, a run, a call without a result) is named after what it stands in, and numbered where that
    /// is not enough: `support`, `number.support`, `support 2`.
    pub(super) fn place(&mut self, kind: PlaceKind, name: SmolStr, span: Span, name_span: Span) -> PlaceId {
        let id = PlaceId::from(self.bot.places.len());
        let word = kind.word();
        let named = !matches!(
            kind,
            PlaceKind::Call(_) | PlaceKind::Run(_) | PlaceKind::Escalate(_)
        );
        let mut name = match self.owner.last() {
            Some(owner) if !named => format_smolstr!("{owner}.{name}"),
            _ => name,
        };
        let mut hash = self.identity(word, &name);
        if let Some(earlier) = self.known.get(&hash).copied() {
            if named {
                self.facts.duplicates.push((earlier, id));
            } else {
                // Counting goes on where the last one of this name stopped, so that many of them stay cheap.
                let mut number = self.numbered.get(&earlier).copied().unwrap_or(1);
                let plain = name.clone();
                while self.known.contains_key(&hash) {
                    number += 1;
                    name = format_smolstr!("{plain} {number}");
                    hash = self.identity(word, &name);
                }
                self.numbered.insert(earlier, number);
            }
        }
        self.known.entry(hash).or_insert(id);
        self.bot.places.push(Place {
            flow: self.flow,
            step: self.step,
            name,
            hash,
            kind,
            handlers: self.hears.clone(),
            then: Pc(0),
        });
        self.sources.push(PlaceSource {
            span,
            name: name_span,
        });
        id
    }

    /// The hash of a place's full name: flow, step, kind and name.
    fn identity(&mut self, word: &str, name: &str) -> PlaceHash {
        let flow = self
            .bot
            .flows
            .get(self.flow.index())
            .map_or("", |flow| flow.name.as_str());
        let step = match self.step {
            Some(step) => self.bot.steps[step.index()].name.as_str(),
            None => "",
        };
        place_hash(&mut self.buffer, [flow, step, word, name])
    }
}

/// First half of BLAKE3 of the parts of a full name, with a zero byte between them.
fn place_hash(buffer: &mut Vec<u8>, parts: [&str; 4]) -> PlaceHash {
    buffer.clear();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            buffer.push(0);
        }
        buffer.extend_from_slice(part.as_bytes());
    }
    let hash = blake3::hash(buffer);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    PlaceHash(u64::from_le_bytes(first))
}
