//! Conversations as tests: .chat scripts in virtual time.
