//! Reading a district's log from its files, as an auditor would.

use std::{collections::HashMap, path::Path};

use it::Site;
use serde_json::Value;
use tlog::{Reader, retention};

/// Every published leaf that is about something, by the id of what it is about.
pub struct Leaves(HashMap<String, Leaf>);

/// A leaf.
pub struct Leaf {
    /// `CLASS/PERIOD`.
    pub shard: String,
    /// Its index in the shard.
    pub index: u64,
    /// What it says.
    pub said: Value,
}

impl Leaves {
    /// The leaves of a district.
    pub fn of(site: &Site) -> Self {
        Self::under(&site.district.platform.settings().log_root)
    }

    /// The leaves under a log's root.
    pub fn under(root: &Path) -> Self {
        let mut leaves = HashMap::new();
        for shard in retention::shards(root).unwrap() {
            let Ok(reader) = Reader::open(&shard.dir(root)) else { continue };
            for index in 0..reader.published() {
                let said: Value = serde_json::from_slice(&reader.leaf(index).unwrap()).unwrap();
                let id = said["id"].as_str().expect("a leaf without an id").to_owned();
                let shard = format!("{}/{}", shard.class(), shard.period());
                let twice = leaves.insert(id.clone(), Leaf { shard, index, said });
                assert!(twice.is_none(), "`{id}` is in the log twice");
            }
        }
        Self(leaves)
    }

    /// The leaf about this.
    pub fn about(&self, id: &str) -> Option<&Leaf> {
        self.0.get(id)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Leaf> {
        self.0.values()
    }
}
