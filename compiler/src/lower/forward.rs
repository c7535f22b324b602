//! Names that are read above the place that gives them a value: a step may read what another step asked, wherever
//! it stands in the text. Only when a name is not known yet, the rest of the flow is searched for it.

use botflow_artifact::{SlotId, TypeId};
use botflow_syntax::ast::{self, AstNode};
use botflow_syntax::{NodePointer, NodeRef, SyntaxKind};
use smol_str::SmolStr;

use super::Lower;
use crate::names::table::FxIndexMap;
use crate::types::Types;

/// A statement that gives a name a value.
#[derive(Clone, Debug)]
pub(crate) struct Binder {
    node: NodePointer,
    /// Its type is being found out.
    busy: bool,
}

impl Lower<'_> {
    /// Finds a name further down in the flow, and makes it known.
    pub(crate) fn look_ahead(&mut self, name: &str) -> Option<SlotId> {
        let tree = self.tree.clone()?;
        let root = NodeRef::root(&tree);
        if self.scope.forward.is_none() {
            let root = root.find(self.scope.root?)?;
            self.scope.forward = Some(binders(root));
        }
        let binder = self.scope.forward.as_mut()?.get_mut(name)?;
        if std::mem::replace(&mut binder.busy, true) {
            return None;
        }
        let node = root.find(binder.node)?;
        let (ty, sensitive) = self.guess(node);
        // Finding out the type may have made the name known.
        if let Some(local) = self.scope.names.get(name) {
            return Some(local.slot);
        }
        let at = ast::tokens(node, SyntaxKind::Name)
            .find(|token| token.text() == name)
            .map(|token| self.token_span(token));
        Some(self.scope.declare(SmolStr::new(name), ty, sensitive, at))
    }

    /// The type that a statement gives its name. What has to be lowered to learn it is forgotten again.
    fn guess(&mut self, node: NodeRef) -> (TypeId, bool) {
        self.quietly(|lower| lower.guess_of(node))
            .unwrap_or((Types::ERROR, false))
    }

    fn guess_of(&mut self, node: NodeRef) -> Option<(TypeId, bool)> {
        Some(match node.kind() {
            SyntaxKind::AskStmt => {
                let ask = ast::AskStmt::cast(node)?;
                let optional = super::ask::may_be_skipped(&ask);
                self.answer_type(&ask.answer()?, optional)
            }
            SyntaxKind::AskQueueStmt => {
                let ask = ast::AskQueueStmt::cast(node)?;
                let optional = super::leaves::ask_queue_comes_back(&ask);
                self.answer_type(&ask.answer()?, optional)
            }
            SyntaxKind::LetStmt => match ast::LetStmt::cast(node)?.value()? {
                ast::LetValue::Expr(value) => {
                    let typed = self.expr(&value, None);
                    (typed.ty, typed.sensitive)
                }
                ast::LetValue::Call(call) => (self.call_result(&call), false),
                ast::LetValue::RunStmt(run) => (self.run_result(&run), false),
            },
            SyntaxKind::ChooseStmt => {
                let choose = ast::ChooseStmt::cast(node)?;
                (self.choice_type(&choose), false)
            }
            SyntaxKind::ForStmt => self.guess_item(ast::ForStmt::cast(node)?.list()?),
            SyntaxKind::CardsItem => self.guess_item(ast::CardsItem::cast(node)?.list()?),
            SyntaxKind::WaitForStmt => {
                let wait = ast::WaitForStmt::cast(node)?;
                (self.waited_type(&wait), false)
            }
            _ => return None,
        })
    }

    fn guess_item(&mut self, list: ast::Expr) -> (TypeId, bool) {
        let typed = self.expr(&list, None);
        let item = self.types.item_of(typed.ty).unwrap_or(Types::ERROR);
        (item, typed.sensitive)
    }
}

/// The statements of a flow that give names a value, the first one of each name.
fn binders(root: NodeRef) -> FxIndexMap<SmolStr, Binder> {
    let mut found = FxIndexMap::default();
    for node in root.descendants() {
        let name = match node.kind() {
            SyntaxKind::AskStmt | SyntaxKind::AskQueueStmt => {
                ast::child::<ast::Answer<'_>>(node).and_then(|answer| answer.name())
            }
            SyntaxKind::LetStmt
            | SyntaxKind::ChooseStmt
            | SyntaxKind::ForStmt
            | SyntaxKind::CardsItem
            | SyntaxKind::WaitForStmt => ast::token(node, SyntaxKind::Name),
            _ => None,
        };
        if let Some(name) = name {
            found.entry(SmolStr::new(name.text())).or_insert(Binder {
                node: node.pointer(),
                busy: false,
            });
        }
    }
    found
}
