//! Where chance comes from. Codes that prove addresses are made of it: it must not be guessed.

/// Gives numbers that nobody can guess.
pub trait Entropy: Send + Sync + 'static {
    /// Another one each time; never 0, which would leave nothing to chance: in tests only, and only where everything that
    /// happens has an id.
    fn next(&self) -> u64;
}

/// The operating system's.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next(&self) -> u64 {
        // Without chance no code could be trusted: then the host cannot run.
        getrandom::u64()
            .expect("the operating system gives random numbers")
            .max(1)
    }
}
