//! The host: its contracts with stores, and its engine at work.

mod action;
mod contact;
mod contract;
mod couriers;
mod database;
mod differential;
mod embedding;
mod engine;
mod faults;
mod json;
mod kit;
mod memory;
mod odd;
mod operations;
mod postgres;
mod postgres_faults;
mod postgres_kill;
mod postgres_proxy;
mod postgres_tls;
mod server;
mod sim;
mod sqlite;
mod troubles;
mod versions;
mod web;
mod webhook;
