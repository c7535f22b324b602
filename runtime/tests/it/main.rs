//! The host: its contracts with stores, and its engine at work.

mod contract;
mod differential;
mod engine;
mod kit;
mod memory;
mod operations;
mod server;
mod sim;
mod sqlite;
mod web;
