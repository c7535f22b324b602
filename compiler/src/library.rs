//! The library flows that `use` brings in: part of the compiler, written in the language.

use smol_str::SmolStr;

/// A file of the library.
#[derive(Clone, Copy, Debug)]
pub struct LibraryFile {
    /// What `use` calls it; the flow of the same last name is its main one.
    pub name: &'static str,
    /// Where findings say it stands.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// All files of the library, in order of name.
        pub const FILES: &[LibraryFile] = &[$(LibraryFile {
            name: concat!("std.", $name),
            path: concat!("std/", $name, ".flow"),
            text: include_str!(concat!("../../flows/std/", $name, ".flow")),
        }),*];
    };
}

library![
    "booking",
    "csat",
    "double_opt_in",
    "email_address",
    "helpful",
    "lead",
    "nps",
    "phone_number"
];

/// The library's translations: what its flows say in the languages that it has words for.
const CATALOGUES: &[(&str, &str)] = &[
    ("ro", include_str!("../../flows/std/locales/ro.po")),
    ("ru", include_str!("../../flows/std/locales/ru.po")),
];

/// The library's catalogue of a language, without its region.
pub fn catalogue(language: &str) -> Option<&'static str> {
    CATALOGUES
        .iter()
        .find(|(known, _)| *known == language)
        .map(|(_, text)| *text)
}

/// The library file of this name.
pub fn find(name: &str) -> Option<&'static LibraryFile> {
    FILES.iter().find(|file| file.name == name)
}

/// The path of a library file as findings and debug information show it.
pub fn path(file: &LibraryFile) -> SmolStr {
    SmolStr::new_static(file.path)
}
