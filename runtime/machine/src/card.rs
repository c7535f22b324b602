//! The customer card: what is written on it, since when, and what proves it (semantics 18).

use botflow_artifact::{FieldId, PlaceKind, TypeId};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::address::{Address, opens};
use crate::conversation::Pending;
use crate::effect::Effect;
use crate::person::Person;
use crate::program::Program;
use crate::reading::fits;
use crate::trigger::Refusal;
use crate::turn::Turn;

/// What is known about a field of the card beside its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Which field.
    pub field: FieldId,
    /// When it was written last.
    pub at: i64,
    /// What proves its present value, and since when.
    pub proof: Option<(Proof, i64)>,
}

/// What proves a value of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Proof {
    /// A code that was sent there has come back (`verify`).
    Verified,
    /// The host vouches for it: a customer who has logged in, a signed identity of the web widget.
    Signed,
}

impl Person {
    /// What proves the present value of a field.
    pub fn proof(&self, field: FieldId) -> Option<(Proof, i64)> {
        self.written().iter().find(|one| one.field == field)?.proof
    }

    /// When a field was written last; `None` = it has its declared value, or nobody knows.
    pub fn written_at(&self, field: FieldId) -> Option<i64> {
        Some(self.written().iter().find(|one| one.field == field)?.at)
    }

    /// Notes that the present value of a field is proven. A proven address is one at which the person can be reached.
    pub fn prove(&mut self, field: FieldId, proof: Proof, at: i64) {
        self.note(field, at).proof = Some((proof, at));
        let value = self.fields.get(field.index()).cloned().unwrap_or_default();
        if let Some((channel, address)) = opens(&value) {
            self.reach(channel, address, at);
        }
    }

    /// Another value than this one is to stand in the field: where only its proof led, the person is reached no more.
    pub fn disprove(&mut self, field: FieldId, before: &Value) {
        let proven_at = self.proof(field).map(|(_, at)| at);
        let (Some(at), Some((channel, address))) = (proven_at, opens(before)) else {
            return;
        };
        let by_proof = |one: &Address| (&*one.channel, &one.address, one.at) == (channel, address, at);
        if self.addresses().iter().any(by_proof) {
            self.lose(channel, address);
        }
    }

    /// Notes that a field was written; what proved another value proves this one no more.
    pub(crate) fn rewritten(&mut self, field: FieldId, at: i64, changed: bool) {
        let note = self.note(field, at);
        note.at = at;
        if changed {
            note.proof = None;
        }
    }

    fn note(&mut self, field: FieldId, at: i64) -> &mut Written {
        let written = &mut self.particulars_mut().written;
        let place = match written.iter().position(|one| one.field == field) {
            Some(place) => place,
            None => {
                written.push(Written {
                    field,
                    at,
                    proof: None,
                });
                written.len() - 1
            }
        };
        &mut written[place]
    }

    /// Makes the card one of this bot: what is missing has its declared value, what is not of its type any more is as
    /// declared again (unknown, where nothing is declared). Gives the fields that were mended, to be recorded.
    pub fn mend(&mut self, program: &Program) -> Vec<FieldId> {
        let declared = &program.bot.customer;
        self.fields.truncate(declared.len());
        let missing = declared.iter().skip(self.fields.len());
        self.fields.extend(missing.map(|field| field.default.clone()));
        let mut mended = Vec::new();
        for (place, (value, field)) in self.fields.iter_mut().zip(declared).enumerate() {
            if value.is_known() && !is_one(program, field.ty, value) {
                *value = field.default.clone();
                mended.push(FieldId::from(place));
            }
        }
        if let Some(more) = &mut self.particulars {
            more.written
                .retain(|one| one.field.index() < declared.len() && !mended.contains(&one.field));
        }
        mended
    }
}

/// Whether a value is one of a field's type, or unknown.
pub(crate) fn is_one(program: &Program, ty: TypeId, value: &Value) -> bool {
    value.is_unknown() || fits(program, ty, value, 0)
}

impl Turn<'_> {
    /// Puts a value on the card, and gives what was there; for looking whether it will do.
    pub fn put_on_card(&mut self, field: FieldId, value: Value) -> Value {
        let declared = &self.p.bot.customer;
        let fields = &mut self.c.person.fields;
        let missing = declared.iter().skip(fields.len());
        fields.extend(missing.map(|field| field.default.clone()));
        match fields.get_mut(field.index()) {
            Some(place) => std::mem::replace(place, value),
            None => Value::Unknown,
        }
    }

    /// Writes the card, without an effect.
    pub fn write_card(&mut self, field: FieldId, value: Value) {
        let before = self.put_on_card(field, value);
        let changed = self.c.person.fields.get(field.index()) != Some(&before);
        if changed {
            self.c.person.disprove(field, &before);
        }
        self.c.person.rewritten(field, self.now, changed);
        if changed {
            self.forget_codes(field);
        }
    }

    /// A code that was sent to an address proves no other one.
    fn forget_codes(&mut self, field: FieldId) {
        for frame in &mut self.c.frames {
            if !matches!(frame.pending.as_deref(), Some(Pending::Code(_))) {
                continue;
            }
            let place = self.p.bot.places.get(frame.at.index());
            if let Some(PlaceKind::Verify(verify)) = place.map(|place| &place.kind)
                && verify.field == field
            {
                frame.pending = None;
            }
        }
    }

    /// The host knows something about the person (18.2).
    pub fn known(&mut self, values: Vec<(SmolStr, Value)>, signed: bool) {
        for (name, value) in values.into_iter().take(MAX_KNOWN) {
            let declared = self.p.bot.customer.iter().position(|field| field.name == name);
            let Some(place) = declared else {
                let reason = Refusal::Unknown;
                self.out.push(Effect::Refused { name, reason });
                continue;
            };
            let field = FieldId::from(place);
            let optional = self.p.types.get(self.p.bot.customer[place].ty.index());
            let takes = match value.is_unknown() {
                true => optional.is_some_and(|ty| ty.optional),
                false => is_one(self.p, self.p.bot.customer[place].ty, &value),
            };
            if !takes {
                let reason = Refusal::Malformed;
                self.out.push(Effect::Refused { name, reason });
                continue;
            }
            let is_known = value.is_known();
            self.remember(field, value);
            if signed && is_known {
                self.c.person.prove(field, Proof::Signed, self.now);
                self.out.push(Effect::Verified { field });
            }
        }
    }

    /// `identify by` (11.11): by what is proven only.
    pub fn identify(&mut self, field: FieldId) {
        let value = self.scope().customer(field);
        if value.is_unknown() {
            return;
        }
        self.out.push(match self.c.person.proof(field) {
            Some(_) => Effect::Identify { field, value },
            None => Effect::Unproven { field },
        });
    }
}

/// So many values are taken at once: no card has more fields.
const MAX_KNOWN: usize = 1_000;
