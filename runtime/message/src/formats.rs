//! Formats of files: what an address says about one, and whether a channel takes it.
//!
//! Nothing is fetched: the ending of the address is all that is known. Where it says nothing, or the profile names
//! no formats, the file counts as taken.

use crate::message::MediaKind;
use crate::profile::MediaFacts;

/// Endings of addresses, whether they are of an image, video, audio or other file, and the media type.
const ENDINGS: &[(&str, MediaKind, &str)] = &[
    ("jpg", MediaKind::Image, "image/jpeg"),
    ("jpeg", MediaKind::Image, "image/jpeg"),
    ("png", MediaKind::Image, "image/png"),
    ("gif", MediaKind::Image, "image/gif"),
    ("webp", MediaKind::Image, "image/webp"),
    ("svg", MediaKind::Image, "image/svg+xml"),
    ("bmp", MediaKind::Image, "image/bmp"),
    ("tif", MediaKind::Image, "image/tiff"),
    ("tiff", MediaKind::Image, "image/tiff"),
    ("heic", MediaKind::Image, "image/heic"),
    ("avif", MediaKind::Image, "image/avif"),
    ("mp4", MediaKind::Video, "video/mp4"),
    ("m4v", MediaKind::Video, "video/x-m4v"),
    ("mov", MediaKind::Video, "video/quicktime"),
    ("avi", MediaKind::Video, "video/x-msvideo"),
    ("webm", MediaKind::Video, "video/webm"),
    ("3gp", MediaKind::Video, "video/3gpp"),
    ("mpg", MediaKind::Video, "video/mpeg"),
    ("mpeg", MediaKind::Video, "video/mpeg"),
    ("ogv", MediaKind::Video, "video/ogg"),
    ("mp3", MediaKind::Audio, "audio/mpeg"),
    ("m4a", MediaKind::Audio, "audio/mp4"),
    ("aac", MediaKind::Audio, "audio/aac"),
    ("amr", MediaKind::Audio, "audio/amr"),
    ("ogg", MediaKind::Audio, "audio/ogg"),
    ("opus", MediaKind::Audio, "audio/ogg"),
    ("wav", MediaKind::Audio, "audio/wav"),
    ("flac", MediaKind::Audio, "audio/flac"),
    ("pdf", MediaKind::File, "application/pdf"),
    ("txt", MediaKind::File, "text/plain"),
    ("csv", MediaKind::File, "text/csv"),
    ("zip", MediaKind::File, "application/zip"),
    ("epub", MediaKind::File, "application/epub+zip"),
    ("doc", MediaKind::File, "application/msword"),
    (
        "docx",
        MediaKind::File,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("xls", MediaKind::File, "application/vnd.ms-excel"),
    (
        "xlsx",
        MediaKind::File,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("ppt", MediaKind::File, "application/vnd.ms-powerpoint"),
    (
        "pptx",
        MediaKind::File,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
];

/// The media type of a file by the ending of its address; none if it has no ending that is known for such files.
pub fn media_type(kind: MediaKind, url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let (_, ending) = file.rsplit_once('.')?;
    ENDINGS
        .iter()
        .find(|(known, of, _)| *of == kind && ending.eq_ignore_ascii_case(known))
        .map(|(_, _, found)| *found)
}

/// A media type in a word that people use: `JPEG`, `PDF`.
pub fn word(media_type: &str) -> String {
    let known =
        |(ending, _, of): &(&str, MediaKind, &str)| (*of == media_type).then(|| ending.to_uppercase());
    let short = match media_type {
        "image/jpeg" => Some("JPEG".to_owned()),
        "text/plain" => Some("plain text".to_owned()),
        _ => ENDINGS.iter().find_map(known),
    };
    short.unwrap_or_else(|| {
        let last = media_type.rsplit(['/', '-', '.']).next().unwrap_or(media_type);
        last.to_uppercase()
    })
}

impl MediaFacts {
    /// The largest file of a kind, in megabytes.
    pub fn size(&self, kind: MediaKind) -> f64 {
        match kind {
            MediaKind::Image => self.image_mb,
            MediaKind::Video => self.video_mb,
            MediaKind::Audio => self.audio_mb,
            MediaKind::File => self.file_mb,
        }
    }

    /// The media types of a kind; empty: not known.
    pub fn types(&self, kind: MediaKind) -> &[String] {
        match kind {
            MediaKind::Image => &self.image_types,
            MediaKind::Video => &self.video_types,
            MediaKind::Audio => &self.audio_types,
            MediaKind::File => &self.file_types,
        }
    }

    /// Whether the channel takes such files at all.
    pub fn takes(&self, kind: MediaKind) -> bool {
        self.size(kind) != 0.0
    }

    /// Whether the channel takes the format that the address tells, if it tells one.
    pub fn takes_format(&self, kind: MediaKind, url: &str) -> bool {
        let types = self.types(kind);
        let Some(found) = media_type(kind, url) else {
            return true;
        };
        // `m4a` goes by two names.
        let same = |known: &String| known == found || (known == "audio/x-m4a" && found == "audio/mp4");
        types.is_empty() || types.iter().any(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles;

    #[test]
    fn endings_tell_formats() {
        assert_eq!(
            media_type(MediaKind::Image, "https://x.example/a.b/Photo.JPG?w=1.png#2"),
            Some("image/jpeg")
        );
        assert_eq!(media_type(MediaKind::Image, "https://x.example/photo"), None);
        assert_eq!(media_type(MediaKind::Image, "https://x.example"), None);
        assert_eq!(media_type(MediaKind::Video, "https://x.example/a.png"), None);
        assert_eq!(word("application/pdf"), "PDF");
        assert_eq!(word("image/jpeg"), "JPEG");
        assert_eq!(word("application/x-other"), "OTHER");
    }

    #[test]
    fn a_format_that_a_channel_does_not_take() {
        let whatsapp = profiles::builtin("whatsapp").unwrap().media;
        assert!(whatsapp.takes_format(MediaKind::Image, "https://x.example/a.png"));
        assert!(!whatsapp.takes_format(MediaKind::Image, "https://x.example/a.gif"));
        assert!(whatsapp.takes_format(MediaKind::Image, "https://x.example/a"));
        assert!(whatsapp.takes_format(MediaKind::Audio, "https://x.example/a.m4a"));
        let instagram = profiles::builtin("instagram").unwrap().media;
        assert!(instagram.takes_format(MediaKind::Audio, "https://x.example/a.m4a"));
        let web = profiles::builtin("web").unwrap().media;
        assert!(web.takes_format(MediaKind::Image, "https://x.example/a.bmp"));
    }
}
