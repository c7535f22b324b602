//! Mutations: small mistakes such as people make, and some they do not.

use super::{Piece, Random, Role};

/// Makes one to three mistakes in a sentence; `other` is a sentence to take pieces from.
pub fn mutate(pieces: &[Piece], other: &[Piece], keywords: &[String], random: &mut Random) -> Vec<Piece> {
    let mut mutant = pieces.to_vec();
    let mistakes = 1 + random.below(3);
    for _ in 0..mistakes {
        if mutant.is_empty() {
            return other.to_vec();
        }
        let place = random.below(mutant.len());
        match random.below(9) {
            0 => {
                mutant.remove(place);
            }
            1 => {
                let piece = mutant[place].clone();
                mutant.insert(place, piece);
            }
            2 => {
                let with = (place + 1 + random.below(3)) % mutant.len();
                mutant.swap(place, with);
            }
            3 | 4 if !other.is_empty() => {
                let piece = random.pick(other).clone();
                mutant.insert(place, piece);
            }
            5 if !other.is_empty() => mutant[place] = random.pick(other).clone(),
            6 => {
                let word = random.pick(keywords).clone();
                mutant[place] = Piece {
                    text: word,
                    tight: mutant[place].tight,
                    role: Role::Plain,
                };
            }
            7 => {
                // A run of pieces of another sentence.
                let from = random.below(other.len().max(1));
                let to = (from + 1 + random.below(6)).min(other.len());
                mutant.splice(
                    place..place,
                    other.get(from..to).unwrap_or_default().iter().cloned(),
                );
            }
            _ => change_characters(&mut mutant[place], random),
        }
    }
    mutant
}

/// Changes, adds or removes one character.
fn change_characters(piece: &mut Piece, random: &mut Random) {
    const CHARACTERS: &[char] = &[
        '"', '{', '}', '(', ')', '[', ']', '\\', '\n', '#', '/', '-', '>', '<', '=', ',', ':', '.', '|', '?',
        '5', '%', 'd', 'x', '“', '”', '*', '+', ' ', '\r', 'é', '\u{0}', '’', ';', '!', '&',
    ];
    let mut characters: Vec<char> = piece.text.chars().collect();
    let place = random.below(characters.len() + 1);
    match random.below(3) {
        0 if place < characters.len() => {
            characters.remove(place);
        }
        1 if place < characters.len() => characters[place] = *random.pick(CHARACTERS),
        _ => characters.insert(place, *random.pick(CHARACTERS)),
    }
    piece.text = characters.into_iter().collect();
}
