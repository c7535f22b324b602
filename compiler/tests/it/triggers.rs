//! Conversations that a bot begins: cases beside those of the pages, most of them near misses that are no mistake.

use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};

use crate::replay;

pub const BOT: &str = r#"bot example {
  languages en
  channels web, sms, whatsapp, messenger, viber, email
  currency EUR
  timezone "Europe/Bucharest"
  stages looking, buying, caring
  consents marketing, service
  proactive at most 3 in 7d
  start main
}
"#;

pub const REST: &str = r#"
customer {
  name: text?
  email: email?
  phone: phone?
  orders: integer = 0
}
event paid(total: money)
event sent
intent price {
  words "price"
}
intent place {
  words "where are you"
}
always {
  on silence 1h -> finish abandoned
  on failed -> finish unresolved
  on price -> run costs
  on unclear {
    say "Sorry?"
    tries 3 -> finish unresolved
  }
}
flow costs {
  say "It costs 9 EUR."
}
flow news {
  say "There are news."
  finish resolved
}
"#;

const MAIN: &str = r#"
flow main {
  choose "May we write to you?" {
    "Yes" {
      consent marketing granted
      consent service granted
      stage buying
      finish resolved
    }
    "No" -> finish resolved
  }
}
"#;

pub fn checked(bot: &str, text: &str) -> Checked {
    let main = if text.contains("flow main") { "" } else { MAIN };
    compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{bot}{REST}{main}{text}")),
        }],
        ..Project::default()
    })
}

/// Findings about triggers and all errors, each with the text it stands at, in the order of the text. What they show
/// is true.
#[track_caller]
pub fn check_in(bot: &str, text: &str, expected: &[&str]) {
    let checked = checked(bot, text);
    let written = &checked.files[0].text;
    let program = replay::program(&checked);
    let mut found: Vec<String> = Vec::new();
    for finding in &checked.findings {
        if !finding.rule.code.starts_with("BF5") && finding.level < Level::Error {
            continue;
        }
        if !finding.conversation.is_empty()
            && let Err(error) = replay::shown(&program, finding)
        {
            panic!("{}: {error}", finding.rule.name);
        }
        let at = &written[finding.span.start as usize..finding.span.end as usize];
        found.push(format!(
            "{}: {}",
            finding.rule.name,
            at.lines().next().unwrap_or_default()
        ));
    }
    assert_eq!(found, expected, "in\n{text}");
}

#[track_caller]
pub fn check(text: &str, expected: &[&str]) {
    check_in(BOT, text, expected);
}

/// The bot without a line.
pub fn without(line: &str) -> String {
    assert!(BOT.contains(line), "{line}");
    BOT.replace(line, "")
}

/// A trigger that is in order, with other settings.
pub fn trigger(name: &str, settings: &str) -> String {
    format!("trigger {name} {{\n{settings}\n  start news\n}}\n")
}

#[test]
fn who_is_present_or_begins_need_not_have_agreed() {
    let bot = without("  consents marketing, service\n");
    let main = "flow main {\n  finish resolved\n}\n";
    let case = |settings: &str| format!("{main}{}", trigger("one", settings));
    let day = "  between 09:00 and 20:00\n";
    check_in(&bot, &case("  on sent\n  via web"), &[]);
    check_in(&bot, &case("  on referral_opened\n  via sms"), &[]);
    check_in(
        &bot,
        &case("  on comment_posted about place\n  via messenger"),
        &[],
    );
    check_in(
        &bot,
        &case(&format!("  on sent\n{day}  via web, sms")),
        &["no-consent: one"],
    );
    // Without `via` it may be the channel on which the person was last.
    check_in(&bot, &case(&format!("  on sent\n{day}")), &["no-consent: one"]);
    // One source that nobody begins is enough.
    let both = format!("  on referral_opened\n  on sent\n{day}  via sms");
    check_in(&bot, &case(&both), &["no-consent: one"]);
}

#[test]
fn a_trigger_without_consents_needs_the_one_for_marketing() {
    check(
        &trigger("one", "  on sent\n  between 09:00 and 20:00\n  via sms"),
        &[],
    );
    let other = BOT.replace("marketing, service", "letters, service");
    let main = "flow main {\n  consent letters granted\n  consent service granted\n  finish resolved\n}\n";
    let text = format!(
        "{main}{}",
        trigger("one", "  on sent\n  between 09:00 and 20:00\n  via sms")
    );
    check_in(&other, &text, &["no-consent: one"]);
}

#[test]
fn messages_elsewhere_are_withheld_only_before_anybody_has_written() {
    let by_mail = |flow: &str| {
        format!(
            "{}{flow}",
            "trigger one {\n  on sent\n  needs consent service\n  between 09:00 and 20:00\n  via sms\n  start letter\n}\n"
        )
    };
    check(
        &by_mail(
            "flow letter {\n  say \"Here it is.\"\n  say via email \"Here it is.\"\n  finish resolved\n}\n",
        ),
        &["no-consent: say via email \"Here it is.\""],
    );
    // Somebody has answered.
    check(
        &by_mail(
            "flow letter {\n  choose \"By mail?\" {\n    \"Yes\" {\n      say via email \"Here it is.\"\n      finish \
             resolved\n    }\n    \"No\" -> finish resolved\n  }\n}\n",
        ),
        &[],
    );
    // Somebody has answered in a flow that was run.
    check(
        &by_mail(
            "flow letter {\n  run asks\n  say via email \"Here it is.\"\n  finish resolved\n}\nflow asks {\n  ask word: text \
             \"Which word?\"\n  say \"{word}, then.\"\n}\n",
        ),
        &[],
    );
    // A flow that was run asks nothing.
    check(
        &by_mail(
            "flow letter {\n  run tells\n  say via email \"Here it is.\"\n  finish resolved\n}\nflow tells {\n  say \
             \"Look.\"\n}\n",
        ),
        &["no-consent: say via email \"Here it is.\""],
    );
    // Time alone is nobody's word.
    check(
        &by_mail(
            "flow letter {\n  say \"Wait.\"\n  wait 2h\n  say via email \"Here it is.\"\n  finish resolved\n}\n",
        ),
        &["no-consent: say via email \"Here it is.\""],
    );
    // A condition has looked, itself or in a segment.
    for looks in ["has_consent(service)", "readers"] {
        check(
            &by_mail(&format!(
                "segment readers if has_consent(service) and customer.orders > 0\nflow letter {{\n  if {looks} and readers \
                 {{\n    say via email \"Here it is.\"\n  }}\n  finish resolved\n}}\n"
            )),
            &[],
        );
    }
    // It goes to the channel of the trigger.
    check(
        &by_mail("flow letter {\n  say via sms \"Here it is.\"\n  finish resolved\n}\n"),
        &[],
    );
}

#[test]
fn words_of_the_law_that_mean_what_the_law_means() {
    let leaves = "flow leaves {\n  consent marketing withdrawn\n  say \"No more.\"\n  finish resolved\n}\n";
    let main = |options: &str| {
        format!(
            "{leaves}flow main {{\n  choose \"What?\" {{\n    \"News\" {{\n      consent marketing granted\n      finish \
             resolved\n    }}\n{options}  }}\n}}\n"
        )
    };
    check(&main("    \"Unsubscribe\" -> start leaves\n"), &[]);
    check(
        &main("    \"Unsubscribe\" -> finish resolved\n"),
        &["stop-shadowed: \"Unsubscribe\""],
    );
    check(
        &main(
            "    \"The end\" words \"end\" -> start leaves\n    \"Later\" words \"quit\" -> finish resolved\n",
        ),
        &["stop-shadowed: \"quit\""],
    );
    // Words that stand with others are nobody's.
    check(
        &main("    \"Stop asking me\" -> start leaves\n    \"Cancel it\" -> finish resolved\n"),
        &[],
    );
    // An intent that nothing hears does no harm.
    check(
        &format!(
            "intent away {{\n  words \"cancel\"\n}}\n{}",
            main("    \"A\" -> start leaves\n")
        ),
        &[],
    );
    // Members of a set that is asked for.
    let asks = "type turn {\n  go_on\n  cancel\n}\nflow main {\n  ask next: turn \"What next?\"\n  say \"{next}\"\n  \
                consent marketing granted\n  finish resolved\n}\n";
    check(&format!("{leaves}{asks}"), &["stop-shadowed: cancel"]);
    // A bot for the web hears no law.
    let web = BOT.replace("web, sms, whatsapp, messenger, viber, email", "web");
    check_in(&web, &main("    \"Unsubscribe\" -> finish resolved\n"), &[]);
}

#[test]
fn what_limits_a_trigger() {
    let bot = without("  proactive at most 3 in 7d\n");
    let case = |settings: &str, expected: &[&str]| check_in(&bot, &trigger("one", settings), expected);
    case(
        "  on paid\n  between 09:00 and 20:00\n  via sms",
        &["no-frequency-cap: one"],
    );
    case(
        "  on paid\n  between 09:00 and 20:00\n  at most 1 in 7d\n  via sms",
        &[],
    );
    case("  every day at 10:00\n  via sms", &[]);
    case("  on referral_opened\n  via sms", &[]);
    case(
        "  on referral_opened\n  on paid\n  between 09:00 and 20:00\n  via sms",
        &["no-frequency-cap: one"],
    );
    // On the web, too: every page asks again.
    case("  on page_viewed\n  via web", &["no-frequency-cap: one"]);
}

#[test]
fn who_is_awake_anyway() {
    let case = |settings: &str, expected: &[&str]| check(&trigger("one", settings), expected);
    case("  on paid\n  via sms", &["no-quiet-hours: one"]);
    case("  on paid\n  via sms\n  expires 12h", &[]);
    case("  on paid\n  via email, web", &[]);
    case("  on page_viewed\n  after 5m\n  via sms", &[]);
    case(
        "  on page_viewed\n  after 5h\n  via sms",
        &["no-quiet-hours: one"],
    );
    case("  on asked price\n  after 30m\n  via sms", &[]);
    case(
        "  on asked price\n  after 1d\n  via sms",
        &["no-quiet-hours: one"],
    );
    case("  every day at 21:00\n  via sms", &[]);
    case("  every day at 05:00\n  after 4h\n  via sms", &[]);
    case("  every day at 22:00\n  via sms", &["no-quiet-hours: one"]);
    case(
        "  every day at 20:00\n  after 3h\n  via sms",
        &["no-quiet-hours: one"],
    );
}

#[test]
fn triggers_of_one_event_that_do_not_meet() {
    let two = |first: &str, second: &str, expected: &[&str]| {
        let text = format!("{}{}", trigger("one", first), trigger("two", second));
        check(&text, expected);
    };
    two(
        "  on paid\n  via web",
        "  on paid\n  via web",
        &["same-event-same-priority: two"],
    );
    two(
        "  on paid\n  via web",
        "  on paid\n  via web\n  priority low",
        &[],
    );
    two("  on paid\n  via web", "  on paid\n  after 1h\n  via web", &[]);
    two(
        "  on paid if event.total > 9 EUR\n  via web",
        "  on paid if event.total <= 9 EUR\n  via web",
        &[],
    );
    two(
        "  on paid if event.total > 9 EUR\n  via web",
        "  on paid if event.total >= 10 EUR\n  via web",
        &["same-event-same-priority: two"],
    );
    two(
        "  on paid\n  if customer.orders > 3\n  via web",
        "  on paid\n  if not (customer.orders > 3)\n  via web",
        &[],
    );
    two(
        "  on paid\n  between 09:00 and 12:00\n  via web",
        "  on paid\n  between 13:00 and 18:00\n  via web",
        &[],
    );
    two(
        "  on paid\n  between 20:00 and 08:00\n  via web",
        "  on paid\n  between 07:00 and 09:00\n  via web",
        &["same-event-same-priority: two"],
    );
    two(
        "  every mon at 09:00\n  via web",
        "  every tue at 09:00\n  via web",
        &[],
    );
    two(
        "  every day at 09:00\n  via web",
        "  every tue at 09:00\n  via web",
        &["same-event-same-priority: two"],
    );
    // A referral that may be missing is the same or another one.
    two(
        "  on referral_opened if event.referral else \"\" is \"box\"\n  via web",
        "  on referral_opened if event.referral else \"\" is not \"box\"\n  via web",
        &[],
    );
}

#[test]
fn what_can_come_about() {
    let case = |settings: &str, expected: &[&str]| check(&trigger("one", settings), expected);
    case("  on entered buying\n  via web", &[]);
    case(
        "  on entered looking\n  via web",
        &["never-fires: on entered looking"],
    );
    case("  on asked price\n  via web", &[]);
    case("  on asked place\n  via web", &["never-fires: on asked place"]);
    case("  on comment_posted about place\n  via web", &[]);
    // One of two sources.
    case(
        "  on paid\n  on entered caring\n  via web",
        &["never-fires: on entered caring"],
    );
    // What should call it off, and never happens.
    case(
        "  on paid\n  after 1h unless entered caring\n  via web",
        &["never-fires: after 1h unless entered caring"],
    );
    // The card may change between the event and the firing.
    case(
        "  on paid if customer.orders is 0\n  after 1h\n  if customer.orders > 0\n  via web",
        &[],
    );
    case(
        "  every day at 10:00\n  between 09:00 and 20:00\n  via web\n  expires 1h",
        &[],
    );
    case(
        "  every day at 21:00\n  between 09:00 and 20:00\n  via web\n  expires 1d",
        &[],
    );
    case(
        "  every day at 21:00\n  between 09:00 and 20:00\n  via web\n  expires 9h",
        &["never-fires: expires 9h"],
    );
    case("  on paid\n  via web\n  expires 0m", &["never-fires: expires 0m"]);
    case(
        "  on paid\n  via web, email\n  unread 2h -> next channel\n  expires 3h",
        &[],
    );
    case(
        "  on paid\n  via web, email\n  undelivered -> next channel\n  expires 1h",
        &[],
    );
    case(
        "  on paid\n  via web, email\n  undelivered 2h -> next channel\n  expires 1h",
        &["never-fires: undelivered 2h -> next channel"],
    );
    case(
        "  on paid\n  via web\n  unread 2h -> next channel",
        &["never-fires: unread 2h -> next channel"],
    );
}

#[test]
fn a_consent_that_nobody_is_asked_for_is_one_mistake() {
    let main = "flow main {\n  finish resolved\n}\n";
    let needs = |name: &str, event: &str| {
        trigger(
            name,
            &format!("  on {event}\n  needs consent service\n  between 09:00 and 20:00\n  via sms"),
        )
    };
    let text = format!("{main}{}{}", needs("one", "paid"), needs("two", "sent"));
    check(&text, &["never-fires: needs consent service"]);
    // Whoever hears of people who agreed elsewhere may have it from there.
    let elsewhere = format!("{text}{}", trigger("three", "  on opted_in\n  via sms"));
    check(&elsewhere, &[]);
}

#[test]
fn what_ends_a_circle() {
    let flows = |between: &str| {
        format!(
            "flow tip {{\n  say \"A tip.\"\n{between}  stage caring\n  finish resolved\n}}\nflow offer {{\n  say \"An \
             offer.\"\n  stage buying\n  finish resolved\n}}\nflow tells {{\n  say \"Look.\"\n}}\n"
        )
    };
    let two = |settings: &str, between: &str, expected: &[&str]| {
        let text = format!(
            "trigger one {{\n  on entered buying\n  after 1d\n  via web\n{settings}  start tip\n}}\ntrigger two {{\n  on entered \
             caring\n  after 1d\n  via web\n  start offer\n}}\n{}",
            flows(between)
        );
        check(&text, expected);
    };
    two("", "", &["fires-on-itself: one"]);
    two("", "  wait 2h\n", &["fires-on-itself: one"]);
    two("", "  run tells\n  tag \"told\"\n", &["fires-on-itself: one"]);
    two("  at most 1 in 30d\n", "", &[]);
    two("  if customer.orders > 3\n", "", &[]);
    two("", "  ask word: text \"Which word?\"\n  say \"{word}.\"\n", &[]);
    two("", "  if customer.orders > 3 {\n    finish resolved\n  }\n", &[]);
    // A stage in which somebody is already is not entered.
    check(
        "trigger one {\n  on entered buying\n  after 1d\n  via web\n  start tip\n}\nflow tip {\n  say \"A tip.\"\n  stage \
         buying\n  finish resolved\n}\n",
        &[],
    );
    check(
        "trigger one {\n  on entered buying\n  after 1d\n  via web\n  start tip\n}\nflow tip {\n  say \"A tip.\"\n  stage \
         looking\n  stage buying\n  finish resolved\n}\n",
        &["fires-on-itself: one"],
    );
}

#[test]
fn limits_that_come_together() {
    let bot = without("  proactive at most 3 in 7d\n");
    let limited = |name: &str, event: &str, cap: &str, via: &str| {
        trigger(
            name,
            &format!("  on {event}\n  between 09:00 and 20:00\n  at most {cap}\n  via {via}"),
        )
    };
    let two = |first: (&str, &str), second: (&str, &str), expected: &[&str]| {
        let text = format!(
            "{}{}",
            limited("one", "paid", first.0, first.1),
            limited("two", "sent", second.0, second.1)
        );
        check_in(&bot, &text, expected);
    };
    two(("5 in 7d", "sms"), ("2 in 7d", "sms"), &[]);
    two(
        ("5 in 7d", "sms"),
        ("3 in 7d", "sms"),
        &["too-many-together: example"],
    );
    two(("5 in 7d", "sms"), ("3 in 7d", "email"), &[]);
    two(
        ("1 in 1d", "sms"),
        ("1 in 30d", "viber"),
        &["too-many-together: example"],
    );
    // One alone has the limit that its author gave it.
    check_in(&bot, &limited("one", "paid", "9 in 7d", "sms"), &[]);
}

#[test]
fn channels_on_which_a_business_may_write() {
    let case = |via: &str, after: &str, expected: &[&str]| {
        let settings = format!("  on paid\n  after {after}\n  between 09:00 and 20:00\n  via {via}");
        check(&trigger("one", &settings), expected);
    };
    case("messenger", "2h", &[]);
    case("messenger", "1d", &["unreachable-audience: via messenger"]);
    case("messenger, whatsapp", "1d", &[]);
    // Who wrote once can be reached for ever.
    case("viber", "30d", &[]);
    let weekly = "  every mon at 09:00\n  via messenger";
    check(&trigger("one", weekly), &["unreachable-audience: via messenger"]);
}

const TRIES: &str = "event bought\ngoal sale {\n  on bought\n}\ngoal other {\n  on paid\n}\n";

#[test]
fn experiments_that_do_not_meet() {
    let two = |first: &str, second: &str, flow: &str, expected: &[&str]| {
        let text = format!(
            "{TRIES}experiment e {{\n  a 50%\n  b 50%\n{first}}}\nexperiment f {{\n  c 50%\n  d 50%\n{second}}}\n{flow}"
        );
        check(&text, expected);
    };
    let vary = |name: &str, one: &str, two: &str| {
        format!(
            "  vary {name} {{\n    {one} {{\n      say \"1\"\n    }}\n    {two} {{\n      say \"2\"\n    }}\n  }}\n"
        )
    };
    let granted = "  consent marketing granted\n";
    let main = |inside: &str| format!("flow main {{\n{granted}{inside}  finish resolved\n}}\n");
    let (e, f) = (vary("e", "a", "b"), vary("f", "c", "d"));
    let both = main(&format!("{e}{f}"));
    two(
        "  goal sale\n",
        "  goal sale\n",
        &both,
        &["experiments-overlap: vary f {"],
    );
    two("  goal sale\n", "  goal other\n", &both, &[]);
    two("  goal sale\n  group g\n", "  goal sale\n  group g\n", &both, &[]);
    two(
        "  goal sale\n  group g\n",
        "  goal sale\n  group h\n",
        &both,
        &["experiments-overlap: vary f {"],
    );
    two(
        "  goal sale\n  if customer.orders > 3\n",
        "  goal sale\n  if customer.orders is 0\n",
        &both,
        &[],
    );
    // No conversation passes both.
    let either = main(&format!(
        "  choose \"Which?\" {{\n    \"One\" {{\n  {e}      finish resolved\n    }}\n    \"Two\" {{\n  {f}      finish resolved\n    \
         }}\n  }}\n"
    ));
    two("  goal sale\n", "  goal sale\n", &either, &[]);
    // A goal that is not known has its finding, and no other.
    two("  goal sael\n", "  goal sale\n", &both, &["unknown-name: sael"]);
}

#[test]
fn shares_make_up_everybody() {
    let case = |arms: &str, expected: &[&str]| {
        let ways: String = (arms.lines())
            .filter(|arm| !arm.contains("hold out"))
            .map(|arm| {
                format!(
                    "    {} {{\n      say \"{arm}\"\n    }}\n",
                    arm.trim().split(' ').next().unwrap_or_default()
                )
            })
            .collect();
        let text = format!(
            "{TRIES}experiment e {{\n{arms}  goal sale\n}}\nflow main {{\n  consent marketing granted\n  vary e {{\n{ways}  }}\n  \
             finish resolved\n}}\n"
        );
        check(&text, expected);
    };
    case("  a 33.33%\n  b 33.33%\n  c 33.34%\n", &[]);
    case("  a 33.33%\n  b 33.33%\n  c 33.33%\n", &["experiment-weights: e"]);
    case("  a 100%\n  b 0%\n", &[]);
    case("  a 60%\n  hold out 40%\n", &[]);
    case("  a 60%\n  hold out 50%\n", &["experiment-weights: e"]);
    case("  a 0%\n  hold out 100%\n", &["experiment-never-joins: e"]);
}

#[test]
fn what_is_proven_stays_so() {
    let verify = "  verify customer.email {\n    invalid \"That is not it.\"\n    tries 3 -> finish unresolved\n    failed -> \
                  finish unresolved\n  }\n";
    let main =
        |inside: &str| format!("flow main {{\n  consent marketing granted\n{inside}  finish resolved\n}}\n");
    let ask = "  ask customer.email \"Your address?\"\n";
    let by = "  identify by customer.email\n";
    let found = ["unverified-identity: identify by customer.email"];
    check(&main(&format!("{ask}{verify}{by}")), &[]);
    check(&main(&format!("{ask}{by}")), &found);
    // The host alone writes it, and vouches for it.
    check(&main(by), &[]);
    // Between proof and use it is written, or may be.
    check(
        &main(&format!(
            "{ask}{verify}  ask other: email \"And today?\"\n  remember customer.email = other\n{by}"
        )),
        &found,
    );
    let wait = "  ask word: text \"Which word?\"\n  say \"{word}.\"\n";
    check(&main(&format!("{ask}{verify}{wait}{by}")), &[]);
    let changes = format!(
        "intent move {{\n  words \"I moved\"\n}}\n{}flow asks {{\n{ask}}}\n",
        main(&format!("  on move -> run asks\n{ask}{verify}{wait}{by}"))
    );
    check(&changes, &found);
    // A handler that leaves does not come back to what was proven.
    let leaves = format!(
        "intent move {{\n  words \"I moved\"\n}}\n{}flow asks {{\n{ask}  finish resolved\n}}\n",
        main(&format!("  on move -> start asks\n{ask}{verify}{wait}{by}"))
    );
    check(&leaves, &[]);
    // A flow that is run proves it, on all of its ways.
    let proves = format!(
        "{}flow proves {{\n{ask}{verify}}}\n",
        main(&format!("  run proves\n{by}"))
    );
    check(&proves, &[]);
    let some = format!(
        "{}flow proves {{\n{ask}  if customer.orders > 3 {{\n  {verify}  }}\n}}\n",
        main(&format!("  run proves\n{by}"))
    );
    check(&some, &found);
    // A flow that is run after the proof does nothing to it.
    let harmless = format!(
        "{}flow tells {{\n  say \"One moment.\"\n}}\n",
        main(&format!("{ask}{verify}  run tells\n{by}"))
    );
    check(&harmless, &[]);
    // What is run uses what was proven around it, if it was everywhere.
    let inside = format!("flow uses {{\n{by}}}\n");
    check(
        &format!("{}{inside}", main(&format!("{ask}{verify}  run uses\n"))),
        &[],
    );
    let twice = format!(
        "{}{inside}",
        main(&format!("{ask}  run uses\n{verify}  run uses\n"))
    );
    check(&twice, &found);
}

#[test]
fn goals_that_something_reaches() {
    let case = |goal: &str, expected: &[&str]| check(&format!("goal g {{\n{goal}}}\n"), expected);
    case("  on paid\n", &[]);
    case("  on entered buying\n", &[]);
    case(
        "  on entered looking\n",
        &["goal-never-reached: on entered looking"],
    );
    case(
        "  on asked price\n  on asked place\n",
        &["goal-never-reached: on asked place"],
    );
    case("  on paid\n  credit 1h\n", &[]);
    case("  on payed\n", &["unknown-name: payed"]);
}

/// One slip in a trigger is one finding.
#[test]
fn slips_in_triggers() {
    let sound = "trigger one {\n  on paid if event.total > 9 EUR\n  after 1h unless sent\n  if customer.orders > 3\n  needs \
                 consent service\n  between 09:00 and 20:00\n  via sms, email\n  unread 2h -> next channel\n  when busy \
                 wait\n  expires 2d\n  start news\n}\n";
    check(sound, &[]);
    for (written, slip, expected) in [
        ("on paid", "on payed", "unknown-name: payed"),
        ("event.total", "event.totl", "unknown-name: totl"),
        ("unless sent", "unless snt", "unknown-name: snt"),
        ("customer.orders", "customer.order", "unknown-name: order"),
        ("consent service", "consent servce", "unknown-name: servce"),
        ("via sms", "via smss", "unknown-name: smss"),
        ("start news", "start newz", "unknown-name: newz"),
        ("  start news\n", "", "wrong-arguments: trigger"),
        ("20:00", "25:00", "bad-literal: 25:00"),
        ("20:00", "09:00", "bad-literal: between 09:00 and 09:00"),
    ] {
        let text = sound.replace(written, slip);
        assert_ne!(text, sound);
        check(&text, &[expected]);
    }
}

/// A template that is for marketing and sent to nobody who agreed to that is one mistake, however often it is sent; where
/// it is right elsewhere, each trigger is one.
#[test]
fn a_template_for_marketing_that_is_sent_twice() {
    let bot = BOT;
    let case = |between: &str, needs: &str, expected: &[&str]| {
        let text = format!(
            "template offer on whatsapp {{\n  category marketing\n  text \"There is an offer.\"\n}}\ntrigger one {{\n  on \
             sent\n  needs consent service\n  between 09:00 and 20:00\n  via whatsapp\n  start letter\n}}\ntrigger two \
             {{\n  on paid\n  needs consent {needs}\n  between 09:00 and 20:00\n  via whatsapp\n  start other\n}}\nflow letter \
             {{\n  say \"There is an offer.\" {{\n    template offer\n  }}\n{between}  finish resolved\n}}\nflow other {{\n  \
             say \"There is an offer.\" {{\n    template offer\n  }}\n  finish resolved\n}}\n"
        );
        let checked = checked(bot, &text);
        let found: Vec<String> = checked
            .findings
            .iter()
            .filter(|finding| finding.rule.name == "no-consent")
            .map(|finding| format!("{} places more", finding.related.len() - 1))
            .collect();
        assert_eq!(found, expected, "in\n{text}");
    };
    let again = "  wait 2h\n  say \"There is an offer.\" {\n    template offer\n  }\n";
    case("", "service", &["1 places more"]);
    case(again, "service", &["2 places more"]);
    case(again, "marketing", &["1 places more"]);
    case("", "marketing", &["0 places more"]);
}
