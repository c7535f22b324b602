//! Catalogues as the world's translation tools keep them: gettext's PO files, read and written.
//!
//! Reading never fails: it gives the entries that could be read and the mistakes, each with its place. Nothing that a
//! tool keeps is lost (comments, flags, the words before a change, entries that are no longer used), and the order
//! stays. What is written is what `msgcat --no-wrap` writes.

use std::ops::Range;

/// A whole catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// All entries in order of the file, the header with them.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// `#`: what translators wrote for each other.
    pub translator: Vec<String>,
    /// `#.`: what the sources tell translators.
    pub extracted: Vec<String>,
    /// `#:`: files in which it stands.
    pub references: Vec<String>,
    /// `#,`: `fuzzy`, and what tools note.
    pub flags: Vec<String>,
    /// `#|`: the words for which the translation was made, if they were others.
    pub previous: Previous,
    /// `#~`: nothing uses it any more.
    pub obsolete: bool,
    /// `msgctxt`.
    pub context: Option<Quoted>,
    /// `msgid`.
    pub id: Quoted,
    /// `msgid_plural`.
    pub plural: Option<Quoted>,
    /// `msgstr`, or `msgstr[0]`, `msgstr[1]` …
    pub strings: Vec<Quoted>,
}

/// The words of an entry before they changed.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "named after what they were")]
pub struct Previous {
    pub context: Option<String>,
    pub id: Option<String>,
    pub plural: Option<String>,
}

/// A string, and where it stands: from its first quote to behind its last. What was not read stands nowhere.
#[derive(Clone, Debug, Default)]
pub struct Quoted {
    /// What is meant, escapes resolved.
    pub value: String,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// Where a string stands says nothing about what it is.
impl PartialEq for Quoted {
    fn eq(&self, other: &Quoted) -> bool {
        self.value == other.value
    }
}

impl From<&str> for Quoted {
    fn from(value: &str) -> Quoted {
        Quoted {
            value: value.to_owned(),
            span: 0..0,
        }
    }
}

/// A place that cannot be read as a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// One sentence.
    pub message: String,
}

impl Entry {
    /// The entry that speaks about the file itself.
    pub fn is_header(&self) -> bool {
        self.context.is_none() && self.id.value.is_empty() && !self.obsolete
    }

    /// A guess of a tool, or a translation of words that have changed since.
    pub fn is_fuzzy(&self) -> bool {
        self.flags.iter().any(|flag| flag == "fuzzy")
    }

    /// Whether anything has been translated.
    pub fn has_words(&self) -> bool {
        self.strings.iter().any(|string| !string.value.is_empty())
    }

    /// Its context, empty for none.
    pub fn context(&self) -> &str {
        self.context.as_ref().map_or("", |context| &context.value)
    }
}

impl Catalogue {
    /// A line of the header (`Language`, `Plural-Forms`).
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.entries.iter().find(|entry| entry.is_header())?;
        header.strings.first()?.value.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Reads a catalogue.
pub fn read(text: &str) -> (Catalogue, Vec<Mistake>) {
    let mut reader = Reader {
        text,
        catalogue: Catalogue::default(),
        mistakes: Vec::new(),
        entry: Entry::default(),
        begun: Begun::Nothing,
        string: None,
        broken: false,
    };
    let mut start = 0;
    // A mark of the byte order is no part of the first line.
    if text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    }
    for line in text[start..].split_inclusive('\n') {
        reader.line(line, start);
        start += line.len();
    }
    reader.finish();
    let mut mistakes = reader.mistakes;
    // What cannot be read as UTF-8 comes as this sign: the words that were there are not known, and one finding tells.
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        mistakes = vec![Mistake {
            span: at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
            message: NOT_UTF8.to_owned(),
        }];
    }
    (reader.catalogue, mistakes)
}

const NOT_UTF8: &str = "This is no text in UTF-8: the letters that stand here cannot be read. Save the catalogue as UTF-8 \
                        (`msgconv --to-code=UTF-8` does).";

/// How far the entry at hand has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Begun {
    Nothing,
    Comments,
    Context,
    Id,
    Plural,
    Strings,
}

/// The string that a further line goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Context,
    Id,
    Plural,
    String,
    PreviousContext,
    PreviousId,
    PreviousPlural,
}

struct Reader<'t> {
    text: &'t str,
    catalogue: Catalogue,
    mistakes: Vec<Mistake>,
    entry: Entry,
    begun: Begun,
    string: Option<Part>,
    /// The entry has its mistake; what follows in it says nothing new.
    broken: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, start: usize) {
        let end = line.trim_end_matches(['\n', '\r']).len();
        let line = &line[..end];
        let written = line.trim_start();
        let at = start + (line.len() - written.len());
        if written.is_empty() {
            if self.broken || self.begun == Begun::Strings {
                self.finish();
            }
            return;
        }
        match written.strip_prefix('#') {
            Some(rest) if rest.starts_with('~') => {
                let rest = &rest[1..];
                let obsolete = rest.trim_start();
                let at = at + 2 + (rest.len() - obsolete.len());
                match obsolete.strip_prefix('|') {
                    Some(previous) => {
                        let words = previous.trim_start();
                        self.previous(words, at + 1 + (previous.len() - words.len()));
                    }
                    None => self.words(obsolete, at, true),
                }
            }
            Some(rest) => self.comment(rest, at + 1),
            None => self.words(written, at, false),
        }
    }

    fn comment(&mut self, rest: &str, at: usize) {
        if self.begun == Begun::Strings {
            self.finish();
        }
        let kind = rest.chars().next();
        let words = |rest: &str| {
            let rest = rest.get(1..).unwrap_or_default();
            rest.strip_prefix(' ').unwrap_or(rest).to_owned()
        };
        match kind {
            Some('.') => self.entry.extracted.push(words(rest)),
            Some(':') => {
                let files = rest[1..].split_whitespace().map(str::to_owned);
                self.entry.references.extend(files);
            }
            Some(',') => {
                let flags = rest[1..].split(',').map(|flag| flag.trim().to_owned());
                self.entry.flags.extend(flags.filter(|flag| !flag.is_empty()));
            }
            Some('|') => {
                let words = rest[1..].trim_start();
                self.previous(words, at + 1 + (rest.len() - 1 - words.len()));
            }
            _ => {
                let rest = rest.strip_prefix(' ').unwrap_or(rest);
                self.entry.translator.push(rest.to_owned());
            }
        }
        self.begun = self.begun.max(Begun::Comments);
    }

    /// `#| msgid "…"`.
    fn previous(&mut self, words: &str, at: usize) {
        if self.begun == Begun::Strings {
            self.finish();
        }
        self.begun = self.begun.max(Begun::Comments);
        let (part, rest) = if let Some(rest) = words.strip_prefix("msgctxt") {
            (Some(Part::PreviousContext), rest)
        } else if let Some(rest) = words.strip_prefix("msgid_plural") {
            (Some(Part::PreviousPlural), rest)
        } else if let Some(rest) = words.strip_prefix("msgid") {
            (Some(Part::PreviousId), rest)
        } else {
            (self.string, words)
        };
        let Some(part) = part else {
            return self.mistake(at..at + words.len(), NOT_READ);
        };
        let quoted = rest.trim_start();
        let at = at + (words.len() - quoted.len());
        if let Some(value) = self.quoted(quoted, at) {
            let previous = &mut self.entry.previous;
            let whole = match part {
                Part::PreviousContext => &mut previous.context,
                Part::PreviousId => &mut previous.id,
                _ => &mut previous.plural,
            };
            whole.get_or_insert_default().push_str(&value);
            self.string = Some(part);
        }
    }

    /// `msgid "…"`, or a further line of it.
    fn words(&mut self, written: &str, at: usize, obsolete: bool) {
        let all = at..at + written.len();
        if written.starts_with('"') {
            let Some(part) = self.string else {
                return self.mistake(all, "These words belong to no `msgid` and no `msgstr`.");
            };
            if let Some(value) = self.quoted(written, at) {
                self.add(part, &value, all);
            }
            return;
        }
        let keyword = written
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '[' | ']'))
            .unwrap_or(written.len());
        let rest = written[keyword..].trim_start();
        let quote = at + (written.len() - rest.len());
        let keyword = &written[..keyword];
        let (part, begins) = match keyword {
            "msgctxt" => (Part::Context, Begun::Context),
            "msgid" => (Part::Id, Begun::Id),
            "msgid_plural" => (Part::Plural, Begun::Plural),
            _ if keyword.starts_with("msgstr") => (Part::String, Begun::Strings),
            _ => return self.mistake(all, NOT_READ),
        };
        // What begins an entry ends the one before it.
        if self.begun == Begun::Strings && part != Part::String {
            self.finish();
        }
        if self.broken {
            return;
        }
        if begins < self.begun || (begins == self.begun && part != Part::String) {
            return self.mistake(
                all,
                "This does not stand here: an entry is `msgctxt`, `msgid`, `msgstr`.",
            );
        }
        if part == Part::Plural && self.begun != Begun::Id || part == Part::String && self.begun < Begun::Id {
            return self.mistake(all, "The `msgid` is missing above this.");
        }
        if part == Part::String && !self.counts(keyword) {
            return self.mistake(
                all,
                "The translations of an entry with `msgid_plural` are `msgstr[0]`, `msgstr[1]` and so on, in this \
                 order; all others have one `msgstr`.",
            );
        }
        let Some(value) = self.quoted(rest, quote) else {
            return;
        };
        self.entry.obsolete |= obsolete;
        self.begun = begins;
        self.string = Some(part);
        let span = quote..quote + rest.len();
        match part {
            Part::Context => self.entry.context = Some(Quoted { value, span }),
            Part::Plural => self.entry.plural = Some(Quoted { value, span }),
            Part::Id => self.entry.id = Quoted { value, span },
            _ => self.entry.strings.push(Quoted { value, span }),
        }
    }

    /// Whether a translation has the number it has to have.
    fn counts(&self, keyword: &str) -> bool {
        let next = self.entry.strings.len();
        match self.entry.plural {
            Some(_) => keyword == format!("msgstr[{next}]"),
            None => keyword == "msgstr" && next == 0,
        }
    }

    fn add(&mut self, part: Part, value: &str, span: Range<usize>) {
        let whole = match part {
            Part::Context => self.entry.context.as_mut(),
            Part::Id => Some(&mut self.entry.id),
            Part::Plural => self.entry.plural.as_mut(),
            Part::String => self.entry.strings.last_mut(),
            Part::PreviousContext | Part::PreviousId | Part::PreviousPlural => None,
        };
        match whole {
            Some(whole) => {
                whole.value.push_str(value);
                whole.span.end = span.end;
            }
            None => self.mistake(span, "These words belong to no `msgid` and no `msgstr`."),
        }
    }

    /// What stands between quotes; nothing after a mistake.
    fn quoted(&mut self, written: &str, at: usize) -> Option<String> {
        let whole = at..at + written.len().max(1);
        let inner = written.strip_prefix('"').and_then(|rest| {
            let rest = rest.trim_end();
            rest.strip_suffix('"').filter(|inner| {
                // The quote at the end is none if an odd number of `\` stand before it.
                let slashes = inner.bytes().rev().take_while(|byte| *byte == b'\\').count();
                slashes % 2 == 0
            })
        });
        let Some(inner) = inner else {
            self.mistake(
                whole,
                "The words of an entry stand between two `\"`, on each line.",
            );
            return None;
        };
        let mut value = String::with_capacity(inner.len());
        let mut letters = inner.char_indices();
        while let Some((place, letter)) = letters.next() {
            let place = at + 1 + place;
            match letter {
                '"' => {
                    self.mistake(
                        place..place + 1,
                        "A `\"` inside the words of an entry is written `\\\"`.",
                    );
                    return None;
                }
                '\\' => match letters.next().map(|(_, next)| next) {
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('r') => value.push('\r'),
                    Some('a') => value.push('\u{7}'),
                    Some('b') => value.push('\u{8}'),
                    Some('f') => value.push('\u{c}'),
                    Some('v') => value.push('\u{b}'),
                    Some(sign @ ('"' | '\\')) => value.push(sign),
                    _ => {
                        self.mistake(
                            place..place + 2,
                            "A `\\` is written `\\\\`; `\\n` begins a new line.",
                        );
                        return None;
                    }
                },
                letter => value.push(letter),
            }
        }
        Some(value)
    }

    fn mistake(&mut self, span: Range<usize>, message: &str) {
        if !std::mem::replace(&mut self.broken, true) {
            let end = span.end.min(self.text.len());
            self.mistakes.push(Mistake {
                span: span.start.min(end)..end,
                message: message.to_owned(),
            });
        }
    }

    /// The entry at hand is over.
    fn finish(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let begun = std::mem::replace(&mut self.begun, Begun::Nothing);
        self.string = None;
        if std::mem::take(&mut self.broken) {
            return;
        }
        match begun {
            Begun::Nothing => {}
            // Comments at the end of a file belong to nothing, and are kept as an entry of comments.
            Begun::Comments => {
                if !entry.translator.is_empty() {
                    self.catalogue.entries.push(Entry {
                        obsolete: true,
                        ..entry
                    });
                }
            }
            Begun::Strings => self.catalogue.entries.push(entry),
            Begun::Context | Begun::Id | Begun::Plural => {
                let span = match begun {
                    Begun::Context => entry.context.map(|context| context.span).unwrap_or_default(),
                    _ => entry.id.span,
                };
                self.mistakes.push(Mistake {
                    span,
                    message: "This entry ends without a `msgstr`.".to_owned(),
                });
            }
        }
    }
}

const NOT_READ: &str = "This is no line of a catalogue: lines begin with `msgctxt`, `msgid`, `msgid_plural`, `msgstr`, \
                        `#` or `\"`.";

/// The bytes of a file in which a part of a string stands.
pub fn place(file: &str, quoted: &Quoted, part: Range<usize>) -> Range<usize> {
    let Some(written) = file.get(quoted.span.clone()) else {
        return quoted.span.clone();
    };
    let (mut from, mut to) = (None, None);
    let mut value = 0;
    let mut inside = false;
    let mut letters = written.char_indices();
    while let Some((at, letter)) = letters.next() {
        if inside && value == part.start && from.is_none() && letter != '"' {
            from = Some(at);
        }
        if value == part.end && from.is_some() {
            to = Some(at);
            break;
        }
        match letter {
            '"' => inside = !inside,
            '\\' if inside => {
                letters.next();
                value += 1;
            }
            letter if inside => value += letter.len_utf8(),
            _ => {}
        }
    }
    match from {
        Some(from) => {
            let end = to.unwrap_or(written.len().saturating_sub(1)).max(from);
            quoted.span.start + from..quoted.span.start + end
        }
        None => quoted.span.clone(),
    }
}

/// Writes a catalogue.
pub fn write(catalogue: &Catalogue) -> String {
    let mut out = String::new();
    for (index, entry) in catalogue.entries.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        write_entry(&mut out, entry);
    }
    out
}

fn write_entry(out: &mut String, entry: &Entry) {
    let mut comment = |mark: &str, words: &str| {
        out.push_str(mark);
        if !words.is_empty() {
            out.push(' ');
            out.push_str(words);
        }
        out.push('\n');
    };
    for line in &entry.translator {
        comment("#", line);
    }
    for line in &entry.extracted {
        comment("#.", line);
    }
    if !entry.references.is_empty() {
        comment("#:", &entry.references.join(" "));
    }
    if !entry.flags.is_empty() {
        comment("#,", &entry.flags.join(", "));
    }
    let (plain, before) = if entry.obsolete {
        ("#~ ", "#~| ")
    } else {
        ("", "#| ")
    };
    let previous = &entry.previous;
    for (keyword, words) in [
        ("msgctxt", &previous.context),
        ("msgid", &previous.id),
        ("msgid_plural", &previous.plural),
    ] {
        if let Some(words) = words {
            write_string(out, before, keyword, words);
        }
    }
    // Comments that stand alone at the end of a file have nothing else.
    if entry.strings.is_empty() {
        return;
    }
    if let Some(context) = &entry.context {
        write_string(out, plain, "msgctxt", &context.value);
    }
    write_string(out, plain, "msgid", &entry.id.value);
    match &entry.plural {
        Some(plural) => {
            write_string(out, plain, "msgid_plural", &plural.value);
            for (index, string) in entry.strings.iter().enumerate() {
                write_string(out, plain, &format!("msgstr[{index}]"), &string.value);
            }
        }
        None => {
            for string in entry.strings.iter().take(1) {
                write_string(out, plain, "msgstr", &string.value);
            }
        }
    }
}

/// Words with line ends inside stand line by line, behind an empty first line.
fn write_string(out: &mut String, before: &str, keyword: &str, words: &str) {
    out.push_str(before);
    out.push_str(keyword);
    out.push(' ');
    let lines: Vec<&str> = words.split_inclusive('\n').collect();
    if lines.len() > 1 {
        out.push_str("\"\"\n");
        for line in lines {
            out.push_str(before);
            write_quoted(out, line);
        }
    } else {
        write_quoted(out, words);
    }
}

fn write_quoted(out: &mut String, words: &str) {
    out.push('"');
    for letter in words.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter => out.push(letter),
        }
    }
    out.push_str("\"\n");
}
