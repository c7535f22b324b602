//! The generator: walks the grammar as data and takes, at each choice, one of the ways; rare ways more often.

use super::{Piece, Random, Role};
use crate::flow;
use pest_meta::ast::{Expr, RuleType};
use pest_meta::parser;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Makes sentences of `flow.pest`.
pub struct Generator {
    rules: Vec<Definition>,
    index: BTreeMap<String, usize>,
    keywords: Vec<String>,
    /// The keywords that may be labels, and those that may be names.
    labels: Vec<String>,
    names: Vec<String>,
    /// How often each alternative of each choice was taken.
    taken: Vec<Vec<u32>>,
    /// How often each rule was entered.
    entered: Vec<u32>,
}

struct Definition {
    name: String,
    atomic: Atomic,
    body: Rc<Part>,
    /// How many rules deep the shortest sentence of this rule is.
    cost: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Atomic {
    /// Spaces may stand between the parts, unless the caller forbids them.
    Inherit,
    /// One piece.
    Token,
    /// Pieces without space between them.
    Compound,
    /// Spaces may stand between the parts, whatever the caller says.
    Free,
}

enum Part {
    /// Something that reads nothing.
    Nothing,
    Text(String),
    Range(char, char),
    Rule(usize),
    Builtin(Builtin),
    All(Vec<Part>),
    OneOf(usize, Vec<Part>),
    Repeat(Box<Part>, u32, u32),
}

#[derive(Clone, Copy)]
enum Builtin {
    Any,
    Start,
    Continue,
    Letter,
    Upper,
    Digit,
}

const ENDLESS: u32 = 1 << 20;

impl Default for Generator {
    fn default() -> Self {
        Self::new()
    }
}

impl Generator {
    /// Reads the grammar.
    pub fn new() -> Generator {
        let pairs = parser::parse(parser::Rule::grammar_rules, flow::SOURCE)
            .expect("flow.pest is a grammar: it compiles");
        let rules = parser::consume_rules(pairs).expect("flow.pest is a grammar: it compiles");
        let index: BTreeMap<String, usize> = rules
            .iter()
            .enumerate()
            .map(|(number, rule)| (rule.name.clone(), number))
            .collect();
        let mut taken = Vec::new();
        let definitions = rules
            .iter()
            .map(|rule| Definition {
                name: rule.name.clone(),
                atomic: match rule.ty {
                    RuleType::Atomic => Atomic::Token,
                    RuleType::CompoundAtomic => Atomic::Compound,
                    RuleType::NonAtomic => Atomic::Free,
                    RuleType::Normal | RuleType::Silent => Atomic::Inherit,
                },
                body: Rc::new(convert(&rule.expr, &index, &mut taken)),
                cost: ENDLESS,
            })
            .collect();
        let keywords = rules
            .iter()
            .filter_map(|rule| rule.name.strip_prefix("k_"))
            .filter(|word| {
                !word.contains("open_") && !word.contains("close_") && *word != "begin" && *word != "minus"
            })
            .map(str::to_owned)
            .collect();
        let keywords: Vec<String> = keywords;
        let without = |keywords: &[String], rule: &str| -> Vec<String> {
            let mut reserved = Vec::new();
            alternatives(&rules[index[rule]].expr, &mut reserved);
            let reserved: Vec<String> = reserved.iter().map(|expr| expr.to_string()).collect();
            keywords
                .iter()
                .filter(|word| !reserved.contains(&format!("k_{word}")))
                .cloned()
                .collect()
        };
        let labels = without(&keywords, "hard_word");
        let names = without(&labels, "soft_word");
        let entered = vec![0; rules.len()];
        let mut generator = Generator {
            rules: definitions,
            index,
            keywords,
            labels,
            names,
            taken,
            entered,
        };
        generator.find_costs();
        generator
    }

    /// The keywords of the language.
    pub fn keywords(&self) -> &[String] {
        &self.keywords
    }

    /// The rules, with how often each was entered since the beginning.
    pub fn coverage(&self) -> impl Iterator<Item = (&str, u32)> {
        self.rules
            .iter()
            .zip(&self.entered)
            .map(|(rule, count)| (rule.name.as_str(), *count))
    }

    /// One file. It is nearly always a sentence; only what a look ahead forbids can make it none.
    pub fn sentence(&mut self, random: &mut Random) -> Vec<Piece> {
        let mut walk = Walk {
            generator: self,
            random,
            pieces: Vec::new(),
            spaced: true,
            token: None,
        };
        let file = walk.generator.index["file"];
        // Mostly shallow sentences, so that many go into little time; some deep ones.
        let budget = if walk.random.chance(97) { 28 } else { 42 };
        walk.rule(file, budget);
        walk.pieces
    }

    fn find_costs(&mut self) {
        loop {
            let mut changed = false;
            for number in 0..self.rules.len() {
                let cost = self.cost(&self.rules[number].body).saturating_add(1).min(ENDLESS);
                if cost < self.rules[number].cost {
                    self.rules[number].cost = cost;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }

    fn cost(&self, part: &Part) -> u32 {
        match part {
            Part::Nothing | Part::Text(_) | Part::Range(..) | Part::Builtin(_) => 0,
            Part::Rule(number) => self.rules[*number].cost,
            Part::All(parts) => parts.iter().map(|part| self.cost(part)).max().unwrap_or(0),
            Part::OneOf(_, parts) => parts.iter().map(|part| self.cost(part)).min().unwrap_or(0),
            Part::Repeat(_, 0, _) => 0,
            Part::Repeat(part, ..) => self.cost(part),
        }
    }
}

struct Walk<'a> {
    generator: &'a mut Generator,
    random: &'a mut Random,
    pieces: Vec<Piece>,
    /// Whether the next piece may have space before it.
    spaced: bool,
    /// The piece under way, inside an atomic rule.
    token: Option<String>,
}

impl Walk<'_> {
    fn rule(&mut self, number: usize, budget: u32) {
        self.generator.entered[number] += 1;
        let atomic = self.generator.rules[number].atomic;
        let name = self.generator.rules[number].name.clone();
        if atomic == Atomic::Token && self.token.is_none() {
            let text = match self.word(&name) {
                Some(word) => word,
                None => {
                    self.token = Some(String::new());
                    self.body(number, &name, budget);
                    self.token.take().unwrap_or_default()
                }
            };
            let role = match name.as_str() {
                "k_open_paren" | "k_open_square" => Role::Open,
                "k_close_paren" | "k_close_square" => Role::Close,
                "k_open_hole" => Role::OpenHole,
                "k_close_hole" => Role::CloseHole,
                _ => Role::Plain,
            };
            return self.piece(text, role);
        }
        let spaced = self.spaced;
        match atomic {
            Atomic::Compound => {
                // The first piece has space before it as the caller has it; the others have none.
                let first = self.pieces.len();
                self.spaced = false;
                self.body(number, &name, budget);
                if let Some(piece) = self.pieces.get_mut(first) {
                    piece.tight = !spaced;
                }
            }
            Atomic::Free => {
                let first = self.pieces.len();
                self.spaced = true;
                self.body(number, &name, budget);
                if let Some(piece) = self.pieces.get_mut(first) {
                    piece.tight = !spaced;
                }
            }
            Atomic::Inherit | Atomic::Token => self.body(number, &name, budget),
        }
        self.spaced = spaced;
    }

    fn body(&mut self, number: usize, name: &str, budget: u32) {
        let body = Rc::clone(&self.generator.rules[number].body);
        self.part(&body, name, budget.saturating_sub(1));
    }

    fn piece(&mut self, text: String, role: Role) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece {
            text,
            tight: !self.spaced,
            role,
        });
    }

    fn characters(&mut self, text: &str) {
        match &mut self.token {
            Some(token) => token.push_str(text),
            None => {
                let role = if text == "\n" { Role::Newline } else { Role::Plain };
                self.piece(text.to_owned(), role);
            }
        }
    }

    fn part(&mut self, part: &Part, name: &str, budget: u32) {
        match part {
            Part::Nothing => {}
            Part::Text(text) => self.characters(text),
            Part::Range(from, to) => {
                let count = *to as usize - *from as usize + 1;
                let character = char::from_u32(*from as u32 + self.random.below(count) as u32);
                self.characters(
                    &character
                        .expect("ranges of the grammar hold no surrogates")
                        .to_string(),
                );
            }
            Part::Rule(number) => self.rule(*number, budget),
            Part::Builtin(builtin) => {
                let character = self.character(*builtin, name);
                self.characters(character.encode_utf8(&mut [0; 4]));
            }
            Part::All(parts) => parts.iter().for_each(|part| self.part(part, name, budget)),
            Part::OneOf(choice, parts) => {
                let taken = match name {
                    // Most of the grammar stands in flows.
                    "item" if self.random.chance(30) => self.flow_item(parts),
                    _ => self.choose(*choice, parts, budget),
                };
                self.part(&parts[taken], name, budget);
            }
            Part::Repeat(part, least, most) => {
                let fits = self.generator.cost(part) < budget;
                let more = if fits && least < most {
                    let room = (most - least).min(3) as usize;
                    // Few repetitions, most of the time: sentences are to be many, not long.
                    if self.random.chance(55) {
                        0
                    } else {
                        1 + self.random.below(room) as u32
                    }
                } else {
                    0
                };
                for _ in 0..least + more {
                    self.part(part, name, budget);
                }
            }
        }
    }

    fn flow_item(&self, parts: &[Part]) -> usize {
        let flow = self.generator.index["flow_item"];
        parts
            .iter()
            .position(|part| matches!(part, Part::Rule(number) if *number == flow))
            .unwrap_or(0)
    }

    /// One of the alternatives that can end within the budget; one seldom taken, more often than not.
    fn choose(&mut self, choice: usize, parts: &[Part], budget: u32) -> usize {
        let cheapest = parts
            .iter()
            .map(|part| self.generator.cost(part))
            .min()
            .unwrap_or(0);
        let limit = budget.max(cheapest);
        let fitting: Vec<usize> = (0..parts.len())
            .filter(|number| self.generator.cost(&parts[*number]) <= limit)
            .collect();
        let counts = &self.generator.taken[choice];
        let taken = if self.random.chance(40) {
            *fitting.iter().min_by_key(|number| counts[**number]).unwrap_or(&0)
        } else {
            *self.random.pick(&fitting)
        };
        self.generator.taken[choice][taken] += 1;
        taken
    }

    /// A word for a rule of names: short ones, and keywords, which are the interesting ones.
    fn word(&mut self, name: &str) -> Option<String> {
        if !matches!(name, "name" | "label" | "any_word") || self.random.chance(25) {
            return None;
        }
        const WORDS: &[&str] = &[
            "a", "city", "order", "topic", "mon", "EUR", "ru", "tier", "plural", "date", "short", "quote",
            "x1",
        ];
        const RARE: &[&str] = &[
            "Zürich",
            "цена",
            "名前",
            "_x",
            "matching1",
            "o\u{301}x",
            "ªb",
            "step2",
        ];
        Some(match self.random.below(20) {
            0..=12 => (*self.random.pick(WORDS)).to_owned(),
            13..=14 => (*self.random.pick(RARE)).to_owned(),
            _ => {
                let generator: &Generator = self.generator;
                let words = match name {
                    "name" => &generator.names,
                    "label" => &generator.labels,
                    _ => &generator.keywords,
                };
                self.random.pick(words).clone()
            }
        })
    }

    fn character(&mut self, builtin: Builtin, rule: &str) -> char {
        const START: &[char] = &['a', 'b', 'k', 'z', 'é', 'ц', '名'];
        const CONTINUE: &[char] = &['a', 'e', '0', '9', '_', 'é', 'я', '\u{301}'];
        const ANY: &[char] = &[
            'a', 'Z', ' ', '.', ',', '!', '?', '#', '(', ')', '}', '|', '“', '”', '€', '😀', '\t',
        ];
        match builtin {
            Builtin::Start => *self.random.pick(START),
            Builtin::Continue => *self.random.pick(CONTINUE),
            Builtin::Letter => *self.random.pick(&['e', 'n', 'r', 'u', 'B', 'R']),
            Builtin::Upper => *self.random.pick(&['E', 'U', 'R', 'D', 'X']),
            Builtin::Digit => char::from(b'0' + self.random.below(10) as u8),
            Builtin::Any if rule == "block_chunk" && self.random.chance(20) => '\n',
            Builtin::Any => *self.random.pick(ANY),
        }
    }
}

fn convert(expr: &Expr, index: &BTreeMap<String, usize>, taken: &mut Vec<Vec<u32>>) -> Part {
    let mut repeat = |inner: &Expr, least: u32, most: u32| {
        Part::Repeat(Box::new(convert(inner, index, taken)), least, most)
    };
    match expr {
        Expr::Str(text) | Expr::Insens(text) => Part::Text(text.clone()),
        Expr::Range(from, to) => {
            let first = |text: &str| text.chars().next().expect("a range has a character at each end");
            Part::Range(first(from), first(to))
        }
        Expr::Ident(name) => match index.get(name) {
            Some(number) => Part::Rule(*number),
            None => match name.as_str() {
                "ANY" => Part::Builtin(Builtin::Any),
                "XID_START" => Part::Builtin(Builtin::Start),
                "XID_CONTINUE" => Part::Builtin(Builtin::Continue),
                "ASCII_ALPHA" => Part::Builtin(Builtin::Letter),
                "ASCII_ALPHA_UPPER" => Part::Builtin(Builtin::Upper),
                "ASCII_DIGIT" => Part::Builtin(Builtin::Digit),
                "SOI" | "EOI" | "PEEK" | "DROP" | "POP" => Part::Nothing,
                other => unreachable!(
                    "flow.pest uses the built-in rule {other}, which the generator does not know"
                ),
            },
        },
        Expr::Seq(first, next) => {
            let mut parts = Vec::new();
            for side in [first, next] {
                match convert(side, index, taken) {
                    Part::All(more) if matches!(**side, Expr::Seq(..)) => parts.extend(more),
                    part => parts.push(part),
                }
            }
            Part::All(parts)
        }
        Expr::Choice(..) => {
            let mut sides = Vec::new();
            alternatives(expr, &mut sides);
            let parts: Vec<Part> = sides
                .into_iter()
                .map(|side| convert(side, index, taken))
                .collect();
            taken.push(vec![0; parts.len()]);
            Part::OneOf(taken.len() - 1, parts)
        }
        Expr::Opt(inner) => repeat(inner, 0, 1),
        Expr::Rep(inner) => repeat(inner, 0, u32::MAX),
        Expr::RepOnce(inner) => repeat(inner, 1, u32::MAX),
        Expr::RepExact(inner, count) => repeat(inner, *count, *count),
        Expr::RepMin(inner, least) => repeat(inner, *least, u32::MAX),
        Expr::RepMax(inner, most) => repeat(inner, 0, *most),
        Expr::RepMinMax(inner, least, most) => repeat(inner, *least, *most),
        Expr::Push(inner) => convert(inner, index, taken),
        // Looking ahead and pushing literals read nothing.
        _ => Part::Nothing,
    }
}

/// The alternatives of a choice, which the reader of grammars nests to the left.
fn alternatives<'a>(expr: &'a Expr, sides: &mut Vec<&'a Expr>) {
    match expr {
        Expr::Choice(first, next) => {
            alternatives(first, sides);
            alternatives(next, sides);
        }
        _ => sides.push(expr),
    }
}
