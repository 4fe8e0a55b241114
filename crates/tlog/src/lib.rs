//! The transparency log: Merkle trees, tiles, checkpoints, proofs, evidence, fsck
