//! The model of a message, channel profiles, degrading rules and rendering.
