//! `gongshu log fsck`: recounts a log from its leaves, with code that the writer does not share (P14).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tlog::{TrustedKeys, fsck};

use crate::{
    args::{Common, Fsck},
    failure::{Failure, Result},
    keys::PublicKeys,
    output::Out,
    store::Store,
};

/// Runs the verb.
///
/// # Errors
/// [`crate::failure::Exit::NotVerified`] when a shard has faults.
pub fn run(common: &Common, args: &Fsck, out: &Out) -> Result<()> {
    let store = Store::at(&common.store);
    let keys = PublicKeys::read(&args.keys.clone().unwrap_or_else(|| store.public_keys()))?;
    let root = args.dir.clone().unwrap_or_else(|| store.log());
    let shards = shards(&root)?;
    let bar = out.bar(shards.len() as u64, "recounting the log");
    let mut reports = Vec::new();
    for shard in shards {
        reports.push((shard.clone(), fsck::check(&shard, &keys)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let faults: usize = reports.iter().map(|(_, report)| report.faults.len()).sum();
    if out.is_json() {
        let shards: Vec<Value> = reports
            .iter()
            .map(|(dir, report)| json!({ "shard": dir, "sound": report.is_sound(), "report": report }))
            .collect();
        out.value(&json!({ "sound": faults == 0, "shards": shards }))?;
    } else {
        for (dir, report) in &reports {
            out.text(&format!("{}: {}", dir.display(), report.to_string().trim_end()))?;
        }
    }
    if faults > 0 {
        return Err(Failure::not_verified(format!("the log `{}` has {faults} faults", root.display()))
            .next("keep the folder as it is, restore a copy beside it and compare; a fault can be damage or an attempt to rewrite the log"));
    }
    if out.is_json() { Ok(()) } else { out.text("sound") }
}

/// The shards at or below a folder.
///
/// # Errors
/// When there is none.
pub fn shards(root: &Path) -> Result<Vec<PathBuf>> {
    let is_shard = |dir: &Path| dir.join("journal").exists() || dir.join("checkpoint").exists();
    if is_shard(root) {
        return Ok(vec![root.to_owned()]);
    }
    let found: Vec<_> = tlog::retention::shards(root)?.iter().map(|shard| shard.dir(root)).collect();
    if found.is_empty() {
        return Err(Failure::new(format!("there is no log in `{}`", root.display()))
            .next("name a shard, or a folder of shards"));
    }
    Ok(found)
}

/// Examines every shard below a log's root.
///
/// # Errors
/// When there is no log.
pub fn check_all(root: &Path, keys: &TrustedKeys) -> Result<Vec<(PathBuf, fsck::Report)>> {
    Ok(shards(root)?.into_iter().map(|shard| (shard.clone(), fsck::check(&shard, keys))).collect())
}
