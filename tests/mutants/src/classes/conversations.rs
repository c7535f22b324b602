//! BF-C: conversations as tests.

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["chat-syntax"],
        done: "a line is written that none can be",
        seed: chat_syntax,
    },
    Class {
        names: &["chat-unknown-name"],
        done: "a flow, a call, an event, a person, a channel or an outcome is misspelt",
        seed: chat_unknown_name,
    },
    Class {
        names: &["chat-stub-missing"],
        done: "what a system gives is not told any more",
        seed: chat_stub_missing,
    },
    Class {
        names: &["chat-stub-unused"],
        done: "a conversation tells what another system gives",
        seed: chat_stub_unused,
    },
    Class {
        names: &["chat-never-checks"],
        done: "a conversation loses all that it asserts",
        seed: chat_never_checks,
    },
    Class {
        names: &["chat-unreachable-line"],
        done: "the bot speaks before anybody has, or says something and nothing at once",
        seed: chat_unreachable_line,
    },
];

/// A line of a file of conversations.
struct Line<'t> {
    file: usize,
    /// Where it begins.
    start: usize,
    /// Without its end.
    text: &'t str,
}

impl Line<'_> {
    fn whole(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.text.len() + 1
    }

    fn end(&self) -> usize {
        self.start + self.text.len() + 1
    }

    /// Without this line.
    fn gone(&self, what: &str) -> Mutant {
        Mutant::new(what).replace(File::Chat(self.file), self.whole(), "")
    }

    /// With another line behind it.
    fn behind(&self, what: &str, line: &str) -> Mutant {
        Mutant::new(what).replace(File::Chat(self.file), self.end()..self.end(), format!("{line}\n"))
    }

    /// With another one in place of a word of it.
    fn misspelt(&self, word: &str) -> Option<Mutant> {
        let at = self.start + self.text.find(word)?;
        let (head, tail) = word.split_at_checked(word.len().checked_sub(2)?)?;
        let wrong: String = head.chars().chain(tail.chars().rev()).chain(['q']).collect();
        Some(Mutant::new(format!("`{wrong}`")).replace(File::Chat(self.file), at..at + word.len(), wrong))
    }
}

/// A conversation: its head, and what stands below it.
struct Scene<'t> {
    head: Line<'t>,
    lines: Vec<Line<'t>>,
}

impl Scene<'_> {
    /// Whether it begins under another version, or under what the bot is not alone responsible for.
    fn is_of_another_version(&self) -> bool {
        self.lines.iter().any(|line| line.text.starts_with("version "))
    }

    fn has(&self, start: &str) -> bool {
        self.lines.iter().any(|line| line.text.starts_with(start))
    }
}

fn scenes(bot: &Bot) -> Vec<Scene<'_>> {
    let mut scenes: Vec<Scene<'_>> = Vec::new();
    for (file, source) in bot.conversations.iter().enumerate() {
        let mut start = 0;
        let mut fresh = true;
        for text in source.text.split_inclusive('\n') {
            let line = Line {
                file,
                start,
                text: text.trim_end_matches('\n'),
            };
            start += text.len();
            // The last line of a file may have no end.
            if !text.ends_with('\n') {
                continue;
            }
            if line.text.starts_with("conversation ") {
                scenes.push(Scene {
                    head: line,
                    lines: Vec::new(),
                });
                fresh = false;
            } else if let Some(scene) = scenes.last_mut().filter(|_| !fresh) {
                scene.lines.push(line);
            }
        }
    }
    scenes
}

fn chat_syntax(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for scene in scenes(bot) {
        for line in &scene.lines {
            let range = line.start..line.start + line.text.len();
            let wrong = match line.text.split(' ').next() {
                Some("+") => "+ ten minutes",
                Some("=") => "= somewhere else",
                Some("at") => "at noon",
                Some(">") => "» hello",
                Some("@") => "@",
                Some("stub") => "stub = 5",
                Some("!") => "! call(",
                _ => continue,
            };
            mutants.push(Mutant::new(wrong).replace(File::Chat(line.file), range, wrong));
        }
    }
    mutants
}

fn chat_unknown_name(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for scene in scenes(bot) {
        if scene.is_of_another_version() {
            continue;
        }
        for line in &scene.lines {
            let words: Vec<&str> = line.text.split([' ', '(', ')', ',', ':']).collect();
            let word = match &words[..] {
                ["=", "at", place, ..] => place,
                ["=", "finished", outcome, ..] => outcome,
                ["=", "owner", owner, ..] => owner,
                ["@", _, "on", channel, ..] => channel,
                ["stub", call, ..] => call,
                ["*", "call", call, ..] => call,
                ["*", "trigger", trigger, ..] => trigger,
                ["*", "stage", stage, ..] => stage,
                ["*", "goal", goal, ..] => goal,
                ["*", "consent", consent, ..] => consent,
                // What is reported with nothing in it.
                ["!", event] if event.len() > 3 => event,
                ["person", _, "", field, ..] if line.text.contains(" (") => field,
                _ => continue,
            };
            mutants.extend(line.misspelt(word));
        }
    }
    mutants
}

fn call_of<'t>(line: &Line<'t>) -> Option<&'t str> {
    line.text
        .strip_prefix("stub ")
        .or_else(|| line.text.strip_prefix("* call "))
        .and_then(|rest| rest.split(['(', ' ']).next())
}

fn chat_stub_missing(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for scene in scenes(bot).iter().filter(|scene| !scene.is_of_another_version()) {
        for line in scene.lines.iter().filter(|line| line.text.starts_with("stub ")) {
            let mut same = scene
                .lines
                .iter()
                .filter(|other| other.text.starts_with("stub ") && call_of(other) == call_of(line));
            let asked = scene
                .lines
                .iter()
                .find(|other| other.text.starts_with("* call ") && call_of(other) == call_of(line));
            if let (Some(_), None, Some(asked)) = (same.next(), same.next(), asked) {
                mutants.push(line.gone("no stub").at(File::Chat(asked.file), asked.whole()));
            }
        }
    }
    mutants
}

fn chat_stub_unused(bot: &Bot) -> Vec<Mutant> {
    let all = scenes(bot);
    let stubs: Vec<&Line<'_>> = all
        .iter()
        .filter(|scene| !scene.is_of_another_version())
        .flat_map(|scene| &scene.lines)
        .filter(|line| line.text.starts_with("stub "))
        .collect();
    let mut mutants = Vec::new();
    for (nth, scene) in all
        .iter()
        .filter(|scene| !scene.is_of_another_version())
        .enumerate()
    {
        // Where nothing of the bot's is written yet, nobody knows what it calls.
        if !scene.has("<") {
            continue;
        }
        let missing = |stub: &&&Line<'_>| !scene.lines.iter().any(|line| call_of(line) == call_of(stub));
        let turned = stubs.iter().cycle().skip(nth).take(stubs.len());
        if let (Some(stub), Some(first)) = (turned.into_iter().find(missing), scene.lines.first()) {
            // `at` and `person` may only stand above.
            let last = scene
                .lines
                .iter()
                .take_while(|line| {
                    ["at ", "person ", "stub ", "version "]
                        .iter()
                        .any(|word| line.text.starts_with(word))
                })
                .last()
                .unwrap_or(first);
            mutants.push(last.behind("nobody asks for it", stub.text));
        }
    }
    mutants
}

fn chat_never_checks(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for scene in scenes(bot) {
        let mut mutant = Mutant::new("nothing is asserted");
        let mut says = false;
        for line in &scene.lines {
            let asserts = ["<", "=", "*", "  "]
                .iter()
                .any(|mark| line.text.starts_with(mark));
            // What a system gives nobody asks for then.
            let told = line.text.starts_with("stub ");
            if asserts || told {
                mutant = mutant.replace(File::Chat(line.file), line.whole(), "");
            }
            says |= line.text.starts_with("> ");
        }
        if says {
            mutants.push(mutant.at(File::Chat(scene.head.file), scene.head.whole()));
        }
    }
    mutants
}

fn chat_unreachable_line(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for scene in scenes(bot).iter().filter(|scene| !scene.is_of_another_version()) {
        let mut begun = false;
        for (at, line) in scene.lines.iter().enumerate() {
            let starts = ["> ", "! ", "+ ", "~ "]
                .iter()
                .any(|mark| line.text.starts_with(mark));
            if starts && !begun {
                begun = true;
                let place = line.start..line.start;
                mutants.push(Mutant::new("before anybody has spoken").replace(
                    File::Chat(line.file),
                    place,
                    "< Here I am.\n",
                ));
            }
            // Behind the last line of what the bot says.
            let next = scene.lines.get(at + 1).map_or("", |next| next.text);
            if line.text.starts_with("< ") && next.starts_with("> ") {
                mutants.push(line.behind("nothing at once", "= nothing said"));
            }
            if line.text == "= nothing said" {
                mutants.push(line.behind("something at once", "< Are you there?"));
            }
        }
        if let Some(first) = scene.lines.iter().find(|line| line.text.starts_with("> ")) {
            mutants.push(first.behind("a version that is not there", "! new version"));
        }
    }
    mutants
}
