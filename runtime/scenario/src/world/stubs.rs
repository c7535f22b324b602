//! Stubs: what systems answer in a conversation.

use botflow_machine::{CallRequest, EventKind};
use botflow_values::Value;
use smol_str::SmolStr;

use super::{Trouble, World, is_any};
use crate::literal;
use crate::script::{Fields, Stub, StubAnswer};

impl<'a> World<'a> {
    /// Whether any stub answers the lookup or action of this name.
    pub fn is_stubbed(&self, call: &str) -> bool {
        self.stubs.iter().any(|stub| stub.call == call)
    }

    /// Calls that have failed because no stub answered them, each once, in order.
    pub fn unanswered(&self) -> &[SmolStr] {
        &self.unanswered
    }

    /// `stub …`.
    ///
    /// # Errors
    /// The bot has no such call, or values do not fit its types.
    pub fn stub(&mut self, stub: Stub) -> Result<(), Trouble> {
        let call = self.call_named(&stub.call)?;
        let declared: Vec<_> = call
            .params
            .iter()
            .map(|param| (param.name.clone(), param.ty))
            .collect();
        let concrete: Fields = stub
            .args
            .iter()
            .filter(|(_, value)| !is_any(value))
            .cloned()
            .collect();
        literal::read_fields(self.bot, &declared, &concrete).map_err(Trouble::Name)?;
        match &stub.answer {
            StubAnswer::Value(Some(value)) => {
                let Some(gives) = call.gives else {
                    return Err(Trouble::Name(format!("`{}` gives nothing", call.name)));
                };
                let value = literal::read(self.bot, gives, value).map_err(Trouble::Name)?;
                literal::whole(self.bot, gives, &value, &call.name).map_err(Trouble::Name)?;
            }
            StubAnswer::Value(None) => {
                if let Some(gives) = call.gives {
                    literal::whole(self.bot, gives, &Value::Unknown, "= …").map_err(Trouble::Name)?;
                }
            }
            StubAnswer::Fails(Some(name)) if !call.fails.contains(name) => {
                let known: Vec<_> = call.fails.iter().map(|name| format!("`{name}`")).collect();
                let known = if known.is_empty() {
                    "no named failure".into()
                } else {
                    known.join(", ")
                };
                return Err(Trouble::Name(format!(
                    "`{}` does not fail with `{name}`; it has {known}",
                    call.name
                )));
            }
            _ => {}
        }
        self.stubs.push(stub);
        Ok(())
    }

    pub(super) fn call_named(&self, name: &str) -> Result<&'a botflow_artifact::Call, Trouble> {
        let found = self.bot.calls.iter().find(|call| call.name == name);
        found.ok_or_else(|| Trouble::Name(format!("the bot has no lookup or action `{name}`")))
    }

    /// Puts the answer of a call's stub into the future (which may be this moment).
    pub(super) fn answer(
        &mut self,
        person: usize,
        request: CallRequest,
        line: String,
    ) -> Result<(), Trouble> {
        let (takes_ms, answer) = match self.stubbed(&request)? {
            Some(answer) => answer,
            None if self.lenient => {
                let name = &self.bot.calls[request.call.index()].name;
                if !self.unanswered.contains(name) {
                    self.unanswered.push(name.clone());
                }
                (0, Err(None))
            }
            None => return Err(Trouble::NoStub(line)),
        };
        let kind = match answer {
            Ok(value) => EventKind::CallResult {
                call: request.number,
                value,
            },
            Err(failure) => EventKind::CallFailed {
                call: request.number,
                attempt: request.attempt,
                failure,
            },
        };
        let at = self.now.saturating_add(takes_ms);
        self.people[person]
            .due
            .push((at, kind, (request.call, request.attempt)));
        Ok(())
    }

    /// What a stub answers to a call, and after how many milliseconds: the most particular stub, of equally particular ones
    /// the latest. `Err`: it fails, perhaps in a named way. `None`: no stub fits.
    ///
    /// # Errors
    /// What the stub says is no value of the type.
    #[expect(clippy::type_complexity, reason = "an answer of a system, and when it comes")]
    pub fn stubbed(
        &self,
        request: &CallRequest,
    ) -> Result<Option<(i64, Result<Value, Option<SmolStr>>)>, Trouble> {
        let call = &self.bot.calls[request.call.index()];
        let mut best: Option<(usize, &Stub)> = None;
        for stub in self.stubs.iter().filter(|stub| stub.call == call.name) {
            if let Some(particular) = self.fits(stub, request)
                && best.is_none_or(|(known, _)| particular >= known)
            {
                best = Some((particular, stub));
            }
        }
        let Some((_, stub)) = best else {
            return Ok(None);
        };
        let answer = match &stub.answer {
            StubAnswer::Value(value) => Ok(match (value, call.gives) {
                (Some(value), Some(gives)) => literal::read(self.bot, gives, value).map_err(Trouble::Name)?,
                _ => Value::Unknown,
            }),
            StubAnswer::Fails(failure) => Err(failure.clone()),
        };
        Ok(Some((stub.takes_ms, answer)))
    }

    /// How many arguments a stub names, if all of them fit.
    pub(super) fn fits(&self, stub: &Stub, request: &CallRequest) -> Option<usize> {
        let call = &self.bot.calls[request.call.index()];
        let mut particular = 0;
        for (position, (name, written)) in stub.args.iter().enumerate() {
            let index = match name {
                Some(name) => call.params.iter().position(|param| param.name == *name)?,
                None => position,
            };
            if is_any(written) {
                continue;
            }
            let value = literal::read(self.bot, call.params.get(index)?.ty, written).ok()?;
            if request.args.get(index) != Some(&value) {
                return None;
            }
            particular += 1;
        }
        Some(particular)
    }
}
