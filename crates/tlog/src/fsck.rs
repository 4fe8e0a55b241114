//! An independent examination of a shard directory.
//!
//! It shares no code with the writer: it has its own hasher, its own path arithmetic, its own note and journal parsers,
//! so that a mistake there cannot hide here (P14). It recomputes both trees from the stored entries, compares every tile
//! file byte by byte, verifies both checkpoints with their signatures, and checks the journal against the entries.
//! Memory: one hash in 256 leaves.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::TrustedKeys;

mod cosigned;

type Hash = [u8; 32];

/// What an examination found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Everything that is wrong. None means that the shard is sound.
    pub faults: Vec<Fault>,
    /// What is worth knowing but lawful, e.g. leaves that wait for publication.
    pub notes: Vec<String>,
    /// How many leaves the published trees have.
    pub published: u64,
    /// How many leaves wait in the journal.
    pub pending: u64,
    /// How many files were examined.
    pub files: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, relative to the shard.
    pub file: String,
    /// The leaf concerned, where there is one.
    pub index: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} leaves published, {} waiting, {} files examined", self.published, self.pending, self.files)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "  note   {note}"))?;
        for Fault { file, index, what } in &self.faults {
            let leaf = index.map(|index| format!(" (leaf {index})")).unwrap_or_default();
            writeln!(f, "  FAULT  {file}{leaf}: {what}")?;
        }
        Ok(())
    }
}

/// Examines the shard in `dir` with the log's public keys. Whatever is unreadable is itself a fault, so this always
/// returns a report. No writer should be at work meanwhile.
#[must_use]
pub fn check(dir: &Path, keys: &TrustedKeys) -> Report {
    let mut examiner = Examiner { dir, report: Report::default(), unseen: BTreeSet::new() };
    examiner.list(dir);
    let journal = examiner.journal();
    let mut trees = [
        Tree::new(
            "sm3/",
            sm3_leaf,
            sm3_node,
            sm::sm3(&[]),
            examiner.checkpoint("sm3/checkpoint", &SignedBy::Sm2(&keys.sm2)),
        ),
        Tree::new(
            "",
            sha256_leaf,
            sha256_node,
            Sha256::digest([]).into(),
            examiner.checkpoint("checkpoint", &SignedBy::Ed25519(&keys.ed25519)),
        ),
    ];
    examiner.compare_claims(&trees, &journal);
    let published = trees.iter().map(Tree::size).max().unwrap_or(0);
    if examiner.entries(&mut trees, &journal, published) {
        for tree in &trees {
            examiner.upper_tiles(tree);
        }
        let [_, public] = &trees;
        examiner.cosigned(public, &SignedBy::Ed25519(&keys.ed25519), &journal);
        examiner.leftovers();
    }
    examiner.report.published = published;
    examiner.report.pending = journal.next().saturating_sub(published);
    examiner.report
}

/// What a checkpoint claims.
struct Claim {
    origin: String,
    size: u64,
    root: Hash,
}

enum SignedBy<'a> {
    Sm2(&'a sm::sign::VerifyingKey),
    Ed25519(&'a ed25519_dalek::VerifyingKey),
}

/// One tree under recomputation.
struct Tree {
    prefix: &'static str,
    leaf: fn(&[u8]) -> Hash,
    node: fn(&Hash, &Hash) -> Hash,
    empty: Hash,
    claim: Option<Claim>,
    /// Hashes of the leaves in the tile that the claimed size leaves incomplete.
    tail: Vec<Hash>,
    /// The roots of all complete level-0 tiles.
    tile_roots: Vec<Hash>,
}

/// What the journal holds.
#[derive(Default)]
struct Journal {
    origin: Option<String>,
    first: u64,
    leaves: Vec<Vec<u8>>,
}

impl Journal {
    fn leaf(&self, index: u64) -> Option<&[u8]> {
        self.leaves.get(usize::try_from(index.checked_sub(self.first)?).ok()?).map(Vec::as_slice)
    }

    fn next(&self) -> u64 {
        self.first.saturating_add(count(self.leaves.len()))
    }
}

struct Examiner<'a> {
    dir: &'a Path,
    report: Report,
    /// Files that nothing has accounted for yet.
    unseen: BTreeSet<String>,
}

impl Examiner<'_> {
    fn fault(&mut self, file: &str, index: Option<u64>, what: impl Into<String>) {
        self.report.faults.push(Fault { file: file.to_owned(), index, what: what.into() });
    }

    fn list(&mut self, dir: &Path) {
        let Ok(listing) = fs::read_dir(dir) else {
            let name = relative(self.dir, dir);
            return self.fault(&name, None, "the directory cannot be read");
        };
        for path in listing.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.is_dir() {
                self.list(&path);
            } else {
                self.unseen.insert(relative(self.dir, &path));
            }
        }
    }

    /// Reads a file and ticks it off.
    fn read(&mut self, file: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.dir.join(file)).ok()?;
        if self.unseen.remove(file) {
            self.report.files = self.report.files.saturating_add(1);
        }
        Some(bytes)
    }

    fn checkpoint(&mut self, file: &str, key: &SignedBy<'_>) -> Option<Claim> {
        let Some(bytes) = self.read(file) else {
            self.report.notes.push(format!("{file}: not published yet"));
            return None;
        };
        match parse_checkpoint(&bytes, key) {
            Ok(claim) => Some(claim),
            Err(what) => {
                self.fault(file, None, what);
                None
            }
        }
    }

    fn journal(&mut self) -> Journal {
        const FILE: &str = "journal";
        let Some(bytes) = self.read(FILE) else {
            self.fault(FILE, None, "the file is missing");
            return Journal::default();
        };
        let Some((origin, first, mut at)) = journal_header(&bytes) else {
            self.fault(FILE, None, "its header is broken");
            return Journal::default();
        };
        let mut journal = Journal { origin: Some(origin), first, leaves: Vec::new() };
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            // A frame begins with `GJF1`. Zeros from here to the end are space that the writer has set aside, in blocks of
            // 4096 bytes; anywhere else they are what a torn write has left.
            if rest.iter().all(|byte| *byte == 0) && bytes.len().is_multiple_of(4096) {
                break;
            }
            match journal_frame(&bytes, at, journal.next()) {
                Ok((leaves, end)) => {
                    journal.leaves.extend(leaves);
                    at = end;
                }
                Err(what) => {
                    let next = journal.next();
                    self.fault(
                        FILE,
                        Some(next),
                        format!("{what} at byte {at}; reopening the shard cuts off a torn tail"),
                    );
                    break;
                }
            }
        }
        journal
    }

    fn compare_claims(&mut self, trees: &[Tree; 2], journal: &Journal) {
        let [national, public] = trees;
        if let (Some(a), Some(b)) = (&national.claim, &public.claim) {
            if a.origin != b.origin {
                self.fault("checkpoint", None, "the two checkpoints are of different logs");
            }
            if a.size != b.size {
                let note =
                    format!("the checkpoints have {} and {} leaves; publishing again evens them out", a.size, b.size);
                self.report.notes.push(note);
            }
        } else if national.claim.is_some() != public.claim.is_some() {
            self.report.notes.push("only one of the two trees has a sound checkpoint".to_owned());
        }
        for claim in [national, public].into_iter().filter_map(|tree| tree.claim.as_ref()) {
            if journal.origin.as_ref().is_some_and(|origin| *origin != claim.origin) {
                self.fault("journal", None, "it is of another log than the checkpoint");
            }
            if journal.origin.is_some() && (journal.first > claim.size || journal.next() < claim.size) {
                let what = format!(
                    "it holds leaves {}..{}, a checkpoint covers {}",
                    journal.first,
                    journal.next(),
                    claim.size
                );
                self.fault("journal", None, what);
            }
        }
    }

    /// Walks over all leaves, 256 at a time: entry bundle, journal, and the level-0 tile of both trees. Says whether it
    /// came to the end; behind unreadable entries nothing can be recomputed, so nothing more is said about it.
    fn entries(&mut self, trees: &mut [Tree; 2], journal: &Journal, published: u64) -> bool {
        let known = published.max(journal.next());
        let mut start = 0;
        while start < known {
            let index = start / 256;
            let Some(leaves) = self.bundle(index, published, journal) else {
                self.report.notes.push(format!("nothing behind leaf {start} was examined"));
                return false;
            };
            for tree in trees.iter_mut() {
                let hashes: Vec<Hash> = leaves.iter().map(|leaf| (tree.leaf)(leaf)).collect();
                self.tile(tree.prefix, tree.size(), 0, index, &hashes);
                if index == tree.size() / 256 {
                    tree.tail = hashes.iter().take(within(tree.size())).copied().collect();
                }
                if hashes.len() == 256 {
                    tree.tile_roots.push(mth(&hashes, tree.node));
                }
            }
            start = start.saturating_add(256);
        }
        true
    }

    /// The leaves of one bundle, from its files and, beyond what is published, from the journal.
    fn bundle(&mut self, index: u64, published: u64, journal: &Journal) -> Option<Vec<Vec<u8>>> {
        let start = index.saturating_mul(256);
        let required = within_tile(published, start);
        let mut leaves = Vec::new();
        if required > 0 {
            let file = self.existing(&entries_file(index, required), &entries_file(index, 256));
            let found = fs::read(self.dir.join(&file)).ok().and_then(|bytes| split_entries(&bytes));
            let found = found.filter(|found| found.len() == required || (found.len() == 256 && !file.contains(".p/")));
            let Some(found) = found else {
                let what = format!("it is missing or does not hold its {required} entries");
                self.fault(&file, Some(start), what);
                return None;
            };
            leaves = found;
            leaves.truncate(required);
        }
        for (position, leaf) in leaves.iter().enumerate() {
            let at = start.saturating_add(count(position));
            if journal.leaf(at).is_some_and(|journalled| journalled != leaf) {
                self.fault("journal", Some(at), "the journal and the entry bundle hold different leaves");
            }
        }
        while leaves.len() < 256 {
            let Some(leaf) = journal.leaf(start.saturating_add(count(leaves.len()))) else { break };
            leaves.push(leaf.to_vec());
        }
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        for leaf in &leaves {
            bytes.extend(u16::try_from(leaf.len()).ok()?.to_be_bytes());
            bytes.extend(leaf);
            ends.push(bytes.len());
        }
        self.compare(&entries_file(index, 256), &bytes, &ends, start);
        Some(leaves)
    }

    /// Checks that a tile's file is there at the width that its tree's size asks for, and every file of the tile.
    fn tile(&mut self, prefix: &str, size: u64, level: u8, index: u64, hashes: &[Hash]) {
        let first = index.saturating_mul(256);
        let required = within_tile(size >> (8 * u32::from(level).min(7)), first);
        let full = tile_file(prefix, level, index, 256);
        if required > 0 {
            let file = self.existing(&tile_file(prefix, level, index, required), &full);
            if !self.dir.join(&file).is_file() {
                self.fault(&file, Some(first << (8 * u32::from(level).min(7))), "the file is missing");
            }
        }
        let ends: Vec<usize> = (1..=hashes.len()).map(|width| width.saturating_mul(32)).collect();
        self.compare(&full, &hashes.concat(), &ends, first << (8 * u32::from(level).min(7)));
    }

    /// Compares the full and all partial files of a tile or bundle with what they should hold: the first `ends[W - 1]`
    /// of `bytes` at width `W`.
    fn compare(&mut self, full: &str, bytes: &[u8], ends: &[usize], leaf: u64) {
        let partial = format!("{full}.p/");
        let after = format!("{full}.p0"); // `0` is the character after `/`, so this ends the directory's range.
        let mut files: Vec<String> = self.unseen.range(partial.clone()..after).cloned().collect();
        files.extend(self.unseen.get(full).cloned());
        for file in files {
            let Some(found) = self.read(&file) else { continue };
            let width = file.strip_prefix(&partial).map_or(Ok(256), str::parse::<usize>);
            let end = width
                .ok()
                .filter(|width| (1..=256).contains(width))
                .and_then(|width| ends.get(width.saturating_sub(1)));
            match end.and_then(|end| bytes.get(..*end)) {
                None => self.fault(&file, Some(leaf), "it goes beyond the leaves that are known"),
                Some(expected) if expected != found => {
                    self.fault(&file, Some(leaf), "it does not hold what the entries give")
                }
                Some(_) => {}
            }
        }
    }

    /// Checks the tiles above level 0 and the root.
    fn upper_tiles(&mut self, tree: &Tree) {
        let mut tail = (!tree.tail.is_empty()).then(|| mth(&tree.tail, tree.node));
        let mut row = tree.tile_roots.clone();
        let mut claimed = tree.size() / 256;
        let mut level = 1u8;
        while !row.is_empty() {
            for (index, hashes) in (0u64..).zip(row.chunks(256)) {
                self.tile(tree.prefix, tree.size(), level, index, hashes);
            }
            // The root of the claimed size: what is left over on each level, joined with the tail from below.
            let end = usize::try_from(claimed).unwrap_or(usize::MAX);
            let start = end.saturating_sub(within(claimed));
            let mut left_over: Vec<Hash> = row.get(start..end).unwrap_or_default().to_vec();
            left_over.extend(tail);
            tail = (!left_over.is_empty()).then(|| mth(&left_over, tree.node));
            row = row.chunks_exact(256).map(|hashes| mth(hashes, tree.node)).collect();
            claimed /= 256;
            level = level.saturating_add(1);
        }
        let root = tail.unwrap_or(tree.empty);
        if let Some(claim) = tree.claim.as_ref().filter(|claim| claim.root != root) {
            let file = format!("{}checkpoint", tree.prefix);
            self.fault(&file, None, format!("its root is not that of the {} leaves stored", claim.size));
        }
    }

    /// Everything that nothing has accounted for.
    fn leftovers(&mut self) {
        for file in std::mem::take(&mut self.unseen) {
            if file.starts_with("tmp/") {
                self.report.notes.push(format!("{file}: unfinished, removed at the next opening"));
            } else if file != "lock" {
                self.fault(&file, None, "the log has written no such file");
            }
        }
    }

    fn existing(&self, partial: &str, full: &str) -> String {
        if self.dir.join(partial).is_file() || !self.dir.join(full).is_file() { partial } else { full }.to_owned()
    }
}

impl Tree {
    const fn new(
        prefix: &'static str,
        leaf: fn(&[u8]) -> Hash,
        node: fn(&Hash, &Hash) -> Hash,
        empty: Hash,
        claim: Option<Claim>,
    ) -> Self {
        Self { prefix, leaf, node, empty, claim, tail: Vec::new(), tile_roots: Vec::new() }
    }

    fn size(&self) -> u64 {
        self.claim.as_ref().map_or(0, |claim| claim.size)
    }
}

fn parse_checkpoint(bytes: &[u8], key: &SignedBy<'_>) -> Result<Claim, String> {
    let note = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let blank = note.rfind("\n\n").ok_or("no blank line before the signatures")?;
    let (text, signatures) = note.split_at_checked(blank.saturating_add(1)).ok_or("no signatures")?;
    let lines: Vec<&str> = text.split_terminator('\n').collect();
    let [origin, size_line, root_line, ..] = lines.as_slice() else { return Err("fewer than three lines".to_owned()) };
    let size: u64 = size_line.parse().map_err(|_| "the size is not a number")?;
    let root: Hash =
        STANDARD.decode(root_line).ok().and_then(|root| root.try_into().ok()).ok_or("the root is not a hash")?;
    let block =
        signatures.strip_prefix('\n').and_then(|block| block.strip_suffix('\n')).ok_or("the last line does not end")?;
    let typed = match key {
        SignedBy::Ed25519(key) => [&[1][..], key.as_bytes()].concat(),
        SignedBy::Sm2(key) => [&b"\xff1.2.156.10197.1.501"[..], &key.to_sec1()].concat(),
    };
    let digest = Sha256::digest([origin.as_bytes(), b"\n", &typed].concat());
    let mut verified = false;
    for line in block.split('\n') {
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or("a malformed signature line")?;
        let raw = STANDARD.decode(encoded).map_err(|_| "a signature is not base64")?;
        let (id, signature) = raw.split_at_checked(4).ok_or("a signature is too short")?;
        if name == *origin && digest.starts_with(id) {
            verified = verify(key, text.as_bytes(), signature);
            if !verified {
                break;
            }
        }
    }
    if verified {
        Ok(Claim { origin: (*origin).to_owned(), size, root })
    } else {
        Err("it has no good signature by the log's key".to_owned())
    }
}

fn verify(key: &SignedBy<'_>, text: &[u8], signature: &[u8]) -> bool {
    let Ok(raw) = <&[u8; 64]>::try_from(signature) else { return false };
    match key {
        SignedBy::Ed25519(key) => key.verify_strict(text, &ed25519_dalek::Signature::from_bytes(raw)).is_ok(),
        SignedBy::Sm2(key) => sm::sign::Signature::from_bytes(raw).is_ok_and(|good| key.verify(text, &good).is_ok()),
    }
}

/// Origin, first index and where the frames begin.
fn journal_header(bytes: &[u8]) -> Option<(String, u64, usize)> {
    let magic = b"gongshu-journal/1\n";
    if !bytes.starts_with(magic) {
        return None;
    }
    let at = magic.len();
    let first = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
    let length = u16::from_le_bytes(bytes.get(at + 8..at + 10)?.try_into().ok()?);
    let end = at + 10 + usize::from(length);
    let origin = std::str::from_utf8(bytes.get(at + 10..end)?).ok()?;
    (crc32fast::hash(bytes.get(..end)?).to_le_bytes() == *bytes.get(end..end + 4)?)
        .then(|| (origin.to_owned(), first, end + 4))
}

/// The leaves of the frame at `at`, which must begin with leaf `next`, and where it ends.
fn journal_frame(bytes: &[u8], at: usize, next: u64) -> Result<(Vec<Vec<u8>>, usize), &'static str> {
    let frame = bytes.get(at..).unwrap_or_default();
    let header = frame.get(..28).ok_or("a frame header is cut short")?;
    let word = |at: usize| header.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_le_bytes);
    if !header.starts_with(b"GJF1") || header.get(..24).map(crc32fast::hash) != Some(word(24)) {
        return Err("a frame header is broken");
    }
    if (u64::from(word(8)) << 32 | u64::from(word(4))) != next {
        return Err("a frame does not continue the one before");
    }
    let length = usize::try_from(word(16)).unwrap_or(usize::MAX);
    let payload = frame.get(28..).and_then(|rest| rest.get(..length)).ok_or("a frame is cut short")?;
    if crc32fast::hash(payload) != word(20) {
        return Err("a frame's payload is broken");
    }
    let leaves = split_entries(payload).filter(|leaves| count(leaves.len()) == u64::from(word(12)));
    Ok((
        leaves.ok_or("a frame holds another number of leaves than it says")?,
        at.saturating_add(length).saturating_add(28),
    ))
}

/// Splits length-prefixed entries; nothing if the bytes do not come out even.
fn split_entries(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut at, mut found) = (0usize, Vec::new());
    while at < bytes.len() {
        let high = usize::from(*bytes.get(at)?);
        let low = usize::from(*bytes.get(at.checked_add(1)?)?);
        let start = at.checked_add(2)?;
        at = start.checked_add(high * 256 + low)?;
        found.push(bytes.get(start..at)?.to_vec());
    }
    Some(found)
}

/// The Merkle tree hash exactly as RFC 6962 §2.1 writes it, over leaf hashes.
fn mth(hashes: &[Hash], node: fn(&Hash, &Hash) -> Hash) -> Hash {
    match hashes {
        [] => [0; 32],
        [only] => *only,
        _ => {
            let mut half = 1;
            while half * 2 < hashes.len() {
                half *= 2;
            }
            let (left, right) = hashes.split_at(half);
            node(&mth(left, node), &mth(right, node))
        }
    }
}

fn sm3_leaf(data: &[u8]) -> Hash {
    sm::sm3(&[&[0], data].concat())
}

fn sm3_node(left: &Hash, right: &Hash) -> Hash {
    sm::sm3(&[&[1], &left[..], &right[..]].concat())
}

fn sha256_leaf(data: &[u8]) -> Hash {
    Sha256::digest([&[0], data].concat()).into()
}

fn sha256_node(left: &Hash, right: &Hash) -> Hash {
    Sha256::digest([&[1], &left[..], &right[..]].concat()).into()
}

fn tile_file(prefix: &str, level: u8, index: u64, width: usize) -> String {
    format!("{prefix}tile/{level}/{}", numbered(index, width))
}

fn entries_file(index: u64, width: usize) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

/// Pads the decimal number to groups of three; every group but the last is a directory marked with `x`.
fn numbered(index: u64, width: usize) -> String {
    let digits = index.to_string();
    let padded = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
    let groups: Vec<&str> = (0..padded.len()).step_by(3).filter_map(|at| padded.get(at..at + 3)).collect();
    let last = groups.len().saturating_sub(1);
    let marked: String = groups.iter().take(last).map(|group| format!("x{group}/")).collect();
    let marked = marked + groups.last().copied().unwrap_or_default();
    if width == 256 { marked } else { format!("{marked}.p/{width}") }
}

/// How many of `items` fall into the tile that begins at `first`, at most 256.
fn within_tile(items: u64, first: u64) -> usize {
    usize::try_from(items.saturating_sub(first).min(256)).unwrap_or(0)
}

fn within(items: u64) -> usize {
    usize::try_from(items % 256).unwrap_or(0)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn relative(base: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(base).unwrap_or(path).to_owned();
    path.to_string_lossy().into_owned()
}
