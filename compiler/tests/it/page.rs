//! Reads the pages of rules: their examples, and the marks below what a finding is about. The format is described
//! at `botflow_compiler::rules`.

/// One example of a page.
pub struct Example {
    /// Line of the page on which it begins, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// It shows the finding; else it shows how to write it.
    pub fails: bool,
    /// The text without the lines of marks.
    pub text: String,
    /// What is marked.
    pub marks: Vec<Mark>,
    /// `botflow.toml` that goes with it.
    pub config: Option<String>,
    /// `locales/ro.po` that goes with a flow.
    pub catalogue: Option<String>,
    /// A flow that goes with an example that is none.
    pub flow: Option<String>,
    /// A file of answers that goes with it.
    pub answers: Option<String>,
    /// The conversation that the first finding shows.
    pub conversation: Option<Vec<String>>,
    /// The version before, and what is marked there, of an example of an upgrade.
    pub before: Option<(String, Vec<Mark>)>,
}

/// The file that an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Flow,
    Config,
    /// A `locales/ro.po`.
    Catalogue,
    /// A file of a `faq`.
    Answers,
    /// A file of conversations.
    Chat,
}

/// A run of `^`: line and columns of the text without marks, in characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub line: usize,
    pub from: usize,
    pub to: usize,
}

/// The examples of a page in order, or what is wrong with the page.
pub fn examples(page: &str) -> Result<Vec<Example>, String> {
    let mut found: Vec<Example> = Vec::new();
    let (mut config, mut catalogue, mut flow, mut answers) = (None, None, None, None);
    let mut before: Option<(String, Vec<Mark>)> = None;
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let mut body = String::new();
        loop {
            let (_, line) = lines
                .next()
                .ok_or_else(|| format!("line {}: the example has no end", number + 1))?;
            if line == "```" {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        let (language, fails) = match info.split_once(' ') {
            Some((language, "fails")) => (language, Some(true)),
            Some((language, "passes")) => (language, Some(false)),
            Some(("flow", "before")) => {
                before = Some(without_marks(&body)?);
                continue;
            }
            Some(_) => {
                return Err(format!(
                    "line {}: `{info}` is neither `fails` nor `passes`",
                    number + 1
                ));
            }
            None => (info, None),
        };
        match (language, fails) {
            ("flow" | "toml" | "po" | "md" | "chat", Some(fails)) => {
                let (text, marks) = without_marks(&body)?;
                let earlier = before.as_ref().map_or(0, |(_, marks)| marks.len());
                if fails == (marks.len() + earlier == 0) {
                    return Err(format!(
                        "line {}: failing examples have marks, passing ones have none",
                        number + 1
                    ));
                }
                found.push(Example {
                    line: number + 1,
                    kind: match language {
                        "flow" => Kind::Flow,
                        "toml" => Kind::Config,
                        "md" => Kind::Answers,
                        "po" => Kind::Catalogue,
                        _ => Kind::Chat,
                    },
                    fails,
                    text,
                    marks,
                    config: config.take(),
                    catalogue: catalogue.take(),
                    flow: match language {
                        "flow" => None,
                        "po" => {
                            Some(flow.clone().ok_or_else(|| {
                                format!("line {}: a catalogue follows its `flow`", number + 1)
                            })?)
                        }
                        _ => flow.clone(),
                    },
                    answers: answers.take(),
                    conversation: None,
                    before: before.take(),
                });
            }
            ("toml", None) => config = Some(body),
            ("flow", None) => flow = Some(body),
            ("po", None) => catalogue = Some(body),
            ("md", None) => answers = Some(body),
            ("chat", None) => match found.last_mut() {
                Some(example) if example.fails => {
                    example.conversation = Some(body.lines().map(str::to_owned).collect());
                }
                _ => {
                    return Err(format!(
                        "line {}: a conversation belongs to a failing example",
                        number + 1
                    ));
                }
            },
            ("text", None) => {}
            _ => return Err(format!("line {}: an example in `{language}`?", number + 1)),
        }
    }
    Ok(found)
}

/// Takes out the lines of marks, and reads them.
fn without_marks(body: &str) -> Result<(String, Vec<Mark>), String> {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut kept = 0usize;
    for line in body.lines() {
        match runs(line) {
            Some(runs) => {
                let above = kept.checked_sub(1).ok_or("marks stand below a line")?;
                marks.extend(runs.into_iter().map(|(from, to)| Mark {
                    line: above,
                    from,
                    to,
                }));
            }
            None => {
                text.push_str(line);
                text.push('\n');
                kept += 1;
            }
        }
    }
    marks.sort_unstable();
    Ok((text, marks))
}

/// The runs of `^` of a line of marks: a comment that begins with them.
fn runs(line: &str) -> Option<Vec<(usize, usize)>> {
    let letters: Vec<char> = line.chars().collect();
    let hash = letters.iter().position(|c| !c.is_whitespace())?;
    if letters[hash] != '#' {
        return None;
    }
    let mut runs = Vec::new();
    let mut at = hash + 1;
    while at < letters.len() {
        match letters[at] {
            ' ' => at += 1,
            '^' => {
                let from = if at == hash + 1 { hash } else { at };
                while letters.get(at) == Some(&'^') {
                    at += 1;
                }
                runs.push((from, at));
            }
            _ => break,
        }
    }
    (!runs.is_empty()).then_some(runs)
}

#[test]
fn marks_are_read_and_taken_out() {
    let page = "# x\n\n```toml\n[config]\n```\n```flow fails\nstep a {\n#^^^\n  say a b\n  #   ^ ^ both\n# plain\n```\n\
                ```chat\n> hi\n```\n```flow passes\nstep a {\n```\n";
    let found = examples(page).expect("a good page");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].text, "step a {\n  say a b\n# plain\n");
    assert_eq!(
        found[0].marks,
        [
            Mark {
                line: 0,
                from: 0,
                to: 4
            },
            Mark {
                line: 1,
                from: 6,
                to: 7
            },
            Mark {
                line: 1,
                from: 8,
                to: 9
            }
        ]
    );
    assert_eq!(found[0].config.as_deref(), Some("[config]\n"));
    assert_eq!(found[0].conversation.as_deref(), Some(&["> hi".to_owned()][..]));
    assert!(!found[1].fails && found[1].kind == Kind::Flow && found[1].config.is_none());
    let page = "```flow\nflow main {\n```\n```md fails\n# A\n# ^\n```\n";
    let found = examples(page).expect("a good page");
    assert_eq!((found[0].kind, found[0].text.as_str()), (Kind::Answers, "# A\n"));
    assert_eq!(found[0].flow.as_deref(), Some("flow main {\n"));
    assert!(examples("```flow passes\n#^^\n```").is_err());
    assert!(examples("```flow fails\nsay\n```").is_err());
    assert!(examples("```flow").is_err());
    assert!(examples("```po passes\n```").is_err(), "a catalogue of nothing");
    let found = examples("```flow\na\n```\n```po fails\nmsgid \"\"\n#     ^^\n```").expect("a good page");
    assert_eq!(
        (found[0].flow.as_deref(), found[0].kind == Kind::Flow),
        (Some("a\n"), false)
    );
}
