//! Sentences of the Flow language, made from `flow.pest` itself: random ones that the grammar should accept,
//! and mutated ones near its border. For tests of the production parser.

mod generate;
mod mutate;
mod random;

pub use generate::Generator;
pub use mutate::mutate;
pub use random::Random;

/// A piece of a sentence: what one terminal or one atomic rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// Whether it touches the piece before it, as within a text.
    pub tight: bool,
    /// What it does to the space around it.
    pub role: Role,
}

/// What a piece does to the space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    Plain,
    /// It is a line end.
    Newline,
    /// It opens a bracket, within which line ends are space.
    Open,
    /// It closes a bracket.
    Close,
    /// It opens a hole, within which line ends are none.
    OpenHole,
    /// It closes a hole.
    CloseHole,
}

/// Puts spaces, comments and line ends between the pieces, where the grammar allows them.
pub fn join(pieces: &[Piece], random: &mut Random) -> String {
    let mut sentence = String::new();
    let mut brackets: Vec<Role> = Vec::new();
    for piece in pieces {
        if !piece.tight {
            // Line ends are space in brackets, but never in holes.
            let free = !brackets.is_empty() && !brackets.contains(&Role::OpenHole);
            let touches = touches(&sentence, &piece.text);
            space(
                &mut sentence,
                free,
                piece.role == Role::Newline && brackets.is_empty(),
                touches,
                random,
            );
        }
        sentence.push_str(&piece.text);
        match piece.role {
            Role::Open | Role::OpenHole => brackets.push(piece.role),
            Role::Close | Role::CloseHole => {
                brackets.pop();
            }
            Role::Plain | Role::Newline => {}
        }
    }
    sentence
}

/// Whether two pieces would be read as something else if nothing stood between them.
fn touches(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().last(), after.chars().next()) else {
        return false;
    };
    let wordy = |character: char| character.is_alphanumeric() || character == '_' || !character.is_ascii();
    wordy(last) && (wordy(first) || matches!(first, '%' | '.' | ':' | '-'))
        || matches!(last, '.' | ':' | '-' | '/') && (wordy(first) || first == '>')
        || last == '"' && first == '"'
        || matches!(last, '<' | '>' | '-') && matches!(first, '=' | '>')
}

fn space(
    sentence: &mut String,
    newline_is_space: bool,
    before_newline: bool,
    touches: bool,
    random: &mut Random,
) {
    match random.below(40) {
        0..=4 if !touches => {}
        0 if random.chance(5) => {}
        4 => sentence.push('\t'),
        5 => sentence.push_str("   "),
        6 => sentence.push('\u{A0}'),
        7 if newline_is_space => sentence.push_str("\n  "),
        8 if newline_is_space => sentence.push_str(" # why \"not\" {\n"),
        9..=12 if before_newline => sentence.push_str("  # a comment"),
        13 if before_newline => sentence.push_str(" ## documentation\r"),
        _ => sentence.push(' '),
    }
}
