//! Generated bots, generated conversations and consents by chance: nothing that a trigger began is said unasked without
//! the consent it needs on that channel, nor to somebody who has opted out of it. The witness knows of consents and of
//! what was written only what goes in and comes out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use botflow_artifact::ConsentId;
use botflow_machine::{Consent, Effect, Event, EventKind, Numbers, Person, Rest, Speaker, Starter};
use botflow_scenario::engine::{Engine, MachineEngine, Standing};
use botflow_scenario::script;
use botflow_scenario::world::World;
use botflow_testkit::random::Random;
use botflow_testkit::{bots, talk};
use smol_str::SmolStr;

use crate::compare::act;
use crate::generated::config;
use crate::project::build;

const DAY: i64 = 24 * 3600 * 1000;

/// What was seen of one person.
#[derive(Default)]
struct Seen {
    /// Channels for which the consent for marketing is given now.
    agreed: BTreeSet<SmolStr>,
    opted_out: BTreeSet<SmolStr>,
    /// How often something was said in a conversation that a trigger began, unasked and in answer; and withheld.
    unasked: usize,
    answered: usize,
    withheld: usize,
}

/// An engine that is watched.
struct Watched<'a> {
    engine: MachineEngine<'a>,
    seen: Rc<RefCell<Seen>>,
    begun_by_trigger: bool,
    /// When and where the customer wrote in this conversation.
    wrote: Option<(i64, SmolStr)>,
}

impl Watched<'_> {
    /// Consent is also given and withdrawn elsewhere, as hosts report it.
    fn elsewhere(&mut self, number: u64, at: i64) {
        let channel = ["sms", "web"][(number % 2) as usize];
        let granted = match number % 7 {
            0 | 1 => false,
            4 => true,
            _ => return,
        };
        self.engine.person_mut().record(Consent {
            granted,
            ..Consent::given(ConsentId(0), channel, at)
        });
        let mut seen = self.seen.borrow_mut();
        match granted {
            true => seen.agreed.insert(channel.into()),
            false => seen.agreed.remove(channel),
        };
    }

    fn watch(&mut self, effects: &[Effect], at: i64) {
        let mut seen = self.seen.borrow_mut();
        let own = self.engine.person().channel.clone();
        for effect in effects {
            match effect {
                Effect::Consent(record) if record.granted => {
                    seen.agreed.insert(record.channel.clone());
                    seen.opted_out.remove(&record.channel);
                }
                Effect::Consent(record) => {
                    seen.agreed.remove(&record.channel);
                }
                Effect::OptedOut { channel } => {
                    seen.opted_out.insert(channel.clone());
                }
                Effect::OptedIn { channel } => {
                    seen.opted_out.remove(channel);
                }
                Effect::Withheld { .. } => seen.withheld += 1,
                Effect::Finished { .. } => {
                    self.begun_by_trigger = false;
                    self.wrote = None;
                }
                Effect::Send(message) if self.begun_by_trigger => {
                    let via = message
                        .envelope
                        .as_ref()
                        .and_then(|envelope| envelope.via.clone());
                    let channel = via.unwrap_or_else(|| own.clone());
                    let answers = self.wrote.as_ref();
                    if answers.is_some_and(|(wrote, on)| *on == channel && at - wrote < DAY) {
                        seen.answered += 1;
                        continue;
                    }
                    seen.unasked += 1;
                    assert!(
                        seen.agreed.contains(&channel),
                        "said on {channel} without consent"
                    );
                    assert!(
                        !seen.opted_out.contains(&channel),
                        "said on {channel} after opting out"
                    );
                }
                _ => {}
            }
        }
    }
}

impl Engine for Watched<'_> {
    fn standing(&self) -> Standing {
        self.engine.standing()
    }

    fn misunderstood(&self) -> u32 {
        self.engine.misunderstood()
    }
}

impl Speaker for Watched<'_> {
    fn turn(&mut self, event: Event, effects: &mut Vec<Effect>) {
        let at = event.at;
        let before = effects.len();
        let starts = matches!(
            event.kind,
            EventKind::Start {
                by: Starter::Trigger { .. },
                ..
            }
        );
        let writes = matches!(
            event.kind,
            EventKind::Message { .. } | EventKind::Press { .. } | EventKind::Media { .. }
        );
        let ran = self.engine.rest() != Rest::Ended;
        self.elsewhere(event.id, at);
        self.engine.turn(event, effects);
        if writes {
            self.wrote = Some((at, self.engine.person().channel.clone()));
            self.begun_by_trigger &= ran;
        }
        let mut new = &effects[before..];
        if starts && !matches!(new.first(), Some(Effect::Withheld { .. })) {
            // What ran before has ended first.
            let ended = new
                .iter()
                .position(|effect| matches!(effect, Effect::Finished { .. }));
            if let Some(ended) = ended.filter(|_| ran) {
                self.watch(&effects[before..=before + ended], at);
                new = &effects[before + ended + 1..];
            }
            self.begun_by_trigger = true;
            self.wrote = None;
        }
        self.watch(new, at);
    }

    fn person(&self) -> &Person {
        self.engine.person()
    }

    fn person_mut(&mut self) -> &mut Person {
        self.engine.person_mut()
    }

    fn timer(&self) -> Option<(u32, i64)> {
        self.engine.timer()
    }

    fn rest(&self) -> Rest {
        self.engine.rest()
    }

    fn awaits_event(&self, name: &str) -> bool {
        self.engine.awaits_event(name)
    }

    fn awaits_call(&self, number: u32) -> bool {
        self.engine.awaits_call(number)
    }

    fn awaits_colleagues(&self) -> bool {
        self.engine.awaits_colleagues()
    }

    fn offers(&self, payload: &str) -> bool {
        self.engine.offers(payload)
    }

    fn numbers(&self) -> Numbers {
        self.engine.numbers()
    }

    fn renumber(&mut self, id: Option<u64>, numbers: Numbers) {
        self.engine.renumber(id, numbers);
    }

    fn moves(&mut self) {
        self.wrote = None;
        self.engine.moves();
    }

    fn resumes(&mut self, at: i64, parked_for: i64, again: bool, effects: &mut Vec<Effect>) {
        let before = effects.len();
        if again {
            self.wrote = Some((at, self.engine.person().channel.clone()));
        }
        self.engine.resumes(at, parked_for, again, effects);
        self.watch(&effects[before..], at);
    }

    fn abandon(&mut self, at: i64, effects: &mut Vec<Effect>) {
        self.engine.abandon(at, effects);
    }
}

#[test]
fn nothing_is_said_unasked_without_consent() {
    let (mut unasked, mut answered, mut withheld) = (0, 0, 0);
    for seed in 0..24 {
        let source = bots::source(seed);
        let Ok(built) = build(vec![("bot.flow".to_owned(), source)], Some(config())) else {
            continue;
        };
        for number in 0..3 {
            let seen = Rc::new(RefCell::new(Seen::default()));
            let watched = Rc::clone(&seen);
            let program = &built.program;
            let factory = move |person| -> Box<dyn Engine + '_> {
                Box::new(Watched {
                    engine: MachineEngine::new(program, person),
                    seen: Rc::clone(&watched),
                    begun_by_trigger: false,
                    wrote: None,
                })
            };
            let mut world = World::new(program, Box::new(factory)).lenient();
            let mut random = Random::new(seed * 1000 + number);
            let agreed: Vec<&str> = ["web", "sms"].into_iter().filter(|_| random.chance(70)).collect();
            seen.borrow_mut().agreed = agreed.iter().map(SmolStr::new).collect();
            let consents: Vec<String> = agreed.iter().map(|on| format!("\"marketing on {on}\"")).collect();
            let person = format!(
                "person ana (language: en, channels: [sms, web], consents: [{}])",
                consents.join(", ")
            );
            play(&mut world, &["at 2026-03-02 10:00", &person, "@ ana on sms"]);
            for _ in 0..30 {
                let line = match random.below(12) {
                    0 | 1 => "! offered".to_owned(),
                    2 => format!("+ {}", random.word(&["1h", "2h", "6h", "25h"])),
                    3 => "! paid(order: \"204311\", total: 20 EUR)".to_owned(),
                    4 => format!("@ ana on {}", random.word(&["sms", "web"])),
                    5 => format!("> {}", random.word(&["stop", "start", "STOP", "yes", "1"])),
                    _ => talk::line(&mut random, &world.pressable()),
                };
                play(&mut world, &[&line]);
            }
            let seen = seen.borrow();
            unasked += seen.unasked;
            answered += seen.answered;
            withheld += seen.withheld;
        }
    }
    assert!(
        unasked > 20 && answered > 20 && withheld > 20,
        "it is a test of something: {unasked} unasked, {answered} answers, {withheld} withheld"
    );
}

/// Lets lines happen. What a line cannot do here is no concern of this test.
fn play(world: &mut World<'_>, lines: &[&str]) {
    let text = format!("conversation c\n{}\n", lines.join("\n"));
    let Ok(script) = script::parse(&text) else {
        return;
    };
    for line in script.conversations.iter().flat_map(|scene| &scene.lines) {
        let _ = act(world, &line.kind);
    }
}
