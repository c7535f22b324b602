//! The macros that make the typed view out of a table of accessors.

/// Defines typed nodes. An accessor is `name: how What`, where `how` is one of `one` (first child), `many`
/// (children), `second` (second child), `token`, `tokens` or `has` (whether a token stands there).
macro_rules! nodes {
    ($($(#[$meta:meta])* $node:ident { $($(#[$field_meta:meta])* $field:ident : $how:ident $what:ident),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $node<'t> {
            syntax: $crate::node::NodeRef<'t>,
        }

        impl<'t> $crate::ast::AstNode<'t> for $node<'t> {
            fn can_cast(kind: $crate::kind::SyntaxKind) -> bool {
                kind == $crate::kind::SyntaxKind::$node
            }

            fn cast(syntax: $crate::node::NodeRef<'t>) -> Option<Self> {
                Self::can_cast(syntax.kind()).then_some($node { syntax })
            }

            fn syntax(&self) -> $crate::node::NodeRef<'t> {
                self.syntax
            }
        }

        impl<'t> $node<'t> {
            $(accessor! { $(#[$field_meta])* $how $field $what })*
        }
    )*};
}

/// One accessor of a typed node.
macro_rules! accessor {
    ($(#[$meta:meta])* one $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The first `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::ast::$what<'t>> {
            $crate::ast::child(self.syntax)
        }
    };
    ($(#[$meta:meta])* second $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The second `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::ast::$what<'t>> {
            $crate::ast::children(self.syntax).nth(1)
        }
    };
    ($(#[$meta:meta])* many $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Each `", stringify!($what), "`, in order.")]
        pub fn $field(&self) -> $crate::ast::AstChildren<'t, $crate::ast::$what<'t>> {
            $crate::ast::children(self.syntax)
        }
    };
    ($(#[$meta:meta])* token $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The first token `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::node::TokenRef<'t>> {
            $crate::ast::token(self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
    ($(#[$meta:meta])* tokens $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Each token `", stringify!($what), "`, in order.")]
        pub fn $field(&self) -> impl Iterator<Item = $crate::node::TokenRef<'t>> + use<'t> {
            $crate::ast::tokens(self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
    ($(#[$meta:meta])* has $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Whether `", stringify!($what), "` stands here.")]
        pub fn $field(&self) -> bool {
            $crate::ast::has_token(self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
}

/// Defines a choice of typed nodes; a member may be a choice itself.
macro_rules! choices {
    ($($(#[$meta:meta])* $choice:ident = $($member:ident)|+;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the members carry the names of their nodes")]
        pub enum $choice<'t> {
            $($member($crate::ast::$member<'t>),)+
        }

        impl<'t> $crate::ast::AstNode<'t> for $choice<'t> {
            fn can_cast(kind: $crate::kind::SyntaxKind) -> bool {
                $($crate::ast::$member::can_cast(kind))||+
            }

            fn cast(syntax: $crate::node::NodeRef<'t>) -> Option<Self> {
                let kind = syntax.kind();
                $(if $crate::ast::$member::can_cast(kind) {
                    return $crate::ast::$member::cast(syntax).map($choice::$member);
                })+
                None
            }

            fn syntax(&self) -> $crate::node::NodeRef<'t> {
                match self {
                    $($choice::$member(node) => $crate::ast::AstNode::syntax(node),)+
                }
            }
        }

        $(impl<'t> From<$crate::ast::$member<'t>> for $choice<'t> {
            fn from(node: $crate::ast::$member<'t>) -> $choice<'t> {
                $choice::$member(node)
            }
        })+
    )*};
}
