//! Names, types and expressions: what is found, and where. A fixture marks every finding by a comment below the line,
//! whose `^` stand under the text that is meant, followed by the rule's name and words of the message.

use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source};

/// What every fixture may lean on.
const PRELUDE: &str = r#"
bot shop {
  languages en, ro
  channels web, sms
  currency EUR
  timezone "Europe/Bucharest"
  stages discover, checkout
  consents marketing
  start main
}
always {
  on silence 1h -> finish abandoned
  on failed -> finish unresolved
  on unclear -> finish unresolved
}
"#;

pub fn compiled(sources: &[&str], config: Option<&str>) -> Checked {
    let mut project = Project {
        config: config.map(Arc::from),
        ..Project::default()
    };
    for (index, text) in sources.iter().enumerate() {
        project.sources.push(Source {
            path: format!("{index}.flow").as_str().into(),
            text: Arc::from(*text),
        });
    }
    project.sources.push(Source {
        path: "prelude.flow".into(),
        text: Arc::from(PRELUDE),
    });
    let mut checked = compile::check(&project);
    // These fixtures are about names; nothing in them is translated.
    checked
        .findings
        .retain(|finding| !finding.rule.code.starts_with("BF7"));
    checked
}

/// One mark or finding: line, first column, column behind the last, rule.
type Place = (usize, usize, usize, String);

/// The marks of a fixture, and the words that the messages there hold.
fn marks(text: &str) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let mut line = 0;
    for (index, written) in text.lines().enumerate() {
        let is_mark = written.trim_start().starts_with('#') && written.contains('^');
        if !is_mark {
            line = index + 1;
            continue;
        }
        let mut from = written.chars().position(|letter| letter == '^').unwrap_or(0);
        let mut length = written.chars().filter(|letter| *letter == '^').count();
        let rest: String = written.chars().skip(from + length).collect();
        // Marks directly behind the `#` mean its column, too.
        if from > 0 && written.chars().nth(from - 1) == Some('#') {
            (from, length) = (from - 1, length + 1);
        }
        let (rule, words) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        found.push((
            (line, from + 1, from + 1 + length, rule.to_owned()),
            words.trim().to_owned(),
        ));
    }
    found.sort();
    found
}

fn place(text: &str, finding: &Finding) -> Place {
    let start = finding.span.start as usize;
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let shown = text[start..finding.span.end as usize]
        .lines()
        .next()
        .unwrap_or("");
    (
        line,
        column,
        column + shown.chars().count(),
        finding.rule.name.to_owned(),
    )
}

/// The findings of a fixture, about names or at error level, are those that it marks.
#[track_caller]
pub fn check(text: &str) {
    check_with(text, None);
}

#[track_caller]
fn check_with(text: &str, config: Option<&str>) {
    let checked = compiled(&[text], config);
    let mut found: Vec<(Place, String)> = Vec::new();
    for finding in &checked.findings {
        let counts = finding.level == Level::Error
            || ["unused-name", "unreachable-flow", "unreachable-step"].contains(&finding.rule.name);
        if counts && finding.span.file == FileId(0) {
            found.push((place(text, finding), finding.message.clone()));
        } else if finding.level == Level::Error {
            found.push(((0, 0, 0, finding.rule.name.to_owned()), finding.message.clone()));
        }
    }
    found.sort();
    let marked = marks(text);
    let places = |all: &[(Place, String)]| all.iter().map(|(place, _)| place.clone()).collect::<Vec<_>>();
    assert_eq!(places(&found), places(&marked), "found: {found:#?}");
    for ((_, message), (_, words)) in found.iter().zip(&marked) {
        assert!(message.contains(words.as_str()), "`{message}` says `{words}`");
    }
}

#[test]
fn a_name_may_be_read_above_its_answer() {
    check(
        r#"
flow main {
  -> second

  step first {
    say "To {city}, {quote.days} days, {more}."
    finish resolved
  }
  step second {
    ask city: text "Where to?"
    let quote = call shipping.quote(city) {
      failed -> finish unresolved
    }
    let more = quote.days + 1
    -> first
  }
}
lookup shipping.quote(city: text) gives (days: integer)
"#,
    );
}

#[test]
fn names_of_one_flow_are_not_known_in_another() {
    check(
        r#"
flow main {
  ask city: text "Where to?"
  run other
  finish resolved
}
flow other {
  say "To {city}."
  #        ^^^^ unknown-name no value called `city`
  say "To {city}, I said."
}
"#,
    );
}

#[test]
fn one_slip_is_one_finding() {
    check(
        r#"
flow main {
  run greting(customer.nmae)
  #                    ^^^^ unknown-name customer field
  #   ^^^^^^^ unknown-name no flow called `greting`
  let x = call shiping.quote("a")
  #            ^^^^^^^^^^^^^ unknown-name lookup or action
  say "{x.price} {x.days | plural one "day" other "days"}"
  match x.kind {
    a {
      say "a"
    }
  }
  -> sotp
  #  ^^^^ unknown-target no step `sotp`

  step stop {
    finish resolved
  }
}
customer {
  name: text?
}
flow greeting(name: text?) {
  say "Hi {name else "you"}"
}
lookup shipping.quote(city: text) gives integer
"#,
    );
}

#[test]
fn declarations_of_all_files_are_one_program() {
    let checked = compiled(
        &[
            "flow main {\n  run greeting\n  finish resolved\n}\n",
            "flow greeting {\n  say \"Hi\"\n}\n",
            "flow greeting {\n  say \"{oops}\"\n}\n",
        ],
        None,
    );
    let found: Vec<(u32, &str, usize)> = checked
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| (finding.span.file.0, finding.rule.name, finding.related.len()))
        .collect();
    assert_eq!(found, [(2, "duplicate-name", 1), (2, "unknown-name", 0)]);
}

#[test]
fn members_are_looked_up_in_the_expected_type() {
    check(
        r#"
type tier {
  standard
  gold
}
type colour {
  gold
  blue
}
customer {
  tier: tier = standard
  paint: colour = gold
}
flow main {
  if customer.tier is gold and customer.paint is gold and gold is customer.tier {
    run f(gold, blue)
  }
  if customer.tier in [gold, standard] {
    say "a"
  }
  if customer.tier is blue {
  #                   ^^^^ impossible-comparison not one of the values of `tier`
    say "b"
  }
  if customer.paint in [gold, standard] {
  #                           ^^^^^^^^ impossible-comparison
    say "c"
  }
  if blue is gold {
  #  ^^^^ unknown-name
    say "d"
  }
  finish resolved
}
flow f(tier: tier, paint: colour = blue) {
  match tier {
    standard, silver {
    #         ^^^^^^ impossible-comparison
      say "{paint}"
    }
    gold {
      say "gold"
    }
  }
}
"#,
    );
}

#[test]
fn arithmetic_keeps_kinds_apart() {
    check(
        r#"
flow main {
  ask price: money "Price?"
  ask count: integer "Count?"
  ask off: percent "Off?"
  let total = price * count - price * off
  let per_piece = price / 2
  let share = price / count
  say "{total} {per_piece} {share else price} {date(now + 2d) | date short}"
  let wrong = price + count
  #           ^^^^^^^^^^^^^ type-mismatch `money + integer` does not go together
  say "{wrong}"
  let dollars = price + 5 USD
  #                       ^^^ impossible-comparison EUR
  say "{dollars}"
  let words = "a" + "b"
  #           ^^^^^^^^^ type-mismatch
  say "{words} {share}"
  #             ^^^^^ unknown-may-be-missing
  if price > 5 {
  #  ^^^^^^^^^ impossible-comparison
    say "x"
  }
  if not count {
  #      ^^^^^ type-mismatch
    say "y"
  }
  finish resolved
}
"#,
    );
}

#[test]
fn narrowed_types_take_what_keeps_their_rules() {
    check(
        r#"
type city = text length 1 to 6 example "Cluj"
type code = text matching /[A-Z]{2}/
type rating = integer from 1 to 5
type shade = colour
#            ^^^^^^ unknown-name no type called `colour`
type loop = loop
#    ^^^^ type-mismatch made of itself
type odd = date length 1 to 5
#               ^^^^^^^^^^^^^ type-mismatch
flow main {
  run f("Cluj", "AB", 5)
  run f("Bucharest", "ab", 6)
  #     ^^^^^^^^^^^ type-mismatch no `city`
  #                  ^^^^ type-mismatch no `code`
  #                        ^ type-mismatch from 1 to 5
  ask where: text "Where?"
  run f(where, "AB", 1)
  #     ^^^^^ type-mismatch This is `text`, but `city` is wanted here.
  finish resolved
}
flow f(a: city, b: code, c: rating) {
  if c is 7 {
  #       ^ impossible-comparison
    say "{a} {b}"
  }
}
"#,
    );
}

#[test]
fn matches_cover_what_they_decide_by() {
    check(
        r#"
type size {
  small
  large
}
flow main {
  ask size: size "Size?"
  ask sure: yes_no "Sure?"
  ask pieces: integer "Pieces?"
  match size {
  #^^^^^^^^^ missing-case `large`
    small {
      say "S"
    }
  }
  match sure {
    yes {
      say "y"
    }
    no {
      say "n"
    }
  }
  match pieces {
  #^^^^^^^^^^^ missing-case
    10, 20 {
      say "few"
    }
    20 {
    #^ repeated-case
      say "two"
    }
  }
  run f(unknown)
  finish resolved
}
flow f(size: size?) {
  match size {
    small, large {
      say "known"
    }
    unknown {
      say "unknown"
    }
  }
  match size {
  #^^^^^^^^^ missing-case `unknown`
    known {
      say "known"
    }
  }
}
"#,
    );
}

#[test]
fn arguments_stand_in_order_or_by_name() {
    check(
        r#"
flow main {
  run f("a")
  run f("a", copies: 2)
  run f(copies: 2, name: "a")
  run f()
  #^^^^^^ wrong-arguments `name` of `f` is missing
  run f("a", 2, "b", 3)
  #                  ^ wrong-arguments takes 3 values
  run f(nmae: "a", copies: 1)
  #     ^^^^ unknown-name parameter of `f`
  run f(name: "a", 2)
  #                ^ wrong-arguments
  let n = length("a", "b")
  #       ^^^^^^^^^^^^^^^^ wrong-arguments takes one value
  say "{n} {lenght("a")}"
  #         ^^^^^^ unknown-name function
  finish resolved
}
flow f(name: text, copies: integer = 1, note: text?) {
  say "{name} {copies} {note else "-"}"
}
"#,
    );
}

#[test]
fn values_may_be_missing_behind_ways_that_come_back() {
    check(
        r#"
lookup stock(code: text) gives integer
flow main {
  let a = call stock("a") {
    failed -> finish unresolved
  }
  let b = call stock("b") {
    failed {
      note "down"
    }
  }
  say "{a} {b}"
  #         ^ unknown-may-be-missing
  say "{b else 0}"
  if b is known and b > 2 {
    say "{b}"
  }
  ask c: text "C?" {
    skip if a > 2
  }
  say "{c else "-"}"
  finish resolved
}
"#,
    );
}

#[test]
fn choices_are_values_or_labels() {
    check(
        r#"
flow main {
  choose topic "What?" {
    "Price"
    "Size"
  }
  if topic is "Price" {
    say "p"
  }
  choose score "How?" {
    "Good" value 5
    "Bad" value "one"
    #           ^^^^^ type-mismatch This is `text`, but `integer` is wanted
  }
  say "{score + 1}"
  choose several kinds "Which?" {
    "A" value "a"
    "B" value "b"
  }
  say "{length(kinds)} {kinds | list and}"
  run slots([now])
  finish resolved
}
flow slots(times: list of moment) {
  choose slot from times if slot > now at most 3 "When?" {
    each "{slot | time}" -> book
    none -> full
  }

  step book {
    say "{slot | date short}"
    return
  }
  step full {
    say "Full."
    return
  }
}
"#,
    );
}

#[test]
fn texts_check_their_holes_and_filters() {
    check(
        r#"
type size {
  small
  large
}
lookup find() gives (size: size, when: moment, all: list of (a: integer))
flow main {
  let x = call find() {
    failed -> finish unresolved
  }
  say "{x}"
  #     ^ type-mismatch cannot show
  say "{x.all}"
  #     ^^^^^ type-mismatch
  say "{x.size | select small "S" other "?"} {x.size | select small "S" large "L"}"
  say "{x.size | select smal "S" large "L"}"
  #                     ^^^^ impossible-comparison
  say "{x.when | date short} {x.when | time}"
  say "{x.size | date}"
  #            ^^^^^^ type-mismatch for a date
  say "{x.size | uper}"
  #              ^^^^ unknown-name filter
  finish resolved
}
"#,
    );
}

#[test]
fn events_bring_their_fields() {
    check(
        r#"
event paid(order: text, total: money)
event lost(order: text)
trigger t {
  on paid if event.total > 5 EUR
  on lost
  after 5m unless lost
  needs consent marketing
  start with_order(event.order)
}
trigger u {
  on paid
  on lost
  start with_order(event.total)
  #                      ^^^^^ type-mismatch
}
trigger v {
  on payed
  #  ^^^^^ unknown-name
  start with_order(event.whatever)
}
flow with_order(order: text) {
  on paid {
    say "Thanks for {event.order}."
  }
  say "Order {order}, {event.order}."
  #                    ^^^^^^^^^^^ wrong-place
  wait for paid if event.total > 1 EUR as p within 1d {
    otherwise -> finish abandoned
  }
  say "{p.total} {p.totl}"
  #                 ^^^^ unknown-name part
  finish resolved
}
flow main {
  start with_order("a")
}
"#,
    );
}

#[test]
fn settings_come_from_the_deployment() {
    check_with(
        r#"
flow main {
  say "{config.shop}/cart {config.limit + 1}" {
    button "Open" opens "{config.shop}/cart"
    button "Open" opens config.limit
    #                   ^^^^^^^^^^^^ type-mismatch
  }
  say "{config.shp}"
  #            ^^^ missing-setting
  finish resolved
}
"#,
        Some("[config]\nshop = \"https://shop.example\"\nlimit = 3\n"),
    );
}

#[test]
fn what_nothing_mentions_is_pointed_out_once() {
    check(
        r#"
intent lonely {
#      ^^^^^^ unused-name intent
  words "lonely"
}
flow main {
  let kept = 1
  #   ^^^^ unused-name value
  finish resolved
}
flow never {
#    ^^^^^ unused-name flow
  say "Never."
}
"#,
    );
}

#[test]
fn a_let_keeps_its_type() {
    check(
        r#"
flow main {
  let a = 1
  let a = a + 1
  let b = "x"
  let b = a
  #   ^ let-changes-type
  say "{a} {b}"
  let c = unknown
  #       ^^^^^^^ type-mismatch
  say "{c else 1}"
  finish resolved
}
"#,
    );
}

#[test]
fn results_and_returns_fit() {
    check(
        r#"
flow main {
  let a = run gives_number
  let b = run gives_nothing
  #           ^^^^^^^^^^^^^ type-mismatch gives no result
  let c = run may_give
  say "{a + 1} {b} {c else 2}"
  finish resolved
}
flow gives_number gives integer {
  if now > now {
    return "a"
    #      ^^^ type-mismatch
  }
  if now > now {
    return
    #^^^^^ wrong-arguments
  }
  return 1
}
flow gives_nothing {
  return 5
  #      ^ type-mismatch gives no result
}
flow may_give gives integer? {
  return unknown
}
"#,
    );
}

/// A part of an address, of a code or of any other text of rules is no such thing itself.
#[test]
fn parts_of_texts_are_texts() {
    check(
        r#"
type code = text matching /LS-[0-9]{4}/
flow main {
  ask page: url "Which page?"
  ask number: code "Which code?"
  ask mail: email "Which address?"
  if contains(page, "/checkout") or starts_with(number, "LS-2") or ends_with(mail, "@luna.example") {
    finish resolved
  }
  finish unresolved
}
"#,
    );
}

#[test]
fn what_a_question_suggests_fits_it() {
    check(
        r#"
lookup shop.sizes gives list of text {
  get "https://shop.example/sizes"
  fails with gone on 404, 410
  fails with taken on 409, 404
  #                        ^^^ repeated-setting 404
  fails with odd on 200
  #                 ^^^ bad-literal 400 to 599
}
flow main {
  let sizes = call shop.sizes()
  ask sure: yes_no "Sure?" {
    suggest from [1, 2]
    #             ^ type-mismatch `yes_no` is wanted
    #                ^ type-mismatch `yes_no` is wanted
  }
  ask size: integer "Which size?" {
    suggest from sizes at most 3
    suggest "40"
  }
  ask count: integer "How many?" {
    suggest from [1, 2]
    suggest from sizes
  # ^^^^^^^^^^^^^^^^^^ repeated-setting suggest from
  }
  finish resolved as done
}
"#,
    );
}

#[test]
fn ways_of_merging_fit_their_fields() {
    check(
        r#"
customer {
  name: text? when merged oldest
  orders: integer = 0 when merged add
  last_total: money? when merged highest
  wishes: list of text = [] when merged join
  born: date? when merged lowest
  city: text? when merged add
  #                       ^^^ type-mismatch cannot be merged by `add`
  tags: list of text = [] when merged ad
  #                                   ^^ unknown-name `ad`
  age: integer? when marged add
  #                  ^^^^^^ unknown-name `marged`
}
flow main {
  finish resolved
}
"#,
    );
}

/// A field of the card that has another name now, or is misspelt wherever it is read, is one mistake in all files; where
/// nothing mentions the field that may be meant, its declaration may be what is wrong.
#[test]
fn a_field_of_the_card_that_is_misspelt_everywhere() {
    let customer = |field: &str| format!("customer {{\n  {field}: text?\n}}\n");
    let reads = |name: &str| {
        format!("flow {name} {{\n  if customer.email is known {{\n    say \"{{customer.email}}\"\n  }}\n}}\n")
    };
    let main = "flow main {\n  run one\n  run two\n  finish resolved\n}\n";
    let files = [customer("emial"), reads("one"), reads("two"), main.to_owned()];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let checked = compiled(&files, None);
    let [finding] = &checked.findings[..] else {
        panic!("{:?}", checked.findings);
    };
    assert_eq!(finding.rule.name, "unknown-name");
    assert_eq!(finding.related.len(), 3);
    let fixes: Vec<(&str, usize)> = finding
        .fixes
        .iter()
        .map(|fix| (fix.title.as_str(), fix.edits.len()))
        .collect();
    assert_eq!(fixes, [("Change to `emial`", 4), ("Call the field `email`", 1)]);
    // Somebody reads the field: its name is right.
    let also = "flow also {\n  if customer.emial is known {\n    say \"{customer.emial}\"\n  }\n}\n";
    let main = main.replace("run two", "run two\n  run also");
    let files = [files[0], files[1], files[2], &main, also];
    let checked = compiled(&files, None);
    let [finding] = &checked.findings[..] else {
        panic!("{:?}", checked.findings);
    };
    assert_eq!(finding.fixes.len(), 1);
}
