//! The 518 vectors of transparency-dev/merkle: proofs that hold, and all the ways in which a careless verifier errs.
//!
//! Two honest remarks. A proof element that is not 32 bytes is already refused by our types, before any verifier runs.
//! And where that library never looks at a root it puts the text `don't care` in its place; our types have no such root,
//! so it is stretched to 32 bytes by hashing, which keeps equal roots equal and unequal ones unequal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::Hash;
use crate::merkle::{self, Sha256Tree};

struct Case(Value);

impl Case {
    fn number(&self, key: &str) -> u64 {
        self.0[key].as_u64().unwrap()
    }

    fn bytes(&self, key: &str) -> Vec<u8> {
        STANDARD.decode(self.0[key].as_str().unwrap()).unwrap()
    }

    /// A root; stretched if it is one that the vectors do not care about.
    fn root(&self, key: &str) -> Option<Hash> {
        let bytes = self.bytes(key);
        if bytes.starts_with(b"don't care") { Some(Sha256::digest(bytes).into()) } else { bytes.try_into().ok() }
    }

    fn proof(&self) -> Option<Vec<Hash>> {
        let Some(proof) = self.0["proof"].as_array() else { return Some(Vec::new()) };
        proof.iter().map(|hash| STANDARD.decode(hash.as_str().unwrap()).unwrap().try_into().ok()).collect()
    }

    /// The verdict, or nothing if the types refuse the case.
    fn verdict(&self, kind: &str) -> Option<bool> {
        let proof = self.proof()?;
        Some(match kind {
            "inclusion" => {
                let (index, size) = (self.number("leafIdx"), self.number("treeSize"));
                let (leaf, root) = (self.root("leafHash")?, self.root("root")?);
                merkle::verify_inclusion::<Sha256Tree>(&leaf, index, size, &proof, &root).is_ok()
            }
            "consistency" => {
                let (old, new) = (self.number("size1"), self.number("size2"));
                let (root1, root2) = (self.root("root1")?, self.root("root2")?);
                merkle::verify_consistency::<Sha256Tree>(old, &root1, new, &root2, &proof).is_ok()
            }
            "subtreeinclusion" => {
                let (index, range) = (self.number("leafIdx"), self.number("start")..self.number("end"));
                let (leaf, root) = (self.root("leafHash")?, self.root("root")?);
                merkle::verify_subtree_inclusion::<Sha256Tree>(&leaf, index, range, &proof, &root).is_ok()
            }
            "subtreeconsistency" => {
                let (range, size) = (self.number("start")..self.number("end"), self.number("size"));
                let (root1, root2) = (self.root("root1")?, self.root("root2")?);
                merkle::verify_subtree_consistency::<Sha256Tree>(range, &root1, size, &root2, &proof).is_ok()
            }
            other => panic!("no verifier for {other}"),
        })
    }
}

#[test]
fn all_518_vectors_of_transparency_dev_get_the_verdict_they_ask_for() {
    let Some(root) = super::shared("vectors/tlog-merkle") else { return };
    let (mut judged, mut refused_by_type, mut held) = (0, 0, 0);
    for kind in ["inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"] {
        for file in super::files(&root.join(kind)) {
            let case = Case(serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap());
            let wanted = !case.0["wantErr"].as_bool().unwrap();
            match case.verdict(kind) {
                Some(verdict) => {
                    assert_eq!(verdict, wanted, "{}", file.display());
                    judged += 1;
                    held += usize::from(verdict);
                }
                None => {
                    assert!(!wanted, "{} should hold, but our types refuse it", file.display());
                    refused_by_type += 1;
                }
            }
        }
    }
    println!("{judged} judged by the verifiers ({held} held), {refused_by_type} refused by the types");
    assert_eq!(judged + refused_by_type, 518);
}
