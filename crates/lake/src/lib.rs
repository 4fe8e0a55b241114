//! Ingestion, typed Delta tables, reconciliation, the point-read index
