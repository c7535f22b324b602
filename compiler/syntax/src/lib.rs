//! Lexer, recovering parser, lossless tree, typed view and formatter of the Flow language.
