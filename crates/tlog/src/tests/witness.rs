//! A witness says what the protocol says, remembers before it signs, and never signs two stories of one log.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::{ORIGIN, leaves, naive, open, signers};
use crate::evidence::{Evidence, Witnessed, verify, verify_witnessed};
use crate::merkle::Sha256Tree;
use crate::note::{Note, NoteKey};
use crate::witness::{Folder, Memory, Refusal, Submission, Witness};
use crate::{Checkpoint, Error, Hash, Reader, Result, SignedCheckpoint, cosigned, fsck};

const NAME: &str = "witness.city.example";
const KEY: [u8; 32] = [7; 32];
/// The request that the specification prints.
const SPECIFIED: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

/// A memory for tests, which counts what it was told and can refuse.
#[derive(Debug, Default)]
struct Notebook {
    kept: BTreeMap<String, SignedCheckpoint>,
    accused: usize,
    full: bool,
}

impl Memory for Notebook {
    fn latest(&self, origin: &str) -> Result<Option<SignedCheckpoint>> {
        Ok(self.kept.get(origin).cloned())
    }
    fn keep(&mut self, signed: &SignedCheckpoint) -> Result<()> {
        if self.full {
            return Err(Error::Simulated("a full disk".to_owned()));
        }
        self.kept.insert(signed.checkpoint.origin.clone(), signed.clone());
        Ok(())
    }
    fn accuse(&mut self, _signed: &SignedCheckpoint) -> Result<()> {
        self.accused += 1;
        Ok(())
    }
}

fn log_key(name: &str) -> NoteKey {
    NoteKey::ed25519(name, signers().ed25519.verifying_key()).unwrap()
}

fn witness_key() -> NoteKey {
    NoteKey::witness(NAME, ed25519_dalek::SigningKey::from_bytes(&KEY).verifying_key()).unwrap()
}

/// A witness that watches the log of these tests, by the name that stands above its shards.
fn witness<M: Memory>(memory: M) -> Witness<M> {
    Witness::new(NAME, &KEY, vec![log_key("log.example.cn")], memory).unwrap()
}

fn signed(origin: &str, size: u64, root: Hash) -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size, root, extensions: Vec::new() };
    let mut note = Note::new(checkpoint.to_string()).unwrap();
    note.sign_ed25519(origin, &signers().ed25519).unwrap();
    SignedCheckpoint { checkpoint, note }
}

/// What a log over these leaf hashes hands over at a size, to a witness that is at `old`.
fn submission(d: &[Hash], old: u64, size: u64) -> Submission {
    let proof = match (old, size) {
        (0, _) => Vec::new(),
        (old, size) if old <= size => naive::subproof::<Sha256Tree>(old as usize, &d[..size as usize], true),
        _ => Vec::new(),
    };
    Submission { old, proof, signed: signed(ORIGIN, size, naive::mth::<Sha256Tree>(&d[..size as usize])) }
}

fn hashes(range: std::ops::Range<u64>) -> Vec<Hash> {
    naive::hashes::<Sha256Tree>(&leaves(range))
}

#[test]
fn the_request_of_the_specification_is_read_and_written_byte_for_byte() {
    let read = Submission::parse(SPECIFIED).unwrap();
    assert_eq!((read.old, read.proof.len(), read.signed.checkpoint.size), (20_852_014, 4, 20_852_163));
    assert_eq!(read.signed.checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(read.to_string(), SPECIFIED);
    let first = submission(&hashes(0..3), 0, 3);
    assert_eq!(Submission::parse(&first.to_string()).unwrap(), first, "an empty proof leaves no line");
}

#[test]
fn a_request_of_any_other_form_is_refused() {
    let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
    let head = "old 20852014\n";
    for (what, body) in [
        ("nothing", String::new()),
        ("no checkpoint", head.to_owned()),
        ("a leading zero", SPECIFIED.replacen("old 2", "old 02", 1)),
        ("a sign", SPECIFIED.replacen("old 2", "old +2", 1)),
        ("another word", SPECIFIED.replacen("old ", "new ", 1)),
        ("no size", SPECIFIED.replacen("20852014", "", 1)),
        ("a hash that is too short", SPECIFIED.replacen("Plr", "", 1).replacen("PlRN", "", 1)),
        ("a line that is no hash", SPECIFIED.replacen(hash, "hash\n", 1)),
        ("lines that end otherwise", SPECIFIED.replace('\n', "\r\n")),
        ("64 hashes", SPECIFIED.replacen(hash, &hash.repeat(61), 1)),
        ("too much", SPECIFIED.replacen(hash, &hash.repeat(2000), 1)),
        ("no signature", SPECIFIED.split("\n\n—").next().unwrap().to_owned()),
    ] {
        assert!(Submission::parse(&body).is_err(), "{what}");
        let refused = witness(Notebook::default()).add_checkpoint(&body, 1).unwrap_err();
        assert_eq!(refused.status(), 400, "{what}");
    }
    assert!(Submission::parse(&SPECIFIED.replacen(hash, &hash.repeat(60), 1)).is_ok(), "63 hashes");
}

/// Every answer of the specification, in its order.
#[test]
fn each_refusal_has_the_status_that_the_protocol_gives_it() {
    let d = hashes(0..9);
    let mut witness = witness(Notebook::default());
    let mut ask = |submission: &Submission| witness.add_checkpoint(&submission.to_string(), 1_795_000_000);
    let status = |answer: Result<String, Refusal>| answer.unwrap_err().status();

    let mut unknown = submission(&d, 0, 5);
    unknown.signed = signed("other.example/acts-permanent/2026", 5, [0; 32]);
    assert_eq!(status(ask(&unknown)), 404, "a log that it does not watch");
    for origin in
        ["log.example.cn/acts-permanent", "log.example.cn/a/b/c", "log.example.cn.evil/a/b", "log.example.cn/A/b"]
    {
        unknown.signed = signed(origin, 5, [0; 32]);
        assert_eq!(status(ask(&unknown)), 404, "{origin} is no shard of the log");
    }
    let mut unsigned = submission(&d, 0, 5);
    unsigned.signed.note = Note::new(unsigned.signed.checkpoint.to_string()).unwrap();
    unsigned.signed.note.sign_ed25519(ORIGIN, &ed25519_dalek::SigningKey::from_bytes(&[1; 32])).unwrap();
    assert_eq!(status(ask(&unsigned)), 403, "a signature by somebody else");
    assert_eq!(status(ask(&Submission { old: 6, ..submission(&d, 0, 5) })), 400, "an old size beyond the checkpoint");
    let stale = ask(&submission(&d, 2, 5)).unwrap_err();
    assert_eq!((stale.status(), stale.latest()), (409, Some(0)), "it has cosigned nothing yet");
    let early = Submission { proof: vec![[0; 32]], ..submission(&d, 0, 5) };
    assert_eq!(status(ask(&early)), 422, "a proof from nothing is empty");

    let line = ask(&submission(&d, 0, 5)).unwrap();
    let mut note = submission(&d, 0, 5).signed.note;
    let answered = Note::parse(&format!("{note}{line}")).unwrap();
    assert_eq!(note.adopt(&answered, &witness_key()).unwrap().time_s, Some(1_795_000_000));

    let stale = ask(&submission(&d, 0, 7)).unwrap_err();
    assert_eq!((stale.status(), stale.latest()), (409, Some(5)), "its own size is told");
    assert_eq!(status(ask(&submission(&d, 3, 4))), 409, "a smaller tree");
    let other = hashes(100..109);
    let fork = ask(&submission(&other, 5, 5)).unwrap_err();
    assert_eq!((fork.status(), fork.latest()), (409, Some(5)), "the same size with another root");
    assert_eq!(status(ask(&submission(&other, 5, 7))), 422, "another tree");
    assert_eq!(status(ask(&Submission { proof: Vec::new(), ..submission(&d, 5, 7) })), 422, "no proof");
    ask(&submission(&d, 5, 5)).unwrap();
    ask(&submission(&d, 5, 9)).unwrap();
    assert_eq!(witness.memory().kept[ORIGIN].checkpoint.size, 9);
    assert_eq!(witness.memory().accused, 1, "the contradiction is kept");
}

#[test]
fn an_empty_log_has_but_one_root() {
    let mut witness = witness(Notebook::default());
    let empty = Submission { old: 0, proof: Vec::new(), signed: signed(ORIGIN, 0, naive::mth::<Sha256Tree>(&[])) };
    assert!(witness.add_checkpoint(&empty.to_string(), 1).is_ok());
    let wrong = Submission { signed: signed(ORIGIN, 0, [0; 32]), ..empty };
    assert_eq!(witness.add_checkpoint(&wrong.to_string(), 1).unwrap_err().status(), 409);
}

/// What cannot be remembered is not signed.
#[test]
fn nothing_is_signed_that_is_not_kept_before() {
    let mut witness = witness(Notebook { full: true, ..Notebook::default() });
    let refused = witness.add_checkpoint(&submission(&hashes(0..4), 0, 4).to_string(), 1);
    assert_eq!(refused.unwrap_err().status(), 500);
}

/// A restart, orderly or not, changes nothing: the memory is on the disk before the cosignature is in anybody's hands.
#[test]
fn a_witness_that_starts_again_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let d = hashes(0..9);
    let mut first = witness(Folder::open(dir.path()).unwrap());
    first.add_checkpoint(&submission(&d, 0, 5).to_string(), 1).unwrap();
    assert!(matches!(Folder::open(dir.path()), Err(Error::InUse { .. })), "two witnesses over one memory");
    drop(first);
    let mut second = witness(Folder::open(dir.path()).unwrap());
    let stale = second.add_checkpoint(&submission(&d, 0, 7).to_string(), 2).unwrap_err();
    assert_eq!((stale.status(), stale.latest()), (409, Some(5)));
    let fork = submission(&hashes(100..109), 5, 5);
    assert_eq!(second.add_checkpoint(&fork.to_string(), 2).unwrap_err().status(), 409);
    second.add_checkpoint(&submission(&d, 5, 9).to_string(), 3).unwrap();
    let all = second.memory().all().unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].0.checkpoint.size, all[0].1), (9, true), "with the contradiction beside it");
    drop(second);
    // A memory that is damaged is no memory: the witness signs nothing.
    let file =
        super::files(&dir.path().join("logs")).into_iter().find(|file| file.extension().unwrap() == "checkpoint");
    std::fs::write(file.unwrap(), "nothing").unwrap();
    let mut third = witness(Folder::open(dir.path()).unwrap());
    assert_eq!(third.add_checkpoint(&submission(&d, 9, 9).to_string(), 4).unwrap_err().status(), 500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever two versions of a log hand over, in whatever order and with whatever proof, all that the witness cosigns is one
    /// story: every tree is a prefix of every larger one.
    #[test]
    fn a_forked_log_never_gets_two_cosignatures(
        common in 0u64..12,
        turns in prop::collection::vec((any::<bool>(), 0u64..24, 0u64..24, any::<bool>()), 1..40),
    ) {
        let honest = hashes(0..24);
        let mut forked = honest.clone();
        forked.splice(common as usize.., hashes(1000..1024 - common));
        let mut witness = witness(Notebook::default());
        let mut cosigned: Vec<Hash> = Vec::new();
        for (lies, old, size, obedient) in turns {
            let log = if lies { &forked } else { &honest };
            // An obedient log goes on from where the witness is, as it was told.
            let kept = witness.memory().kept.get(ORIGIN).map_or(0, |kept| kept.checkpoint.size);
            let submission = submission(log, if obedient { kept } else { old }, size);
            if witness.add_checkpoint(&submission.to_string(), 1).is_ok() {
                cosigned.push(submission.signed.checkpoint.root);
            }
        }
        let all_of = |log: &[Hash]| {
            let roots: Vec<Hash> = (0..=24).map(|size| naive::mth::<Sha256Tree>(&log[..size])).collect();
            cosigned.iter().all(|root| roots.contains(root))
        };
        prop_assert!(all_of(&honest) || all_of(&forked));
    }
}

/// Cosigns what a shard has published, from scratch.
fn cosign(dir: &Path, name: &str, key: &[u8; 32], at: u64) -> NoteKey {
    let reader = Reader::open(dir).unwrap();
    let signed = reader.checkpoints().sha256.clone();
    let mut witness = Witness::new(name, key, vec![log_key("log.example.cn")], Notebook::default()).unwrap();
    let asked = Submission { old: 0, proof: Vec::new(), signed: signed.clone() };
    let line = witness.add_checkpoint(&asked.to_string(), at).unwrap();
    let note = Note::parse(&format!("{}{line}", signed.note)).unwrap();
    cosigned::keep(&reader, dir, &note, witness.key()).unwrap();
    witness.key().clone()
}

/// The shard of these tests, cosigned at 300 leaves, published at 520.
fn cosigned_shard(dir: &Path) -> Vec<NoteKey> {
    let mut shard = open(dir);
    shard.append(&leaves(0..300)).unwrap();
    shard.publish(1_795_000_000_000).unwrap();
    let keys =
        vec![cosign(dir, NAME, &KEY, 1_795_000_001), cosign(dir, "witness.other.example", &[8; 32], 1_795_000_002)];
    shard.append(&leaves(300..520)).unwrap();
    shard.publish(1_795_000_003_000).unwrap();
    keys
}

#[test]
fn cosignatures_of_several_witnesses_gather_on_one_checkpoint_and_give_way_to_a_later_one() {
    let dir = tempfile::tempdir().unwrap();
    let keys = cosigned_shard(dir.path());
    let kept = cosigned::read(dir.path()).unwrap().unwrap();
    assert_eq!((kept.checkpoint.size, kept.note.signatures().len()), (300, 3), "the log and two witnesses");
    assert!(keys.iter().all(|key| key.verify(&kept.note).is_ok()));
    cosign(dir.path(), NAME, &KEY, 1_795_000_004);
    cosign(dir.path(), NAME, &KEY, 1_795_000_005);
    let kept = cosigned::read(dir.path()).unwrap().unwrap();
    assert_eq!((kept.checkpoint.size, kept.note.signatures().len()), (520, 2), "each signature once");
    assert_eq!(keys[0].verify(&kept.note).unwrap().time_s, Some(1_795_000_005));
}

/// A log that was rewritten does not lose what proves it: the cosigned checkpoint stays, and the examiner names it.
#[test]
fn a_rewritten_log_contradicts_what_was_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let (honest, forked) = (dir.path().join("honest"), dir.path().join("forked"));
    cosigned_shard(&honest);
    assert!(fsck::check(&honest, &super::keys()).is_sound());
    for (range, told) in [(1000..1600, "another tree of 300 leaves"), (0..299, "only 299 are published")] {
        let _ = std::fs::remove_dir_all(&forked);
        let mut shard = open(&forked);
        shard.append(&leaves(range)).unwrap();
        shard.publish(1).unwrap();
        std::fs::copy(honest.join(cosigned::FILE), forked.join(cosigned::FILE)).unwrap();
        let reader = Reader::open(&forked).unwrap();
        let before = cosigned::read(&forked).unwrap().unwrap();
        assert!(matches!(cosigned::agrees(&reader, &before), Err(Error::Proof(_))));
        let mut note = reader.checkpoints().sha256.note.clone();
        note.cosign("witness.new.example", &ed25519_dalek::SigningKey::from_bytes(&[3; 32]), 1).unwrap();
        let new =
            NoteKey::witness("witness.new.example", ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key());
        assert!(cosigned::keep(&reader, &forked, &note, &new.unwrap()).is_err());
        assert_eq!(cosigned::read(&forked).unwrap().unwrap(), before);
        let report = fsck::check(&forked, &super::keys());
        assert!(report.faults.iter().any(|fault| fault.what.contains(told)), "{report}");
        assert!(
            Evidence::build(&reader, 1, &super::keys(), Vec::new())
                .unwrap()
                .witnessed(&reader, &[witness_key()])
                .is_err()
        );
    }
}

#[test]
fn evidence_carries_what_was_cosigned_and_the_verifier_asks_for_its_own_witness() {
    let dir = tempfile::tempdir().unwrap();
    let keys = cosigned_shard(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    let build = |index| Evidence::build(&reader, index, &super::keys(), Vec::new()).unwrap();
    let good = build(137).witnessed(&reader, &keys).unwrap();
    let good = Evidence::parse(&good.to_json().unwrap()).unwrap();
    let trusted = super::keys();
    let report = verify_witnessed(&good, Some(&trusted), &keys[..1]).unwrap();
    let by: Vec<_> = report.witnessed_by.iter().map(|by| (by.name.as_str(), by.at, by.trusted)).collect();
    assert_eq!(by, [(NAME, 1_795_000_001, true), ("witness.other.example", 1_795_000_002, false)]);
    assert!(report.to_string().contains("the key of the witness `witness.other.example` is the one in the file"));
    assert_eq!(verify(&good, None).unwrap().witnessed_by.len(), 2);

    // Leaves beyond what was cosigned, and files from before there were witnesses, hold as ever; only not for who wants one.
    for none in [build(300).witnessed(&reader, &keys).unwrap(), build(137), build(137).witnessed(&reader, &[]).unwrap()]
    {
        assert_eq!(none.witnessed, None);
        let report = verify(&none, Some(&trusted)).unwrap();
        assert!(report.to_string().contains("no witness has cosigned"));
        assert!(verify_witnessed(&none, Some(&trusted), &keys[..1]).is_err());
        assert!(!none.to_json().unwrap().contains("witnessed"));
    }
    let stranger = NoteKey::witness(NAME, ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key()).unwrap();
    assert!(verify_witnessed(&good, Some(&trusted), &[stranger]).is_err(), "a namesake with another key");
    assert!(verify_witnessed(&good, Some(&trusted), &[log_key(ORIGIN)]).is_err(), "the log is not its own witness");

    type Change = Box<dyn Fn(&mut Witnessed)>;
    let changes: Vec<(&str, Change)> = vec![
        ("size", Box::new(|w| w.size = 299)),
        ("root", Box::new(|w| w.root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into())),
        ("path", Box::new(|w| w.path.swap(0, 1))),
        ("text", Box::new(|w| w.checkpoint = w.checkpoint.replacen("300", "301", 1))),
        ("no witness", Box::new(|w| w.witnesses.clear())),
        ("the log as witness", Box::new(|w| w.witnesses = vec![log_key(ORIGIN).vkey()])),
        (
            "a cosignature less",
            Box::new(|w| {
                let kept = w.checkpoint.trim_end().rfind('\n').unwrap();
                w.checkpoint.truncate(kept + 1);
            }),
        ),
    ];
    for (name, change) in changes {
        let mut bad = good.clone();
        change(bad.witnessed.as_mut().unwrap());
        assert!(verify(&bad, Some(&trusted)).is_err(), "{name}");
    }
}

/// A stranger with `openssl` and a shell checks the witness too.
#[test]
fn the_openssl_command_verifies_what_a_witness_signed() {
    if std::process::Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: the `openssl` command is absent; install it to check evidence with a foreign tool");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let keys = cosigned_shard(&log);
    let reader = Reader::open(&log).unwrap();
    let good = Evidence::build(&reader, 137, &super::keys(), Vec::new()).unwrap().witnessed(&reader, &keys).unwrap();
    let out = dir.path().join("out");
    crate::openssl::export_openssl(&good, &out).unwrap();
    let run = || std::process::Command::new("sh").arg(out.join("VERIFY.txt")).current_dir("/").output().unwrap();
    let ran = run();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(said.matches("Signature Verified Successfully").count(), 5, "{said}");
    assert!(said.contains("the leaf is in the witnessed tree") && said.contains(NAME), "{said}");
    for file in ["witness.00.message", "witness.01.sig", "checkpoint.witnessed", "path.witnessed.02"] {
        let path = out.join(file);
        let original = std::fs::read(&path).unwrap();
        let mut changed = original.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &changed).unwrap();
        assert!(!run().status.success(), "{file}");
        std::fs::write(&path, original).unwrap();
    }
}
