//! A large project of the kind that large shops grow into: ten thousand small flows in three hundred files, each
//! flow reached from another one, with questions, choices, lookups, conditions and steps. Without findings, so that
//! what is timed is checking and not complaining.

use std::fmt::Write;
use std::sync::Arc;

use botflow_compiler::project::{Project, Source};

/// Flows in one file.
const PER_FILE: usize = 33;

/// A project of so many flows; ten lines each, with the blank line between them.
pub fn project(flows: usize) -> Project {
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(SHARED),
    });
    for (file, first) in (0..flows).step_by(PER_FILE).enumerate() {
        let mut text = String::new();
        for flow in first..flows.min(first + PER_FILE) {
            write_flow(&mut text, flow, flows);
        }
        project.sources.push(Source {
            path: format!("topics/file_{file:05}.flow").into(),
            text: Arc::from(text),
        });
    }
    project
}

/// What all files share.
const SHARED: &str = r#"bot grown {
  name "Grown"
  languages en
  channels web
  currency EUR
  timezone "Europe/Bucharest"
  start topic_0
}

type size {
  small "Small" words "s", "little"
  large "Large" words "l", "big"
}
type city = text length 1 to 60 example "Cluj"
type order_number = text matching /[0-9]{8}/ example "20431177"

customer {
  name: text?
  orders: integer = 0
}

intent price {
  words "price", "cost", "how much"
  like "what would I pay for two", "is it expensive"
}

lookup shipping.quote(city: city) gives (price: money, days: integer)
lookup orders.state(order: order_number) gives text

always {
  on price -> run answer_price
  on silence 1h -> finish abandoned
  on failed -> finish unresolved
  on unclear {
    say "Sorry, I did not get that."
    tries 3 -> finish unresolved
  }
}

flow answer_price {
  say "Shipping is free above 50 euros."
}

"#;

/// Flow `i` leads to flows `2i + 1` and `2i + 2`, as far as there are so many.
fn write_flow(text: &mut String, i: usize, flows: usize) {
    let to = |child: usize| {
        if child < flows {
            format!("start topic_{child}")
        } else {
            "finish resolved".to_owned()
        }
    };
    let (left, right) = (to(2 * i + 1), to(2 * i + 2));
    let written = match i % 5 {
        0 => write!(
            text,
            r#"flow topic_{i} {{
  say "Hi {{customer.name else "there"}}! This is about matter {i}."
  choose "What would you like to know about it?" {{
    "Prices" words "money" -> {left}
    "Delivery" words "courier" -> {right}
    "That is all" -> finish resolved
    tries 3 -> finish unresolved
  }}
}}

"#
        ),
        1 => write!(
            text,
            r#"flow topic_{i} {{
  ask town: city "Which city is matter {i} about?" {{
    tries 3 -> finish unresolved
  }}
  let quote = call shipping.quote(town) {{ failed -> finish unresolved }}
  say "Shipping to {{town}} is {{quote.price}} and takes {{quote.days}} days."
  if quote.days > 3 -> {left}
  -> {right}
}}

"#
        ),
        2 => write!(
            text,
            r#"flow topic_{i} {{
  ask wanted: size "Which size in matter {i}?" {{
    tries 3 -> finish unresolved
  }}
  match wanted {{
    small -> {left}
    large -> {right}
  }}
}}

"#
        ),
        3 => write!(
            text,
            r#"flow topic_{i} {{
  let ordered = customer.orders + 1
  if ordered >= 3 {{
    say "Matter {i}: you have ordered {{ordered}} times."
    -> {left}
  }} else {{
    -> {right}
  }}
}}

"#
        ),
        _ => write!(
            text,
            r#"flow topic_{i} {{
  ask order: order_number "Which order is matter {i} about?"
  let state = call orders.state(order) {{ failed -> finish unresolved }}
  say "Order {{order}}: {{state}}."
  ask well: yes_no "Is that what you wanted?"
  if well -> {left}
  -> {right}
}}

"#
        ),
    };
    written.expect("writing to a text cannot fail");
}
