//! `botflow text`, held against the tools that translators use: gettext's `msgfmt`, `msgcat` and `msgmerge`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{botflow, read, replace, root, write};

const FLOW: &str = r#"bot shop {
  languages en, ro, ru
  channels web
  start hello
}

customer {
  name: text?
  orders: integer = 0
}

## The first words.
flow hello {
  say "Hi {customer.name else "friend"}, \"welcome\"!"
  say """
    Two lines,
    and a \{brace}.
    """
  say "You have {customer.orders} {customer.orders | plural one "order" other "orders"}."
  finish resolved
}
"#;

fn shop() -> TempDir {
    let folder = TempDir::new().expect("a folder can be made");
    write(folder.path().join("botflow.toml"), "");
    write(folder.path().join("bot.flow"), FLOW);
    folder
}

/// Runs one of gettext's tools; what it writes, if it is content.
#[track_caller]
fn tool(folder: &Path, name: &str, arguments: &[&str]) -> String {
    let run = Command::new(name)
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .output();
    let run =
        run.unwrap_or_else(|error| panic!("`{name}` of gettext has to be there (scripts/test): {error}"));
    let talk = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "{name} {arguments:?}: {talk}");
    String::from_utf8(run.stdout).expect("catalogues are UTF-8")
}

/// The tools read a catalogue of ours, find nothing wrong with it, and would write it as we do.
#[track_caller]
fn is_good(folder: &Path, file: &str) {
    tool(
        folder,
        "msgfmt",
        &["--check-format", "--check-domain", "-o", "/dev/null", file],
    );
    assert_eq!(
        tool(folder, "msgcat", &["--no-wrap", file]),
        read(folder.join(file)),
        "{file}"
    );
}

const ROMANIAN: &[(&str, &str)] = &[
    (
        "msgid \"Hi {customer.name else \\\"friend\\\"}, \\\"welcome\\\"!\"\nmsgstr \"\"",
        "msgid \"Hi {customer.name else \\\"friend\\\"}, \\\"welcome\\\"!\"\nmsgstr \"Salut, {customer.name else \
         \\\"prietene\\\"}!\"",
    ),
    (
        "\"Two lines,\\n\"\n\"and a \\\\{brace}.\"\nmsgstr \"\"",
        "\"Two lines,\\n\"\n\"and a \\\\{brace}.\"\nmsgstr \"Două rânduri și o \\\\{acoladă}.\"",
    ),
    (
        "msgstr[0] \"\"\nmsgstr[1] \"\"\nmsgstr[2] \"\"",
        "msgstr[0] \"Ai o comandă.\"\nmsgstr[1] \"Ai {customer.orders} comenzi.\"\nmsgstr[2] \"Ai {customer.orders} de \
         comenzi.\"",
    ),
];

#[test]
fn catalogues_are_made_translated_and_counted() {
    let folder = shop();
    let here = folder.path();
    botflow(here, &["text", "status"])
        .ends(1)
        .prints("ro               3           0       0        3");
    botflow(here, &["text", "extract"])
        .ends(0)
        .says("locales/bot.pot: 3 texts.");
    is_good(here, "locales/bot.pot");
    botflow(here, &["text", "update"])
        .ends(0)
        .says("locales/ro.po: updated; 0 of 3 texts translated, 3 missing.");
    let written = read(here.join("locales/ro.po"));
    for part in [
        "\"Language: ro\\n\"",
        "Plural-Forms: nplurals=3;",
        "#. The first words.\n#. The bot says this.\n#. {customer.name else \"friend\"}: words",
        "#: bot.flow\nmsgctxt \"hello · say\"",
        "msgid_plural \"You have {customer.orders} orders.\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\nmsgstr[2] \"\"\n",
    ] {
        assert!(written.contains(part), "`{part}` is not in\n{written}");
    }
    is_good(here, "locales/ro.po");
    is_good(here, "locales/ru.po");
    // Nothing changes twice.
    botflow(here, &["text", "update", "--check"]).ends(0);
    for (before, after) in ROMANIAN {
        replace(here.join("locales/ro.po"), before, after);
    }
    is_good(here, "locales/ro.po");
    let run = botflow(here, &["text", "status", "--format", "json"]).ends(1);
    let counts: Value = serde_json::from_str(&run.data).expect("it is JSON");
    assert_eq!(counts["complete"], false);
    assert_eq!(counts["languages"][0]["language"], "ro");
    assert_eq!(counts["languages"][0]["translated"], 3);
    assert_eq!(counts["languages"][1]["missing"], 3);
    fs::remove_file(here.join("locales/ru.po")).expect("it was written");
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    botflow(here, &["text", "status"]).ends(0);
    botflow(here, &["check", "--deny", "warnings"]).ends(0);
}

#[test]
fn what_changes_is_kept_for_comparison() {
    let folder = shop();
    let here = folder.path();
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    botflow(here, &["text", "update"]).ends(0);
    let catalogue = here.join("locales/ro.po");
    for (before, after) in ROMANIAN {
        replace(&catalogue, before, after);
    }
    replace(
        &catalogue,
        "#. The first words.\n#. The bot says this.\n#. {customer.name",
        "# Ana: warm words, please\n#. The first words.\n#. The bot says this.\n#. {customer.name",
    );
    // One text changes, one goes.
    replace(here.join("bot.flow"), "\\\"welcome\\\"!", "\\\"welcome\\\" back!");
    let flow = read(here.join("bot.flow"));
    let start = flow.find("  say \"\"\"").expect("the block");
    let end = flow.find("  say \"You").expect("the next text");
    write(
        here.join("bot.flow"),
        format!("{}{}", &flow[..start], &flow[end..]),
    );
    botflow(here, &["check"])
        .ends(0)
        .prints("stale-translation")
        .prints("unused-translation");
    botflow(here, &["text", "update", "--check"])
        .ends(1)
        .says("would change");
    botflow(here, &["text", "update"])
        .ends(0)
        .says("1 of 2 texts translated, 1 fuzzy");
    let written = read(&catalogue);
    for part in [
        "# Ana: warm words, please\n",
        "#, fuzzy\n#| msgctxt \"hello · say\"\n#| msgid \"Hi {customer.name else \\\"friend\\\"}, \\\"welcome\\\"!\"\n",
        "msgstr \"Salut, {customer.name else \\\"prietene\\\"}!\"\n",
        "#~ msgctxt \"hello · say\"\n#~ msgid \"\"\n#~ \"Two lines,\\n\"\n",
    ] {
        assert!(written.contains(part), "`{part}` is not in\n{written}");
    }
    is_good(here, "locales/ro.po");
    botflow(here, &["check"]).ends(0).prints("marked as `fuzzy`");
    // The words come back, and so does the translation.
    write(here.join("bot.flow"), FLOW.replace("en, ro, ru", "en, ro"));
    botflow(here, &["text", "update"]).ends(0);
    assert!(read(&catalogue).contains("msgstr \"Două rânduri și o \\\\{acoladă}.\"\n"));
    assert!(!read(&catalogue).contains("#~"));
}

/// `msgmerge` brings a template into a catalogue as `update` does: what is translated, fuzzy and obsolete agrees.
#[test]
fn msgmerge_merges_the_same() {
    let folder = shop();
    let here = folder.path();
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    botflow(here, &["text", "update"]).ends(0);
    for (before, after) in ROMANIAN {
        replace(here.join("locales/ro.po"), before, after);
    }
    let flow = here.join("bot.flow");
    replace(&flow, "\\\"welcome\\\"!", "\\\"welcome\\\" back!");
    replace(
        &flow,
        "  finish resolved",
        "  say \"Something quite new.\"\n  finish resolved",
    );
    botflow(here, &["text", "extract"]).ends(0);
    let theirs = tool(
        here,
        "msgmerge",
        &[
            "--no-wrap",
            "--previous",
            "-q",
            "locales/ro.po",
            "locales/bot.pot",
        ],
    );
    botflow(here, &["text", "update"]).ends(0);
    let ours = read(here.join("locales/ro.po"));
    let entries = |text: &str| -> Vec<String> {
        text.split("\n\n")
            .skip(1)
            .map(|one| one.trim().to_owned())
            .collect()
    };
    assert_eq!(entries(&theirs), entries(&ours));
}

/// The catalogues of the repository are good, and up to date.
#[test]
fn catalogues_of_the_examples_are_good() {
    let root = root();
    for file in [
        "examples/luna_store/locales/ro.po",
        "examples/luna_store/locales/ru.po",
        "examples/semantics/locales/ro.po",
        "flows/std/locales/ro.po",
        "flows/std/locales/ru.po",
    ] {
        is_good(&root, file);
    }
    botflow(&root, &["text", "update", "--check", "examples/luna_store"]).ends(0);
    botflow(&root, &["text", "status", "examples/luna_store"]).ends(0);
}

/// Everything that tools write and we do not use is still there.
#[test]
fn nothing_of_a_catalogue_is_lost() {
    let folder = shop();
    let here = folder.path();
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    write(
        here.join("locales/ro.po"),
        "# Shop in Romanian.\n# Ana, 2026\nmsgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: shop 2\\n\"\n\"Last-Translator: Ana \
         <ana@example.com>\\n\"\n\"Language: ro\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Plural-Forms: \
         nplurals=3; plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;\\n\"\n\"X-Team: we\\n\"\n\n#. The first words.\n#. \
         old\n#: old.flow:3\n#, c-format, fuzzy\n#| msgid \"Hi\"\nmsgctxt \"hello · say\"\nmsgid \"Hi {customer.name else \
         \\\"friend\\\"}, \\\"welcome\\\"!\"\nmsgstr \"Salut\"\n\n#, fuzzy\n#~| msgid \"Bye!\"\n#~ msgid \"Bye\"\n#~ msgstr \"Pa\"\n",
    );
    botflow(here, &["text", "update"]).ends(0);
    let written = read(here.join("locales/ro.po"));
    for part in [
        "# Shop in Romanian.\n# Ana, 2026\n",
        "\"Project-Id-Version: shop 2\\n\"",
        "Ana <ana@example.com>",
        "plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;",
        "\"X-Team: we\\n\"",
        "#, c-format, fuzzy\n#| msgid \"Hi\"\n",
        "#, fuzzy\n#~| msgid \"Bye!\"\n#~ msgid \"Bye\"\n#~ msgstr \"Pa\"\n",
    ] {
        assert!(written.contains(part), "`{part}` is not in\n{written}");
    }
    assert!(!written.contains("old.flow"));
}

/// A catalogue with a mistake is told of, and left alone.
#[test]
fn broken_catalogues_are_not_written_over() {
    let folder = shop();
    let here = folder.path();
    botflow(here, &["text", "update"]).ends(0);
    let catalogue = here.join("locales/ro.po");
    replace(&catalogue, "msgid \"Hi", "msgidd \"Hi");
    let before = read(&catalogue);
    botflow(here, &["text", "update"]).ends(1).says("unexpected-word");
    assert_eq!(read(&catalogue), before);
    replace(&catalogue, "msgidd \"Hi", "msgid \"Hi");
    botflow(here, &["text", "update", "--language", "fr"]).ends(2);
}

/// Tools break lines where they like, end them as their system does, and put a mark before the first: that is no change.
#[test]
fn the_layout_of_tools_is_left_to_them() {
    let folder = shop();
    let here = folder.path();
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    replace(
        here.join("bot.flow"),
        "    Two lines,",
        "    A line that is long enough for a tool to break it: tools break what is longer than eighty letters.\n    Two lines,",
    );
    botflow(here, &["text", "update"]).ends(0);
    let catalogue = here.join("locales/ro.po");
    let wrapped = tool(here, "msgcat", &["--width=40", "locales/ro.po"]);
    assert_ne!(wrapped, read(&catalogue), "it has broken a line");
    let of_windows = format!("\u{feff}{}", wrapped.replace('\n', "\r\n"));
    for layout in [&wrapped, &of_windows] {
        write(&catalogue, layout);
        botflow(here, &["text", "update", "--check"])
            .ends(0)
            .says("locales/ro.po: unchanged");
        botflow(here, &["text", "update"]).ends(0);
        assert_eq!(&read(&catalogue), layout);
    }
    // What is to be changed is written in our layout, with the same words.
    replace(
        here.join("bot.flow"),
        "  finish resolved",
        "  say \"New.\"\n  finish resolved",
    );
    botflow(here, &["text", "update"]).ends(0).says("updated");
    is_good(here, "locales/ro.po");
}

/// Letters that cannot be read are not written back as something else.
#[test]
fn catalogues_that_are_no_utf8_are_told_of_and_left_alone() {
    let folder = shop();
    let here = folder.path();
    replace(here.join("bot.flow"), "en, ro, ru", "en, ro");
    botflow(here, &["text", "update"]).ends(0);
    let catalogue = here.join("locales/ro.po");
    replace(
        &catalogue,
        "and a \\\\{brace}.\"\nmsgstr \"\"",
        "and a \\\\{brace}.\"\nmsgstr \"Dou?\"",
    );
    let mut bytes = read(&catalogue).into_bytes();
    let sign = bytes
        .windows(4)
        .position(|four| four == b"Dou?")
        .expect("it was written");
    bytes[sign + 3] = 0xe3;
    write(&catalogue, &bytes);
    for command in [&["text", "update"][..], &["text", "status"]] {
        botflow(here, command).ends(1).says("no text in UTF-8");
    }
    assert_eq!(fs::read(&catalogue).expect("it is there"), bytes);
    let run = botflow(here, &["check"]).ends(1).prints("no text in UTF-8");
    assert_eq!(run.data.matches("BF").count(), 1, "{}", run.data);
}

/// A `##` comment above anything is for the translators of the texts in it.
#[test]
fn comments_above_statements_are_for_translators() {
    let folder = shop();
    let here = folder.path();
    replace(
        here.join("bot.flow"),
        "  say \"You have",
        "  # Not for them.\n  ## Orders of goods,\n  ## not of a general.\n  say \"You have",
    );
    replace(
        here.join("bot.flow"),
        "  say \"\"\"\n",
        "  wait 1s  ## Of this line.\n  say \"\"\"\n",
    );
    botflow(here, &["fmt", "--check"]).ends(0);
    botflow(here, &["text", "extract"]).ends(0);
    let template = read(here.join("locales/bot.pot"));
    for part in [
        "#. The first words.\n#. Orders of goods,\n#. not of a general.\n#. The bot says this.\n#. {customer.orders}: a whole \
         number, for example 3 (the number that is counted)\n#: bot.flow\n",
        "#. The first words.\n#. The bot says this.\n#: bot.flow\nmsgctxt \"hello · say\"\nmsgid \"\"\n\"Two lines",
    ] {
        assert!(template.contains(part), "`{part}` is not in\n{template}");
    }
    assert!(!template.contains("Of this line"));
}
