//! SM2, SM3, SM4: keys, signatures, envelopes
