//! A bot with everything in it: for properties, and for cases that need several things at once.

use botflow_artifact::*;

use super::Builder;

/// The whole bot. Its start flow offers one option per subject.
pub fn sink() -> Builder {
    let mut b = Builder::new();
    let (text, integer, email) = (b.ty(Type::Text), b.ty(Type::Integer), b.ty(Type::Email));
    let list = b.ty(Type::List(text));
    let code = b.ty(Type::Narrowed {
        name: "code".into(),
        base: text,
        rules: vec![Narrowing::Matching("[0-9]{8}".into())],
        example: None,
    });
    let few = b.ty(Type::Narrowed {
        name: "few".into(),
        base: integer,
        rules: vec![Narrowing::Range(Value::Integer(1), Value::Integer(10))],
        example: None,
    });
    b.bot.customer.push(Field {
        name: "email".into(),
        ty: email,
        default: Value::Unknown,
        sensitive: false,
        merging: Default::default(),
    });
    b.bot.events.push(Event {
        name: "paid".into(),
        fields: vec![Param {
            name: "total".into(),
            ty: integer,
        }],
        builtin: false,
        by_customer: false,
    });
    b.bot.queues.push(Queue {
        name: "desk".into(),
        display_name: None,
        languages: Vec::new(),
        always_open: true,
        hours: Vec::new(),
        closed_on: Vec::new(),
        timezone: None,
    });
    let price = b.intent("price", &["price"]);
    let track = b.intent("track", &["track"]);
    let human = b.intent("human", &["human"]);
    let quote = b.call("quote", 1);

    // A flow for digressions: asks once and comes back.
    let tracking = b.flow("tracking", 0, &[("number", code)]);
    let entry = b.here();
    b.bot.flows[tracking.index()].entry = entry;
    let ask = b.ask(0, code, "Which order?");
    b.place("number", PlaceKind::Ask(Box::new(ask)));
    b.say("Order {0} is on its way.");
    b.op(Op::Return(None));

    // The main flow.
    let main = b.flow(
        "main",
        0,
        &[
            ("number", code),
            ("pieces", few),
            ("reason", text),
            ("several", list),
            ("item", text),
            ("quote", integer),
            ("answer", text),
        ],
    );
    b.bot.start = Some(main);
    let changed = b.handler(Hears::Changed(SlotId(1)), |b| {
        b.say("Noted, {1}.");
    });
    let paid = b.handler(Hears::Event(EventId(0)), |b| {
        b.say("Thank you for paying.");
    });
    let entry = b.here();
    b.bot.flows[main.index()].entry = entry;

    let form_step = b.step("form");
    b.say("A few questions.");
    let form = b.next_place();
    let form_at = b.place("wishes", PlaceKind::Wait { duration: ExprId(0) });
    assert_eq!(form, form_at);
    let begin = b.here();
    let mut asks = Vec::new();
    for (slot, ty, question) in [
        (0, code, "Which order?"),
        (1, few, "How many pieces?"),
        (2, text, "Why?"),
    ] {
        let mut ask = b.ask(slot, ty, question);
        ask.form = Some(form);
        asks.push(b.next_place());
        if slot == 1 {
            let place = b.next_place();
            ask.invalid = Some(b.apart(|b| {
                b.say("From 1 to 10, please.");
                b.op(Op::Reask(place));
            }));
            let leave = b.apart(|b| {
                b.say("Let us leave it.");
                b.op(Op::Finish {
                    outcome: Outcome::Unresolved,
                    label: None,
                });
            });
            ask.tries = vec![TriesWay { at: 3, way: leave }];
        }
        b.place(question, PlaceKind::Ask(Box::new(ask)));
    }
    let end = b.here();
    b.bot.places[form.index()].kind = PlaceKind::Form(Box::new(Form { asks, begin, end }));
    b.bot.places[form.index()].then = end;

    let menu = b.step("menu");
    b.op(Op::GoTo(menu));
    let entry = b.here();
    b.bot.steps[menu.index()].entry = entry;
    let mut choose = b.choose("What now?");
    let back_to_menu = |b: &mut Builder| {
        b.op(Op::GoTo(menu));
    };
    let calls = b.apart(|b| {
        let failed = b.apart(|b| {
            b.say("No quote.");
            b.op(Op::GoTo(menu));
        });
        let waiting = b.apart(|b| {
            b.say("One moment.");
            b.op(Op::ComeBack);
        });
        let arg = b.expr(Expr::Slot(SlotId(0)));
        b.place(
            "quote",
            PlaceKind::Call(Box::new(CallSite {
                call: quote,
                args: vec![arg],
                result: Some(SlotId(5)),
                failed: Some(failed),
                fails: Vec::new(),
                waiting: Some((1000, waiting)),
            })),
        );
        b.say("Quote {5}.");
        back_to_menu(b);
    });
    let waits = b.apart(|b| {
        let hour = b.value(Value::Duration(3_600_000));
        b.place("pause", PlaceKind::Wait { duration: hour });
        b.say("An hour later.");
        let late = b.apart(|b| {
            b.say("Nobody paid.");
            b.op(Op::GoTo(menu));
        });
        let wait = WaitFor {
            event: EventId(0),
            condition: None,
            into: None,
            within: Some(hour),
            otherwise: Some(late),
        };
        b.place("paid", PlaceKind::WaitFor(Box::new(wait)));
        b.say("Paid.");
        back_to_menu(b);
    });
    let several = b.apart(|b| {
        let mut choose = b.choose("Which ones?");
        choose.several = true;
        choose.into = Some(SlotId(3));
        choose.options = vec![
            b.option("Red", OptionAct::GoOn),
            b.option("Green", OptionAct::GoOn),
            b.option("Blue", OptionAct::GoOn),
        ];
        b.place("colours", PlaceKind::Choose(Box::new(choose)));
        let chosen = b.expr(Expr::Slot(SlotId(3)));
        let mut choose = b.choose("Which of them most?");
        choose.from = Some(ListOptions {
            list: chosen,
            item: SlotId(4),
            condition: None,
            at_most: 5,
            label: b.text("{4}"),
            act: OptionAct::GoOn,
            none: None,
        });
        b.place("best", PlaceKind::Choose(Box::new(choose)));
        b.say("{4} it is.");
        back_to_menu(b);
    });
    let colleagues = b.apart(|b| {
        let ask = AskQueue {
            queue: QueueId(0),
            into: SlotId(6),
            ty: text,
            question: b.text("Is {0} there?"),
            closed: None,
            nobody: Vec::new(),
        };
        b.place("desk", PlaceKind::AskQueue(Box::new(ask)));
        b.say("They say: {6}");
        let ask = b.ask(0, email, "Your e-mail?");
        let ask = Ask {
            into: AskTarget::Customer(FieldId(0)),
            ..ask
        };
        b.place("email", PlaceKind::Ask(Box::new(ask)));
        let question = Some(b.message("The code, please."));
        let verify = Verify {
            field: FieldId(0),
            question,
            invalid: None,
            tries: Vec::new(),
            silence: Vec::new(),
            failed: None,
        };
        b.place("verify", PlaceKind::Verify(Box::new(verify)));
        b.say("Proven.");
        back_to_menu(b);
    });
    let form_again = b.apart(|b| {
        b.op(Op::GoTo(form_step));
    });
    let nudge = b.message("Still there?");
    let abandoned = b.apart(|b| {
        b.op(Op::Finish {
            outcome: Outcome::Abandoned,
            label: None,
        });
    });
    choose.options = vec![
        b.option("Quote", OptionAct::Way(calls)),
        b.option("Wait", OptionAct::Way(waits)),
        b.option("Colours", OptionAct::Way(several)),
        b.option("Ask a colleague", OptionAct::Way(colleagues)),
        b.option("Once more", OptionAct::Way(form_again)),
    ];
    let shop = b.value("https://shop.example");
    choose.options.push(b.option("Shop", OptionAct::Opens(shop)));
    choose.silence = vec![
        Silence {
            after_ms: 60_000,
            act: Nudge::Say(nudge),
        },
        Silence {
            after_ms: 120_000,
            act: Nudge::Way(abandoned),
        },
    ];
    b.place("menu", PlaceKind::Choose(Box::new(choose)));
    b.op(Op::Finish {
        outcome: Outcome::Resolved,
        label: None,
    });

    b.bot.flows[main.index()].handlers = vec![changed, paid];
    for place in &mut b.bot.places {
        if place.flow == main {
            place.handlers = vec![changed, paid];
        }
    }

    // `always`.
    b.flow = FlowId::ALWAYS;
    let resolved = b.apart(|b| {
        b.say("Settled.");
        b.op(Op::Finish {
            outcome: Outcome::Resolved,
            label: None,
        });
    });
    let nobody = b.apart(|b| {
        b.say("Nobody is free.");
        b.op(Op::Return(None));
    });
    let say = Some(b.message("I am calling a colleague."));
    b.bot.escalations.push(Escalation {
        name: "support".into(),
        to: vec![(QueueId(0), None)],
        say,
        brief: None,
        nobody: vec![(300_000, EscalationWay::Way(nobody))],
        closed: None,
        customer_silent: Vec::new(),
        operator_silent: Vec::new(),
        resolved: Some(EscalationWay::Way(resolved)),
    });
    let asks_price = b.handler(
        Hears::Intent {
            intent: price,
            params: Vec::new(),
        },
        |b| {
            b.say("It is on the page.");
        },
    );
    let asks_track = b.handler(
        Hears::Intent {
            intent: track,
            params: Vec::new(),
        },
        |b| {
            let site = RunSite {
                flow: tracking,
                args: Vec::new(),
                result: None,
            };
            b.place("tracking", PlaceKind::Run(Box::new(site)));
        },
    );
    let asks_human = b.handler(
        Hears::Intent {
            intent: human,
            params: Vec::new(),
        },
        |b| {
            b.place("support", PlaceKind::Escalate(EscalationId(0)));
        },
    );
    let (sorry, other) = (b.message("Sorry?"), b.message("Once more, please."));
    let unclear = b.handler(Hears::Unclear { tries: Vec::new() }, |b| {
        b.op(Op::SayOneOf {
            messages: vec![sorry, other],
            memory: 0,
        });
    });
    b.bot.always = vec![asks_price, asks_track, asks_human, unclear];
    let (count, four) = (
        b.expr(Expr::Conversation(ConversationField::Misunderstood)),
        b.value(4),
    );
    let condition = b.expr(Expr::Binary(BinaryOp::GreaterOrEqual, count, four));
    let code = b.apart(|b| {
        b.say("I am new here.");
        b.op(Op::ComeBack);
    });
    b.bot.always_rules.push(AlwaysRule { condition, code });
    b
}
