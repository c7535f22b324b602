//! The types of variables and expressions: what is known by looking, without checking anything.

use std::collections::BTreeMap;

use botflow_syntax::NodeRef;
use botflow_syntax::ast::{self, AstNode, Comparison, Expr};
use botflow_values::{Kind, Value};
use smol_str::SmolStr;

use crate::literal;
use crate::project::{Project, text_of};
use crate::types::{Ty, bare_name};

type Variables = BTreeMap<SmolStr, Ty>;

/// The variables of a flow with their types, and the names of the sensitive ones.
pub(crate) fn variables<'a>(
    project: &Project<'_>,
    module: &str,
    roots: &[NodeRef<'a>],
    params: Vec<(SmolStr, Ty)>,
) -> (Variables, Vec<SmolStr>) {
    let mut found: Variables = params.into_iter().collect();
    let mut sensitive = Vec::new();
    // A step may use what a later one names, so types may need a few rounds until all are known.
    for _ in 0..4 {
        for node in roots.iter().flat_map(|root| root.descendants()) {
            bind(project, module, node, &mut found, &mut sensitive);
        }
    }
    (found, sensitive)
}

fn bind<'a>(
    project: &Project<'_>,
    module: &str,
    node: NodeRef<'a>,
    found: &mut Variables,
    sensitive: &mut Vec<SmolStr>,
) {
    let put = |found: &mut Variables, name: SmolStr, ty: Ty| {
        let better = found.get(&name).is_none_or(is_vague);
        if better && !name.is_empty() {
            found.insert(name, ty);
        }
    };
    if let Some(answer) = ast::Answer::cast(node) {
        let ty = answer.type_expr().map_or(Ty::Any, |ty| project.ty(&ty));
        // A question that may be skipped without a value gives a `T?`, which changes nothing here.
        put(found, text_of(answer.name()), ty);
        if answer.is_sensitive() {
            sensitive.push(text_of(answer.name()));
        }
    } else if let Some(choose) = ast::ChooseStmt::cast(node) {
        let Some(name) = choose.name() else { return };
        let ty = match choose.from().and_then(|from| from.list()) {
            Some(list) => of(project, found, &list).element(),
            None => {
                let values = choose.items().filter_map(|item| match item {
                    ast::ChooseItem::Choice(choice) => choice.value()?.value(),
                    _ => None,
                });
                let ty = values
                    .map(|value| of(project, found, &value))
                    .find(|ty| !is_vague(ty));
                let ty = ty.unwrap_or_else(Ty::text);
                if choose.is_several() {
                    Ty::List(Box::new(ty))
                } else {
                    ty
                }
            }
        };
        put(found, name.text().into(), ty);
    } else if let Some(stmt) = ast::LetStmt::cast(node) {
        let ty = match stmt.value() {
            Some(ast::LetValue::Call(call)) => {
                let path = call.path().map(|path| path.text()).unwrap_or_default();
                project
                    .calls
                    .get(&path)
                    .and_then(|call| call.gives.clone())
                    .unwrap_or(Ty::Any)
            }
            Some(ast::LetValue::RunStmt(run)) => {
                let path = run.path().map(|path| path.text()).unwrap_or_default();
                project
                    .flow_named(module, &path)
                    .and_then(|flow| flow.gives.clone())
                    .unwrap_or(Ty::Any)
            }
            Some(ast::LetValue::Expr(value)) => of(project, found, &value),
            None => Ty::Any,
        };
        put(found, text_of(stmt.name()), ty);
    } else if let Some(stmt) = ast::ForStmt::cast(node) {
        let ty = stmt
            .list()
            .map_or(Ty::Any, |list| of(project, found, &list).element());
        put(found, text_of(stmt.name()), ty);
    } else if let Some(cards) = ast::CardsItem::cast(node) {
        let ty = cards
            .list()
            .map_or(Ty::Any, |list| of(project, found, &list).element());
        put(found, text_of(cards.name()), ty);
    } else if let Some(wait) = ast::WaitForStmt::cast(node) {
        let event = wait.event().map(|path| path.text()).unwrap_or_default();
        if let Some(name) = wait.name() {
            put(found, name.text().into(), event_type(project, &event));
        }
    } else if let Some(handler) = ast::IntentHandler::cast(node) {
        let intent = handler.path().map(|path| path.text()).unwrap_or_default();
        let Some(params) = project.intents.get(&intent) else {
            return;
        };
        for (name, place) in bound(&handler, params) {
            put(found, name, params[place].ty.clone());
        }
    }
}

/// The names that a handler gives to the parameters of its intent: a parameter is meant by its name; other names
/// take the parameters in order.
pub(crate) fn bound<'a>(
    handler: &ast::IntentHandler<'a>,
    params: &[crate::project::Param],
) -> Vec<(SmolStr, usize)> {
    let names: Vec<SmolStr> = handler
        .bindings()
        .into_iter()
        .flat_map(|bindings| bindings.names())
        .map(|token| SmolStr::new(token.text()))
        .collect();
    let place_of = |name: &SmolStr| params.iter().position(|param| param.name == *name);
    let by_name = names.iter().all(|name| place_of(name).is_some());
    let places = names.into_iter().enumerate().filter_map(|(place, name)| {
        let place = if by_name { place_of(&name)? } else { place };
        (place < params.len()).then_some((name, place))
    });
    places.collect()
}

fn is_vague(ty: &Ty) -> bool {
    match ty.plain() {
        Ty::Any => true,
        Ty::List(element) => is_vague(element),
        _ => false,
    }
}

/// An event as a record.
pub(crate) fn event_type(project: &Project<'_>, event: &str) -> Ty {
    let fields = project.events.get(event).into_iter().flatten();
    Ty::Record(
        fields
            .map(|field| (field.name.clone(), field.ty.clone()))
            .collect(),
    )
}

/// The event whose fields `event.x` reads at this place.
pub(crate) fn event_at<'a>(node: NodeRef<'a>) -> Option<SmolStr> {
    node.ancestors().find_map(|above| {
        if let Some(wait) = ast::WaitForStmt::cast(above) {
            return wait.event().map(|path| path.text());
        }
        if let Some(handler) = ast::IntentHandler::cast(above) {
            return handler.path().map(|path| path.text());
        }
        ast::EventHandler::cast(above)
            .and_then(|handler| handler.path())
            .map(|path| path.text())
    })
}

/// The type of an expression, as far as it can be seen.
pub(crate) fn of(project: &Project<'_>, variables: &Variables, expr: &Expr) -> Ty {
    let of = |expr: Option<Expr>| expr.map_or(Ty::Any, |expr| of(project, variables, &expr));
    match expr {
        Expr::NameExpr(_) => match bare_name(expr).as_deref() {
            Some("now") => Ty::Scalar(Kind::Moment),
            Some(name) => match variables.get(name) {
                Some(ty) => ty.clone(),
                None if is_condition(project, name) => Ty::yes_no(),
                None => Ty::Any,
            },
            None => Ty::Any,
        },
        Expr::FieldExpr(field) => field_type(project, variables, field),
        Expr::Literal(written) => match literal::value(written, project.currency) {
            Value::Unknown => Ty::Any,
            value => value.kind().map_or(Ty::Any, Ty::Scalar),
        },
        Expr::Text(_) => Ty::text(),
        Expr::CompareExpr(_) | Expr::OrExpr(_) | Expr::AndExpr(_) | Expr::NotExpr(_) => Ty::yes_no(),
        Expr::ParenExpr(paren) => of(paren.inner()),
        Expr::NegExpr(negated) => of(negated.operand()),
        Expr::ElseExpr(chain) => {
            let types: Vec<Ty> = chain.operands().map(|operand| of(Some(operand))).collect();
            types.into_iter().find(|ty| !is_vague(ty)).unwrap_or(Ty::Any)
        }
        Expr::SumExpr(sum) => {
            let types: Vec<Ty> = sum.operands().map(|operand| of(Some(operand))).collect();
            types
                .into_iter()
                .find(|ty| !is_vague(ty))
                .map_or(Ty::Any, |ty| ty.plain().clone())
        }
        Expr::ProductExpr(product) => {
            let types: Vec<Ty> = product.operands().map(|operand| of(Some(operand))).collect();
            let money = types
                .iter()
                .find(|ty| matches!(ty.kind(), Some(Kind::Money | Kind::Duration)));
            money.or(types.first()).map_or(Ty::Any, |ty| ty.plain().clone())
        }
        Expr::ListExpr(list) => {
            let types: Vec<Ty> = list.elements().map(|element| of(Some(element))).collect();
            Ty::List(Box::new(
                types.into_iter().find(|ty| !is_vague(ty)).unwrap_or(Ty::Any),
            ))
        }
        Expr::RecordExpr(record) => Ty::Record(
            record
                .fields()
                .map(|field| (text_of(field.name()), of(field.value())))
                .collect(),
        ),
        Expr::FunctionExpr(function) => {
            let first = function
                .args()
                .and_then(|args| args.args().next())
                .and_then(|arg| arg.value());
            match function.name().as_ref().map(|token| token.text()) {
                Some("length" | "round" | "floor" | "ceiling" | "weekday" | "count") => Ty::integer(),
                Some("contains" | "starts_with" | "ends_with" | "open" | "has_consent" | "in_stage") => {
                    Ty::yes_no()
                }
                Some("min" | "max" | "abs") => of(first),
                Some("sum") => event_field(project, first).map_or(Ty::Any, |ty| ty.known().clone()),
                Some("first" | "last") => match of(first).element() {
                    Ty::Any => event_field(project, first).unwrap_or(Ty::Any),
                    element => element,
                },
                Some("date" | "today") => Ty::Scalar(Kind::Date),
                Some("time") => Ty::Scalar(Kind::Time),
                _ => Ty::Any,
            }
        }
    }
}

/// Whether a name that is no variable means something that is yes or no of itself.
pub(crate) fn is_condition(project: &Project<'_>, name: &str) -> bool {
    project.segments.contains_key(name)
        || project.bot.stages.iter().any(|stage| stage == name)
        || project.bot.consents.iter().any(|consent| consent == name)
}

fn field_type<'a>(project: &Project<'_>, variables: &Variables, field: &ast::FieldExpr<'a>) -> Ty {
    let Some(base) = field.base() else { return Ty::Any };
    let mut fields = field.fields().map(|token| SmolStr::new(token.text()));
    let root = bare_name(&base);
    let mut ty = match root.as_deref() {
        Some("customer") => fields
            .next()
            .and_then(|name| project.customer.get(&name).cloned()),
        Some("config") => fields.next().and_then(|name| project.config.get(&name).cloned()),
        Some("conversation") => match fields.next().as_deref() {
            Some("language") => Some(Ty::Scalar(Kind::Language)),
            Some("channel") => Some(Ty::Scalar(Kind::Channel)),
            Some("misunderstood") => Some(Ty::integer()),
            _ => Some(Ty::text()),
        },
        Some("event") => event_at(field.syntax()).map(|event| event_type(project, &event)),
        _ => Some(of(project, variables, &base)),
    }
    .unwrap_or(Ty::Any);
    for name in fields {
        ty = ty.field(&name).map_or(Ty::Any, |(_, ty)| ty);
    }
    ty
}

/// Whether the comparison is one of equality, whose sides share a type.
pub(crate) fn is_membership(comparison: Comparison) -> bool {
    comparison == Comparison::In
}

/// The type of `order_placed.total`, a field of an event.
fn event_field(project: &Project<'_>, expr: Option<Expr>) -> Option<Ty> {
    let written = expr?.syntax().text().to_string();
    let (event, field) = written.trim().split_once('.')?;
    let event = project.bot.events.iter().find(|known| known.name == event)?;
    let field = event.fields.iter().find(|known| known.name == field)?;
    Some(Ty::of_artifact(project.bot, field.ty))
}
