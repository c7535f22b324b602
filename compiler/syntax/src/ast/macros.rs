//! The macros that make the typed view out of a table of accessors.

/// Defines typed nodes. An accessor is `name: how What`, where `how` is one of `one` (first child), `many`
/// (children), `second` (second child), `token`, `tokens` or `has` (whether a token stands there).
macro_rules! nodes {
    ($($(#[$meta:meta])* $node:ident { $($(#[$field_meta:meta])* $field:ident : $how:ident $what:ident),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $node {
            syntax: $crate::kind::SyntaxNode,
        }

        impl $crate::ast::AstNode for $node {
            fn can_cast(kind: $crate::kind::SyntaxKind) -> bool {
                kind == $crate::kind::SyntaxKind::$node
            }

            fn cast(syntax: $crate::kind::SyntaxNode) -> Option<Self> {
                Self::can_cast(syntax.kind()).then_some($node { syntax })
            }

            fn syntax(&self) -> &$crate::kind::SyntaxNode {
                &self.syntax
            }
        }

        impl $node {
            $(accessor! { $(#[$field_meta])* $how $field $what })*
        }
    )*};
}

/// One accessor of a typed node.
macro_rules! accessor {
    ($(#[$meta:meta])* one $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The first `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::ast::$what> {
            $crate::ast::child(&self.syntax)
        }
    };
    ($(#[$meta:meta])* second $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The second `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::ast::$what> {
            $crate::ast::children(&self.syntax).nth(1)
        }
    };
    ($(#[$meta:meta])* many $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Each `", stringify!($what), "`, in order.")]
        pub fn $field(&self) -> $crate::ast::AstChildren<$crate::ast::$what> {
            $crate::ast::children(&self.syntax)
        }
    };
    ($(#[$meta:meta])* token $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("The first token `", stringify!($what), "`.")]
        pub fn $field(&self) -> Option<$crate::kind::SyntaxToken> {
            $crate::ast::token(&self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
    ($(#[$meta:meta])* tokens $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Each token `", stringify!($what), "`, in order.")]
        pub fn $field(&self) -> impl Iterator<Item = $crate::kind::SyntaxToken> + use<> {
            $crate::ast::tokens(&self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
    ($(#[$meta:meta])* has $field:ident $what:ident) => {
        $(#[$meta])*
        #[doc = concat!("Whether `", stringify!($what), "` stands here.")]
        pub fn $field(&self) -> bool {
            $crate::ast::has_token(&self.syntax, $crate::kind::SyntaxKind::$what)
        }
    };
}

/// Defines a choice of typed nodes; a member may be a choice itself.
macro_rules! choices {
    ($($(#[$meta:meta])* $choice:ident = $($member:ident)|+;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the members carry the names of their nodes")]
        pub enum $choice {
            $($member($crate::ast::$member),)+
        }

        impl $crate::ast::AstNode for $choice {
            fn can_cast(kind: $crate::kind::SyntaxKind) -> bool {
                $($crate::ast::$member::can_cast(kind))||+
            }

            fn cast(syntax: $crate::kind::SyntaxNode) -> Option<Self> {
                let kind = syntax.kind();
                $(if $crate::ast::$member::can_cast(kind) {
                    return $crate::ast::$member::cast(syntax).map($choice::$member);
                })+
                None
            }

            fn syntax(&self) -> &$crate::kind::SyntaxNode {
                match self {
                    $($choice::$member(node) => $crate::ast::AstNode::syntax(node),)+
                }
            }
        }

        $(impl From<$crate::ast::$member> for $choice {
            fn from(node: $crate::ast::$member) -> $choice {
                $choice::$member(node)
            }
        })+
    )*};
}
