//! Chance from a seed: the same seed gives the same choices on every machine.

/// A stream of choices.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream that belongs to a seed.
    pub fn new(seed: u64) -> Random {
        Random {
            state: seed
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .wrapping_add(0x2545_F491_4F6C_DD1D),
        }
    }

    /// The next number (splitmix64).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below the bound; 0 if the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            0
        } else {
            (self.number() % bound as u64) as usize
        }
    }

    /// Yes, so many times of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several; nothing of none.
    pub fn one<'a, T>(&mut self, several: &'a [T]) -> Option<&'a T> {
        let place = self.below(several.len());
        several.get(place)
    }

    /// One of several words.
    pub fn word(&mut self, several: &[&'static str]) -> &'static str {
        self.one(several).copied().unwrap_or("")
    }
}
