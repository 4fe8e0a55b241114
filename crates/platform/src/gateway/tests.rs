//! Slice tests.
