//! The domain: identity, catalogue, collection, sharing, docket, ledger
