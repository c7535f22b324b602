//! BF9: what a new version does to conversations that are under way. The sound bot is the older version.

use botflow_syntax::SyntaxKind::{self, *};

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, Spot, range};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["place-removed"],
        done: "an answer, a choice, a step or a flow gets another name without `moved`, or a question goes",
        seed: place_removed,
    },
    Class {
        names: &["place-moved"],
        done: "an answer, a choice, a step or a flow gets another name, with `moved`",
        seed: place_moved,
    },
    Class {
        names: &["answer-type-changed"],
        done: "a question asks for another type, or its type loses a value",
        seed: answer_type_changed,
    },
    Class {
        names: &["answer-lost"],
        done: "a question is put before another one, and its answer is read behind both",
        seed: answer_lost,
    },
    Class {
        names: &["customer-field-changed"],
        done: "a field of the card gets another name or another type, or goes",
        seed: customer_field_changed,
    },
    Class {
        names: &["trigger-meaning-changed"],
        done: "a trigger waits for longer, has another condition, or is set off by something else",
        seed: trigger_meaning_changed,
    },
    Class {
        names: &["goal-meaning-changed"],
        done: "a goal gets more time, another event or another condition",
        seed: goal_meaning_changed,
    },
    Class {
        names: &["experiment-resplit"],
        done: "the arms of an experiment get other shares, another order, a group or a condition",
        seed: experiment_resplit,
    },
    Class {
        names: &["consent-purpose-changed"],
        done: "a consent gets another name, a trigger relies on another one, or the question is put otherwise",
        seed: consent_purpose_changed,
    },
    Class {
        names: &["template-changed"],
        done: "a template says something else, or has another footer",
        seed: template_changed,
    },
];

/// All tokens of a name below a node that is of one of these kinds; nothing where the name means something else, too.
fn mentions(within: &Spot<'_>, name: &str, kinds: &[SyntaxKind]) -> Option<Vec<std::ops::Range<usize>>> {
    let mut places = Vec::new();
    for token in within
        .node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
    {
        if token.text() != name {
            continue;
        }
        let parent = token.parent()?;
        if !kinds.contains(&parent.kind()) {
            return None;
        }
        places.push(range(token.text_range()));
    }
    Some(places)
}

/// With another name at all these places.
fn named(mut mutant: Mutant, file: File, places: Vec<std::ops::Range<usize>>, name: &str) -> Mutant {
    for place in places {
        mutant = mutant.replace(file, place, name);
    }
    mutant
}

/// Something that gets another name.
struct Renamed {
    mutant: Mutant,
    /// `checkout.shipping.city`, and what it is called now.
    from: String,
    to: String,
    /// The file it stands in, and the place of the name.
    file: usize,
}

/// What a bot says of moves already.
fn moved(bot: &Bot) -> String {
    spot::all(bot, &[MovedItem])
        .iter()
        .map(|item| item.text())
        .collect::<Vec<_>>()
        .join("\n")
}

fn renamed(bot: &Bot) -> Vec<Renamed> {
    let known = moved(bot);
    let mut all = Vec::new();
    for question in spot::all(bot, &[AskStmt, ChooseStmt]) {
        let (Some(flow), false) = (question.above(FlowItem), question.above(EscalationItem).is_some()) else {
            continue;
        };
        let name = match question.node.kind() {
            AskStmt => question.child(Answer).and_then(|answer| answer.name()),
            _ => question.name(),
        };
        let (Some(name), Some(flow_name)) = (name, flow.name()) else {
            continue;
        };
        let step = question.above(Step).and_then(|step| step.name());
        let holder = match &step {
            Some(step) => format!("{flow_name}.{step}"),
            None => flow_name.clone(),
        };
        let to = format!("{name}_anew");
        let places = mentions(&flow, &name, &[Answer, ChooseStmt, NameExpr]);
        // Two questions of one name are two places.
        let asked = flow
            .within(Answer)
            .iter()
            .filter(|answer| answer.name().as_deref() == Some(&name))
            .count()
            + flow
                .within(ChooseStmt)
                .iter()
                .filter(|choose| choose.name().as_deref() == Some(&name))
                .count();
        let (Some(places), 1) = (places, asked) else {
            continue;
        };
        let mutant =
            Mutant::new(format!("`{holder}.{name}` is `{to}` now")).at(question.file(), question.range());
        all.push(Renamed {
            mutant: named(mutant, question.file(), places, &to),
            from: format!("{holder}.{name}"),
            to: format!("{holder}.{to}"),
            file: question.index,
        });
    }
    for step in spot::all(bot, &[Step]) {
        let (Some(name), Some(flow)) = (step.name(), step.above(FlowItem)) else {
            continue;
        };
        let waits = [AskStmt, ChooseStmt, WaitStmt, FormStmt, EscalateStmt]
            .iter()
            .any(|kind| !step.within(*kind).is_empty());
        let (Some(places), Some(flow_name), true) =
            (mentions(&flow, &name, &[Step, StepTarget]), flow.name(), waits)
        else {
            continue;
        };
        let to = format!("{name}_anew");
        let mutant = Mutant::new(format!("`{flow_name}.{name}` is `{to}` now")).at(step.file(), step.range());
        all.push(Renamed {
            mutant: named(mutant, step.file(), places, &to),
            from: format!("{flow_name}.{name}"),
            to: format!("{flow_name}.{to}"),
            file: step.index,
        });
    }
    for flow in spot::all(bot, &[FlowItem]) {
        let (Some(name), Some(token)) = (flow.name(), flow.token(Name)) else {
            continue;
        };
        let waits = [AskStmt, ChooseStmt, WaitStmt, FormStmt, EscalateStmt]
            .iter()
            .any(|kind| !flow.within(*kind).is_empty());
        if !waits {
            continue;
        }
        let to = format!("{name}_anew");
        let mut mutant = Mutant::new(format!("`{name}` is `{to}` now"))
            .replace(flow.file(), range(token.text_range()), to.clone())
            .at(flow.file(), flow.range());
        for way in spot::all(bot, &[RunStmt, StartStmt, EnteredSource]) {
            let token = match way.child(Path) {
                Some(path) => path.token(Name),
                None => way.token(Name),
            };
            if let Some(token) = token.filter(|token| token.text() == name) {
                mutant = mutant.replace(way.file(), range(token.text_range()), to.clone());
            }
        }
        all.push(Renamed {
            mutant,
            from: name,
            to,
            file: flow.index,
        });
    }
    // What is said of moves would have to change, too.
    all.retain(|one| {
        let words = |text: &str| {
            text.split(['.', ' ', '\n'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let last = one.from.rsplit('.').next().unwrap_or_default().to_owned();
        !words(&known).contains(&last)
    });
    all
}

fn place_removed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = renamed(bot).into_iter().map(|one| one.mutant).collect();
    // A question whose answer nobody reads.
    for ask in spot::all(bot, &[AskStmt]) {
        let name = ask.child(Answer).and_then(|answer| answer.name());
        let (Some(name), Some(flow)) = (name, ask.above(FlowItem)) else {
            continue;
        };
        let read = flow.text().matches(&name).count() > 1;
        let leads = !ask.within(StepTarget).is_empty();
        if ask.alone() && !read && !leads {
            mutants.push(Mutant::new("a question less").replace(ask.file(), ask.lines(), ""));
        }
    }
    // What is waited for is something else.
    for wait in spot::all(bot, &[WaitStmt]) {
        if wait.alone() && wait.above(FlowItem).is_some() {
            mutants.push(Mutant::new("a wait less").replace(wait.file(), wait.lines(), ""));
        }
    }
    mutants
}

fn place_moved(bot: &Bot) -> Vec<Mutant> {
    renamed(bot)
        .into_iter()
        .map(|one| {
            let end = bot.project.sources[one.file].text.len();
            let text = format!("\nmoved {} to {}\n", one.from, one.to);
            one.mutant.replace(File::Flow(one.file), end..end, text)
        })
        .collect()
}

fn answer_type_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for answer in spot::all(bot, &[Answer]) {
        let Some(ty) = answer.child(NamedType) else {
            continue;
        };
        // Nobody has an answer where nothing is waited for behind its question.
        let behind = answer.parent().is_some_and(|ask| {
            let outer = ask.parent().map(|holder| holder.node.kind());
            matches!(outer, Some(FlowItem | Step))
                && ask
                    .node
                    .next_sibling()
                    .is_some_and(|next| matches!(next.kind(), AskStmt | ChooseStmt | WaitStmt))
        });
        if !behind {
            continue;
        }
        for other in ["text", "integer", "date", "email", "phone", "yes_no"] {
            // Every address and every number is a text, too.
            let wider = other == "text" && ["email", "phone", "url"].contains(&ty.text());
            if ty.text() != other && !wider {
                mutants.push(ty.becomes(format!("asks for `{other}`"), other));
            }
        }
    }
    for member in spot::all(bot, &[Member]) {
        let (Some(item), Some(asked)) = (
            member.above(TypeItem),
            member.above(TypeItem).and_then(|item| item.name()),
        ) else {
            continue;
        };
        // Asked for once, so that there is one place where it counts.
        let asks: Vec<Spot<'_>> = spot::all(bot, &[Answer])
            .into_iter()
            .filter(|answer| answer.child(NamedType).is_some_and(|ty| ty.text() == asked))
            .collect();
        // What a system takes or gives changes with it, which is more than one mistake.
        let mentions = spot::all(bot, &[NamedType])
            .iter()
            .filter(|ty| ty.text() == asked)
            .count();
        let alone = mentions == 1 && member.alone() && item.children(Member).len() > 2;
        if let ([answer], true) = (&asks[..], alone) {
            mutants.push(member.gone("a value less").at(answer.file(), answer.range()));
        }
    }
    mutants
}

fn answer_lost(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for ask in spot::all(bot, &[AskStmt, ChooseStmt, CallStmt]) {
        let holder = ask.parent().map(|parent| parent.node.kind());
        if !matches!(holder, Some(FlowItem | Step)) || ask.above(EscalationItem).is_some() {
            continue;
        }
        // Something has to come behind the question: the flow goes on there, whatever is answered.
        let goes_on = ask
            .node
            .next_sibling()
            .is_some_and(|next| !matches!(next.kind(), Step | Arrow));
        if !goes_on || ask.node.kind() == CallStmt {
            continue;
        }
        let asked =
            "ask spare_answer: integer \"How many, by the way?\" {\n  invalid \"A number, please.\"\n}";
        let at = ask.lines().start;
        let question = spot::indented(ask.indent(), asked);
        let placed = Mutant::new("asked before, read behind")
            .replace(ask.file(), at..at, question)
            .at(ask.file(), at..at);
        let behind = ask.lines().end;
        let read = spot::indented(ask.indent(), "note \"It is {spare_answer}.\"");
        mutants.push(placed.replace(ask.file(), behind..behind, read));
    }
    mutants
}

fn customer_field_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for field in spot::all(bot, &[Field]) {
        let (Some(name), Some(token), true) = (
            field.name(),
            field.token(Name),
            field.above(CustomerItem).is_some(),
        ) else {
            continue;
        };
        // Everywhere under another name.
        let to = format!("{name}_anew");
        let mut mutant = Mutant::new(format!("`customer.{name}` is `{to}` now"))
            .replace(field.file(), range(token.text_range()), to.clone())
            .at(field.file(), field.range());
        for read in spot::all(bot, &[FieldExpr, CustomerRef]) {
            if read.text() == format!("customer.{name}") {
                mutant = mutant.replace(read.file(), read.range(), format!("customer.{to}"));
            }
        }
        mutants.push(mutant);
        // Gone, where nothing mentions it.
        if field.alone() {
            mutants.push(field.gone("a field less"));
        }
        for (was, is) in [
            ("text", "integer"),
            ("integer", "text"),
            ("date", "time"),
            ("email", "phone"),
            ("phone", "email"),
            ("money", "integer"),
            ("number", "integer"),
        ] {
            if let Some(ty) = field.within(NamedType).into_iter().find(|ty| ty.text() == was) {
                mutants.push(ty.becomes(format!("`{is}` in place of `{was}`"), is));
            }
        }
    }
    mutants
}

fn trigger_meaning_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let condition = spot::all(bot, &[Field])
        .into_iter()
        .find(|field| field.text().contains(": integer = ") && field.above(CustomerItem).is_some())
        .and_then(|field| field.name());
    let events: Vec<String> = spot::all(bot, &[EventItem])
        .iter()
        .filter_map(|event| event.name())
        .collect();
    for trigger in spot::all(bot, &[TriggerItem]) {
        let place = trigger.range();
        if let Some(duration) = trigger
            .child(AfterSetting)
            .and_then(|after| after.token(Duration))
        {
            for longer in ["11m", "13h", "40d"] {
                let mutant = trigger.token_into(&duration, format!("after {longer}"), longer);
                mutants.push(mutant.at(trigger.file(), place.clone()));
            }
        }
        if let (Some(name), Some(on)) = (&condition, trigger.child(OnSetting))
            && on.alone()
            && on.child(IfClause).is_none()
        {
            let at = on.range().end;
            let more = format!(" if customer.{name} >= 1");
            let mutant = Mutant::new("only for some").replace(on.file(), at..at, more);
            mutants.push(mutant.at(trigger.file(), place.clone()));
        }
        if let Some(source) = trigger.child(OnSetting).and_then(|on| on.child(EventSource))
            && !trigger.text().contains("event.")
        {
            for event in events.iter().filter(|event| *event != source.text()).take(3) {
                let mutant = source.becomes(format!("set off by `{event}`"), event.clone());
                mutants.push(mutant.at(trigger.file(), place.clone()));
            }
        }
        if let Some(condition) = trigger.child(IfSetting)
            && condition.alone()
        {
            let mutant = condition.gone("without its condition");
            mutants.push(mutant.at(trigger.file(), place.clone()));
        }
    }
    mutants
}

fn goal_meaning_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let events: Vec<String> = spot::all(bot, &[EventItem])
        .iter()
        .filter_map(|event| event.name())
        .collect();
    for goal in spot::all(bot, &[GoalItem]) {
        let place = goal.range();
        if let Some(credit) = goal.child(CreditSetting) {
            for longer in ["credit 5d", "credit 9h"] {
                let mutant = credit.becomes(longer, longer);
                mutants.push(mutant.at(goal.file(), place.clone()));
            }
            // A day is what it is without: no mutant, whichever way it is written.
            if !["24h", "1d"].iter().any(|day| credit.text().ends_with(day)) {
                mutants.push(credit.gone("no `credit`").at(goal.file(), place.clone()));
            }
        }
        for on in goal.children(OnSetting) {
            for event in events.iter().take(4) {
                let more = on.behind(format!("`{event}`, too"), &format!("on {event}"));
                mutants.push(more.at(goal.file(), place.clone()));
            }
            if goal.children(OnSetting).len() > 1 && on.alone() {
                mutants.push(on.gone("an event less").at(goal.file(), place.clone()));
            }
        }
        if let Some(value) = goal.child(ValueSetting) {
            mutants.push(value.gone("no `value`").at(goal.file(), place));
        }
    }
    mutants
}

fn experiment_resplit(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let condition = spot::all(bot, &[Field])
        .into_iter()
        .find(|field| field.text().contains(": integer = ") && field.above(CustomerItem).is_some())
        .and_then(|field| field.name());
    for item in spot::all(bot, &[ExperimentItem]) {
        let place = item.range();
        let arms = item.children(ArmSetting);
        let [first, second, ..] = &arms[..] else {
            continue;
        };
        let (Some(one), Some(two)) = (first.token(Percent), second.token(Percent)) else {
            continue;
        };
        let share = |text: &str| text.trim_end_matches('%').parse::<i64>().unwrap_or_default();
        let (a, b) = (share(one.text()), share(two.text()));
        for by in [5, -5, 15] {
            let mutant = first
                .token_into(&one, format!("{by} per cent more"), format!("{}%", a + by))
                .replace(second.file(), range(two.text_range()), format!("{}%", b - by));
            mutants.push(mutant.at(item.file(), place.clone()));
        }
        let order = Mutant::new("in another order")
            .replace(first.file(), first.range(), second.text())
            .replace(second.file(), second.range(), first.text());
        mutants.push(order.at(item.file(), place.clone()));
        if item.child(GroupSetting).is_none() {
            let mutant = second.behind("in a group", "group of_its_own");
            mutants.push(mutant.at(item.file(), place.clone()));
        }
        if let (Some(name), None) = (&condition, item.child(IfSetting)) {
            let mutant = second.behind("for some only", &format!("if customer.{name} >= 1"));
            mutants.push(mutant.at(item.file(), place.clone()));
        }
        if let Some(own) = item.child(IfSetting) {
            mutants.push(own.gone("for all").at(item.file(), place.clone()));
        }
        let hold = Mutant::new("some are held out")
            .replace(first.file(), range(one.text_range()), format!("{}%", a - 5))
            .replace(
                second.file(),
                second.range().end..second.range().end,
                format!("\n{}hold out 5%", second.indent()),
            );
        if item.child(HoldSetting).is_none() {
            mutants.push(hold.at(item.file(), place));
        }
    }
    mutants
}

fn consent_purpose_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let all = spot::all(bot, &[ConsentsSetting]);
    let names: Vec<String> = all
        .iter()
        .flat_map(|setting| setting.node.children_with_tokens())
        .filter_map(|element| element.into_token())
        .filter(|token| token.kind() == Name)
        .map(|token| token.text().to_owned())
        .collect();
    // A consent gets another name, wherever it is mentioned.
    for name in &names {
        let to = format!("{name}_anew");
        let mut mutant = Mutant::new(format!("`{name}` is `{to}` now"));
        for spot in spot::all(bot, &[ConsentsSetting, ConsentStmt, NeedsSetting]) {
            for token in spot
                .node
                .descendants_with_tokens()
                .filter_map(|element| element.into_token())
                .filter(|token| token.kind() == Name && token.text() == name)
            {
                mutant = mutant.replace(spot.file(), range(token.text_range()), to.clone());
            }
        }
        if let Some(item) = all.first().and_then(|setting| setting.above(BotItem)) {
            mutants.push(mutant.at(item.file(), item.range()));
        }
    }
    for needs in spot::all(bot, &[NeedsSetting]) {
        for name in names.iter().filter(|name| !needs.text().contains(name.as_str())) {
            mutants.push(needs.becomes(
                format!("with leave for `{name}`"),
                format!("needs consent {name}"),
            ));
        }
    }
    for choose in spot::all(bot, &[ChooseStmt]) {
        let grants = choose
            .within(ConsentStmt)
            .iter()
            .any(|consent| consent.text().contains(" granted"));
        if let (Some(text), true) = (choose.child(Text), grants) {
            mutants.push(
                text.becomes("another question", "\"Shall we tell you about something else?\"")
                    .at(choose.file(), choose.range()),
            );
        }
    }
    mutants
}

fn template_changed(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for template in spot::all(bot, &[TemplateItem]) {
        let place = template.range();
        if let Some(text) = template.child(TextItem).and_then(|item| item.child(Text)) {
            let at = text.range().start + 1;
            let mutant = Mutant::new("a word more").replace(text.file(), at..at, "Listen: ");
            mutants.push(mutant.at(template.file(), place.clone()));
        }
        match template.child(FooterItem) {
            Some(footer) => {
                let mutant = footer.becomes("another footer", "footer \"Luna\"");
                mutants.push(mutant.at(template.file(), place.clone()));
            }
            None => {
                if let Some(text) = template.child(TextItem).filter(Spot::alone) {
                    let mutant = text.behind("a footer", "footer \"Your shop\"");
                    mutants.push(mutant.at(template.file(), place.clone()));
                }
            }
        }
        if let Some(button) = template.child(ButtonItem).and_then(|button| button.child(Text)) {
            let mutant = button.becomes("another button", "\"Look here\"");
            mutants.push(mutant.at(template.file(), place.clone()));
        }
        if let Some(button) = template.child(ButtonItem).filter(Spot::alone) {
            mutants.push(button.gone("a button less").at(template.file(), place));
        }
    }
    mutants
}
