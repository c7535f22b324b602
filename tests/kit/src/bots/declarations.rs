//! What every generated bot has: types, events, intents, systems, people, and a few flows that always come back.

/// The declarations, as text.
pub(super) const DECLARATIONS: &str = r#"bot generated {
  name "G"
  languages en, ro
  channels web, sms
  currency EUR
  timezone "Europe/Bucharest"
  stages looking, buying
  consents marketing
  start main
  draft yes
}

type size {
  small "Small" words "s", "little"
  medium "Medium" words "m"
  large "Large" words "l", "big"
}
type order_number = text matching /[0-9]{6}/ example "204311"
type quantity = integer from 1 to 10 example "3"
type city = text length 1 to 20 example "Cluj"

customer {
  name: text?
  city: city?
  size: size?
  email: email?
  orders: integer = 0
}

event paid(order: text, total: money)
event moved
event offered

trigger offer {
  on offered
  needs consent marketing
  via sms, web
  when busy wait
  expires 1d
  start main
}

intent price {
  words "price", "how much"
  like "is it expensive"
}
intent hours {
  words "hours", "open"
}
intent order_status(order: order_number?) {
  words "where is my order", "track"
  like "where is order {order}"
}
intent human {
  words "agent", "human"
}

lookup shop.quote(city: city) gives (price: money, days: integer) {
  timeout 3s
  retry 1
}
lookup shop.items(kind: text) gives list of (id: text, label: text, price: money, free: yes_no)
action shop.book(order: order_number, count: quantity) gives (code: text) fails with taken
action shop.note(words: text)

queue desk {
  hours always
}
queue day_desk {
  hours mon to fri 09:00 to 18:00
}

escalation support {
  to queue desk if customer.orders > 3
  to queue day_desk
  say "One moment, a colleague comes."
  brief "{customer.name else "Somebody"}: {conversation.summary}"
  nobody 2m -> queue desk
  nobody 5m -> run leave then finish unresolved
  closed -> run leave then return
  customer silent 30m -> finish unresolved
  operator silent 10m -> queue desk
  resolved -> run thank then finish resolved
}
escalation sales {
  to queue desk
  nobody 3m -> finish unresolved
  customer silent 20m -> finish abandoned
  operator silent 20m -> finish unresolved
}

goal sale {
  on paid if event.total >= 10 EUR
  value event.total
  credit 1h
}

goal asked_price {
  on asked price
  on moved
}

experiment colours {
  red 40%
  blue 40%
  hold out 20%
  group looks
  goal sale
}
experiment shapes {
  if customer.orders < 3
  red 50%
  blue 50%
  group looks
  goal sale
}

flow leave {
  say "Nobody is there."
  ask message: text "What shall we tell them?" {
    tries 2 -> return
    silence 10m -> return
  }
  call shop.note(message)
}

flow thank {
  say "Thank you."
}

flow pick gives quantity? {
  on price {
    return 7
  }
  ask needed: quantity "How many do you need?" {
    tries 2 -> return
    silence 2m -> return
  }
  return needed
}

flow offer(price: money) open to operators {
  choose taken "It would be {price}. Do you take it?" {
    "I do" { say "Good." }
    "I do not" { say "A pity." }
    silence 3m -> return
  }
}

flow status(order: order_number?) {
  if order is known {
    say "Order {order} is on its way."
    return
  }
  ask number: order_number "Which order?" {
    invalid "Six digits, please."
    tries 2 -> return
  }
  say "Order {number} is packed."
}

"#;
