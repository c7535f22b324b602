//! What names mean inside a flow: its parameters, answers and values, its steps, and the event at hand.

use botflow_artifact::{EventId, FlowId, Slot, SlotId, StepId, TypeId};
use botflow_syntax::NodePointer;
use smol_str::SmolStr;

use super::forward::Binder;
use super::{Lower, Typed};
use crate::hir::UseContext;
use crate::names::table::FxIndexMap;
use crate::project::Span;
use crate::rules::names::let_changes_type;
use crate::types::{Fit, Types};

/// The names of one flow while its body is looked at.
#[derive(Debug)]
pub(crate) struct Scope {
    pub flow: FlowId,
    /// Variables by slot.
    pub slots: Vec<Slot>,
    pub slot_spans: Vec<Option<Span>>,
    /// What is known of each name.
    pub names: FxIndexMap<SmolStr, Local>,
    /// Steps of the flow.
    pub steps: FxIndexMap<SmolStr, StepName>,
    /// The events whose fields `event.x` reads; none where there is no event.
    pub events: Vec<EventId>,
    /// The declaration, for looking further down when a name is not known yet.
    pub root: Option<NodePointer>,
    /// Names that are given a value anywhere in the flow; collected when the first name is not known yet.
    pub forward: Option<FxIndexMap<SmolStr, Binder>>,
    /// What `return` gives.
    pub gives: Option<TypeId>,
    /// The ways of an escalation: `-> queue q` may stand here.
    pub in_escalation: bool,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope {
            flow: FlowId::ALWAYS,
            slots: Vec::new(),
            slot_spans: Vec::new(),
            names: FxIndexMap::default(),
            steps: FxIndexMap::default(),
            events: Vec::new(),
            root: None,
            forward: None,
            gives: None,
            in_escalation: false,
        }
    }
}

/// What a name of a flow is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    pub slot: SlotId,
    /// Something reads it.
    pub read: bool,
    /// Where a `let` first gave it a value; parameters and answers may stand unread.
    pub kept: Option<Span>,
}

/// A step of the flow at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepName {
    pub id: StepId,
    pub span: Span,
    pub mentioned: bool,
}

/// How a name gets its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binding {
    /// `let x = expression`: one that may be unknown may stand for one that is not, if it is known there.
    Value(Typed),
    /// `let x = call …`, `let x = run …`.
    Result,
    /// An answer, a choice, an item: may stand unread.
    Answer,
}

impl Scope {
    /// The type of a slot.
    pub fn ty(&self, slot: SlotId) -> TypeId {
        self.slots[slot.index()].ty
    }

    /// Adds a variable.
    pub fn add_slot(&mut self, name: SmolStr, ty: TypeId, sensitive: bool, span: Option<Span>) -> SlotId {
        let slot = SlotId::from(self.slots.len());
        self.slots.push(Slot { name, ty, sensitive });
        self.slot_spans.push(span);
        slot
    }

    /// Adds a name with a variable of its own.
    pub fn declare(&mut self, name: SmolStr, ty: TypeId, sensitive: bool, span: Option<Span>) -> SlotId {
        let slot = self.add_slot(name.clone(), ty, sensitive, span);
        let local = Local {
            slot,
            read: false,
            kept: None,
        };
        self.names.insert(name, local);
        slot
    }

    /// Forgets all names, but not the variables: what follows has names of its own.
    pub fn forget_names(&mut self, root: Option<NodePointer>) {
        self.names.clear();
        self.forward = None;
        self.root = root;
    }
}

impl Lower<'_> {
    /// Gives a name of the flow a value of this type here: makes it known, or checks that it keeps its type.
    pub(crate) fn bind(
        &mut self,
        name: &str,
        ty: TypeId,
        sensitive: bool,
        span: Span,
        binding: Binding,
    ) -> SlotId {
        let kept = (!matches!(binding, Binding::Answer)).then_some(span);
        let Some(local) = self.scope.names.get_mut(name) else {
            let slot = self.scope.declare(SmolStr::new(name), ty, sensitive, Some(span));
            if let Some(local) = self.scope.names.get_mut(name) {
                local.kept = kept;
            }
            return slot;
        };
        let slot = local.slot;
        if local.kept.is_none() {
            local.kept = kept;
        }
        let known = &mut self.scope.slots[slot.index()];
        known.sensitive |= sensitive;
        let old = known.ty;
        if old == Types::ERROR {
            known.ty = ty;
            self.scope.slot_spans[slot.index()] = Some(span);
            return slot;
        }
        match (self.types.fit(ty, old), binding) {
            (Fit::Yes, _) => {}
            (Fit::IfKnown, Binding::Value(value)) => self.optional_use(value, UseContext::Passed),
            _ => {
                let first = self.scope.slot_spans[slot.index()].filter(|first| *first != span);
                let (old, new) = (self.types.name(old), self.types.name(ty));
                self.report(let_changes_type::finding(name, &old, &new, span, first));
            }
        }
        slot
    }

    /// A variable that only the compiler knows.
    pub(crate) fn hidden_slot(&mut self, name: &'static str, ty: TypeId) -> SlotId {
        self.scope.add_slot(SmolStr::new_static(name), ty, false, None)
    }

    /// Looks a name of the flow up and notes that it is read.
    pub(crate) fn local(&mut self, name: &str) -> Option<SlotId> {
        if let Some(local) = self.scope.names.get_mut(name) {
            local.read = true;
            return Some(local.slot);
        }
        let slot = self.look_ahead(name)?;
        if let Some(local) = self.scope.names.get_mut(name) {
            local.read = true;
        }
        Some(slot)
    }
}
