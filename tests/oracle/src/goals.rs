//! Goals (semantics 15.6 to 15.8), read from the tree: what reaches them, what that is worth, and who has the credit.

use botflow_scenario::literal::write;
use botflow_syntax::ast::{self, GoalEntry};
use botflow_values::{Kind, Value};
use smol_str::SmolStr;

use crate::literal;
use crate::project::text_of;
use crate::rule::called;
use crate::triggers::Sight;
use crate::types::Ty;

/// Who spoke within a day has the credit, where nothing is written.
const DAY: i64 = 24 * 3_600_000;

/// A goal as it is written.
pub(crate) struct Goal<'a> {
    name: SmolStr,
    /// What reaches it, by what it is called here.
    pub on: Vec<SmolStr>,
    conditions: Vec<ast::Expr<'a>>,
    value: Option<ast::Expr<'a>>,
    credit: i64,
}

impl<'a> Goal<'a> {
    pub fn read(item: &ast::GoalItem<'a>) -> Goal<'a> {
        let mut goal = Goal {
            name: text_of(item.name()),
            on: Vec::new(),
            conditions: Vec::new(),
            value: None,
            credit: DAY,
        };
        for entry in item.entries() {
            match entry {
                GoalEntry::OnSetting(on) => {
                    goal.on.extend(on.source().map(|source| called(&source)));
                    goal.conditions
                        .extend(on.condition().and_then(|clause| clause.condition()));
                }
                GoalEntry::ValueSetting(setting) => goal.value = setting.value(),
                GoalEntry::CreditSetting(setting) => goal.credit = literal::duration(setting.duration()),
            }
        }
        goal
    }

    /// Whether what happens reaches it. The event is at hand from then on.
    pub fn is_reached(&self, sight: &mut Sight<'_, 'a>, what: &str, event: &str, fields: &[Value]) -> bool {
        if !self.on.iter().any(|on| on == what) {
            return false;
        }
        sight.oracle.event = fields.to_vec();
        sight.oracle.event_name = event.into();
        let env = sight.oracle.outside();
        self.conditions
            .iter()
            .all(|condition| env.allows(Some(*condition)))
    }

    /// What is recorded of it, as a `.chat` writes it.
    pub fn told(&self, sight: &Sight<'_, 'a>, at: i64) -> String {
        let mut told = format!("goal {}", self.name);
        let env = sight.oracle.outside();
        let value = self.value.map(|value| env.eval(&value, &Ty::Scalar(Kind::Money)));
        if let Some(value) = value.filter(Value::is_known) {
            told.push_str(&format!(
                " value {}",
                write(sight.oracle.project.bot, None, &value)
            ));
        }
        let history = sight.oracle.person.history.iter();
        let talks = history.flat_map(|history| &history.talks);
        let mut credit = Vec::new();
        for talk in talks {
            // It had begun, and somebody spoke in the window.
            if talk.began_at <= at && at - talk.last_at <= self.credit {
                credit.push(talk.number.to_string());
            }
        }
        match credit.is_empty() {
            true => told.push_str(" without credit"),
            false => told.push_str(&format!(" credit {}", credit.join(", "))),
        }
        told
    }
}
