//! Which sites may show the chat: a browser says from which one a page comes.

/// Whether a page of this origin may connect to a host of this name. What is no browser says nothing, and could say
/// anything.
pub(super) fn is_allowed(origin: Option<&str>, host: &str, allowed: &[String]) -> bool {
    let Some(origin) = origin else { return true };
    if allowed
        .iter()
        .any(|one| one == "*" || one.trim_end_matches('/').eq_ignore_ascii_case(origin))
    {
        return true;
    }
    let own = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    own.is_some_and(|own| !host.is_empty() && own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_pages_and_those_that_are_named() {
        let allowed = ["https://shop.example".to_owned()];
        let is = |origin| is_allowed(origin, "chat.example:8080", &allowed);
        assert!(is(None));
        assert!(is(Some("http://chat.example:8080")));
        assert!(is(Some("https://CHAT.example:8080")));
        assert!(is(Some("https://shop.example")));
        for foreign in [
            "",
            "null",
            "https://chat.example",
            "https://shop.example.evil",
            "https://evil.example",
            "http://shop.example",
            "ftp://chat.example:8080",
        ] {
            assert!(!is(Some(foreign)), "{foreign}");
        }
        assert!(!is_allowed(Some("https://"), "", &[]));
        assert!(is_allowed(Some("null"), "a", &["*".to_owned()]));
    }
}
