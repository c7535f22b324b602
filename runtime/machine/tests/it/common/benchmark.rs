//! The bot of the benchmark dialogue, built by hand: buttons, a form of three questions, two actions, an
//! operator's note.

use botflow_artifact::*;

use super::Builder;

/// The whole bot.
pub fn benchmark() -> Builder {
    let mut b = Builder::new();
    let (text, email, integer, yes_no) = (
        b.ty(Type::Text),
        b.ty(Type::Email),
        b.ty(Type::Integer),
        b.ty(Type::YesNo),
    );
    let digits = b.ty(Type::Narrowed {
        name: "order_number".into(),
        base: text,
        rules: vec![Narrowing::Matching("[0-9]+".into())],
        example: None,
    });
    let quantity = b.ty(Type::Narrowed {
        name: "quantity".into(),
        base: integer,
        rules: vec![Narrowing::Range(Value::Integer(1), Value::Integer(10))],
        example: None,
    });
    let total = b.call("cart.total", 0);
    let file = b.call("refund.file", 0);
    let hours = b.intent("hours", &["hours", "open"]);

    let main = b.flow(
        "main",
        0,
        &[
            ("email", email),
            ("order", digits),
            ("quantity", quantity),
            ("total", integer),
            ("confirm", yes_no),
            ("ticket", text),
            ("note", text),
            ("bye", text),
        ],
    );
    b.bot.start = Some(main);
    let open = b.handler(
        Hears::Intent {
            intent: hours,
            params: Vec::new(),
        },
        |b| {
            b.say("We are open 9:00-18:00, Monday to Friday.");
        },
    );
    let first = b.here();
    b.bot.flows[main.index()].entry = first;

    b.say("Hello! Welcome to checkout help.");
    // What do you need?
    let need = b.next_place();
    let mut choose = b.choose("What do you need?");
    let again = |b: &mut Builder, words: &str| {
        b.apart(|b| {
            b.say(words);
            b.op(Op::Reask(need));
        })
    };
    let status = again(&mut b, "Your order is on its way.");
    let shipping = again(&mut b, "Shipping takes 2 to 5 days.");
    choose.options = vec![
        b.option("Order status", OptionAct::Way(status)),
        b.option("Refund", OptionAct::GoOn),
        b.option("Shipping", OptionAct::Way(shipping)),
    ];
    choose.otherwise = Some(again(&mut b, "Please choose one of the buttons."));
    b.place("need", PlaceKind::Choose(Box::new(choose)));

    b.say("Let us file a refund.");
    ask(
        &mut b,
        0,
        email,
        "What is your e-mail?",
        "That does not look like an e-mail.",
    );
    ask(
        &mut b,
        1,
        digits,
        "What is your order number?",
        "An order number has only digits.",
    );
    ask(
        &mut b,
        2,
        quantity,
        "How many items (1-10)?",
        "Please give a number from 1 to 10.",
    );
    call(&mut b, total, 1, 3);
    let (at, hundred) = (b.expr(Expr::Slot(SlotId(3))), b.value(100));
    let high = b.expr(Expr::Binary(BinaryOp::Greater, at, hundred));
    let branch = b.op(Op::Branch {
        condition: high,
        otherwise: Pc(0),
    });
    b.say("Your cart total is {3}, so a manager must approve it.");
    let jump = b.op(Op::Jump(Pc(0)));
    let otherwise = b.here();
    b.bot.code[branch.index()] = Op::Branch {
        condition: high,
        otherwise,
    };
    b.say("Your cart total is {3}.");
    let behind = b.here();
    b.bot.code[jump.index()] = Op::Jump(behind);
    ask(
        &mut b,
        4,
        yes_no,
        "Do you confirm? (yes/no)",
        "Please answer yes or no.",
    );
    let confirmed = b.expr(Expr::Slot(SlotId(4)));
    let branch = b.op(Op::Branch {
        condition: confirmed,
        otherwise: Pc(0),
    });
    call(&mut b, file, 1, 5);
    b.say("Refund {5} is filed.");
    let jump = b.op(Op::Jump(Pc(0)));
    let otherwise = b.here();
    b.bot.code[branch.index()] = Op::Branch {
        condition: confirmed,
        otherwise,
    };
    b.say("Nothing was filed.");
    let behind = b.here();
    b.bot.code[jump.index()] = Op::Jump(behind);

    // Anything else?
    let note = b.apart(|b| {
        b.say("I am connecting you to an operator.");
        let ask = b.ask(6, text, "Please leave a note for the operator.");
        b.place("note", PlaceKind::Ask(Box::new(ask)));
        let words = b.text("{6}");
        b.op(Op::Note(words));
        let ask = b.ask(7, text, "The operator has your note. Say bye to finish.");
        b.place("bye", PlaceKind::Ask(Box::new(ask)));
        b.say("Goodbye!");
        b.op(Op::Finish {
            outcome: Outcome::Resolved,
            label: None,
        });
    });
    let sorry = b.apart(|b| {
        b.say("Sorry, I did not understand.");
        b.op(Op::Again);
    });
    let mut choose = b.choose("Anything else?");
    let words = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).into()).collect();
        vec![LanguageWords {
            language: "en".into(),
            words,
        }]
    };
    let done = b.apart(|b| {
        b.say("Goodbye!");
        b.op(Op::Finish {
            outcome: Outcome::Resolved,
            label: None,
        });
    });
    let mut no = b.option("No", OptionAct::Way(done));
    no.words = words(&["no", "nothing"]);
    choose.options = vec![no];
    choose.otherwise = Some(sorry);
    choose.tries = vec![TriesWay { at: 2, way: note }];
    b.place("more", PlaceKind::Choose(Box::new(choose)));
    b.op(Op::Finish {
        outcome: Outcome::Resolved,
        label: None,
    });

    b.bot.flows[main.index()].handlers = vec![open];
    for place in &mut b.bot.places {
        place.handlers = vec![open];
    }
    b
}

fn ask(b: &mut Builder, slot: u32, ty: TypeId, question: &str, invalid: &str) {
    let mut ask = b.ask(slot, ty, question);
    // The words stand before the place, so its number is the next one.
    let place = b.next_place();
    ask.invalid = Some(b.apart(|b| {
        b.say(invalid);
        b.op(Op::Reask(place));
    }));
    b.place(question, PlaceKind::Ask(Box::new(ask)));
}

fn call(b: &mut Builder, call: CallId, arg: u32, result: u32) {
    let arg = b.expr(Expr::Slot(SlotId(arg)));
    let site = CallSite {
        call,
        args: vec![arg],
        result: Some(SlotId(result)),
        failed: None,
        fails: Vec::new(),
        waiting: None,
    };
    b.place("call", PlaceKind::Call(Box::new(site)));
}
