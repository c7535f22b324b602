//! Carrying out statements, and what follows each: found by walking up the tree from where it stands.

use botflow_artifact::{EscalationId, ExperimentId, Outcome, QueueId, StageId};
use botflow_machine::{Effect, Fault, GivenUp};
use botflow_syntax::ast::{self, AstNode, Stmt, Target};
use botflow_syntax::{NodeRef, SyntaxKind};
use botflow_values::Value;
use smol_str::SmolStr;

use crate::literal;
use crate::project::{Param, text_of};
use crate::state::{FrameKind, Oracle};
use crate::types::{Ty, bare_name};

/// So many statements in one turn are more than any bot needs (2.5).
const MAX_STEPS: u32 = 10_000;

/// What happens next in the topmost frame.
pub(crate) enum Next<'a> {
    /// The statement or target is carried out.
    At(NodeRef<'a>),
    /// What follows the statement or target.
    After(NodeRef<'a>),
    /// The way is entered.
    Enter(ast::Way<'a>),
    /// The body of a flow begins.
    Body(ast::FlowItem<'a>),
    /// The question is put again.
    Reask { place: NodeRef<'a>, fresh: bool },
    /// The question is put once more in its first words, whatever is known.
    OnceMore(NodeRef<'a>),
    /// The handler comes back.
    ComeBack,
    /// What was interrupted goes on.
    Resume { fresh: bool },
    /// The run of the flow ends.
    Return(Value),
    /// The start flow begins.
    Begin,
    /// Nothing more in this turn.
    Rest,
}

impl<'a> Oracle<'a> {
    /// Goes on until the conversation rests or ends.
    pub(crate) fn run(&mut self, mut next: Next<'a>) {
        loop {
            if self.muted {
                return self.fall_silent();
            }
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.effect(Effect::Fault(Fault::Endless));
                self.finish(Outcome::Unresolved, None);
                return;
            }
            next = match next {
                Next::Rest => return,
                Next::At(node) => self.carry_out(node),
                Next::After(node) => self.after(node),
                Next::Enter(way) => self.enter(&way),
                Next::Body(flow) => match flow.statements().next() {
                    Some(stmt) => Next::At(stmt.syntax()),
                    None => Next::Return(Value::Unknown),
                },
                Next::Reask { place, fresh } => self.reask(place, fresh),
                Next::ComeBack => self.come_back(),
                Next::Resume { fresh } => self.resume(fresh),
                Next::Return(value) => self.return_from(value),
                Next::Begin => self.begin_start_flow(),
                Next::OnceMore(place) => {
                    if let Some(frame) = self.top() {
                        frame.tries = 0;
                    }
                    let verify = ast::VerifyStmt::cast(place);
                    match verify.and_then(|verify| self.send_code(&verify)) {
                        Some(instead) => instead,
                        None => self.put(place, true),
                    }
                }
            };
        }
    }

    fn enter(&mut self, way: &ast::Way<'a>) -> Next<'a> {
        match way {
            ast::Way::Arrow(arrow) => match arrow.targets().next() {
                Some(target) => Next::At(target.syntax()),
                None => self.after_way(arrow.syntax()),
            },
            ast::Way::Block(block) => match block.statements().next() {
                Some(stmt) => Next::At(stmt.syntax()),
                None => self.after_way(block.syntax()),
            },
        }
    }

    /// What follows a statement, a target or the call inside a statement.
    fn after(&mut self, node: NodeRef<'a>) -> Next<'a> {
        let Some(parent) = node.parent() else {
            return Next::Return(Value::Unknown);
        };
        match parent.kind() {
            SyntaxKind::Arrow => match node.next_sibling() {
                Some(next) if Target::can_cast(next.kind()) => Next::At(next),
                _ => {
                    let is_statement = parent
                        .parent()
                        .is_some_and(|above| holds_statements(above.kind()));
                    if is_statement {
                        self.after(parent)
                    } else {
                        self.after_way(parent)
                    }
                }
            },
            // A call or a run whose result has a name.
            SyntaxKind::LetStmt | SyntaxKind::CallStmt => self.after(parent),
            kind => {
                let mut sibling = node.next_sibling();
                while let Some(next) = sibling {
                    if Stmt::can_cast(next.kind()) {
                        return Next::At(next);
                    }
                    sibling = next.next_sibling();
                }
                match kind {
                    SyntaxKind::Block => self.after_way(parent),
                    SyntaxKind::UnclearBlock => Next::ComeBack,
                    _ => Next::Return(Value::Unknown),
                }
            }
        }
    }

    /// What follows an arrow or a block that has come to its end, by what it belongs to.
    fn after_way(&mut self, way: NodeRef<'a>) -> Next<'a> {
        let Some(owner) = way.parent() else {
            return Next::Return(Value::Unknown);
        };
        let above = owner.parent();
        let mut question = |fresh: bool| match above {
            Some(place) if place.kind() == SyntaxKind::UnclearBlock => Next::ComeBack,
            Some(place) => self.anew(place, fresh),
            None => Next::Rest,
        };
        match owner.kind() {
            SyntaxKind::Choice
            | SyntaxKind::EachChoice
            | SyntaxKind::NoneItem
            | SyntaxKind::OtherwiseItem
            | SyntaxKind::FailedItem
            | SyntaxKind::FailItem
            | SyntaxKind::ElseIf
            | SyntaxKind::ElseBranch
            | SyntaxKind::MatchCase
            | SyntaxKind::Arm => match above {
                Some(stmt) => self.after(stmt),
                None => Next::Rest,
            },
            SyntaxKind::ClosedItem | SyntaxKind::NobodyItem => match above {
                Some(stmt) if stmt.kind() == SyntaxKind::AskQueueStmt => self.after(stmt),
                _ => Next::Return(Value::Unknown),
            },
            SyntaxKind::CustomerSilentItem | SyntaxKind::OperatorSilentItem | SyntaxKind::ResolvedItem => {
                Next::Return(Value::Unknown)
            }
            SyntaxKind::IfStmt => self.after(owner),
            SyntaxKind::FormStmt => {
                if let Some(frame) = self.top() {
                    frame.form = None;
                }
                self.after(owner)
            }
            SyntaxKind::ForStmt => self.next_round(owner),
            SyntaxKind::WaitingItem => Next::Rest,
            SyntaxKind::TriesItem => {
                // The way of `on unclear { tries … }` is that of a handler, and starts the tries anew.
                if above
                    .as_ref()
                    .is_some_and(|above| above.kind() == SyntaxKind::UnclearBlock)
                {
                    return Next::ComeBack;
                }
                question(true)
            }
            SyntaxKind::SilenceItem => question(true),
            SyntaxKind::InvalidItem | SyntaxKind::CheckItem => question(false),
            _ => Next::ComeBack,
        }
    }

    fn next_round(&mut self, node: NodeRef<'a>) -> Next<'a> {
        let Some(stmt) = ast::ForStmt::cast(node) else {
            return Next::Rest;
        };
        let Some(frame) = self.frames.last_mut() else {
            return Next::Rest;
        };
        let item = frame
            .loops
            .iter_mut()
            .find(|(known, ..)| *known == node)
            .and_then(|(_, items, round)| {
                let item = items.get(*round).cloned();
                *round += 1;
                item
            });
        match (item, stmt.block()) {
            (Some(item), Some(block)) => {
                self.set(&text_of(stmt.name()), item);
                Next::Enter(ast::Way::Block(block))
            }
            _ => {
                frame.loops.retain(|(known, ..)| *known != node);
                Next::After(node)
            }
        }
    }

    fn carry_out(&mut self, node: NodeRef<'a>) -> Next<'a> {
        if let Some(target) = Target::cast(node) {
            match target {
                Target::StepTarget(step) => return self.go_to(&text_of(step.name())),
                // These belong to escalations and triggers.
                Target::QueueTarget(_) | Target::NextChannelTarget(_) => return Next::After(node),
                _ => {}
            }
        }
        let Some(stmt) = Stmt::cast(node) else {
            return Next::After(node);
        };
        let behind = Next::After(node);
        match stmt {
            Stmt::Arrow(arrow) => match arrow.targets().next() {
                Some(target) => Next::At(target.syntax()),
                None => behind,
            },
            Stmt::SayStmt(_) | Stmt::ReplyStmt(_) => {
                self.say_statement(node);
                behind
            }
            Stmt::SubjectStmt(_) => behind,
            Stmt::AskStmt(_) | Stmt::ChooseStmt(_) => self.reach(node),
            Stmt::VerifyStmt(verify) => self.verify(&verify),
            Stmt::FormStmt(form) => self.reach_form(&form),
            Stmt::LetStmt(stmt) => match stmt.value() {
                Some(ast::LetValue::Call(call)) => self.call(&call),
                Some(ast::LetValue::RunStmt(run)) => self.run_flow(&run),
                Some(ast::LetValue::Expr(value)) => {
                    let name = text_of(stmt.name());
                    let env = self.env();
                    let want = env.flow.variables.get(&name).cloned().unwrap_or(Ty::Any);
                    let value = env.eval(&value, &want);
                    self.set(&name, value);
                    behind
                }
                None => behind,
            },
            Stmt::CallStmt(stmt) => match stmt.call() {
                Some(call) => self.call(&call),
                None => behind,
            },
            Stmt::RememberStmt(stmt) => {
                let field = stmt
                    .customer()
                    .map(|customer| text_of(customer.field()))
                    .unwrap_or_default();
                let want = self.project.customer.get(&field).cloned().unwrap_or(Ty::Any);
                let value = stmt
                    .value()
                    .map_or(Value::Unknown, |value| self.env().eval(&value, &want));
                self.remember(&field, value);
                behind
            }
            Stmt::ForgetStmt(stmt) => {
                let field = stmt
                    .customer()
                    .map(|customer| text_of(customer.field()))
                    .unwrap_or_default();
                self.remember(&field, Value::Unknown);
                behind
            }
            Stmt::IfStmt(stmt) => self.decide(&stmt),
            Stmt::MatchStmt(stmt) => self.match_value(&stmt),
            Stmt::ForStmt(stmt) => {
                let items = match stmt.list().map(|list| self.env().eval(&list, &Ty::Any)) {
                    Some(Value::List(items)) => items,
                    _ => Vec::new(),
                };
                let most = stmt
                    .limit()
                    .map_or(100, |limit| literal::count(limit.count()) as usize);
                if let Some(frame) = self.top() {
                    frame.loops.retain(|(known, ..)| *known != node);
                    frame
                        .loops
                        .push((node, items.into_iter().take(most).collect(), 0));
                }
                self.next_round(node)
            }
            Stmt::WaitStmt(stmt) => self.wait(&stmt),
            Stmt::WaitForStmt(stmt) => self.wait_for(&stmt),
            Stmt::AskQueueStmt(stmt) => self.ask_queue(&stmt),
            Stmt::RunStmt(run) => self.run_flow(&run),
            Stmt::StartStmt(start) => {
                let path = start.path().map(|path| path.text()).unwrap_or_default();
                let Some(flow) = self.mentioned_flow(&path) else {
                    return behind;
                };
                let args = self.arguments(&flow.params, start.args());
                self.drop_all();
                self.enter_flow(flow, FrameKind::Started, args)
            }
            Stmt::ReturnStmt(stmt) => {
                let env = self.env();
                let want = env.flow.gives.clone().unwrap_or(Ty::Any);
                let value = stmt
                    .value()
                    .map_or(Value::Unknown, |value| env.eval(&value, &want));
                Next::Return(value)
            }
            Stmt::EscalateStmt(stmt) => self.escalate(&stmt),
            Stmt::FinishStmt(stmt) => {
                let outcome = match stmt.outcome() {
                    Some(outcome) if outcome.is_unresolved() => Outcome::Unresolved,
                    Some(outcome) if outcome.is_abandoned() => Outcome::Abandoned,
                    _ => Outcome::Resolved,
                };
                self.finish(outcome, stmt.name().map(|name| name.text().into()));
                Next::Rest
            }
            Stmt::AgainStmt(_) => self.again(node),
            Stmt::BackStmt(_) => self.back(),
            Stmt::VaryStmt(stmt) => self.vary(&stmt),
            Stmt::StageStmt(stmt) => {
                let name = text_of(stmt.name());
                if let Some(place) = self.project.bot.stages.iter().position(|stage| *stage == name) {
                    let stage = StageId::from(place);
                    let from = self.person.stage.replace(stage);
                    if from != Some(stage) {
                        self.person.particulars_mut().staged_at = Some(self.now);
                        self.effect(Effect::Stage { from, to: stage });
                    }
                }
                behind
            }
            Stmt::TagStmt(stmt) => {
                let words = self.words_of(stmt.text());
                self.effect(Effect::Tag(words));
                behind
            }
            Stmt::TrackStmt(stmt) => {
                let env = self.env();
                let args = stmt.args().into_iter().flat_map(|args| args.args());
                let values = args
                    .map(|arg| {
                        let value = arg
                            .value()
                            .map_or(Value::Unknown, |value| env.eval(&value, &Ty::Any));
                        let name = arg.name().map(|name| SmolStr::new(name.text()));
                        (
                            name.or_else(|| bare_name(&arg.value()?)).unwrap_or_default(),
                            value,
                        )
                    })
                    .collect();
                let name = stmt.path().map(|path| path.text()).unwrap_or_default();
                self.effect(Effect::Track { name, values });
                behind
            }
            Stmt::NoteStmt(stmt) => {
                let words = self.words_of(stmt.text());
                self.effect(Effect::Note(words));
                behind
            }
            Stmt::TellStmt(stmt) => {
                let text = self.words_of(stmt.text());
                if let Some(queue) = self.queue_id(&text_of(stmt.queue())) {
                    self.effect(Effect::Tell { queue, text });
                }
                behind
            }
            Stmt::ConsentStmt(stmt) => {
                let channels: Vec<SmolStr> = (stmt.channels().into_iter())
                    .flat_map(|clause| clause.names())
                    .map(|channel| SmolStr::new(channel.text()))
                    .collect();
                self.consent(&text_of(stmt.name()), stmt.is_granted(), channels);
                behind
            }
            Stmt::IdentifyStmt(stmt) => {
                let field = stmt
                    .customer()
                    .map(|customer| text_of(customer.field()))
                    .unwrap_or_default();
                let value = self.customer(&field);
                if let Some(field) = self.field_id(&field).filter(|_| value.is_known()) {
                    let proven = self.person.written().iter().find(|one| one.field == field);
                    self.effect(match proven.and_then(|one| one.proof) {
                        Some(_) => Effect::Identify { field, value },
                        None => Effect::Unproven { field },
                    });
                }
                behind
            }
        }
    }

    pub(crate) fn words_of(&self, text: Option<ast::Text<'a>>) -> SmolStr {
        text.map(|text| self.env().in_first().text(&text))
            .unwrap_or_default()
            .into()
    }

    pub(crate) fn queue_id(&self, name: &str) -> Option<QueueId> {
        self.project
            .bot
            .queues
            .iter()
            .position(|queue| queue.name == name)
            .map(QueueId::from)
    }

    pub(crate) fn escalation_id(&self, name: &str) -> Option<EscalationId> {
        let escalations = &self.project.bot.escalations;
        escalations
            .iter()
            .position(|escalation| escalation.name == name)
            .map(EscalationId::from)
    }

    pub(crate) fn field_id(&self, name: &str) -> Option<botflow_artifact::FieldId> {
        self.project
            .bot
            .customer
            .iter()
            .position(|field| field.name == name)
            .map(Into::into)
    }

    pub(crate) fn remember(&mut self, name: &str, value: Value) {
        let Some(field) = self.field_id(name) else { return };
        let before = self.set_customer(name, value.clone());
        self.written(name, &before);
        self.effect(match value {
            Value::Unknown => Effect::Forget { field },
            value => Effect::Remember { field, value },
        });
    }

    fn consent(&mut self, name: &str, granted: bool, mut channels: Vec<SmolStr>) {
        let Some(place) = self
            .project
            .bot
            .consents
            .iter()
            .position(|consent| consent == name)
        else {
            return;
        };
        if channels.is_empty() {
            channels.push(self.channel());
        }
        let mut said: Vec<SmolStr> = Vec::new();
        for channel in channels {
            if !said.contains(&channel) {
                said.push(channel.clone());
                self.note_consent(botflow_artifact::ConsentId::from(place), granted, channel);
            }
        }
    }

    /// The flow that the topmost frame's flow means by a name.
    pub(crate) fn mentioned_flow(&self, path: &str) -> Option<std::rc::Rc<crate::project::Flow<'a>>> {
        let module = self
            .frames
            .last()
            .map(|frame| frame.flow.module.clone())
            .unwrap_or_default();
        self.project.flow_named(&module, path)
    }

    /// Arguments in the order of the parameters: by name, or by position; what is missing has its default.
    pub(crate) fn arguments(&self, params: &[Param], args: Option<ast::Args<'a>>) -> Vec<Value> {
        let env = self.env();
        let args: Vec<ast::Arg<'a>> = args.into_iter().flat_map(|args| args.args()).collect();
        let given = |place: usize, name: &str| {
            let named = args
                .iter()
                .find(|arg| arg.name().is_some_and(|token| token.text() == name));
            named
                .or_else(|| args.get(place).filter(|arg| arg.name().is_none()))
                .and_then(|arg| arg.value())
        };
        params
            .iter()
            .enumerate()
            .map(|(place, param)| match given(place, &param.name) {
                Some(value) => env.eval(&value, &param.ty),
                None => {
                    let default = param.default.as_ref();
                    default.map_or(Value::Unknown, |default| self.outside().eval(default, &param.ty))
                }
            })
            .collect()
    }

    fn run_flow(&mut self, run: &ast::RunStmt<'a>) -> Next<'a> {
        let path = run.path().map(|path| path.text()).unwrap_or_default();
        let Some(flow) = self.mentioned_flow(&path) else {
            return Next::After(run.syntax());
        };
        let args = self.arguments(&flow.params, run.args());
        self.open_digression();
        if let Some(frame) = self.top() {
            frame.at = Some(run.syntax());
        }
        self.enter_flow(flow, FrameKind::Run, args)
    }

    /// The run of the topmost flow ends (7.5, 11.2, 12.4, 12.6).
    fn return_from(&mut self, value: Value) -> Next<'a> {
        let Some(frame) = self.frames.last() else {
            return Next::Begin;
        };
        match frame.kind.clone() {
            FrameKind::Started => {
                self.finish(Outcome::Resolved, None);
                Next::Rest
            }
            FrameKind::Run => {
                self.drops(1);
                self.question = None;
                let Some(at) = self.frames.last().and_then(|frame| frame.at) else {
                    return Next::Begin;
                };
                if let Some(stmt) = at.parent().and_then(ast::LetStmt::cast) {
                    self.set(&text_of(stmt.name()), value);
                }
                Next::After(at)
            }
            FrameKind::Handler { of, .. } => {
                match of.and_then(|of| self.frames.iter().position(|frame| frame.id == of)) {
                    Some(place) => {
                        self.drops(self.frames.len() - place - 1);
                        self.question = None;
                        Next::Return(value)
                    }
                    None => Next::ComeBack,
                }
            }
            FrameKind::Way => {
                self.drops(1);
                self.question = None;
                match self.frames.last().and_then(|frame| frame.at) {
                    Some(at) => Next::After(at),
                    None => Next::Begin,
                }
            }
            FrameKind::Operator => {
                self.drops(1);
                self.question = None;
                match self.frames.last().and_then(|frame| frame.at) {
                    // Another hand-over in between has ended: nobody would take the conversation.
                    Some(at) if self.escalation.is_none() => Next::After(at),
                    _ => self.people_again(),
                }
            }
        }
    }

    /// `-> step` (7.5, 11.7).
    fn go_to(&mut self, name: &str) -> Next<'a> {
        let Some(frame) = self.frames.last() else {
            return Next::Rest;
        };
        let Some(step) = frame.flow.step(name) else {
            return Next::Return(Value::Unknown);
        };
        if let FrameKind::Handler { of: Some(of), .. } = frame.kind
            && let Some(place) = self.frames.iter().position(|frame| frame.id == of)
        {
            self.drops(self.frames.len() - place - 1);
        }
        self.question = None;
        self.give_up(GivenUp::Left);
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        match step.statements().next() {
            Some(stmt) => Next::At(stmt.syntax()),
            None => Next::Return(Value::Unknown),
        }
    }

    /// Drops so many frames from the top.
    fn drops(&mut self, count: usize) {
        let left = self.frames.len() - count;
        self.dropping(left..self.frames.len(), GivenUp::Left);
        self.frames.truncate(left);
    }

    fn decide(&mut self, stmt: &ast::IfStmt<'a>) -> Next<'a> {
        let env = self.env();
        let yes = |condition: Option<ast::Expr<'a>>| condition.is_some() && env.allows(condition);
        if yes(stmt.condition()) {
            // The first way of the statement is that of its own condition.
            return stmt.way().map_or(Next::After(stmt.syntax()), Next::Enter);
        }
        for branch in stmt.else_ifs() {
            if yes(branch.condition()) {
                return match branch.block() {
                    Some(block) => Next::Enter(ast::Way::Block(block)),
                    None => Next::After(stmt.syntax()),
                };
            }
        }
        match stmt.else_branch().and_then(|branch| branch.way()) {
            Some(way) => Next::Enter(way),
            None => Next::After(stmt.syntax()),
        }
    }

    fn match_value(&mut self, stmt: &ast::MatchStmt<'a>) -> Next<'a> {
        let behind = Next::After(stmt.syntax());
        let Some(subject) = stmt.value() else {
            return behind;
        };
        let env = self.env();
        let ty = env.ty(&subject);
        let value = env.eval(&subject, &Ty::Any);
        for case in stmt.cases() {
            let fits = case.patterns().any(|pattern| {
                if pattern.is_known() {
                    return value.is_known();
                }
                let wanted = if let Some(written) = pattern.literal() {
                    let found = literal::value(&written, self.project.currency);
                    if pattern.is_negative() {
                        botflow_values::negate(&found)
                    } else {
                        found
                    }
                } else if let Some(text) = pattern.text() {
                    Value::text(env.text(&text))
                } else {
                    let name = pattern.path().map(|path| path.text()).unwrap_or_default();
                    env.named(&name, &ty)
                };
                botflow_values::equals(&value, &wanted)
            });
            if fits {
                return case.way().map_or(behind, Next::Enter);
            }
        }
        self.otherwise(stmt.otherwise(), behind)
    }

    /// `otherwise` of a statement that is not a question: a way, or words behind which the flow goes on.
    pub(crate) fn otherwise(&mut self, item: Option<ast::OtherwiseItem<'a>>, behind: Next<'a>) -> Next<'a> {
        let Some(item) = item else { return behind };
        if let Some(way) = item.way() {
            return Next::Enter(way);
        }
        self.say_text(item.syntax(), item.text());
        behind
    }

    /// `vary` (11.9).
    fn vary(&mut self, stmt: &ast::VaryStmt<'a>) -> Next<'a> {
        let behind = Next::After(stmt.syntax());
        let name = stmt.experiment().map(|path| path.text()).unwrap_or_default();
        let Some(place) = self
            .project
            .bot
            .experiments
            .iter()
            .position(|known| known.name == name)
        else {
            return behind;
        };
        let Some(item) = self.project.experiments.get(&name).cloned() else {
            return behind;
        };
        let Some(arm) = self.takes_part(place, &item) else {
            return behind;
        };
        let experiment = ExperimentId::from(place);
        let arms = &self.project.bot.experiments[place].arms;
        let chosen = arm.and_then(|arm| arms.get(arm)).map(|(name, _)| name.clone());
        self.effect(Effect::Exposed {
            experiment,
            arm: arm.map(|arm| arm as u32),
        });
        let way = stmt
            .arms()
            .find(|arm| Some(text_of(arm.name())) == chosen)
            .and_then(|arm| arm.way());
        way.map_or(behind, Next::Enter)
    }
}

/// Whether statements stand directly in a node of this kind, so that an arrow in it is a statement.
fn holds_statements(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::Block | SyntaxKind::FlowItem | SyntaxKind::Step | SyntaxKind::UnclearBlock
    )
}
