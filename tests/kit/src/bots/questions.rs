//! Questions by chance: `ask`, `choose` and `form` with all that can stand in them.

use super::{Kind, Writer};

impl Writer {
    pub(super) fn ask(&mut self) {
        let name = self.name("a");
        let (kind, ty, words) = match self.random.below(8) {
            0 => (Kind::Text, "text", "Say anything"),
            1 => (Kind::City, "city", "Which city"),
            2 => (Kind::Order, "order_number", "Which order"),
            3 => (Kind::Quantity, "quantity", "How many"),
            4 => (Kind::YesNo, "yes_no", "Yes or no"),
            5 | 6 => (Kind::Size, "size", "Which size"),
            _ => (Kind::Money, "money", "How much money"),
        };
        let head = format!("ask {name}: {ty} \"{words} ({name})?\"");
        let optional = self.ask_items(&head, Some((&name, kind)), self.depth < 3);
        if !optional {
            self.known.push((name, kind));
        }
    }

    /// Whether a place of this name has not been written in this flow yet.
    pub(super) fn is_new(&mut self, place: &str) -> bool {
        let is_new = !self.places.iter().any(|known| known == place);
        if is_new {
            self.places.push(place.to_owned());
        }
        is_new
    }

    pub(super) fn ask_card(&mut self) {
        let which = self.random.below(4);
        if !self.is_new(&format!("ask {which}")) {
            return self.say();
        }
        match which {
            3 => self.ask_items("ask customer.email \"Your address?\"", None, true),
            0 => self.ask_items("ask customer.name \"Your name?\"", None, true),
            1 => self.ask_items("ask customer.city \"Your city?\"", None, true),
            _ => self.ask_items("ask customer.size \"Your size?\"", None, true),
        };
    }

    /// The items of an `ask`. Whether its answer may stay unknown.
    pub(super) fn ask_items(&mut self, head: &str, answer: Option<(&str, Kind)>, ways: bool) -> bool {
        let mut optional = false;
        if self.random.chance(30) {
            self.line(head);
            return false;
        }
        self.open(head);
        if self.random.chance(20) {
            self.line("hint \"For example this\"");
        }
        if let Some((_, kind)) = answer
            && self.random.chance(40)
        {
            match kind {
                Kind::City if self.random.chance(30) => {
                    self.line("suggest \"Oradea\"");
                    self.line("suggest from [\"Cluj\", \"Iași\", \"Berlin\"] at most 2");
                    self.line("suggest \"Bacău\"");
                }
                Kind::City => self.line("suggest \"Cluj\", \"Iași\", \"Berlin\""),
                Kind::Size if self.random.chance(30) => self.line("suggest from [large, medium]"),
                Kind::Money if self.random.chance(30) => {
                    self.line("suggest from [5 EUR * (1 + customer.orders), 50 EUR]");
                }
                Kind::Size => self.line("suggest \"Small\", \"Large\""),
                Kind::Money => self.line("suggest \"20 EUR\", \"50 EUR\""),
                Kind::Quantity => self.line("suggest \"2\", \"5\""),
                Kind::Text => self.line("suggest \"Nothing\", \"Something\""),
                _ => {}
            }
        }
        if let Some((name, kind)) = answer
            && self.random.chance(25)
        {
            let condition = match kind {
                Kind::Quantity => Some(format!("{name} < 8")),
                Kind::Money => Some(format!("{name} >= 5 EUR")),
                Kind::Text | Kind::City => Some(format!("length({name}) > 2")),
                Kind::Size => Some(format!("{name} is not medium")),
                _ => None,
            };
            if let Some(condition) = condition {
                if self.random.chance(60) {
                    self.line(&format!("check {condition} otherwise \"That is not possible.\""));
                } else {
                    self.line(&format!("check {condition} otherwise {{ say \"Not that.\" }}"));
                }
            }
        }
        if self.random.chance(40) {
            match self.random.below(3) {
                0 => self.line("invalid \"I can't read that.\""),
                1 => self.line("invalid { say \"Hm.\" }"),
                _ => {
                    self.open("invalid one of");
                    self.line("\"No.\"");
                    self.line("\"Not that.\"");
                    self.close();
                }
            }
        }
        if ways && self.random.chance(40) {
            let tries = 1 + self.random.below(3);
            self.tries(tries);
        }
        self.silence();
        if let Some((_, kind)) = answer
            && self.random.chance(10)
        {
            let with = match kind {
                Kind::Size => " with small",
                Kind::Quantity => " with 4",
                Kind::Money => " with 9 EUR",
                Kind::YesNo => " with yes",
                Kind::Text | Kind::City => " with \"Cluj\"",
                _ => "",
            };
            optional = with.is_empty();
            self.line(&format!("skip if customer.orders > 1{with}"));
        }
        if self.random.chance(25) {
            self.line("again \"Once more?\"");
        }
        self.close();
        optional
    }

    pub(super) fn tries(&mut self, tries: usize) {
        let target = self.target();
        match self.random.below(3) {
            0 => self.line(&format!("tries {tries} -> {target}")),
            1 => {
                self.open(&format!("tries {tries}"));
                self.line("say \"Let us try anew.\"");
                self.close();
            }
            _ => {
                self.open(&format!("tries {tries}"));
                self.line("say \"Enough.\"");
                self.line(&format!("-> {target}"));
                self.close();
            }
        }
    }

    /// Where a way can lead to that does not come back.
    pub(super) fn target(&mut self) -> String {
        if !self.steps.is_empty() && self.random.chance(50) {
            let steps = self.steps.clone();
            return self.random.one(&steps).cloned().unwrap_or_default();
        }
        let mut targets = vec![
            "finish unresolved",
            "escalate to support",
            "run thank",
            "again",
            "back",
            "run pick then again",
        ];
        if self.flow > 0 {
            targets.push("return");
        }
        self.random
            .one(&targets)
            .copied()
            .unwrap_or("finish resolved")
            .to_owned()
    }

    pub(super) fn silence(&mut self) {
        if self.random.chance(25) {
            self.line("silence 1m \"Are you there?\"");
        }
        if self.random.chance(20) {
            let target = self.target();
            match self.random.below(2) {
                0 => self.line(&format!("silence 10m -> {target}")),
                _ => self.line("silence 4m { say \"I wait.\" }"),
            }
        }
    }

    /// A question with options. In a step it must come first, so that no round goes without a question.
    pub(super) fn choose(&mut self, first: bool) {
        let deep = self.depth >= 3;
        let name = self.name("c");
        let several = !first && self.random.chance(12);
        let word = if several { "choose several" } else { "choose" };
        self.open(&format!("{word} {name} \"Choose ({name}).\""));
        let known = self.known.len();
        let labels = [
            "Apples",
            "Green pears",
            "Plums and figs",
            "Nothing at all",
            "Talk to us",
        ];
        let count = 2 + self.random.below(3);
        for (place, label) in labels.iter().take(count).enumerate() {
            let condition = match self.random.chance(15) && place > 0 {
                true => " if customer.orders < 2",
                false => "",
            };
            let words = match self.random.chance(20) {
                true => [
                    " words \"fruit\"",
                    " words \"pear\"",
                    " words \"fig\"",
                    " words \"zero\"",
                    " words \"us\"",
                ][place],
                false => "",
            };
            let head = format!("\"{label}\"{condition}{words}");
            match self.random.below(if deep || several { 2 } else { 6 }) {
                0 | 1 => self.line(&format!("{head} {{ say \"{label} it is.\" }}")),
                2 => {
                    let target = self.target();
                    self.line(&format!("{head} -> {target}"));
                }
                3 if place > 0 => self.line(&format!("{head} opens \"https://x.example/{place}\"")),
                _ => self.block(&head),
            }
        }
        if self.random.chance(25) {
            match self.random.below(3) {
                0 => self.line("otherwise { say \"Something else, then.\" }"),
                1 => {
                    self.open("otherwise");
                    self.line("say \"One of these, please.\"");
                    self.line("-> again");
                    self.close();
                }
                _ => self.line("otherwise \"As you like.\""),
            }
        }
        if self.random.chance(25) {
            let tries = 1 + self.random.below(3);
            self.tries(tries);
        }
        self.silence();
        if self.random.chance(20) {
            self.line("again \"Choose, please.\"");
        }
        self.known.truncate(known);
        self.close();
    }

    pub(super) fn form(&mut self) {
        if self.in_always {
            return self.say();
        }
        let name = self.name("form");
        self.open(&format!("form {name}"));
        self.depth += 3;
        let count = 2 + self.random.below(3);
        if self.random.chance(40) {
            self.line("say \"A few questions.\"");
        }
        for place in 0..count {
            self.ask();
            if let Some((name, _)) = self.known.last() {
                self.asked.push(name.clone());
            }
            if place == 1 && self.random.chance(30) {
                let known = self.known.len();
                self.open("if customer.orders > 0");
                self.ask();
                self.close();
                self.known.truncate(known);
            }
        }
        self.depth -= 3;
        self.close();
    }
}
