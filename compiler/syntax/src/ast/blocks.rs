//! What stands in the blocks of `say`, `ask`, `choose`, `call` and `verify`.

use crate::ast::{AstNode, Expr, Text};
use crate::node::NodeRef;

nodes! {
    /// `via sms`
    ViaClause { channel: token Name }
    /// `one of { "…" "…" }`
    OneOf { texts: many Text }
    /// `image URL alt "…"`
    ImageItem { source: one Expr }
    /// `video URL alt "…"`
    VideoItem { source: one Expr }
    /// `file URL alt "…"`
    FileItem { source: one Expr }
    /// `audio URL alt "…"`
    AudioItem { source: one Expr }
    /// `location 44.43, 26.10 alt "…"`, or a value of type location
    LocationItem { place: one Expr }
    /// `button "…" opens URL`, `calls PHONE`, or a way
    ButtonItem { label: one Text, opens: one OpensClause, calls: one CallsClause, way: one Way }
    /// `opens URL`
    OpensClause { url: one Expr }
    /// `calls PHONE`
    CallsClause { phone: one Expr }
    /// `on sms "…"`: other words for some channels
    OnChannelItem { channels: tokens Name, text: one Text }
    /// `template cart_waiting(…)`
    TemplateUseItem { path: one Path, args: one Args }
    /// `cards item from LIST at most 10 { … }`
    CardsItem { name: token Name, list: one Expr, condition: one IfClause, limit: one Limit, entries: many CardEntry }
    /// `title "…"`
    TitleItem { text: one Text }
    /// `text "…"`
    TextItem { text: one Text }
    /// `name: type sensitive`
    Answer { name: token Name, type_expr: one TypeExpr, is_sensitive: has KwSensitive }
    /// `customer.email`
    CustomerRef { field: token Name }
    /// `hint "…"`
    HintItem { text: one Text }
    /// `suggest "…", "…"`, or `suggest from LIST at most N`
    SuggestItem { is_from: has KwFrom, values: many Expr, limit: one Limit }
    /// `check … otherwise "…"`
    CheckItem { condition: one Expr, way: one Way }
    /// `invalid "…"`, or a way
    InvalidItem { one_of: one OneOf, text: one Text, way: one Way }
    /// `tries 3 way`
    TriesItem { count: token Integer, way: one Way }
    /// `silence 10m "…"`, or a way
    SilenceItem { duration: token Duration, text: one Text, way: one Way }
    /// `skip if C with VALUE`
    SkipItem { condition: one Expr, value: second Expr }
    /// `again "…"`
    AgainItem { text: one Text }
    /// `from LIST if …`
    FromClause { list: one Expr, condition: one IfClause }
    /// `"Label" if … words "…" value x way`
    Choice {
        label: one Text, conditions: many IfClause, words: many WordsClause, value: one ValueClause,
        opens: one OpensClause, way: one Way,
    }
    /// `each "{slot | time}" way`
    EachChoice {
        label: one Text, conditions: many IfClause, words: many WordsClause, value: one ValueClause,
        opens: one OpensClause, way: one Way,
    }
    /// `value x`, of an option
    ValueClause { value: one Expr }
    /// `none way`
    NoneItem { way: one Way }
    /// `otherwise "…"`, or a way
    OtherwiseItem { text: one Text, way: one Way }
    /// `failed way`
    FailedItem { way: one Way }
    /// `waiting 3s { … }`
    WaitingItem { duration: token Duration, block: one Block }
    /// `taken way`
    FailItem { name: token Name, way: one Way }
}

/// The text behind the first expression; the expression may be a text itself.
fn text_behind_value(node: NodeRef<'_>) -> Option<Text<'_>> {
    node.children()
        .filter(|child| Expr::can_cast(child.kind()))
        .skip(1)
        .find_map(Text::cast)
}

impl<'t> ImageItem<'t> {
    /// The words for those who do not see it.
    pub fn alt(&self) -> Option<Text<'t>> {
        text_behind_value(self.syntax)
    }
}

impl<'t> VideoItem<'t> {
    /// The words for those who do not see it.
    pub fn alt(&self) -> Option<Text<'t>> {
        text_behind_value(self.syntax)
    }
}

impl<'t> FileItem<'t> {
    /// The words for those who do not see it.
    pub fn alt(&self) -> Option<Text<'t>> {
        text_behind_value(self.syntax)
    }
}

impl<'t> AudioItem<'t> {
    /// The words for those who do not hear it.
    pub fn alt(&self) -> Option<Text<'t>> {
        text_behind_value(self.syntax)
    }
}

impl<'t> LocationItem<'t> {
    /// The longitude, where `place` is the latitude.
    pub fn longitude(&self) -> Option<Expr<'t>> {
        crate::ast::token(self.syntax, crate::kind::SyntaxKind::Comma)?;
        crate::ast::children(self.syntax).nth(1)
    }

    /// What the place is called.
    pub fn label(&self) -> Option<Text<'t>> {
        let values = if crate::ast::has_token(self.syntax, crate::kind::SyntaxKind::Comma) {
            2
        } else {
            1
        };
        self.syntax
            .children()
            .filter(|child| Expr::can_cast(child.kind()))
            .skip(values)
            .find_map(Text::cast)
    }
}

impl<'t> CheckItem<'t> {
    /// What is said when the check fails.
    pub fn text(&self) -> Option<Text<'t>> {
        text_behind_value(self.syntax)
    }
}

choices! {
    /// What stands in the block of a `say`.
    SayItem = ImageItem | VideoItem | FileItem | AudioItem | LocationItem | ButtonItem | OnChannelItem
        | TemplateUseItem | CardsItem;
    /// What stands in a card.
    CardEntry = TitleItem | TextItem | ImageItem | ButtonItem;
    /// What stands in the block of an `ask`.
    AskItem = HintItem | SuggestItem | CheckItem | InvalidItem | TriesItem | SilenceItem | SkipItem | AgainItem;
    /// What stands in the block of an `ask queue`.
    AskQueueItem = HintItem | ClosedItem | NobodyItem;
    /// What stands in the block of a `choose`.
    ChooseItem = Choice | EachChoice | NoneItem | OtherwiseItem | SilenceItem | TriesItem | AgainItem | HintItem;
    /// A way out of a call, or company while it takes long.
    CallWay = FailedItem | WaitingItem | FailItem;
    /// What stands in the block of a `verify`.
    VerifyItem = FailedItem | AskItem;
}
