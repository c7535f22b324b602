//! Triggers that come at night, wait for themselves, or ask for what nobody brings about: near misses and mistakes.

use crate::triggers::*;

/// Hours that go through the night, and those that only begin or end in the evening.
#[test]
fn hours_of_the_night() {
    let case = |settings: &str, expected: &[&str]| {
        check(
            &trigger(
                "one",
                &format!("  needs consent service\n  at most 1 in 7d\n{settings}"),
            ),
            expected,
        );
    };
    for window in [
        "08:00 and 22:00",
        "18:00 and 23:00",
        "07:00 and 21:00",
        "21:00 and 22:30",
    ] {
        case(&format!("  on sent\n  between {window}\n  via sms"), &[]);
    }
    let night = "  between 22:00 and 06:00\n";
    let found = ["no-quiet-hours: between 22:00 and 06:00"];
    case(&format!("  on sent\n{night}  via sms"), &found);
    case(&format!("  on paid\n  after 2h\n{night}  via email, sms"), &found);
    // What rings nowhere, and what is worth nothing in the morning.
    case(&format!("  on sent\n{night}  via email"), &[]);
    case(&format!("  on sent\n{night}  via sms\n  expires 20m"), &[]);
    // The person is there.
    case(&format!("  on page_viewed\n{night}  via sms"), &[]);
    // Hours that are shorter than one, and begin at no full hour.
    let short = "  between 02:30 and 02:50\n";
    let found_short = ["no-quiet-hours: between 02:30 and 02:50"];
    case(&format!("  on sent\n{short}  via sms"), &found_short);
    case(&format!("  on page_viewed\n{short}  via sms"), &found_short);
    case(&format!("  every day at 23:30\n{night}  via sms"), &found);
    case("  every day at 02:00\n  between 09:00 and 20:00\n  via sms", &[]);
    let stage = "  on entered buying\n  after 5h\n";
    case(&format!("{stage}{night}  via sms"), &found);
}

/// Stages that only triggers enter.
#[test]
fn triggers_that_wait_for_themselves() {
    let flow = |name: &str, stage: &str| {
        format!("flow {name} {{\n  stage {stage}\n  say \"Hello.\"\n  finish resolved\n}}\n")
    };
    let on = |name: &str, stage: &str, starts: &str| {
        format!(
            "trigger {name} {{\n  on entered {stage}\n  at most 1 in 7d\n  via web\n  start {starts}\n}}\n"
        )
    };
    let caring = flow("care", "caring");
    let alone = format!("{caring}{}", on("one", "caring", "care"));
    check(&alone, &["never-fires: on entered caring"]);
    // Another trigger brings people there; and what that one needs is brought about by a customer.
    let bought = on("two", "buying", "care");
    check(&format!("{alone}{bought}"), &[]);
    // Both wait for each other: one mistake.
    let looking = flow("look", "looking");
    let first = on("one", "caring", "look");
    let second = on("two", "looking", "care");
    let both = format!("{caring}{looking}{first}{second}");
    check(&both, &["never-fires: on entered caring"]);
    // An event breaks the circle.
    let event = "trigger three {\n  on sent\n  at most 1 in 7d\n  via web\n  start care\n}\n";
    check(&format!("{both}{event}"), &[]);
}

/// People are asked to agree, but not for the channels of the trigger.
#[test]
fn consents_for_other_channels() {
    let main = |consent: &str| {
        format!(
            "flow main {{\n  choose \"May we?\" {{\n    \"Yes\" {{\n{consent}      finish resolved\n    }}\n    \"No\" -> finish resolved\n  }}\n}}\n"
        )
    };
    let case = |consent: &str, via: &str, expected: &[&str]| {
        let settings = format!(
            "  on sent\n  needs consent service\n  between 09:00 and 20:00\n  at most 1 in 7d\n  via {via}"
        );
        check(
            &format!("{}{}", main(consent), trigger("one", &settings)),
            expected,
        );
    };
    let email = "      consent service granted on email\n";
    case(email, "sms", &["never-fires: via sms"]);
    case(email, "web", &["never-fires: via web"]);
    case(email, "sms, email", &[]);
    case("      consent service granted\n", "sms", &[]);
    case(
        &format!("{email}      consent service granted on sms\n"),
        "sms",
        &[],
    );
    // Channels tell of people who agreed there.
    let told = format!(
        "{}{}trigger two {{\n  on opted_in\n  via email\n  start news\n}}\n",
        main(email),
        trigger(
            "one",
            "  on sent\n  needs consent service\n  between 09:00 and 20:00\n  at most 1 in 7d\n  via sms"
        )
    );
    check(&told, &[]);
}

/// Segments that what a trigger starts makes people join and leave.
#[test]
fn segments_that_go_to_and_fro() {
    let case = |one: &str, two: &str, expected: &[&str]| {
        let flow = |name: &str, does: &str| {
            format!("flow {name} {{\n  say \"Hello.\"\n{does}  finish resolved\n}}\n")
        };
        let text = format!(
            "segment nameless if customer.name is unknown\ntrigger one {{\n  on joined nameless\n  via web\n  start \
             first\n}}\ntrigger two {{\n  on left nameless\n  via web\n  start second\n}}\n{}{}",
            flow("first", one),
            flow("second", two)
        );
        let all = without("  proactive at most 3 in 7d\n");
        check_in(
            &all.replace("start main", "proactive at most 3 in 7d\n  start main"),
            &text,
            expected,
        );
    };
    let name = "  remember customer.name = \"Ana\"\n";
    let forget = "  forget customer.name\n";
    case(name, forget, &["fires-on-itself: one"]);
    case(name, "", &[]);
    case("", forget, &[]);
    // Within one turn nobody looks.
    case(&format!("{name}{forget}"), "", &[]);
    // The customer decides.
    let asks = "  choose \"Shall we forget you?\" {\n    \"Yes\" {\n      forget customer.name\n      finish resolved\n    }\n    \"No\" -> finish resolved\n  }\n";
    let asked = format!(
        "segment nameless if customer.name is unknown\ntrigger two {{\n  on left nameless\n  at most 1 in 7d\n  via web\n  start second\n}}\nflow second {{\n{asks}}}\n"
    );
    check(&asked, &[]);
}

/// What a trigger waits for, or is called off by, that no conversation does.
#[test]
fn what_nobody_does() {
    let settings = |source: &str, after: &str| {
        trigger(
            "one",
            &format!("  on {source}\n  after {after}\n  at most 1 in 7d\n  via web"),
        )
    };
    check(&settings("paid", "2h unless asked price"), &[]);
    check(&settings("paid", "2h unless entered buying"), &[]);
    check(
        &settings("paid", "2h unless asked place"),
        &["never-fires: after 2h unless asked place"],
    );
    check(
        &settings("paid", "2h unless sent, entered caring"),
        &["never-fires: after 2h unless sent, entered caring"],
    );
    let segment = "segment regular if customer.orders >= 3\n";
    let joined = |condition: &str| {
        format!(
            "{segment}{}",
            settings(&format!("joined regular if {condition}"), "2h")
        )
    };
    check(&joined("customer.orders >= 4"), &[]);
    check(
        &joined("customer.orders < 3"),
        &["never-fires: on joined regular if customer.orders < 3"],
    );
}
