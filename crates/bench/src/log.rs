//! The transparency log beside `pymerkle`: appends and inclusion proofs a second.

use std::{hint::black_box, path::Path};

use anyhow::{Context, Result, ensure};
use tlog::{GroupCommitter, Reader, Shard, Signers, merkle::Sha256Tree};

use crate::{
    measure::{Chance, middle_of_three, timed},
    peers::{self, Python},
    table::Table,
    workplace::Workplace,
};

/// Leaves that share one sync.
const BATCH: u64 = 1_000;
/// Leaves between two publications.
const PUBLISHED: u64 = 50_000;
/// Callers that wait for their own leaf at the same time.
const CALLERS: u64 = 64;
const APPENDS: f64 = 20.0;
const PROOFS: f64 = 40.0;

/// Measures.
///
/// # Errors
/// When a side fails, or the two trees differ.
pub fn run(place: &Workplace) -> Result<Table> {
    let leaves = place.size(200_000, 2_000);
    let about = format!(
        "{leaves} leaves of 200 bytes. Ours makes leaves durable {BATCH} to a sync and publishes two trees (SM3 and SHA-256: tiles, \
         bundles, both signatures) every {PUBLISHED} leaves. The peer has one SHA-256 tree, in three ways of use: durable one entry \
         at a time, durable in batches of {BATCH} (it then computes the tree when a proof is asked), and in memory only. \
         Proofs are for random leaves of the whole log; ours are read from the published files."
    );
    let mut table = Table::new("log", "appends and proofs of the transparency log", about);
    let folder = place.folder("log")?;
    let appends = appends(&mut table, &folder.join("batches"), leaves)?;
    let single = callers(&mut table, &folder.join("callers"), place.size(40_000, 500))?;
    let proofs = proofs(&mut table, &folder.join("batches"), leaves, place.size(50_000, 500))?;
    match Python::find(place) {
        Ok(python) => {
            let sizes = [leaves, BATCH, place.size(1_000, 20), place.size(5_000, 100)].map(|size| size.to_string());
            let database = folder.join("pymerkle.db").display().to_string();
            let answer = python.json("merkle.py", &[&[database], &sizes[..]].concat(), None)?;
            let root = Reader::open(&folder.join("batches"))?.checkpoints().sha256.checkpoint.root;
            let theirs = answer.get("root").and_then(|root| root.as_str()).context("the peer gave no root")?;
            ensure!(hex(&root) == theirs, "the two SHA-256 trees have different roots");
            compare(&mut table, &answer, &appends, single, proofs)?;
            table.note("Both SHA-256 trees over the same leaves came to the same root.");
        }
        Err(error) => table.absent("pymerkle", &format!("{error:#}")),
    }
    Ok(table)
}

/// Leaves a second: durable only, and durable with both trees published.
struct Appends {
    durable: f64,
    published: f64,
}

/// Proofs a second: in both trees, and in the SHA-256 tree alone.
struct Proofs {
    both: f64,
    one: f64,
}

fn compare(table: &mut Table, answer: &serde_json::Value, ours: &Appends, callers: f64, proofs: Proofs) -> Result<()> {
    let whose = peers::pinned("pymerkle");
    let mut peer =
        |what: &str, name: &str| Ok::<_, anyhow::Error>(table.peer(&whose, what, peers::figure(answer, name)?, "/s"));
    let single = peer("durable appends, one entry a sync (`SqliteTree.append_entry`)", "sqlite_single")?;
    let batch = peer("durable appends in batches, no tree yet (`SqliteTree.append_entries`)", "sqlite_batch")?;
    let memory = peer("appends in memory with the tree (`InmemoryTree.append_entry`)", "memory")?;
    let slow = peer("proofs (`SqliteTree.prove_inclusion`)", "sqlite_proofs")?;
    let fast = peer("proofs (`InmemoryTree.prove_inclusion`)", "memory_proofs")?;
    table.ratio(
        "appends, each caller waits for its own leaf: 64 callers ÷ `SqliteTree.append_entry`",
        callers,
        single,
        Some(APPENDS),
    );
    table.ratio(
        "appends in batches, durable, no tree: ours ÷ `SqliteTree.append_entries`",
        ours.durable,
        batch,
        Some(APPENDS),
    );
    table.ratio(
        "appends with trees: ours durable, two trees ÷ `InmemoryTree.append_entry`, one tree",
        ours.published,
        memory,
        Some(APPENDS),
    );
    table.ratio("proofs: ours in two trees from files ÷ `SqliteTree`", proofs.both, slow, Some(PROOFS));
    table.ratio(
        "proofs: ours in two trees from files ÷ `InmemoryTree`, one tree in memory",
        proofs.both,
        fast,
        Some(PROOFS),
    );
    table.ratio("proofs: ours in the SHA-256 tree alone ÷ `InmemoryTree`", proofs.one, fast, Some(PROOFS));
    Ok(())
}

fn appends(table: &mut Table, folder: &Path, leaves: u64) -> Result<Appends> {
    let mut shard = open(folder)?;
    let (mut appending, mut publishing) = (0.0, 0.0);
    while shard.len() < leaves {
        let batch: Vec<Vec<u8>> = (shard.len()..leaves.min(shard.len() + BATCH)).map(leaf).collect();
        let (appended, seconds) = timed(|| shard.append(&batch));
        appended?;
        appending += seconds;
        if shard.len().is_multiple_of(PUBLISHED) || shard.len() == leaves {
            let (published, seconds) = timed(|| shard.publish(shard.len()));
            published?;
            publishing += seconds;
        }
    }
    let durable = table.ours("durable appends in batches", leaves as f64 / appending, "/s");
    let published = leaves as f64 / (appending + publishing);
    let published = table.ours("durable appends in batches, with both trees published", published, "/s");
    Ok(Appends { durable, published })
}

/// Many callers, each of which appends one leaf and waits until it is durable, as calls of services do.
fn callers(table: &mut Table, folder: &Path, leaves: u64) -> Result<f64> {
    let committer = GroupCommitter::new(open(folder)?, usize::try_from(CALLERS)?)?;
    let each = leaves.div_ceil(CALLERS);
    let (outcome, seconds) = timed(|| {
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|caller| {
                    let committer = &committer;
                    scope.spawn(move || {
                        (0..each).try_for_each(|index| committer.submit(leaf(caller * each + index))?.wait().map(drop))
                    })
                })
                .collect();
            let ends = callers.into_iter().map(|caller| caller.join());
            ends.map(|end| end.unwrap_or(Err(tlog::Error::Closed))).collect::<tlog::Result<Vec<()>>>()
        })
    });
    outcome?;
    committer.close()?;
    Ok(table.ours(
        "durable appends, 64 callers that each wait for their own leaf",
        (each * CALLERS) as f64 / seconds,
        "/s",
    ))
}

fn proofs(table: &mut Table, folder: &Path, leaves: u64, count: u64) -> Result<Proofs> {
    let reader = Reader::open(folder)?;
    let mut chance = Chance::new(2);
    let mut rate = |prove: &dyn Fn(u64) -> tlog::Result<()>| {
        let positions: Vec<u64> = (0..count).map(|_| chance.below(leaves)).collect();
        let (outcome, seconds) = timed(|| positions.iter().try_for_each(|position| prove(*position)));
        outcome.map(|()| count as f64 / seconds).map_err(anyhow::Error::from)
    };
    let both = |index| reader.prove(index, leaves).map(|proof| drop(black_box(proof)));
    let one = |index| reader.prove_in::<Sha256Tree>(index, leaves).map(|proof| drop(black_box(proof)));
    let both = middle_of_three(|| rate(&both))?;
    let one = middle_of_three(|| rate(&one))?;
    let both = table.ours("inclusion proofs, each in both trees", both, "/s");
    let one = table.ours("inclusion proofs in the SHA-256 tree alone", one, "/s");
    Ok(Proofs { both, one })
}

fn open(folder: &Path) -> Result<Shard> {
    let sm2 = sm::sign::SigningKey::from_bytes(&[0x42; 32])?;
    Ok(Shard::open(folder, "log.example.cn/bench/1", Signers { sm2, ed25519: (&[0x43; 32]).into() })?)
}

fn leaf(index: u64) -> Vec<u8> {
    format!("{index:0200}").into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
