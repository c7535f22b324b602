//! The store in memory keeps the contract.

use std::sync::Arc;

use botflow_runtime::store::MemoryStore;

crate::contract::suite!(async || Arc::new(MemoryStore::new()));
