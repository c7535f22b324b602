//! `check --fix`: safe fixes, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{botflow, new_bot, read, replace, write};

/// Slips with a safe fix, as replacements in a new bot.
const SLIPS: &[(&str, &str)] = &[
    ("on silence 1h", "on silence 1 hour"),
    ("    say \"Sorry,", "    \"Sorry,"),
    ("words \"hours\", \"open\"", "words “hours”, \"open\""),
    ("-> call_back", "-> step call_back"),
    ("    note \"Please", "    count = 3\n    note \"Please"),
    ("finish resolved as call_back", "finish resolved as call_back;"),
    (
        "tries 3 -> finish unresolved\n  }",
        "tries 3 → finish unresolved\n  }",
    ),
    (
        "flow welcome {",
        "# botflow: allow unused-name -- it was\nflow welcome {",
    ),
];

fn findings(folder: &Path) -> Vec<Value> {
    let run = botflow(folder, &["check", "bot", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.data).expect("it is JSON");
    report["findings"].as_array().expect("a list").clone()
}

fn is_safe(finding: &Value) -> bool {
    let fixes = finding["fixes"].as_array().expect("a list");
    fixes.iter().any(|fix| fix["safe"] == true)
}

/// Every set of slips is mended until no safe fix is left; a second run finds nothing to do, and the layout holds.
#[test]
fn nothing_safe_is_left() {
    for set in 1u32..1 << SLIPS.len() {
        // All sets of two, and all of them together.
        if set.count_ones() > 2 && set.count_ones() < SLIPS.len() as u32 {
            continue;
        }
        let folder = new_bot();
        let here = folder.path();
        let flow = here.join("bot/bot.flow");
        let mut slips = 0;
        for (at, (sound, slip)) in SLIPS.iter().enumerate() {
            if set & (1 << at) != 0 {
                replace(&flow, sound, slip);
                slips += 1;
            }
        }
        let broken = read(&flow);
        let run = botflow(here, &["check", "bot", "--fix"]);
        let left = findings(here);
        assert!(
            !left.iter().any(is_safe),
            "{broken}\nleft: {left:?}\n{}",
            run.talk
        );
        assert!(
            !left.iter().any(|finding| finding["level"] == "error"),
            "{broken}\nleft: {left:?}\n{}",
            run.talk
        );
        assert!(
            run.talk.contains("mended in 1 file"),
            "{slips} slips: {}",
            run.talk
        );
        let mended = read(&flow);
        let again = botflow(here, &["check", "bot", "--fix"]);
        assert_eq!(read(&flow), mended);
        assert!(!again.talk.contains("mended"), "{}", again.talk);
        botflow(here, &["fmt", "--check", "bot"]).ends(0);
    }
}

/// What no fix replaces keeps its bytes: odd line ends, odd spaces, no newline at the end.
#[test]
fn the_rest_keeps_its_bytes() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    let odd = format!(
        "\u{feff}{}#  odd   \t\r\n\r\n\r\n# end",
        read(&flow)
            .replace('\n', "\r\n")
            .replace("say \"Hi!", "say   \"Hi!")
    );
    write(&flow, odd.replace("silence 1h", "silence 1 hour"));
    botflow(here, &["check", "bot", "--fix"])
        .ends(0)
        .says("bot.flow:12: bad-literal: Change to `1h`");
    assert_eq!(read(&flow), odd);
    // Nothing is left beside it.
    let names: Vec<_> = fs::read_dir(here.join("bot"))
        .expect("it can be listed")
        .map(|entry| entry.expect("it can be listed").file_name())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().contains("botflow-")),
        "{names:?}"
    );
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = new_bot();
    let here = folder.path();
    let (flow, real) = (here.join("bot/bot.flow"), here.join("real.txt"));
    replace(&flow, "silence 1h", "silence 1 hour");
    fs::rename(&flow, &real).expect("it can be moved");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("the owner may");
    write(here.join("bot/more.flow"), "# botflow: allow unused-name -- x\n");
    symlink(&real, &flow).expect("links can be made");
    // The walk does not follow links, so that the linked file is not the bot's; the other one is mended.
    botflow(here, &["check", "bot", "--fix"]);
    assert!(fs::symlink_metadata(&flow).expect("it is there").is_symlink());
    fs::remove_file(&flow).expect("it can go");
    fs::rename(&real, &flow).expect("it can be moved");
    botflow(here, &["check", "bot", "--fix"]).ends(0);
    let mode = fs::metadata(&flow).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(read(here.join("bot/more.flow")), "");
}

#[test]
fn guesses_are_left_to_people() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    replace(&flow, "-> call_back", "-> call_bak");
    let before = read(&flow);
    let run = botflow(here, &["check", "bot", "--fix"])
        .ends(1)
        .prints("Did you mean `call_back`?");
    assert!(!run.talk.contains("mended"), "{}", run.talk);
    assert_eq!(read(&flow), before);
    botflow(here, &["check", "bot", "--diff"]).ends(0);
}

#[test]
fn a_difference_is_shown_and_nothing_written() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/bot.flow");
    replace(&flow, "silence 1h", "silence 1 hour");
    let before = read(&flow);
    let run = botflow(here, &["check", "bot", "--diff"])
        .ends(1)
        .prints("-  on silence 1 hour -> finish abandoned\n+  on silence 1h -> finish abandoned\n");
    assert!(
        run.data
            .starts_with("--- bot/bot.flow\n+++ bot/bot.flow, mended\n"),
        "{}",
        run.data
    );
    assert_eq!(read(&flow), before);
    // People are told that there is something to mend.
    botflow(here, &["check", "bot"])
        .ends(1)
        .prints("One of them needs no guess to be mended: `botflow check --fix`.");
}

#[test]
fn files_that_are_no_text_are_left_alone() {
    let folder = new_bot();
    let here = folder.path();
    let flow = here.join("bot/odd.flow");
    let mut bytes = b"# botflow: allow unused-name -- x\n# ".to_vec();
    bytes.extend([0xff, 0xfe, b'\n']);
    write(&flow, &bytes);
    let run = botflow(here, &["check", "bot", "--fix"]);
    assert_eq!(fs::read(&flow).expect("it is there"), bytes);
    assert!(!run.talk.contains("mended in"), "{}", run.talk);
}

const ANSWERING: &str = "bot shop {
  languages en, ro
  channels web
  start hello
}

always {
  on silence 1h -> finish abandoned
  on unclear -> finish unresolved
}

faq {
  source \"faq/*.md\"
}

flow hello {
  say \"Hi!\"
  finish resolved
}
";

const CATALOGUE: &str = "msgid \"\"\nmsgstr \"\"\n\"Language: ro\\n\"\n\n# botflow: allow wrong-language -- it was\nmsgctxt \"hello · \
                         say\"\nmsgid \"Hi!\"\nmsgstr \"Salut!\"\n";

/// A comment that nothing needs goes wherever it stands: in conversations, catalogues and answers, too.
#[test]
fn what_stands_beside_the_flows_is_mended_too() {
    let folder = tempfile::tempdir().expect("a folder for temporary files can be made");
    let here = folder.path();
    let files = [
        ("botflow.toml", "", ""),
        ("bot.flow", ANSWERING, ""),
        (
            "locales/ro.po",
            CATALOGUE,
            "# botflow: allow wrong-language -- it was\n",
        ),
        (
            "faq/shop.md",
            "# Open?\n<!-- botflow: allow faq-shadowed -- it was -->\nAlways.\n",
            "<!-- botflow: allow faq-shadowed -- it was -->\n",
        ),
        (
            "tests/a.chat",
            "conversation a\n# botflow: allow chat-stub-unused -- it was\n> hi\n< Hi!\n",
            "# botflow: allow chat-stub-unused -- it was\n",
        ),
    ];
    for (path, text, _) in files {
        write(here.join(path), text);
    }
    let run = botflow(here, &["check", "--diff"]).ends(1);
    for (path, text, _) in files.iter().filter(|(.., goes)| !goes.is_empty()) {
        assert!(
            run.data.contains(&format!("--- {path}\n")),
            "{path}: {}",
            run.data
        );
        assert_eq!(&read(here.join(path)), text);
    }
    botflow(here, &["check", "--fix", "--deny", "warnings"])
        .ends(0)
        .says("3 findings mended in 3 files");
    for (path, text, goes) in files {
        let left = if goes.is_empty() {
            text.to_owned()
        } else {
            text.replace(goes, "")
        };
        assert_eq!(read(here.join(path)), left, "{path}");
    }
    botflow(here, &["check", "--diff"]).ends(0);
}

/// What is found in answers is allowed by a comment of Markdown, above it or at the end of its line; nobody is told it.
#[test]
fn answers_have_comments_that_allow() {
    let folder = tempfile::tempdir().expect("a folder for temporary files can be made");
    let here = folder.path();
    write(here.join("botflow.toml"), "");
    write(here.join("bot.flow"), ANSWERING.replace(", ro", ""));
    let page = here.join("faq/shop.md");
    // What no `faq` names is nobody's business.
    write(
        here.join("README.md"),
        "<!-- botflow: allow nothing -- really -->\n",
    );
    let twice = "# Open?\n\nAlways.\n\n# Open?\n\nNever.\n";
    write(&page, twice);
    botflow(here, &["check", "--deny", "warnings"])
        .ends(1)
        .prints("faq-duplicate");
    for (comment, status, told) in [
        (
            "<!-- botflow: allow faq-duplicate -- for the days -->\n\n# Open?\n\nNever",
            0,
            "",
        ),
        (
            "# Open? <!-- botflow: allow faq-duplicate -- for the days -->\n\nNever",
            0,
            "",
        ),
        (
            "<!-- botflow: allow faq-duplicate -->\n# Open?\n\nNever",
            1,
            "allow-without-reason",
        ),
        (
            "<!-- botflow: allow faq-shadowed -- x -->\n# Open?\n\nNever",
            1,
            "unneeded-allow",
        ),
        (
            "<!-- botflow: forbid -->\n# Open?\n\nNever",
            1,
            "<!-- botflow: allow NAME -- why it may stay -->",
        ),
        (
            "`<!-- botflow: allow faq-duplicate -- x -->`\n\n# Open?\n\nNever",
            1,
            "faq-duplicate",
        ),
    ] {
        write(&page, twice.replace("# Open?\n\nNever", comment));
        botflow(here, &["check", "--deny", "warnings"])
            .ends(status)
            .prints(told);
    }
    write(&page, "# Open?\n<!-- for us -->\n\nAlways.\n");
    write(
        here.join("tests/a.chat"),
        "conversation a\n> hi\n< Hi!\n= finished resolved\n",
    );
    botflow(here, &["test"]).ends(0);
}
