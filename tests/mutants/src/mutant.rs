//! A sound bot with one defect.

use std::ops::Range;
use std::sync::Arc;

use botflow_compiler::project::{Project, Source};

use crate::corpus::Bot;

/// A file of a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    /// A `.flow` file, by its place in the project.
    Flow(usize),
    /// Another text, such as a file of questions and answers, by its place in the project.
    Document(usize),
    /// A catalogue of translations, by its place in the project.
    Locale(usize),
    /// `botflow.toml`.
    Config,
    /// A file of conversations, by its place among those of the bot.
    Chat(usize),
}

/// One replacement.
#[derive(Clone, Debug)]
struct Edit {
    file: File,
    range: Range<usize>,
    text: String,
}

/// A sound bot with one defect.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was done, as a person would say.
    pub what: String,
    /// What has to be so that the defect is one: harmless by itself.
    groundwork: Vec<Edit>,
    /// The defect.
    edits: Vec<Edit>,
    /// Where the finding is to stand, in the sound text.
    place: Option<(File, Range<usize>)>,
    /// What the host offers, where that is what is wrong.
    pub host: Option<Vec<smol_str::SmolStr>>,
}

impl Mutant {
    /// Nothing done yet.
    pub fn new(what: impl Into<String>) -> Mutant {
        Mutant {
            what: what.into(),
            groundwork: Vec::new(),
            edits: Vec::new(),
            place: None,
            host: None,
        }
    }

    /// Replaces a range of the sound text. Where no place is named, the finding is to stand on the lines of the first
    /// replacement.
    pub fn replace(mut self, file: File, range: Range<usize>, text: impl Into<String>) -> Mutant {
        self.edits.push(Edit {
            file,
            range,
            text: text.into(),
        });
        self
    }

    /// Changes the sound bot first, in a way that must not matter: a mutant whose groundwork is found fault with is none.
    pub fn prepare(mut self, file: File, range: Range<usize>, text: impl Into<String>) -> Mutant {
        self.groundwork.push(Edit {
            file,
            range,
            text: text.into(),
        });
        self
    }

    /// The bot with the groundwork only; nothing where there is none.
    pub fn prepared(&self, sound: &Project) -> Option<Project> {
        (!self.groundwork.is_empty()).then(|| self.with(sound, &|mutant| mutant.groundwork.iter().collect()))
    }

    /// Names where the finding is to stand: a range of the sound text.
    pub fn at(mut self, file: File, range: Range<usize>) -> Mutant {
        self.place = Some((file, range));
        self
    }

    /// The bot with the defect.
    pub fn project(&self, sound: &Project) -> Project {
        let mut project = self.with(sound, &|mutant| {
            mutant.groundwork.iter().chain(&mutant.edits).collect()
        });
        if self.host.is_some() {
            project.host.clone_from(&self.host);
        }
        project
    }

    /// The files of conversations with the defect.
    pub fn conversations(&self, sound: &Bot) -> Vec<Source> {
        let edits: Vec<&Edit> = self.groundwork.iter().chain(&self.edits).collect();
        let mut files = sound.conversations.clone();
        for (index, source) in files.iter_mut().enumerate() {
            if let Some(text) = edited(&edits, File::Chat(index), &source.text) {
                source.text = Arc::from(text);
            }
        }
        files
    }

    fn with(&self, sound: &Project, edits: &dyn Fn(&Mutant) -> Vec<&Edit>) -> Project {
        let edits = edits(self);
        let mut project = sound.clone();
        for (index, source) in project.sources.iter_mut().enumerate() {
            if let Some(text) = edited(&edits, File::Flow(index), &source.text) {
                source.text = Arc::from(text);
            }
        }
        for (index, source) in project.documents.iter_mut().enumerate() {
            if let Some(text) = edited(&edits, File::Document(index), &source.text) {
                source.text = Arc::from(text);
            }
        }
        for (index, source) in project.locales.iter_mut().enumerate() {
            if let Some(text) = edited(&edits, File::Locale(index), &source.text) {
                source.text = Arc::from(text);
            }
        }
        if let Some(config) = &mut project.config
            && let Some(text) = edited(&edits, File::Config, config)
        {
            *config = Arc::from(text);
        }
        project
    }

    /// Where the finding is to stand, in the text with the defect.
    pub fn place(&self) -> (File, Range<usize>) {
        self.place_after(self.groundwork.iter().chain(&self.edits))
    }

    /// Where what is gone stood, in the text with the groundwork only.
    pub fn place_before(&self) -> (File, Range<usize>) {
        self.place_after(self.groundwork.iter())
    }

    fn place_after<'e>(&'e self, edits: impl Iterator<Item = &'e Edit>) -> (File, Range<usize>) {
        let first = self.edits.first();
        let (file, range) = match (&self.place, first) {
            (Some((file, range)), _) => (*file, range.clone()),
            (None, Some(edit)) => (edit.file, edit.range.clone()),
            (None, None) => (File::Config, 0..0),
        };
        let shift = |edit: &Edit| edit.text.len() as isize - edit.range.len() as isize;
        let mut start = range.start as isize;
        let mut end = range.end as isize;
        for edit in edits.filter(|edit| edit.file == file) {
            let within = edit.range.start >= range.start && edit.range.end <= range.end;
            if within {
                end += shift(edit);
            } else if edit.range.end <= range.start {
                start += shift(edit);
                end += shift(edit);
            }
        }
        (file, start.max(0) as usize..end.max(start).max(0) as usize)
    }
}

fn edited(edits: &[&Edit], file: File, text: &str) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().copied().filter(|edit| edit.file == file).collect();
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        edited.push_str(&text[done..edit.range.start]);
        edited.push_str(&edit.text);
        done = edit.range.end;
    }
    edited.push_str(&text[done..]);
    Some(edited)
}
