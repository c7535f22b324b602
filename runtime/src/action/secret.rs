//! What only the host knows: taken from its environment or from files, and told to nobody but the system it is for.

use std::fmt;
use std::path::PathBuf;

/// A text with secrets in it: `Bearer ${SHOP_TOKEN}` takes the environment variable `SHOP_TOKEN`, `${file:/run/secrets/x}`
/// the words of a file, read anew each time, so that it may be exchanged while the host runs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Variable(String),
    File(PathBuf),
}

/// Why there is no secret. Names where it should be, never what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It is not written as secrets are.
    #[error("a secret is written as `${{NAME}}` or `${{file:PATH}}`, and every `${{` needs its `}}`")]
    Syntax,
    /// The environment lacks it.
    #[error("the environment variable `{0}` is not set")]
    Variable(String),
    /// The file cannot be read.
    #[error("the file `{0}` cannot be read as a secret ({1})")]
    File(String, String),
}

impl Secret {
    /// As it is written.
    ///
    /// # Errors
    /// A `${` that is not closed or names nothing.
    pub fn parse(text: &str) -> Result<Secret, SecretError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((words, behind)) = rest.split_once("${") {
            if !words.is_empty() {
                parts.push(Part::Words(words.to_owned()));
            }
            let (name, behind) = behind.split_once('}').ok_or(SecretError::Syntax)?;
            parts.push(match name.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Part::File(path.into()),
                None if is_name(name) => Part::Variable(name.to_owned()),
                _ => return Err(SecretError::Syntax),
            });
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Words(rest.to_owned()));
        }
        Ok(Secret { parts })
    }

    /// What it is at this moment.
    ///
    /// # Errors
    /// A part of it is not there.
    pub fn reveal(&self) -> Result<String, SecretError> {
        let mut revealed = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => revealed.push_str(words),
                Part::Variable(name) => match std::env::var(name) {
                    Ok(value) => revealed.push_str(&value),
                    Err(_) => return Err(SecretError::Variable(name.clone())),
                },
                Part::File(path) => match std::fs::read_to_string(path) {
                    Ok(words) => revealed.push_str(words.trim_end_matches(['\n', '\r'])),
                    Err(error) => {
                        return Err(SecretError::File(
                            path.display().to_string(),
                            error.kind().to_string(),
                        ));
                    }
                },
            }
        }
        Ok(revealed)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
