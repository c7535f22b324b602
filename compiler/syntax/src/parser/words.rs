//! Which words are reserved, and what is close to a word that is not known.

use crate::kind::SyntaxKind;

/// Words that are never names or labels.
pub(super) const fn is_hard(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::KwAnd
            | SyntaxKind::KwOr
            | SyntaxKind::KwNot
            | SyntaxKind::KwIn
            | SyntaxKind::KwIs
            | SyntaxKind::KwElse
            | SyntaxKind::KwKnown
            | SyntaxKind::KwUnknown
            | SyntaxKind::KwYes
            | SyntaxKind::KwNo
            | SyntaxKind::KwNow
            | SyntaxKind::KwCustomer
            | SyntaxKind::KwEvent
            | SyntaxKind::KwConversation
            | SyntaxKind::KwConfig
            | SyntaxKind::KwIf
            | SyntaxKind::KwLet
            | SyntaxKind::KwMatch
            | SyntaxKind::KwFor
            | SyntaxKind::KwOtherwise
            | SyntaxKind::KwUnless
            | SyntaxKind::KwThen
            | SyntaxKind::KwMatching
            | SyntaxKind::KwOn
            | SyntaxKind::KwStep
            | SyntaxKind::KwReturn
            | SyntaxKind::KwAgain
            | SyntaxKind::KwBack
    )
}

/// Words that begin statements: they may be labels, but not names.
pub(super) const fn is_soft(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::KwSay
            | SyntaxKind::KwAsk
            | SyntaxKind::KwForm
            | SyntaxKind::KwChoose
            | SyntaxKind::KwRemember
            | SyntaxKind::KwForget
            | SyntaxKind::KwCall
            | SyntaxKind::KwWait
            | SyntaxKind::KwRun
            | SyntaxKind::KwStart
            | SyntaxKind::KwEscalate
            | SyntaxKind::KwVary
            | SyntaxKind::KwStage
            | SyntaxKind::KwTag
            | SyntaxKind::KwTrack
            | SyntaxKind::KwNote
            | SyntaxKind::KwTell
            | SyntaxKind::KwConsent
            | SyntaxKind::KwVerify
            | SyntaxKind::KwIdentify
            | SyntaxKind::KwFinish
            | SyntaxKind::KwReply
            | SyntaxKind::KwSubject
    )
}

/// Words that may be names.
pub(super) const fn is_name(kind: SyntaxKind) -> bool {
    kind.is_word() && !is_hard(kind) && !is_soft(kind)
}

/// The values that are everywhere.
pub(super) const fn is_root(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::KwCustomer
            | SyntaxKind::KwEvent
            | SyntaxKind::KwConversation
            | SyntaxKind::KwConfig
            | SyntaxKind::KwNow
    )
}

/// Why a number is none.
pub(super) fn bad_number(text: &str) -> &'static str {
    if text.contains(':') {
        "A time has two digits for the hour and two for the minute, such as `09:00`."
    } else if text.bytes().last().is_some_and(|last| last.is_ascii_uppercase()) {
        "An amount has a space before its currency, such as `20 EUR`."
    } else {
        "This is no number; durations are written `30s`, `5m`, `2h`, `14d` or `1w`."
    }
}

/// The candidate that differs least from a word, if it differs by a slip or two only.
pub(super) fn nearest(word: &str, candidates: &[SyntaxKind]) -> Option<&'static str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    if length > 24 {
        return None;
    }
    let limit = match length {
        0 | 1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    candidates
        .iter()
        .filter_map(|candidate| candidate.keyword())
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for (index, row) in rows.iter_mut().enumerate() {
        row[0] = index;
    }
    for (index, cell) in rows[0].iter_mut().enumerate() {
        *cell = index;
    }
    for i in 1..=from.len() {
        for j in 1..=to.len() {
            let change = usize::from(from[i - 1] != to[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[from.len()][to.len()]
}
