//! Lines and columns of a source: from byte offsets to what people and editors count.

use rowan::TextSize;

/// Where the lines of a source begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
    /// Whether every character is one byte, so that columns need no counting.
    is_ascii: bool,
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode characters, from 1.
    pub column: u32,
}

/// A place as editors count it: from 0, in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utf16Position {
    /// The line, from 0.
    pub line: u32,
    /// The UTF-16 code units before the place on its line.
    pub character: u32,
}

impl LineIndex {
    /// Finds the lines of a source.
    pub fn new(source: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(
            source
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(offset, _)| offset as u32 + 1),
        );
        LineIndex {
            starts,
            length: source.len() as u32,
            is_ascii: source.is_ascii(),
        }
    }

    /// How many lines there are; an empty source has one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The place of a byte offset. An offset beyond the end is the end, one inside a character is its start.
    pub fn line_column(&self, source: &str, offset: TextSize) -> LineColumn {
        let (line, before) = self.split(source, offset);
        let column = if self.is_ascii {
            before.len()
        } else {
            before.chars().count()
        };
        LineColumn {
            line: line as u32 + 1,
            column: column as u32 + 1,
        }
    }

    /// The place of a byte offset for editors.
    pub fn utf16(&self, source: &str, offset: TextSize) -> Utf16Position {
        let (line, before) = self.split(source, offset);
        let character = if self.is_ascii {
            before.len()
        } else {
            before.encode_utf16().count()
        };
        Utf16Position {
            line: line as u32,
            character: character as u32,
        }
    }

    /// The byte offset of an editor's place. A place beyond the end of its line is the end of the line.
    pub fn offset_of_utf16(&self, source: &str, position: Utf16Position) -> TextSize {
        let Some(start) = self.starts.get(position.line as usize) else {
            return TextSize::new(self.length);
        };
        let end = self
            .starts
            .get(position.line as usize + 1)
            .copied()
            .unwrap_or(self.length);
        let line = source
            .get(*start as usize..end as usize)
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (offset, character) in line.char_indices() {
            if units >= position.character {
                return TextSize::new(start + offset as u32);
            }
            units += character.len_utf16() as u32;
        }
        TextSize::new(start + line.len() as u32)
    }

    /// The line of an offset, from 0, and what stands before the offset on it.
    fn split<'source>(&self, source: &'source str, offset: TextSize) -> (usize, &'source str) {
        let mut offset = usize::from(offset).min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        (
            line,
            source.get(self.starts[line] as usize..offset).unwrap_or_default(),
        )
    }
}
