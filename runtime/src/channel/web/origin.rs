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

/// What the log says of a page that may not connect, with what anybody can write in it shortened.
pub(super) fn complaint(origin: &str, host: &str) -> String {
    let short = |text: &str| {
        let mut short: String = text.chars().take(80).flat_map(char::escape_default).collect();
        if text.chars().nth(80).is_some() {
            short.push('…');
        }
        short
    };
    let (origin, host) = (short(origin), short(host));
    format!(
        "a page of `{origin}` may not show the chat, which is asked for as `{host}`: where the page is the host's own, its \
         proxy has to pass the header `Host` on; other sites are named in `web.origins`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_both_and_what_anybody_writes_stays_short() {
        let told = complaint("https://chat.example", "127.0.0.1:8080");
        assert!(
            told.contains("`https://chat.example`") && told.contains("`127.0.0.1:8080`"),
            "{told}"
        );
        assert!(told.contains("`web.origins`"), "{told}");
        let long = complaint(&"a\n".repeat(5_000), "\u{1b}[31m");
        assert!(long.len() < 500 && !long.contains(char::is_control), "{long}");
    }

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
