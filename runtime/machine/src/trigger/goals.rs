//! Goals: what reaches them, what they are worth, and which conversations have the credit (15.6 to 15.9).

use botflow_values::Value;

use super::agenda::Agenda;
use super::decision::{Decision, Reached};
use super::happening::Desk;

/// So many events that reached a goal are remembered, so that one that is reported again does not count again.
const MAX_REACHED: usize = 32;

impl Desk<'_> {
    /// Something happened that may reach these goals.
    pub fn reach(&mut self, agenda: &mut Agenda, goals: &[u32], fields: &[Value], at: i64) {
        for goal in goals {
            let index = *goal as usize;
            let (Some(declared), Some(key)) = (
                self.program.bot.goals.get(index),
                self.index.goals.get(index).copied(),
            ) else {
                continue;
            };
            let scope = self.scope(fields);
            if !scope.allows(declared.condition) {
                continue;
            }
            let value = declared.value.map_or(Value::Unknown, |value| scope.eval(value));
            if self.happening != 0 {
                let counted = (key, self.happening);
                if agenda.reached.contains(&counted) {
                    continue;
                }
                if agenda.reached.len() >= MAX_REACHED {
                    agenda.reached.remove(0);
                }
                agenda.reached.push(counted);
            }
            let history = self.person.history.as_deref();
            let credit = history
                .into_iter()
                .flat_map(|history| history.credited(at, declared.credit_ms));
            self.out.push(Decision::Reached(Box::new(Reached {
                goal: index.into(),
                at,
                value,
                credit: credit.map(|talk| (talk.conversation, talk.number)).collect(),
            })));
        }
    }
}
