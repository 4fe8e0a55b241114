//! `gongshu log recount`: the district's figures, counted from the leaves of its log alone (I10), by whoever has a copy.

use std::path::PathBuf;

use platform::supervision::{
    Figure,
    recount::{Recount, order},
};
use serde_json::{Value, json};
use tlog::{Reader, TrustedKeys, fsck};

use super::log_fsck;
use crate::{
    args::{Common, RecountLog},
    failure::{Failure, Result},
    keys::PublicKeys,
    output::Out,
    store::Store,
};

/// A shard with the name that its own checkpoint gives it: a copied folder may be called anything.
struct Shard {
    dir: PathBuf,
    origin: String,
    class: String,
    period: String,
    reader: Reader,
}

/// Runs the verb.
///
/// # Errors
/// [`crate::failure::Exit::NotVerified`] when a shard has faults, or holds what cannot be.
pub fn run(common: &Common, args: &RecountLog, out: &Out) -> Result<()> {
    let store = Store::at(&common.store);
    let keys = PublicKeys::read(&args.keys.clone().unwrap_or_else(|| store.public_keys()))?;
    let dirs = if args.dirs.is_empty() { vec![store.log()] } else { args.dirs.clone() };
    let shards = sound(&dirs, &keys, out)?;
    let bar = out.bar(shards.len() as u64, "counting the leaves");
    let mut recount = Recount::default();
    let mut read = Vec::new();
    for shard in &shards {
        let size = shard.reader.walk(&keys, |index, leaf| recount.leaf(&shard.class, &shard.period, index, leaf))?;
        read.push(json!({"dir": shard.dir, "class": shard.class, "period": shard.period, "leaves": size}));
        bar.inc(1);
    }
    bar.finish_and_clear();
    tell(&recount, read, out)?;
    let (faults, more) = recount.faults();
    if faults.is_empty() {
        return Ok(());
    }
    let count = more.saturating_add(faults.len() as u64);
    Err(Failure::not_verified(format!("the log holds {count} entries that the platform cannot have written so"))
        .next("give every shard of the district, none of them twice; then compare with the folders of another copy"))
}

/// Every shard of these folders, after `log fsck` has found each of them sound, in the order in which they are counted.
fn sound(dirs: &[PathBuf], keys: &TrustedKeys, out: &Out) -> Result<Vec<Shard>> {
    let mut found = Vec::new();
    for dir in dirs {
        found.extend(log_fsck::shards(dir)?);
    }
    let bar = out.bar(found.len() as u64, "examining the log");
    let mut shards: Vec<Shard> = Vec::new();
    for dir in found {
        let report = fsck::check(&dir, keys);
        bar.inc(1);
        if !report.is_sound() {
            let message =
                format!("the shard `{}` has {} faults, so it is not counted", dir.display(), report.faults.len());
            return Err(Failure::not_verified(message).next("run `gongshu log fsck` on it for the places"));
        }
        if report.published > 0 {
            shards.push(open(dir)?);
        }
    }
    bar.finish_and_clear();
    shards.sort_by_key(|shard| (order(&shard.class, &shard.period), shard.origin.clone()));
    let twice = shards.array_windows::<2>().find(|[one, other]| one.origin == other.origin && one.class != "calls-3y");
    if let Some([one, other]) = twice {
        let message = format!("`{}` and `{}` are copies of one shard", one.dir.display(), other.dir.display());
        return Err(Failure::new(message).next("give one of them"));
    }
    Ok(shards)
}

fn open(dir: PathBuf) -> Result<Shard> {
    let reader = Reader::open(&dir)?;
    let origin = reader.checkpoints().sha256.checkpoint.origin.clone();
    let mut parts = origin.rsplitn(3, '/');
    let (period, class) = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned());
    Ok(Shard { dir, origin, class, period, reader })
}

fn tell(recount: &Recount, shards: Vec<Value>, out: &Out) -> Result<()> {
    let (figures, not) = recount.figures();
    let (faults, more_faults) = recount.faults();
    if out.is_json() {
        let all = json!({
            "shards": shards, "leaves": recount.leaves(), "figures": figures, "not_recounted": not, "faults": faults,
            "more_faults": more_faults,
        });
        return out.value(&all);
    }
    for shard in &shards {
        let word = |field: &str| shard.get(field).and_then(Value::as_str).unwrap_or_default();
        out.text(&format!(
            "{}/{}: {} leaves",
            word("class"),
            word("period"),
            shard.get("leaves").unwrap_or(&Value::Null)
        ))?;
    }
    figures.iter().try_for_each(|figure| line(figure, out))?;
    for not in &not {
        out.text(&format!("{}: not recounted, {}", not.name, not.why))?;
    }
    for fault in faults {
        out.text(&format!("FAULT {}/{} leaf {}: {}", fault.class, fault.period, fault.index, fault.what))?;
    }
    Ok(())
}

fn line(figure: &Figure, out: &Out) -> Result<()> {
    out.text(&format!("{:<38} {:>12}", figure.name, figure.value))?;
    figure.parts.iter().try_for_each(|part| {
        let of: Vec<&str> = part.of.values().map(String::as_str).collect();
        out.text(&format!("  {:<36} {:>12}", of.join(" "), part.value))
    })
}
