//! Which expressions, texts and messages mention something: a variable, an event.

use crate::Bot;
use crate::expr::Expr;
use crate::ids::*;
use crate::message::{ButtonAct, MessageButton, MessageTemplate};
use crate::text::{Filter, Part};

/// Which expressions and texts mention something, themselves or in what they are made of.
#[derive(Debug, Default)]
pub struct Mentions {
    exprs: Vec<bool>,
    texts: Vec<bool>,
}

impl Mentions {
    /// What mentions expressions of this kind. Texts and expressions refer to each other, so both are gone through
    /// until nothing changes (they are shallow).
    pub fn of(bot: &Bot, is_it: impl Fn(&Expr) -> bool) -> Mentions {
        let mut exprs = vec![false; bot.exprs.len()];
        let mut texts = vec![false; bot.texts.len()];
        let of = |flags: &[bool], index: usize| flags.get(index).copied().unwrap_or(true);
        for _ in 0..8 {
            let mut changed = false;
            for (index, expr) in bot.exprs.iter().enumerate() {
                let e = |id: &ExprId| of(&exprs, id.index());
                let mentions = match expr {
                    expr if is_it(expr) => true,
                    Expr::Text(text) => of(&texts, text.index()),
                    Expr::Component(a, _) | Expr::Not(a) | Expr::Negate(a) | Expr::IsKnown(a) => e(a),
                    Expr::And(a, b)
                    | Expr::Or(a, b)
                    | Expr::Else(a, b)
                    | Expr::In(a, b)
                    | Expr::Binary(_, a, b) => e(a) || e(b),
                    Expr::List(all) | Expr::Record(all) | Expr::Call(_, all) => all.iter().any(e),
                    _ => false,
                };
                changed |= mentions != exprs[index];
                exprs[index] = mentions;
            }
            for (index, text) in bot.texts.iter().enumerate() {
                let mentions = text
                    .variants
                    .iter()
                    .flat_map(|one| &one.parts)
                    .any(|part| match part {
                        Part::Literal(_) => false,
                        Part::Hole { value, filters, .. } => {
                            of(&exprs, value.index())
                                || filters.iter().any(|filter| match filter {
                                    Filter::Plural(arms) | Filter::Select(arms) => {
                                        let arms = arms.arms.iter().map(|(_, text)| text).chain(&arms.other);
                                        arms.into_iter().any(|text| of(&texts, text.index()))
                                    }
                                    _ => false,
                                })
                        }
                    });
                changed |= mentions != texts[index];
                texts[index] = mentions;
            }
            if !changed {
                break;
            }
        }
        Mentions { exprs, texts }
    }

    /// Whether an expression does.
    pub fn expr(&self, id: ExprId) -> bool {
        self.exprs.get(id.index()).copied().unwrap_or(true)
    }

    /// Whether a text does.
    pub fn text(&self, id: TextId) -> bool {
        self.texts.get(id.index()).copied().unwrap_or(true)
    }

    /// Whether a message does.
    pub fn message(&self, message: &MessageTemplate) -> bool {
        self.message_but_cards(message)
            || message.cards.as_ref().is_some_and(|cards| {
                let texts = [Some(cards.title), cards.text, cards.alt];
                self.expr(cards.list)
                    || cards
                        .condition
                        .iter()
                        .chain(&cards.image)
                        .any(|expr| self.expr(*expr))
                    || texts.iter().flatten().any(|text| self.text(*text))
                    || cards.buttons.iter().any(|button| self.button(button))
            })
    }

    /// The same without its cards.
    pub fn message_but_cards(&self, message: &MessageTemplate) -> bool {
        let texts = message.text.iter().chain(&message.hint);
        texts
            .chain(message.on_channel.iter().map(|(_, text)| text))
            .any(|text| self.text(*text))
            || message
                .media
                .iter()
                .any(|media| self.expr(media.source) || media.alt.is_some_and(|alt| self.text(alt)))
            || message.buttons.iter().any(|button| self.button(button))
            || (message.template.iter()).any(|(_, args)| args.iter().any(|arg| self.expr(*arg)))
    }

    fn button(&self, button: &MessageButton) -> bool {
        self.text(button.label)
            || button.condition.is_some_and(|condition| self.expr(condition))
            || match button.act {
                ButtonAct::Opens(target) | ButtonAct::Calls(target) => self.expr(target),
                ButtonAct::Leads(_) | ButtonAct::Says => false,
            }
    }
}
