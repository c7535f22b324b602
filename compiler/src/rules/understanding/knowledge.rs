//! The files of a bot's knowledge: their questions, and where these stand.

use botflow_understanding::normalise::normalised_text;
use smol_str::SmolStr;

use crate::faq::{self, Section};
use crate::hir::Program;
use crate::project::{FileId, Source, Span};

/// A file that a `faq` names.
pub(super) struct Document<'d> {
    pub id: FileId,
    pub source: &'d Source,
    pub sections: Vec<Section>,
}

/// A question of a file.
pub(super) struct Asked {
    pub words: SmolStr,
    pub normalised: SmolStr,
    pub span: Span,
}

impl Document<'_> {
    pub fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span {
            file: self.id,
            start: range.start as u32,
            end: range.end as u32,
        }
    }
}

/// The files that the bot's `faq`s name, each once, in the order in which entries are looked for.
pub(super) fn documents<'d>(program: &Program, all: &'d [Source], first: FileId) -> Vec<Document<'d>> {
    let mut found: Vec<Document<'d>> = Vec::new();
    for known in &program.bot.faqs {
        for (at, source) in all.iter().enumerate() {
            let id = FileId(first.0 + at as u32);
            if faq::fits(&known.source, &source.path) && found.iter().all(|one| one.id != id) {
                found.push(Document {
                    id,
                    source,
                    sections: faq::sections(&source.text),
                });
            }
        }
    }
    found
}

/// All questions that have an answer, in the order in which they are looked for.
pub(super) fn asked(documents: &[Document<'_>]) -> Vec<Asked> {
    let mut all = Vec::new();
    for document in documents {
        for section in document.sections.iter().filter(|section| section.is_entry()) {
            all.extend(section.asked().map(|(words, range)| Asked {
                words: words.clone(),
                normalised: normalised_text(words),
                span: document.span(range),
            }));
        }
    }
    all
}
