//! Declarations that hang together: segments that look at each other, escalations and their queues, amounts.

use crate::names::check;

#[test]
fn segments_end_somewhere() {
    check(
        r#"
customer {
  orders: integer = 0
}
segment one if two and customer.orders > 5
#       ^^^ type-mismatch Whether somebody belongs to `one` depends on itself
segment two if not one
segment own if customer.orders > 3 or own
#       ^^^ type-mismatch Whether somebody belongs to `own` depends on itself
flow main {
  if two or own {
    say "Hello."
  }
  finish resolved
}
"#,
    );
    check(
        r#"
customer {
  orders: integer = 0
}
segment s1 if customer.orders > 1
segment s2 if s1
segment s3 if s2
segment s4 if s3
segment s5 if s4 and s1
segment s6 if s5
segment s7 if s6
segment s8 if s7
segment s9 if s8
#       ^^ type-mismatch more than 8 deep
segment s10 if s9
flow main {
  if s10 {
    say "Hello."
  }
  finish resolved
}
"#,
    );
}

#[test]
fn an_escalation_leads_to_somebody() {
    check(
        r#"
escalation support {
#^^^^^^^^^ wrong-arguments Nothing says to which queue this hands over
  say "One moment."
  brief "A customer."
  nobody 5m -> finish unresolved
}
flow main {
  escalate to support
  finish resolved
}
"#,
    );
}

#[test]
fn an_amount_has_a_currency() {
    check(
        r#"
event paid(total: money)
segment buyer if sum(paid.total, 90d) >= 20
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^ impossible-comparison different kinds
experiment words {
  plain 50
  #     ^^ unexpected-word
  warm 50%
  goal sale
}
goal sale {
  on paid
}
flow main {
  vary words {
    plain {
      say "Hello."
    }
    warm {
      say "Welcome."
    }
  }
  if buyer {
    say "Thank you."
  }
  finish resolved
}
"#,
    );
}

#[test]
fn a_failure_that_the_block_names_is_known_above_it() {
    check(
        r#"
flow main {
  call stock.keep(2) {
    taken {
      say "It has gone."
      finish unresolved
    }
    failed -> finish unresolved
  }
  say "Kept."
  finish resolved
}

action stock.keep(count: integer) {
  post "https://shop.example/kept"
  body (count: count)
  fails with taken on 409
}
"#,
    );
}

#[test]
fn how_a_call_is_done_mentions_nothing_that_changes() {
    check(
        r#"
customer {
  name: text = "Ana"
}

action stock.keep(count: integer) {
  post "https://shop.example/kept?for={customer.name}"
#                                      ^^^^^^^^^^^^^ wrong-place mentions only its parameters and `config`
  header "X-At" "{now}"
#                 ^^^ wrong-place mentions only its parameters and `config`
  body (count: count, channel: conversation.channel)
#                              ^^^^^^^^^^^^^^^^^^^^ wrong-place mentions only its parameters and `config`
}

flow main {
  call stock.keep(2) {
    failed -> finish unresolved
  }
  say "Kept."
  finish resolved
}
"#,
    );
}
