//! Tests of messages and their rendering: properties, snapshots, and the tables of the documentation.

mod docs;
mod properties;
mod snapshots;
mod values;
