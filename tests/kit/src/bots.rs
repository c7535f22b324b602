//! Bots by chance: text that compiles, with all that can happen in a conversation in it.
//!
//! What the compiler would refuse is avoided by construction: names are used only where they surely have a value,
//! every name is new, every step says where it goes and asks something, flows run only later ones.

mod declarations;
mod questions;

use std::fmt::Write as _;

use crate::random::Random;

use declarations::DECLARATIONS;

/// What a variable holds, as far as the generator cares.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Text,
    City,
    Order,
    Quantity,
    YesNo,
    Size,
    Money,
    Items,
    Quote,
}

/// A bot's source.
pub fn source(seed: u64) -> String {
    let mut writer = Writer {
        random: Random::new(seed),
        out: String::new(),
        names: 0,
        asked: Vec::new(),
        places: Vec::new(),
        known: Vec::new(),
        steps: Vec::new(),
        flows: 0,
        flow: 0,
        indent: 0,
        depth: 0,
        in_always: false,
    };
    writer.bot();
    writer.out
}

struct Writer {
    random: Random,
    out: String,
    names: usize,
    /// Places of this flow whose names the author does not choose: each stands in it once.
    places: Vec<String>,
    /// Questions of forms of this flow.
    asked: Vec<String>,
    /// Variables that surely have a value here.
    known: Vec<(String, Kind)>,
    /// Steps of this flow that may be gone to from here.
    steps: Vec<String>,
    flows: usize,
    /// The flow that is being written: only later ones may be run.
    flow: usize,
    indent: usize,
    depth: usize,
    in_always: bool,
}

impl Writer {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn open(&mut self, head: &str) {
        self.line(&format!("{head} {{"));
        self.indent += 1;
    }

    fn close(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn bot(&mut self) {
        self.out.push_str(DECLARATIONS);
        self.flows = 1 + self.random.below(3);
        self.always();
        for flow in 0..=self.flows {
            self.flow = flow;
            self.write_flow(flow);
        }
    }

    fn always(&mut self) {
        self.in_always = true;
        self.flow = 0;
        self.open("always");
        let silence = self.random.word(&["20m", "1h"]);
        match self.random.below(4) {
            0 => {
                self.line("on silence 5m { say \"Anybody there?\" }");
                self.line(&format!("on silence {silence} -> finish abandoned"));
            }
            _ => self.line(&format!("on silence {silence} -> finish abandoned")),
        }
        self.open("on unclear");
        match self.random.below(3) {
            0 => self.line("say \"Sorry?\""),
            1 => {
                self.open("say one of");
                self.line("\"Pardon?\"");
                self.line("\"I did not get that.\"");
                self.line("\"Once more, please.\"");
                self.close();
            }
            _ => {}
        }
        let way = self
            .random
            .word(&["escalate to support", "finish unresolved", "escalate to sales"]);
        let tries = 2 + self.random.below(3);
        self.line(&format!("tries {tries} -> {way}"));
        self.close();
        if self.random.chance(80) {
            let way = self.random.word(&["run thank", "run flow1", "start flow1"]);
            self.line(&format!("on price -> {way}"));
        }
        if self.random.chance(60) {
            self.line("on order_status(order) -> run status(order)");
        } else {
            self.line("on order_status -> run status(unknown)");
        }
        if self.random.chance(70) {
            self.handler_block("on hours");
        }
        if self.random.chance(50) {
            self.line("on human -> escalate to support");
        }
        if self.random.chance(60) {
            let way = self.random.word(&["escalate to support", "finish unresolved"]);
            if self.random.chance(50) {
                self.line(&format!("on failed -> {way}"));
            } else {
                self.handler_block("on failed");
            }
        }
        if self.random.chance(40) {
            self.handler_block("on event moved");
        }
        if self.random.chance(30) {
            self.line("on event paid if event.total > 10 EUR { say \"Thank you for {event.total}.\" }");
        }
        if self.random.chance(20) {
            self.line("on help { say \"Ask me anything.\" }");
        }
        if self.random.chance(50) {
            let count = 2 + self.random.below(3);
            if self.random.chance(50) {
                self.line(&format!(
                    "if conversation.misunderstood >= {count} -> escalate to sales"
                ));
            } else {
                self.line(&format!(
                    "if conversation.misunderstood >= {count} {{ say \"I am trying.\" }}"
                ));
            }
        }
        self.close();
        self.out.push('\n');
        self.in_always = false;
    }

    /// A handler that says something, asks something, or runs something, and comes back.
    fn handler_block(&mut self, head: &str) {
        self.open(head);
        let known = self.known.len();
        match self.random.below(4) {
            0 if self.random.chance(50) => {
                self.open("say \"Here you are.\"");
                self.line("button \"More of it\" -> run thank");
                self.close();
            }
            0 => self.line("say \"Here you are.\""),
            1 => {
                self.ask();
                let noted = self.known[known..].first().cloned();
                match noted {
                    Some((name, _)) if self.random.chance(60) => {
                        self.open("say \"Noted.\"");
                        self.line(&format!(
                            "button \"What was it?\" {{ say \"It was {{{name}}}.\" }}"
                        ));
                        self.close();
                    }
                    _ => self.line("say \"Noted.\""),
                }
            }
            2 => self.line("run thank"),
            _ => {
                self.line("say \"A moment.\"");
                self.choose(false);
            }
        }
        self.known.truncate(known);
        self.close();
    }

    fn write_flow(&mut self, flow: usize) {
        self.known.clear();
        self.steps.clear();
        self.names = 0;
        self.asked.clear();
        self.places.clear();
        let name = if flow == 0 {
            "main".to_owned()
        } else {
            format!("flow{flow}")
        };
        self.open(&format!("flow {name}"));
        let head = self.out.len();
        if self.random.chance(30) {
            self.handler_block("on hours");
        }
        if self.random.chance(20) {
            self.open("on event paid");
            self.line("say \"Paid {event.total}, thank you.\"");
            if flow == 0 && self.random.chance(50) {
                self.line("finish resolved as paid");
            }
            self.close();
        }
        if self.random.chance(20) {
            self.line("on silence 3m { say \"Still there?\" }");
            self.line("on silence 12m -> finish abandoned");
        }
        if flow > 0 {
            let count = 1 + self.random.below(3);
            self.statements(count);
            if flow < self.flows && self.random.chance(70) {
                self.line(&format!("run flow{}", flow + 1));
            }
            self.changed(head);
            self.close();
            self.out.push('\n');
            return;
        }
        // The body leads to the first step, each step to the next; on the way any later or the same one.
        let steps = 1 + self.random.below(3);
        self.steps = (1..=steps).map(|step| format!("step{step}")).collect();
        let count = self.random.below(3);
        self.statements(count);
        self.line("run flow1");
        self.line("-> step1");
        self.known.clear();
        for step in 1..=steps {
            self.open(&format!("step step{step}"));
            match self.random.below(8) {
                0 | 1 => self.handler_block("on hours"),
                2 => {
                    let way =
                        self.random
                            .word(&["again", "back", "step1", "return", "start flow1", "run pick"]);
                    self.line(&format!("on hours -> {way}"));
                }
                3 => {
                    self.open("on price");
                    self.line("say \"From here on, then.\"");
                    self.line(&format!("-> step{step}"));
                    self.close();
                }
                _ => {}
            }
            if self.random.chance(15) {
                self.line("on unclear { say \"Not here.\" }");
            }
            self.choose(true);
            let count = self.random.below(4);
            self.statements(count);
            match step < steps {
                true => self.line(&format!("-> step{}", step + 1)),
                false => self.line("finish resolved"),
            }
            self.close();
            self.known.clear();
        }
        self.changed(head);
        self.close();
        self.out.push('\n');
    }

    /// Handlers for corrected answers; they stand before everything else in the flow.
    fn changed(&mut self, head: usize) {
        for name in std::mem::take(&mut self.asked) {
            if self.random.chance(40) {
                self.out.insert_str(
                    head,
                    &format!("  on changed {name} {{ say \"Changed ({name}).\" }}\n"),
                );
            }
        }
    }

    fn statements(&mut self, count: usize) {
        for _ in 0..count {
            self.statement();
        }
    }

    /// A block of statements behind which the flow goes on.
    fn block(&mut self, head: &str) {
        let known = self.known.len();
        self.open(head);
        self.depth += 1;
        let count = 1 + self.random.below(2);
        self.statements(count);
        self.depth -= 1;
        self.close();
        self.known.truncate(known);
    }

    fn statement(&mut self) {
        let deep = self.depth >= 3;
        match self.random.below(if deep { 9 } else { 26 }) {
            0..=2 => self.say(),
            3..=5 => self.ask(),
            6 => {
                let statement = self.random.word(&[
                    "tag \"seen\"",
                    "note \"Something happened.\"",
                    "track reached(place: 1)",
                    "stage buying",
                    "stage looking",
                    "consent marketing granted",
                    "consent marketing withdrawn",
                    "tell queue desk \"Look here.\"",
                ]);
                self.line(statement);
            }
            7 => match self.random.below(4) {
                0 => self.line("forget customer.city"),
                1 => self.line("remember customer.orders = customer.orders + 1"),
                2 => self.line("remember customer.size = large"),
                _ => self.line("forget customer.name"),
            },
            8 => self.ask_card(),
            9..=11 => self.choose(false),
            12 => self.form(),
            13 | 14 => self.call(),
            15 => self.decide(),
            16 => self.match_size(),
            17 => self.wait(),
            18 => {
                if self.flow < self.flows && !self.in_always {
                    let flow = self.flow + 1;
                    self.line(&format!("run flow{flow}"));
                } else {
                    self.line("run thank");
                }
            }
            19 => {
                let name = self.random.word(&["support", "sales"]);
                self.line(&format!("escalate to {name}"));
            }
            20 => self.items(),
            21 => self.compute(),
            22 => self.ask_queue(),
            23 => {
                let name = self.name("n");
                self.line(&format!("let {name} = run pick"));
                self.line(&format!("if {name} is known {{ say \"You need {{{name}}}.\" }}"));
            }
            24 if self.is_new("verify") => {
                self.open("verify customer.email");
                self.line("invalid \"That is not the code.\"");
                self.line("tries 2 { say \"Enough of codes.\" }");
                self.line("silence 3m -> finish unresolved");
                self.line("failed { say \"No address.\" }");
                self.close();
            }
            _ => self.vary(),
        }
    }

    fn variable(&mut self, kinds: &[Kind]) -> Option<String> {
        let fitting: Vec<String> = self
            .known
            .iter()
            .filter(|(_, kind)| kinds.contains(kind))
            .map(|(name, _)| name.clone())
            .collect();
        self.random.one(&fitting).cloned()
    }

    fn say(&mut self) {
        let shown = self.variable(&[
            Kind::Text,
            Kind::City,
            Kind::Order,
            Kind::Quantity,
            Kind::Size,
            Kind::Money,
            Kind::YesNo,
        ]);
        let number = self.names;
        match (self.random.below(10), shown) {
            (8, shown) => self.offer(number, shown),
            (0, _) => {
                self.open("say one of");
                self.line(&format!("\"One {number}.\""));
                self.line(&format!("\"Two {number}.\""));
                self.close();
            }
            (1, _) => {
                self.open("say \"Look.\"");
                self.line("image \"https://x.example/a.png\" alt \"A\"");
                self.line("button \"Shop\" opens \"https://x.example/shop\"");
                if self.random.chance(50) {
                    self.line("on sms \"Look: x.example\"");
                }
                self.close();
            }
            (2, _) => self.line("say \"Hello {customer.name else \"you\"}.\""),
            (3, _) => self.line("say \"Misunderstood {conversation.misunderstood}.\""),
            (_, Some(name)) => self.line(&format!("say \"It is {{{name}}}.\"")),
            (_, None) => self.line(&format!("say \"Words {number}.\"")),
        }
    }

    /// A message with buttons that lead on.
    fn offer(&mut self, number: usize, shown: Option<String>) {
        if self.random.chance(20) {
            self.open("say one of");
            self.line(&format!("\"Offer {number}.\""));
            self.line(&format!("\"Another offer {number}.\""));
            let end = self.out.trim_end().len();
            self.out.truncate(end);
            self.out.push('\n');
            self.indent -= 1;
            self.open("}");
        } else {
            self.open(&format!("say \"Offer {number}.\""));
        }
        let known = self.known.len();
        let asked = self.random.chance(40);
        match shown {
            Some(name) => self.line(&format!(
                "button \"Tell {number}\" {{ say \"It is {{{name}}}.\" }}"
            )),
            None if asked => {
                self.depth += 1;
                self.open(&format!("button \"Tell {number}\""));
                self.ask();
                self.close();
                self.depth -= 1;
                self.known.truncate(known);
            }
            None => self.line(&format!("button \"Tell {number}\" {{ say \"Nothing.\" }}")),
        }
        if self.random.chance(60) {
            let target = self.target();
            self.line(&format!("button \"Go on\" -> {target}"));
        }
        if self.random.chance(40) {
            let plain = self.random.word(&["Large", "How much", "2", "Yes"]);
            self.line(&format!("button \"{plain}\""));
        }
        if self.random.chance(30) {
            let item = self.name("k");
            self.open(&format!(
                "cards {item} from [(id: \"Ale\", price: 3 EUR), (id: \"Corn\", price: 1 EUR)] at most 2"
            ));
            self.line(&format!("title \"{{{item}.id}}\""));
            self.line(&format!("button \"Take\" {{ say \"You take {{{item}.id}}.\" }}"));
            let target = self.target();
            self.line(&format!("button \"Only {{{item}.id}}\" -> {target}"));
            self.close();
        }
        self.close();
    }

    fn call(&mut self) {
        if let (true, Some(city)) = (self.random.chance(60), self.variable(&[Kind::City])) {
            let name = self.name("q");
            self.open(&format!("let {name} = call shop.quote({city})"));
            self.failed(true);
            self.close();
            self.line(&format!("say \"It costs {{{name}.price}} and takes {{{name}.days | plural one \"day\" other \"days\"}}.\""));
            self.known.push((name, Kind::Quote));
            return;
        }
        if let (Some(order), Some(count)) = (self.variable(&[Kind::Order]), self.variable(&[Kind::Quantity]))
        {
            self.open(&format!("call shop.book(order: {order}, count: {count})"));
            if self.random.chance(60) {
                self.line("taken { say \"Somebody was faster.\" }");
            }
            if self.random.chance(50) {
                self.line("failed { say \"That did not work.\" }");
            }
            if self.random.chance(40) {
                self.line("waiting 2s { say \"One moment.\" }");
            }
            self.close();
            return;
        }
        match self.random.below(3) {
            0 => self.line("call shop.note(\"hello\")"),
            1 => self.line("call shop.note(\"hello\") { failed { say \"Not noted.\" } }"),
            _ => {
                self.open("call shop.note(\"hello\")");
                self.line("waiting 2s { say \"One moment.\" }");
                let target = self.target();
                self.line(&format!("failed -> {target}"));
                self.close();
            }
        }
    }

    /// The ways of a call whose result is used behind it.
    fn failed(&mut self, leaves: bool) {
        if self.random.chance(30) {
            self.line("waiting 2s { say \"I am asking.\" }");
        }
        let target = match self.steps.is_empty() || !leaves {
            true => "finish unresolved".to_owned(),
            false => self.steps[self.steps.len() - 1].clone(),
        };
        self.line(&format!("failed -> {target}"));
    }

    fn decide(&mut self) {
        let condition =
            match self.variable(&[Kind::Quantity, Kind::YesNo, Kind::Size, Kind::Money, Kind::City]) {
                Some(name) => {
                    let kind = self
                        .known
                        .iter()
                        .rfind(|(known, _)| *known == name)
                        .map(|(_, kind)| *kind);
                    match kind {
                        Some(Kind::Quantity) => format!("{name} > 4"),
                        Some(Kind::YesNo) => format!("not {name}"),
                        Some(Kind::Size) => format!("{name} is large"),
                        Some(Kind::Money) => format!("{name} * 2 > 60 EUR"),
                        _ => format!("contains({name}, \"u\")"),
                    }
                }
                None => self
                    .random
                    .word(&[
                        "customer.orders > 1",
                        "customer.size is known",
                        "count(paid, 1d) >= 1",
                        "open(day_desk)",
                        "conversation.channel is sms",
                    ])
                    .to_owned(),
            };
        self.block(&format!("if {condition}"));
        if self.random.chance(50) {
            // The brace of the block before it and the `else` share a line.
            let end = self.out.trim_end().len();
            self.out.truncate(end);
            let known = self.known.len();
            self.out.push_str(" else {\n");
            self.indent += 1;
            self.depth += 1;
            self.statement();
            self.depth -= 1;
            self.close();
            self.known.truncate(known);
        }
    }

    fn match_size(&mut self) {
        let Some(name) = self.variable(&[Kind::Size]) else {
            return self.say();
        };
        self.open(&format!("match {name}"));
        self.block("small");
        if self.random.chance(50) {
            self.line("medium, large { say \"Not small.\" }");
        } else {
            self.line("otherwise { say \"Otherwise.\" }");
        }
        self.close();
    }

    fn wait(&mut self) {
        let which = self.random.below(3);
        if !self.is_new(&format!("wait {}", which.min(1))) {
            return self.say();
        }
        match which {
            0 => {
                let span = self.random.word(&["30s", "5m"]);
                self.line(&format!("wait {span}"));
            }
            1 => {
                self.open("wait for paid within 10m");
                self.line("otherwise { say \"Not paid.\" }");
                self.close();
            }
            _ => {
                let name = self.name("p");
                self.open(&format!(
                    "wait for paid if event.total > 10 EUR as {name} within 6m"
                ));
                self.line("otherwise -> finish unresolved");
                self.close();
                self.line(&format!("say \"{{{name}.order}} is paid: {{{name}.total}}.\""));
            }
        }
    }

    fn items(&mut self) {
        let name = self.name("l");
        self.open(&format!("let {name} = call shop.items(\"fruit\")"));
        self.failed(false);
        self.close();
        match self.random.below(3) {
            0 => {
                let item = self.name("i");
                self.open(&format!("for each {item} in {name} at most 2"));
                if self.random.chance(50) {
                    self.open(&format!("say \"{{{item}.label}} for {{{item}.price}}.\""));
                    self.line(&format!(
                        "button \"Buy {{{item}.label}}\" {{ say \"One {{{item}.label}}.\" }}"
                    ));
                    self.close();
                } else {
                    self.line(&format!("say \"{{{item}.label}} for {{{item}.price}}.\""));
                }
                self.close();
            }
            1 => {
                let item = self.name("i");
                self.open("say \"Look at these:\"");
                self.open(&format!("cards {item} from {name} at most 3"));
                self.line(&format!("title \"{{{item}.label}}\""));
                self.line(&format!("text \"{{{item}.price}}\""));
                self.line(&format!(
                    "button \"See it\" opens \"https://x.example/{{{item}.id}}\""
                ));
                if self.random.chance(60) {
                    self.line(&format!("button \"Buy\" {{ say \"One {{{item}.label}}.\" }}"));
                }
                self.close();
                self.close();
            }
            _ => {
                let item = self.name("i");
                self.open(&format!(
                    "choose {item} from {name} if {item}.free at most 3 \"Which one ({item})?\""
                ));
                self.line(&format!(
                    "each \"{{{item}.label}}\" {{ say \"You take {{{item}.label}}.\" }}"
                ));
                if self.random.chance(60) {
                    self.line("\"None of these\" -> finish unresolved");
                }
                self.line("none -> finish unresolved");
                self.silence();
                self.close();
            }
        }
        self.known.push((name, Kind::Items));
    }

    fn compute(&mut self) {
        let name = self.name("v");
        if let Some(quantity) = self.variable(&[Kind::Quantity]) {
            self.line(&format!("let {name} = {quantity} * 5 EUR"));
            self.known.push((name, Kind::Money));
        } else if let Some(money) = self.variable(&[Kind::Money]) {
            self.line(&format!("let {name} = {money} + 10 EUR"));
            self.known.push((name, Kind::Money));
        } else {
            let value = self.random.word(&["customer.name else \"nobody\"", "\"a text\""]);
            self.line(&format!("let {name} = {value}"));
            self.known.push((name, Kind::Text));
        }
    }

    fn ask_queue(&mut self) {
        let name = self.name("w");
        let queue = self.random.word(&["desk", "day_desk"]);
        self.open(&format!(
            "ask queue {queue} {name}: quantity \"How many can we give ({name})?\""
        ));
        self.line("closed -> finish unresolved");
        self.line("nobody 10m -> finish unresolved");
        self.close();
        self.line(&format!("say \"We can give {{{name}}}.\""));
        self.known.push((name, Kind::Quantity));
    }

    fn vary(&mut self) {
        // No lot of its own: bots of known numbers stay as they are.
        let experiment = ["colours", "shapes"][self.out.len() % 2];
        self.open(&format!("vary {experiment}"));
        self.line("red { say \"Red.\" }");
        self.block("blue");
        self.close();
    }
}

/// The bot with numbers before its lines, for a person who looks for the cause of a finding.
pub fn numbered(source: &str) -> String {
    let mut out = String::new();
    for (place, line) in source.lines().enumerate() {
        let _ = writeln!(out, "{:4} {line}", place + 1);
    }
    out
}
