//! The typed view: what its accessors find.

use botflow_syntax::ast::{self, AstNode, LiteralValue, TextPart};
use botflow_syntax::{LineIndex, NodeRef, Parse, TextSize, Utf16Position, parse};

fn sound(source: &str) -> Parse {
    let parse = parse(source);
    assert_eq!(parse.errors, []);
    parse
}

fn first<'t, N: AstNode<'t>>(parse: &'t Parse) -> N {
    let mut nodes = NodeRef::root(&parse.green).descendants();
    nodes.find_map(N::cast).expect("the source has such a node")
}

fn text(source: &str) -> Vec<String> {
    let parse = sound(&format!("flow f {{\n  say {source}\n}}\n"));
    let text: ast::Text<'_> = first(&parse);
    let parts = text.parts().into_iter();
    parts
        .map(|part| match part {
            TextPart::Plain(plain) => plain.into(),
            TextPart::Hole(hole) => hole.syntax().text().to_string(),
        })
        .collect()
}

#[test]
fn texts_have_parts() {
    assert_eq!(
        text(r#""Hi {name}, \"you\"\n\{x}""#),
        ["Hi ", "{name}", ", \"you\"\n{x}"]
    );
    assert_eq!(text(r#""""#), Vec::<String>::new());
    assert_eq!(
        text("\"\"\"\n    Dear {name},\n      thanks.\n\n    Bye\n  \"\"\""),
        ["Dear ", "{name}", ",\n  thanks.\n\nBye"]
    );
    assert_eq!(
        text("\"\"\"\n    {name}\n    {name} x\"\"\""),
        ["{name}", "\n", "{name}", " x"]
    );
    assert_eq!(text("\"\"\"one line\"\"\""), ["one line"]);
    assert_eq!(text("\"\"\"\n  a\n    b\n\"\"\""), ["a\n  b"]);
}

#[test]
fn statements_have_their_parts() {
    let parse = sound(
        "flow f {\n  ask city: list of (a: text)? sensitive \"Which?\" {\n    hint \"h\"\n    check city is known otherwise \"c\"\n    skip if a with b\n    silence 10m -> x\n  }\n}\n",
    );
    let ask: ast::AskStmt<'_> = first(&parse);
    let answer = ask.answer().expect("it has an answer");
    assert_eq!(answer.name().expect("it has a name").text(), "city");
    assert!(answer.is_sensitive());
    let Some(ast::TypeExpr::OptionalType(optional)) = answer.type_expr() else {
        panic!("`?` belongs to the list")
    };
    assert!(matches!(optional.inner(), Some(ast::TypeExpr::ListType(_))));
    assert_eq!(
        ask.text().and_then(|text| text.plain()).as_deref(),
        Some("Which?")
    );
    let items: Vec<ast::AskItem<'_>> = ask.items().collect();
    assert_eq!(items.len(), 4);
    let ast::AskItem::CheckItem(check) = &items[1] else {
        panic!("the second item is a check")
    };
    assert_eq!(check.text().and_then(|text| text.plain()).as_deref(), Some("c"));
    let ast::AskItem::SkipItem(skip) = &items[2] else {
        panic!("the third item is a skip")
    };
    assert!(skip.condition().is_some() && skip.value().is_some());
}

#[test]
fn declarations_have_documentation() {
    let parse = sound("# no\n\n## A bot.\n## It helps.\nbot b {\n  ## Its name.\n  name \"x\"\n}\n");
    let bot: ast::BotItem<'_> = first(&parse);
    assert_eq!(bot.documentation().as_deref(), Some("A bot.\nIt helps."));
    let setting = bot.settings().next().expect("it has a setting");
    assert_eq!(setting.documentation().as_deref(), Some("Its name."));
    // At the end of a line it is about that line.
    let parse = sound("## A bot.\nbot b {\n  name \"x\" ## Its name.\n  draft yes\n}\n");
    let bot: ast::BotItem<'_> = first(&parse);
    assert_eq!(bot.documentation().as_deref(), Some("A bot."));
    let all: Vec<_> = bot.settings().map(|setting| setting.documentation()).collect();
    assert_eq!(all, [None, None]);
}

#[test]
fn literals_have_values() {
    let value = |literal: &str| {
        let parse = sound(&format!("flow f {{\n  let x = {literal}\n}}\n"));
        first::<ast::Literal<'_>>(&parse).value()
    };
    assert_eq!(value("12"), Some(LiteralValue::Integer(12)));
    assert_eq!(
        value("20 EUR"),
        Some(LiteralValue::Money("20".to_owned(), "EUR".to_owned()))
    );
    assert_eq!(value("2.5%"), Some(LiteralValue::Percent("2.5".to_owned())));
    assert_eq!(value("2h"), Some(LiteralValue::Duration(7200)));
    assert_eq!(value("2028-02-29"), Some(LiteralValue::Date(2028, 2, 29)));
    assert_eq!(value("09:30"), Some(LiteralValue::Time(9, 30)));
    assert_eq!(value("yes"), Some(LiteralValue::YesNo(true)));
    assert_eq!(value("unknown"), Some(LiteralValue::Unknown));
}

#[test]
fn templates_tell_their_name_from_their_channels() {
    let parse = sound("template t(a: text) on sms, web {\n}\n");
    let template: ast::TemplateItem<'_> = first(&parse);
    assert_eq!(template.name().expect("it has a name").text(), "t");
    assert_eq!(
        template
            .channels()
            .map(|name| name.text().to_owned())
            .collect::<Vec<_>>(),
        ["sms", "web"]
    );
}

#[test]
fn lines_and_columns_count_characters() {
    let source = "a\nцé😀x\n";
    let index = LineIndex::new(source);
    let place = TextSize::new(source.find('x').expect("it is there") as u32);
    let found = index.line_column(source, place);
    assert_eq!((found.line, found.column), (2, 4));
    assert_eq!(
        index.utf16(source, place),
        Utf16Position {
            line: 1,
            character: 4
        }
    );
    assert_eq!(
        index.offset_of_utf16(
            source,
            Utf16Position {
                line: 1,
                character: 4
            }
        ),
        place
    );
    let end = index.line_column(source, TextSize::of(source));
    assert_eq!((end.line, end.column), (3, 1));
}
