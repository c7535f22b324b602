//! Types as they are written, and the sets and narrowings of `type` declarations.

nodes! {
    /// `type tier { … }` or `type city = text length 1 to 60`
    TypeItem { name: token Name, type_expr: one TypeExpr, narrowings: many Narrowing, members: many Member }
    /// `small "Small" words "s", "little"`
    Member { name: token Name, label: one Text, words: many WordsClause }
    /// `matching /[0-9]{8}/`
    MatchingNarrowing { regex: token Regex }
    /// `from 1 to 10`
    RangeNarrowing { from: one Bound, to: second Bound }
    /// `length 1 to 60`
    LengthNarrowing { numbers: tokens Integer }
    /// `example "20431177"`
    ExampleNarrowing { texts: many Text }
    /// A literal with an optional sign.
    Bound { is_negative: has Minus, literal: one Literal }
    /// `T?`
    OptionalType { inner: one TypeExpr }
    /// `list of T`
    ListType { element: one TypeExpr }
    /// `(a: T, b: U)`
    RecordType { fields: many RecordTypeField }
    /// `a: T`
    RecordTypeField { name: token Name, type_expr: one TypeExpr }
    /// `(T)`
    ParenType { inner: one TypeExpr }
    /// `text`, or the name of a declared type
    NamedType { path: one Path }
    /// A name with dots: `shipping.quote`
    Path { names: tokens Name }
}

impl<'t> Path<'t> {
    /// The path as it would be written without spaces.
    pub fn text(&self) -> smol_str::SmolStr {
        let mut text = smol_str::SmolStrBuilder::new();
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                text.push('.');
            }
            text.push_str(name.text());
        }
        text.finish()
    }
}

choices! {
    /// A type.
    TypeExpr = OptionalType | ListType | RecordType | ParenType | NamedType;
    /// A restriction of a type.
    Narrowing = MatchingNarrowing | RangeNarrowing | LengthNarrowing | ExampleNarrowing;
}
