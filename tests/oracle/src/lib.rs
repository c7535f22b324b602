//! An interpreter of the syntax tree: the second implementation that the machine must agree with.
