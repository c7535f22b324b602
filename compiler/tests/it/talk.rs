//! What a conversation sounds like: cases beside those of the pages, most of them near misses that are no mistake.

use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::project::{Project, Source};

use crate::replay;

const HEAD: &str = "bot example {\n  languages en\n  channels web\n  currency EUR\n  start main\n}\ncustomer {\n  name: \
                    text?\n  email: email?\n  orders: integer = 0\n}\nqueue desk {\n  hours mon to fri 09:00 to \
                    18:00\n}\nescalation people {\n  to queue desk\n  nobody 5m -> finish unresolved\n  closed -> \
                    finish unresolved\n}\n";
const ALWAYS: &str = "always {\n  on silence 1h -> finish abandoned\n  on failed -> finish unresolved\n  on unclear {\n    \
                      say \"Sorry?\"\n    tries 3 -> escalate to people\n  }\n}\n";

fn checked(flows: &str) -> Checked {
    let always = if flows.contains("always {") { "" } else { ALWAYS };
    compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{HEAD}{always}{flows}")),
        }],
        ..Project::default()
    })
}

/// Findings about talk, each with the text it stands at. What they show is true.
#[track_caller]
fn check(flows: &str, expected: &[&str]) {
    let checked = checked(flows);
    let text = &checked.files[0].text;
    let program = replay::program(&checked);
    let found: Vec<String> = checked
        .findings
        .iter()
        .filter(|finding| finding.rule.code.starts_with("BF3") || finding.rule.code.starts_with("BF0"))
        .map(|finding| {
            if !finding.conversation.is_empty()
                && let Err(error) = replay::shown(&program, finding)
            {
                panic!("{}: {error}", finding.rule.name);
            }
            let at = &text[finding.span.start as usize..finding.span.end as usize];
            format!("{}: {}", finding.rule.name, at.lines().next().unwrap_or_default())
        })
        .collect();
    assert_eq!(found, expected, "in\n{flows}");
}

/// A flow with a question whose options these are.
fn options(options: &str) -> String {
    format!("flow main {{\n  choose \"What?\" {{\n{options}  }}\n  finish resolved\n}}\n")
}

#[test]
fn failures_are_heard_around_a_call_and_around_what_runs_it() {
    let call = "action crm.save()\nalways {\n  on silence 1h -> finish abandoned\n  on unclear {\n    say \"Sorry?\"\n    \
                tries 3 -> finish unresolved\n  }\n}\n";
    let flow = |flow: &str| format!("{call}{flow}");
    let missing = ["no-failure-way-out: crm.save"];
    check(
        &flow("flow main {\n  call crm.save()\n  finish resolved\n}\n"),
        &missing,
    );
    check(
        &flow(
            "flow main {\n  call crm.save() {\n    failed -> finish unresolved\n  }\n  finish resolved\n}\n",
        ),
        &[],
    );
    check(
        &flow("flow main {\n  on failed -> finish unresolved\n  call crm.save()\n  finish resolved\n}\n"),
        &[],
    );
    // A step's handler hears in its step alone.
    check(
        &flow(
            "flow main {\n  -> a\n  step a {\n    on failed -> finish unresolved\n    call crm.save()\n    -> b\n  }\n  step b \
             {\n    call crm.save()\n    finish resolved\n  }\n}\n",
        ),
        &missing,
    );
    // Of two callers one hears and one does not.
    let callers = |first: &str, second: &str| {
        flow(&format!(
            "flow main {{\n{first}  run save\n  run other\n  finish resolved\n}}\nflow other {{\n{second}  run save\n}}\nflow save \
             {{\n  call crm.save()\n}}\n"
        ))
    };
    let hears = "  on failed -> finish unresolved\n";
    check(&callers(hears, hears), &[]);
    check(&callers(hears, ""), &[]);
    check(&callers("", hears), &missing);
    check(&callers("", ""), &missing);
    // What is started has nobody around it but `always`.
    check(
        &flow(&format!(
            "flow main {{\n{hears}  start save\n}}\nflow save {{\n  call crm.save()\n  finish resolved\n}}\n"
        )),
        &missing,
    );
    // A named failure is not all that can happen.
    check(
        "action crm.save() fails with full\nalways {\n  on silence 1h -> finish abandoned\n  on unclear {\n    say \"Sorry?\"\n    \
         tries 3 -> finish unresolved\n  }\n}\nflow main {\n  call crm.save() {\n    full -> finish unresolved\n  }\n  finish \
         resolved\n}\n",
        &missing,
    );
}

#[test]
fn texts_without_words_are_found_where_people_read() {
    check(
        "flow main {\n  say \" \\n\"\n  finish resolved\n}\n",
        &["empty-text: \" \\n\""],
    );
    check(
        "flow main {\n  ask x: text \"\" {\n    hint \"\"\n  }\n  say \"{x}\"\n  finish resolved\n}\n",
        &["empty-text: \"\"", "empty-text: \"\""],
    );
    check(
        &options("    \"\" -> finish resolved\n    \"A\" -> finish resolved\n"),
        &["empty-text: \"\""],
    );
    check(
        "flow main {\n  say one of {\n    \"A\"\n    \"\"\n  }\n  finish resolved\n}\n",
        &["empty-text: \"\""],
    );
    // Values may be empty, and so may what a filter shows; a hole says something.
    check(
        "flow main {\n  let x = \"\"\n  say \"{customer.name else \"\"}\"\n  say \"{customer.orders} {customer.orders | plural \
         one \"\" other \"s\"}{x}\"\n  say {\n    image \"https://x.example/a.png\"\n  }\n  finish resolved\n}\n",
        &[],
    );
}

#[test]
fn buttons_read_the_same_only_if_they_are_there_together() {
    let two = |first: &str, second: &str| {
        options(&format!(
            "    \"Go\"{first} -> finish resolved\n    \"{second} -> finish unresolved\n    \"Other\" -> finish abandoned\n"
        ))
    };
    check(&two("", "Go\""), &["same-labels: \"Go\""]);
    check(&two("", " go \""), &["same-labels: \" go \""]);
    check(&two("", "Go on\""), &[]);
    check(&two("", "Go {customer.orders}\""), &[]);
    check(&two(" if customer.orders > 1", "Go\""), &["same-labels: \"Go\""]);
    check(
        &two(" if customer.orders > 1", "Go\" if customer.orders <= 1"),
        &[],
    );
    check(
        &two(" if customer.name is known", "Go\" if customer.name is unknown"),
        &[],
    );
    check(&two(" if open(desk)", "Go\" if not open(desk)"), &[]);
    check(
        &two(" if open(desk)", "Go\" if customer.name is known"),
        &["same-labels: \"Go\""],
    );
    // Each question is read by itself.
    check(
        "flow main {\n  choose a \"One?\" {\n    \"Yes\"\n    \"No\"\n  }\n  choose b \"Two?\" {\n    \"Yes\"\n    \"No\"\n  }\n  \
         say \"{a} {b}\"\n  finish resolved\n}\n",
        &[],
    );
    let buttons = |first: &str, second: &str| {
        format!(
            "flow main {{\n  say \"Look\" {{\n    button \"Buy\"{first} -> a\n    button \"Buy\"{second} -> b\n  }}\n  ask x: text \
             \"Well?\"\n  say \"{{x}}\"\n  finish resolved\n  step a {{\n    finish resolved\n  }}\n  step b {{\n    finish \
             resolved\n  }}\n}}\n"
        )
    };
    check(&buttons("", ""), &["same-labels: \"Buy\""]);
}

#[test]
fn options_may_run_out_unless_somebody_looks() {
    let two = |around: &str, first: &str, second: &str| {
        format!(
            "flow main {{\n{around}  choose \"What?\" {{\n    \"A\" if {first} -> finish resolved\n    \"B\" if {second} -> finish \
             resolved\n  }}\n  finish unresolved\n}}\n"
        )
    };
    let missing = ["no-option-left: choose"];
    let known = ("customer.name is known", "customer.email is known");
    check(&two("", known.0, known.1), &missing);
    check(&two("", "customer.orders > 2", "customer.orders <= 2"), &[]);
    check(&two("", "customer.orders > 2", "customer.orders < 2"), &missing);
    check(
        &two("", "customer.name is known", "customer.name is unknown"),
        &[],
    );
    check(&two("", "open(desk)", "not open(desk)"), &[]);
    let guard = "  if customer.name is unknown and customer.email is unknown {\n    finish unresolved\n  }\n";
    check(&two(guard, known.0, known.1), &[]);
    let guard = "  if not (customer.name is known or customer.email is known) -> finish unresolved\n";
    check(&two(guard, known.0, known.1), &[]);
    // A guard that goes on behind guards nothing.
    let guard = "  if customer.name is unknown and customer.email is unknown {\n    say \"Hm.\"\n  }\n";
    check(&two(guard, known.0, known.1), &missing);
    check(
        "flow main {\n  if customer.name is known or customer.email is known {\n    choose \"What?\" {\n      \"A\" if \
         customer.name is known -> finish resolved\n      \"B\" if customer.email is known -> finish resolved\n    }\n  }\n  \
         finish unresolved\n}\n",
        &[],
    );
    let list = |before: &str, list: &str, more: &str| {
        format!(
            "lookup shop.sizes() gives list of text\nflow main {{\n  let sizes = call shop.sizes() {{\n    failed -> finish \
             unresolved\n  }}\n{before}  choose size from {list} \"Which?\" {{\n    each \"{{size}}\" -> finish resolved\n{more}  \
             }}\n  say \"{{length(sizes)}}\"\n  finish unresolved\n}}\n"
        )
    };
    check(&list("", "sizes", ""), &["no-option-left: size"]);
    check(&list("", "sizes", "    none -> finish unresolved\n"), &[]);
    check(&list("", "sizes", "    \"Another\" -> finish unresolved\n"), &[]);
    check(
        &list("  if length(sizes) is 0 -> finish unresolved\n", "sizes", ""),
        &[],
    );
    check(&list("", "[\"S\", \"M\"]", ""), &[]);
    check(&list("  let few = [\"S\", \"M\"]\n", "few", ""), &[]);
}

#[test]
fn options_are_never_shown_where_what_is_known_excludes_them() {
    let inside = |condition: &str, before: &str, option: &str| {
        format!(
            "flow main {{\n  if {condition} {{\n{before}    choose \"What?\" {{\n      \"A\" if {option} -> finish resolved\n      \
             \"B\" -> finish unresolved\n    }}\n  }}\n  finish unresolved\n}}\n"
        )
    };
    check(
        &inside("customer.orders > 3", "", "customer.orders < 2"),
        &["option-never-shown: customer.orders < 2"],
    );
    check(
        &inside(
            "customer.name is known",
            "    say \"Hi\"\n",
            "customer.name is unknown",
        ),
        &["option-never-shown: customer.name is unknown"],
    );
    check(&inside("customer.orders > 3", "", "customer.orders > 5"), &[]);
    // What has happened in between may have changed it.
    check(
        &inside(
            "customer.orders > 3",
            "    remember customer.orders = 0\n",
            "customer.orders < 2",
        ),
        &[],
    );
    check(
        &inside(
            "customer.orders > 3",
            "    ask x: text \"So?\"\n    say \"{x}\"\n",
            "customer.orders < 2",
        ),
        &[],
    );
    // A condition that is never yes by itself is one mistake.
    check(
        &inside(
            "customer.name is known",
            "",
            "customer.orders > 3 and customer.orders < 2",
        ),
        &["option-never-shown: customer.orders > 3 and customer.orders < 2"],
    );
}

#[test]
fn options_are_confusing_if_they_share_words() {
    let two = |first: &str, second: &str| {
        options(&format!(
            "    {first} -> finish resolved\n    {second} -> finish unresolved\n"
        ))
    };
    check(&two("\"A\" words \"x\"", "\"B\" words \"y\""), &[]);
    check(
        &two("\"A\" words \"x\"", "\"B\" words \"X!\""),
        &["confusing-labels: \"B\""],
    );
    check(
        &two("\"Other…\"", "\"Other?\""),
        &["confusing-labels: \"Other?\""],
    );
    check(&two("\"A\" words \"b\"", "\"B\""), &["confusing-labels: \"B\""]);
    // Words within words are understood: the exact ones win.
    check(&two("\"Yes\"", "\"Yes, please\""), &[]);
    check(&two("\"1 piece\"", "\"2 pieces\""), &[]);
    check(&two("\"👍\"", "\"👎\""), &[]);
    check(
        &two(
            "\"A\" if customer.orders > 2 words \"x\"",
            "\"B\" if customer.orders < 2 words \"x\"",
        )
        .replace("  }\n  finish", "    \"C\" -> finish abandoned\n  }\n  finish"),
        &[],
    );
    // The same words twice for one option are no riddle.
    check(&two("\"A\" words \"a\", \"A\"", "\"B\""), &[]);
}

/// A bot whose `always` says this, and a question.
fn heard(always: &str, flow: &str, ask: &str) -> String {
    format!("always {{\n{always}}}\nflow main {{\n{flow}  {ask}\n  say \"Fine.\"\n  finish resolved\n}}\n")
}

const SILENCE: &str = "  on silence 1h -> finish abandoned\n";
const UNCLEAR: &str = "  on unclear {\n    say \"Sorry?\"\n    tries 3 -> finish unresolved\n  }\n";

#[test]
fn silence_leads_somewhere() {
    let missing = ["no-silence-way-out: choose"];
    let ask = |items: &str| format!("choose \"Well?\" {{\n    \"Yes\"\n    \"No\"\n{items}  }}");
    check(&heard(UNCLEAR, "", &ask("")), &missing);
    check(&heard(&format!("{UNCLEAR}{SILENCE}"), "", &ask("")), &[]);
    check(&heard(UNCLEAR, SILENCE, &ask("")), &[]);
    check(
        &heard(UNCLEAR, "", &ask("    silence 1h -> finish abandoned\n")),
        &[],
    );
    check(
        &heard(UNCLEAR, "", &ask("    silence 1h \"Still there?\"\n")),
        &missing,
    );
    check(
        &heard(
            &format!("{UNCLEAR}{SILENCE}"),
            "",
            &ask("    silence 10m \"Still there?\"\n"),
        ),
        &[],
    );
    // Of several questions of a flow the first has the finding.
    check(
        &heard(
            UNCLEAR,
            "",
            "ask x: text \"A?\"\n  ask y: text \"B?\"\n  say \"{x} {y}\"",
        ),
        &["no-silence-way-out: x"],
    );
    // Nobody is waited for where people are, or where something else has to happen.
    check(&heard(UNCLEAR, "", "escalate to people"), &[]);
    check(&heard(UNCLEAR, "", "wait 1d"), &[]);
    // What runs a question hears for it.
    let run = |flow: &str| {
        format!(
            "always {{\n{UNCLEAR}}}\nflow main {{\n{flow}  run asks\n  finish resolved\n}}\nflow asks {{\n  ask x: text              \"Well?\"\n  say \"{{x}}\"\n}}\n"
        )
    };
    check(&run(SILENCE), &[]);
    check(&run(""), &["no-silence-way-out: x"]);
}

#[test]
fn a_question_that_nobody_can_answer_is_left() {
    let ask = |ty: &str, items: &str| format!("ask x: {ty} \"Well?\" {{\n{items}  }}\n  say \"{{x}}\"");
    let phone = |items: &str| ask("phone", items);
    let mute = ["no-unclear-way-out: x"];
    let for_ever = ["no-invalid-way-out: x"];
    let invalid = "    invalid \"With the country code, please.\"\n";
    let tries = "    tries 3 -> finish unresolved\n";
    check(&heard(SILENCE, "", &phone("    hint \"+40 …\"\n")), &mute);
    check(&heard(SILENCE, "", &phone(invalid)), &for_ever);
    check(&heard(SILENCE, "", &phone(tries)), &mute);
    check(&heard(SILENCE, "", &phone(&format!("{invalid}{tries}"))), &[]);
    check(
        &heard(
            SILENCE,
            "",
            &phone(&format!("    again \"With the country code, please.\"\n{tries}")),
        ),
        &[],
    );
    check(
        &heard(SILENCE, "", &phone("    tries 1 -> finish unresolved\n")),
        &[],
    );
    check(
        &heard(SILENCE, "", &phone("    invalid -> finish unresolved\n")),
        &[],
    );
    // Any words are a text; of whatever length they are, they are read.
    check(&heard(SILENCE, "", &ask("text", "    hint \"Anything\"\n")), &[]);
    check(
        &heard(
            SILENCE,
            "",
            &ask("text", "    check length(x) > 3 otherwise \"Longer, please.\"\n"),
        ),
        &for_ever,
    );
    // `on unclear` provides both, one of them, or is stood before by nothing.
    let both = format!("{SILENCE}{UNCLEAR}");
    check(&heard(&both, "", &phone("    hint \"+40 …\"\n")), &[]);
    check(&heard(&both, "", &phone(invalid)), &[]);
    let words = "  on unclear {\n    say \"Sorry?\"\n  }\n";
    check(
        &heard(&format!("{SILENCE}{words}"), "", &phone("    hint \"+40 …\"\n")),
        &for_ever,
    );
    check(&heard(&both, words, &phone("    hint \"+40 …\"\n")), &[]);
    let counts = "  if conversation.misunderstood >= 5 -> finish unresolved\n";
    check(
        &heard(&format!("{SILENCE}{words}{counts}"), "", &phone(invalid)),
        &[],
    );
    // Options, too.
    let choose = |items: &str| format!("choose \"Well?\" {{\n    \"Yes\"\n    \"No\"\n{items}  }}");
    check(&heard(SILENCE, "", &choose("")), &["no-unclear-way-out: choose"]);
    check(
        &heard(SILENCE, "", &choose("    otherwise -> finish unresolved\n")),
        &[],
    );
    check(
        &heard(
            SILENCE,
            "",
            &choose("    otherwise {\n      say \"Yes or no?\"\n      -> again\n    }\n"),
        ),
        &["no-invalid-way-out: choose"],
    );
    check(
        &heard(
            SILENCE,
            "",
            &choose("    otherwise {\n      say \"As you like.\"\n    }\n"),
        ),
        &[],
    );
}

#[test]
fn messages_in_a_row_are_counted_where_they_surely_come() {
    let flow = |body: &str| format!("flow main {{\n{body}}}\n");
    let says = |words: &str| -> String { words.chars().map(|c| format!("  say \"{c}\"\n")).collect() };
    let end = "  finish resolved\n";
    check(&flow(&format!("{}{end}", says("abc"))), &[]);
    check(
        &flow(&format!("{}{end}", says("abcd"))),
        &["too-many-messages: say \"d\""],
    );
    // However many are too much, it is one row.
    check(
        &flow(&format!("{}{end}", says("abcdefghijk"))),
        &["too-many-messages: say \"d\""],
    );
    // A question parts rows, and so do people, and time.
    let ask = "  ask x: text \"Well?\"\n  say \"{x}\"\n";
    check(&flow(&format!("{}{ask}{}{end}", says("abc"), says("de"))), &[]);
    check(
        &flow(&format!("{}{ask}{}{end}", says("abc"), says("def"))),
        &["too-many-messages: say \"f\""],
    );
    check(
        &flow(&format!(
            "{}  escalate to people\n{}{end}",
            says("abc"),
            says("def")
        )),
        &[],
    );
    check(
        &flow(&format!("{}  wait 1d\n{}{end}", says("abc"), says("def"))),
        &[],
    );
    // What a condition may leave out does not count behind it, and counts where it is said.
    let if_known = |words: &str| format!("  if customer.name is known {{\n{}  }}\n", says(words));
    check(
        &flow(&format!("{}{}{}{end}", says("ab"), if_known("c"), says("d"))),
        &["too-many-messages: say \"c\""],
    );
    check(&flow(&format!("{}{}{end}", if_known("ab"), if_known("cd"))), &[]);
    check(
        &flow(&format!("{}{}{}{end}", if_known("ab"), if_known("cd"), says("e"))),
        &[],
    );
    let either = "  if customer.name is known {\n    say \"x\"\n  } else {\n    say \"y\"\n  }\n";
    check(
        &flow(&format!("{}{either}{}{end}", says("ab"), says("d"))),
        &["too-many-messages: say \"d\""],
    );
    // Rows go on in steps, in flows that are started or run, and behind them.
    check(
        &format!(
            "flow main {{\n{}  start other\n}}\nflow other {{\n{}{end}}}\n",
            says("ab"),
            says("cd")
        ),
        &["too-many-messages: say \"d\""],
    );
    check(
        &format!(
            "flow main {{\n{}  run other\n{}{end}}}\nflow other {{\n{}}}\n",
            says("a"),
            says("d"),
            says("bc")
        ),
        &["too-many-messages: say \"d\""],
    );
    // A flow that a trigger begins as well is not too long; the one that leads there is.
    check(
        &format!(
            "event order\ntrigger news {{\n  on order\n  between 09:00 and 20:00\n  at most 1 in 7d\n  via web\n  start other\n}}\nflow main {{\n{}  start other\n}}\nflow other {{\n{}{end}}}\n",
            says("ab"),
            says("cd")
        ),
        &["too-many-messages: say \"b\""],
    );
    // Calls part nothing: nobody has been asked.
    check(
        &format!(
            "action crm.save()\nflow main {{\n{}  call crm.save()\n{}{end}}}\n",
            says("ab"),
            says("cd")
        ),
        &["too-many-messages: say \"d\""],
    );
}

#[test]
fn the_limit_of_messages_is_the_bots() {
    let limited = |limit: &str, channels: &str| {
        let checked = compile::check(&Project {
            sources: vec![Source {
                path: "bot.flow".into(),
                text: Arc::from(format!(
                    "bot example {{\n  languages en\n  channels {channels}\n{limit}  start main\n}}\nflow main {{\n  say \
                     \"a\"\n  say \"b\"\n  say \"c\"\n  say \"d\"\n  finish resolved\n}}\n"
                )),
            }],
            ..Project::default()
        });
        let names = checked.findings.iter().map(|finding| finding.rule.name);
        names.filter(|name| *name == "too-many-messages").count()
    };
    assert_eq!(limited("", "web"), 1);
    assert_eq!(limited("  messages at most 4\n", "web"), 0);
    assert_eq!(limited("  messages at most 1\n", "web"), 1);
    assert_eq!(limited("  messages at most 4000000000\n", "web"), 0);
    assert_eq!(limited("", "email"), 0);
    assert_eq!(limited("", "email, web"), 1);
}

#[test]
fn the_same_words_come_once() {
    let flow = |body: &str| format!("flow main {{\n{body}  finish resolved\n}}\n");
    check(
        &flow("  say \"Hi\"\n  say \"Hi\"\n"),
        &["repeats-itself: say \"Hi\""],
    );
    check(&flow("  say \"Hi\"\n  say \"Hi!\"\n"), &[]);
    check(&flow("  say \"Hi\"\n  say \"So.\"\n  say \"Hi\"\n"), &[]);
    check(
        &flow("  say \"{customer.orders}\"\n  say \"{customer.orders}\"\n"),
        &["repeats-itself: say \"{customer.orders}\""],
    );
    check(
        &flow("  let n = 1\n  say \"{n}\"\n  let n = 2\n  say \"{n}\"\n"),
        &[],
    );
    check(
        &flow("  if customer.name is known {\n    say \"Hi\"\n  } else {\n    say \"Hi\"\n  }\n"),
        &[],
    );
    check(
        &flow("  say one of {\n    \"Hi\"\n    \"hi\"\n  }\n"),
        &["repeats-itself: say one of {"],
    );
}

#[test]
fn an_action_is_repeated_only_if_nobody_asked() {
    let pay = |items: &str, behind: &str| {
        format!(
            "action shop.charge()\naction shop.receipt(to: email)\nflow main {{\n  -> pay\n  step pay {{\n    call              shop.charge()\n    ask to: email \"Where to?\" {{\n{items}    }}\n{behind}    finish resolved\n  }}\n}}\n"
        )
    };
    let found = ["repeats-an-action: shop.charge"];
    let behind = "    call shop.receipt(to)\n";
    check(&pay("      tries 3 -> pay\n", behind), &found);
    check(&pay("      invalid -> pay\n", behind), &found);
    check(&pay("      tries 3 -> finish unresolved\n", behind), &[]);
    check(&pay("      invalid \"An address, please.\"\n", behind), &[]);
    // People who are asked and say so want it again.
    check(
        "action shop.charge()\nflow main {\n  -> pay\n  step pay {\n    call shop.charge()\n    choose \"Once more?\" {\n               \"Yes\" -> pay\n      \"No\" -> finish resolved\n    }\n  }\n}\n",
        &[],
    );
    // What failed may be tried again, when somebody says so.
    check(
        "action shop.charge()\nflow main {\n  -> pay\n  step pay {\n    call shop.charge() {\n      failed -> sorry\n    }\n             finish resolved\n  }\n  step sorry {\n    choose \"It did not work.\" {\n      \"Again\" -> pay\n      otherwise ->          pay\n    }\n  }\n}\n",
        &[],
    );
    // A lookup may be repeated.
    check(
        "lookup shop.find() gives text\nflow main {\n  -> find\n  step find {\n    let found = call shop.find()\n    ask to: email          \"{found} To whom?\" {\n      tries 3 -> find\n    }\n    say \"{to}\"\n    finish resolved\n  }\n}\n",
        &[],
    );
    // Somebody looks whether it was done.
    check(
        "action shop.charge() gives text\nflow main {\n  let paid = no\n  -> pay\n  step pay {\n    if not paid {\n      call          shop.charge()\n      let paid = yes\n    }\n    ask to: email \"Where to?\" {\n      tries 3 -> pay\n    }\n    say          \"{to}\"\n    finish resolved\n  }\n}\n",
        &[],
    );
}
