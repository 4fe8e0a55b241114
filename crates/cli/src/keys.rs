//! The platform's keys: made once, sealed with a passphrase in the store (I9), opened when a node starts.
//!
//! The passphrase comes from `GONGSHU_PASSPHRASE`, or is asked for on a terminal. A demonstration has nothing to hide: it keeps a
//! generated one beside the keys and says so. The public halves of the log's keys lie in clear in `log-keys.json`, to be handed to
//! whoever verifies.

use std::{env, fs, io::IsTerminal, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};
use tlog::TrustedKeys;
use zeroize::Zeroizing;

use crate::{
    failure::{Doing, Failure, Result},
    store::{Store, write_private},
    world,
};

/// Where the passphrase is looked for.
const VARIABLE: &str = "GONGSHU_PASSPHRASE";

/// The secret keys of a store. Erased when dropped.
pub struct Secrets {
    /// Signs the national checkpoints of the log.
    pub log_sm2: sm::sign::SigningKey,
    /// Signs the public checkpoints of the log.
    pub log_ed25519: Zeroizing<[u8; 32]>,
    /// Seals columns of the database.
    pub vault: Zeroizing<[u8; 16]>,
}

/// Where a passphrase comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passphrase {
    /// From the environment or the terminal.
    Asked,
    /// Generated and kept beside the keys: only in a demonstration.
    Demonstration,
}

/// The sealed content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    log_sm2: String,
    log_ed25519: String,
    vault: String,
}

const FORMAT: &str = "gongshu-keys/1";

/// The log's public keys in the forms that other tools read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeys {
    /// Of the national checkpoints, PEM.
    pub sm2_pem: String,
    /// Of the public checkpoints, PEM.
    pub ed25519_pem: String,
}

impl Secrets {
    /// Opens the keys of a store, or makes them where there are none yet.
    ///
    /// # Errors
    /// When the passphrase is wrong or missing, or the store cannot be written.
    pub fn open_or_make(store: &Store, from: Passphrase) -> Result<Self> {
        if store.keys().exists() { Self::open(store, from) } else { Self::make(store, from) }
    }

    /// Opens the keys of a store.
    ///
    /// # Errors
    /// When there are none, the passphrase is wrong or missing, or the file was altered.
    pub fn open(store: &Store, from: Passphrase) -> Result<Self> {
        let path = store.keys();
        let opened = unseal(store, &path, from)?;
        let content: Content =
            serde_json::from_slice(&opened).doing(|| format!("`{}` holds no keys", path.display()))?;
        Self::read(&content).ok_or_else(|| Failure::new(format!("`{}` holds keys of another form", path.display())))
    }

    /// Draws new keys.
    ///
    /// # Errors
    /// When the system has no chance.
    pub fn draw() -> Result<Self> {
        let mut rng = world::rng()?;
        let (mut log_ed25519, mut vault) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 16]));
        rng.fill_bytes(log_ed25519.as_mut_slice());
        rng.fill_bytes(vault.as_mut_slice());
        Ok(Self { log_sm2: sm::sign::SigningKey::generate(&mut rng), log_ed25519, vault })
    }

    /// Keys that anybody can make again: for the story, which must read the same every time, and for nothing else.
    ///
    /// # Errors
    /// With a probability of about 2⁻²²⁴, when a digest is no key.
    pub fn of_story() -> Result<Self> {
        let digest = |purpose: &str| sm::sm3(format!("gongshu story {purpose}").as_bytes());
        let mut vault = Zeroizing::new([0; 16]);
        vault.iter_mut().zip(digest("vault")).for_each(|(to, from)| *to = from);
        let log_sm2 = sm::sign::SigningKey::from_bytes(&digest("log sm2"))?;
        Ok(Self { log_sm2, log_ed25519: Zeroizing::new(digest("log ed25519")), vault })
    }

    /// The public halves of the log's keys.
    #[must_use]
    pub fn trusted(&self) -> TrustedKeys {
        TrustedKeys::of_secrets(&self.log_sm2, &self.log_ed25519)
    }

    fn make(store: &Store, from: Passphrase) -> Result<Self> {
        store.create()?;
        let secrets = Self::draw()?;
        let passphrase = passphrase(store, from, true)?;
        let content = Zeroizing::new(serde_json::to_vec(&secrets.content())?);
        let sealed = sm::seal::seal(passphrase.as_bytes(), &content, &mut world::rng()?)?;
        write_private(&store.keys(), &sealed)?;
        let public = PublicKeys::of(&secrets.trusted())?;
        let path = store.public_keys();
        fs::write(&path, serde_json::to_string_pretty(&public)? + "\n")
            .doing(|| format!("`{}` cannot be written", path.display()))?;
        Ok(secrets)
    }

    fn content(&self) -> Content {
        Content {
            format: FORMAT.into(),
            log_sm2: BASE64.encode(self.log_sm2.to_bytes().as_slice()),
            log_ed25519: BASE64.encode(self.log_ed25519.as_slice()),
            vault: BASE64.encode(self.vault.as_slice()),
        }
    }

    fn read(content: &Content) -> Option<Self> {
        let bytes = |text: &str| BASE64.decode(text).ok().map(Zeroizing::new);
        let sm2 = <[u8; 32]>::try_from(bytes(&content.log_sm2)?.as_slice()).ok().map(Zeroizing::new)?;
        Some(Self {
            log_sm2: (content.format == FORMAT).then(|| sm::sign::SigningKey::from_bytes(&sm2).ok())??,
            log_ed25519: <[u8; 32]>::try_from(bytes(&content.log_ed25519)?.as_slice()).ok().map(Zeroizing::new)?,
            vault: <[u8; 16]>::try_from(bytes(&content.vault)?.as_slice()).ok().map(Zeroizing::new)?,
        })
    }
}

impl PublicKeys {
    /// The public forms of a log's keys.
    ///
    /// # Errors
    /// When a key has no PEM form, which does not happen.
    pub fn of(keys: &TrustedKeys) -> Result<Self> {
        let (sm2_pem, ed25519_pem) = keys.to_pem()?;
        Ok(Self { sm2_pem, ed25519_pem })
    }

    /// Writes a file of public keys.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")
            .doing(|| format!("`{}` cannot be written", path.display()))
    }

    /// Reads a file of public keys.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(path: &Path) -> Result<TrustedKeys> {
        let text = fs::read_to_string(path).doing(|| format!("the public keys `{}` cannot be read", path.display()))?;
        let keys: Self = serde_json::from_str(&text).doing(|| format!("`{}` holds no public keys", path.display()))?;
        TrustedKeys::from_pem(&keys.sm2_pem, &keys.ed25519_pem)
            .doing(|| format!("`{}` holds no public keys", path.display()))
    }
}

/// The secret key of a witness, with its name. Erased when dropped.
pub struct WitnessKey {
    /// Its name, which is part of its public key.
    pub name: String,
    /// Signs cosignatures.
    pub ed25519: Zeroizing<[u8; 32]>,
}

/// The sealed content of a witness's key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessContent {
    format: String,
    name: String,
    ed25519: String,
}

const WITNESS_FORMAT: &str = "gongshu-witness-key/1";

impl WitnessKey {
    /// Opens the key of the witness in a store, or makes it where there is none yet.
    ///
    /// # Errors
    /// When the passphrase is wrong or missing, the witness has another name or none yet, or its memory is there without it.
    pub fn open_or_make(store: &Store, name: Option<&str>, from: Passphrase) -> Result<Self> {
        if !store.witness_key().exists() {
            return Self::make(store, name, from);
        }
        let key = Self::open(store, from)?;
        match name {
            Some(name) if name != key.name => {
                Err(Failure::usage(format!("the witness in `{}` is called `{}`", store.root().display(), key.name))
                    .next("leave --name out, or name another folder with --store"))
            }
            _ => Ok(key),
        }
    }

    fn open(store: &Store, from: Passphrase) -> Result<Self> {
        let path = store.witness_key();
        let opened = unseal(store, &path, from)?;
        let read = || {
            let content: WitnessContent = serde_json::from_slice(&opened).ok()?;
            let ed25519 = Zeroizing::new(BASE64.decode(&content.ed25519).ok()?);
            let ed25519 = <[u8; 32]>::try_from(ed25519.as_slice()).ok().map(Zeroizing::new)?;
            (content.format == WITNESS_FORMAT).then_some(Self { name: content.name, ed25519 })
        };
        read().ok_or_else(|| Failure::new(format!("`{}` holds no key of a witness", path.display())))
    }

    fn make(store: &Store, name: Option<&str>, from: Passphrase) -> Result<Self> {
        let name = name.ok_or_else(|| {
            Failure::usage("the witness has no name yet")
                .next("add `--name NAME`, e.g. `witness.city.example`: everyone who verifies will know it by that")
        })?;
        if store.witness().exists() {
            return Err(Failure::new(format!(
                "`{}` has the memory of a witness, but not its key",
                store.root().display()
            ))
            .next("restore `witness.sealed`, or begin anew in another folder under another name"));
        }
        store.create()?;
        let mut ed25519 = Zeroizing::new([0; 32]);
        world::rng()?.fill_bytes(ed25519.as_mut_slice());
        let content = WitnessContent {
            format: WITNESS_FORMAT.into(),
            name: name.to_owned(),
            ed25519: BASE64.encode(ed25519.as_slice()),
        };
        let passphrase = passphrase(store, from, true)?;
        let content = Zeroizing::new(serde_json::to_vec(&content)?);
        write_private(&store.witness_key(), &sm::seal::seal(passphrase.as_bytes(), &content, &mut world::rng()?)?)?;
        Ok(Self { name: name.to_owned(), ed25519 })
    }
}

/// Opens a sealed file.
fn unseal(store: &Store, path: &Path, from: Passphrase) -> Result<Zeroizing<Vec<u8>>> {
    let text = fs::read_to_string(path).doing(|| format!("the keys `{}` cannot be read", path.display()))?;
    let passphrase = passphrase(store, from, false)?;
    let opened = sm::seal::open(passphrase.as_bytes(), &text)
        .doing(|| format!("the keys `{}` cannot be opened", path.display()));
    opened.map_err(|failure| failure.next(format!("set {VARIABLE} to the passphrase with which they were sealed")))
}

/// Finds the passphrase; `new` asks for it twice and refuses a short one.
fn passphrase(store: &Store, from: Passphrase, new: bool) -> Result<Zeroizing<String>> {
    if let Ok(given) = env::var(VARIABLE) {
        return strong_enough(Zeroizing::new(given), new);
    }
    if from == Passphrase::Demonstration {
        return beside(store, new);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("the keys are sealed and there is no passphrase")
            .next(format!("set {VARIABLE}, or start on a terminal")));
    }
    let given = Zeroizing::new(rpassword::prompt_password(if new {
        "New passphrase for the keys: "
    } else {
        "Passphrase for the keys: "
    })?);
    if new && *given != rpassword::prompt_password("Once more: ")? {
        return Err(Failure::new("the two passphrases differ").next("start again"));
    }
    strong_enough(given, new)
}

fn strong_enough(given: Zeroizing<String>, new: bool) -> Result<Zeroizing<String>> {
    const LEAST: usize = 12;
    if new && given.chars().count() < LEAST {
        return Err(Failure::new(format!("the passphrase has fewer than {LEAST} characters"))
            .next("choose a longer one: whoever opens the keys can sign the log"));
    }
    Ok(given)
}

/// The demonstration's passphrase, kept in clear beside the keys.
fn beside(store: &Store, new: bool) -> Result<Zeroizing<String>> {
    let path = store.demonstration().join("passphrase");
    if new {
        fs::create_dir_all(store.demonstration())?;
        let passphrase = Zeroizing::new(hex::encode(world::chance()?));
        write_private(&path, &passphrase)?;
        eprintln!(
            "warning: this demonstration keeps the passphrase of its keys in clear in `{}`; never do so with real data",
            path.display()
        );
    }
    let passphrase = fs::read_to_string(&path)
        .doing(|| format!("the demonstration's passphrase `{}` cannot be read", path.display()))?;
    Ok(Zeroizing::new(passphrase.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I9: what lies in the store is sealed; a second start opens the same keys, an altered file is refused.
    #[test]
    fn keys_are_sealed_and_come_back_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(&dir.path().join("store"));
        let made = Secrets::open_or_make(&store, Passphrase::Demonstration).unwrap();
        let text = fs::read_to_string(store.keys()).unwrap();
        assert!(text.starts_with("gongshu-seal/1\n"));
        assert!(!text.contains(&BASE64.encode(made.vault.as_slice())));
        let opened = Secrets::open_or_make(&store, Passphrase::Demonstration).unwrap();
        assert_eq!(*opened.vault, *made.vault);
        assert_eq!(*opened.log_ed25519, *made.log_ed25519);
        assert_eq!(*opened.log_sm2.to_bytes(), *made.log_sm2.to_bytes());
        let public = PublicKeys::read(&store.public_keys()).unwrap();
        assert_eq!(public.sm2.to_sec1(), made.log_sm2.verifying_key().to_sec1());
        fs::write(store.keys(), text.replacen("m=65536", "m=65528", 1)).unwrap();
        let Err(failure) = Secrets::open(&store, Passphrase::Demonstration) else {
            panic!("an altered file was opened")
        };
        assert!(failure.what.contains("cannot be opened"));
    }

    /// A witness keeps its key and its name; a memory without its key is not taken over by another one, which would not know
    /// what the first had promised.
    #[test]
    fn a_witness_keeps_its_key_and_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(&dir.path().join("store"));
        let open = |name: Option<&str>| WitnessKey::open_or_make(&store, name, Passphrase::Demonstration);
        assert!(open(None).is_err(), "a name is needed at first");
        let made = open(Some("witness.city.example")).unwrap();
        assert!(!fs::read_to_string(store.witness_key()).unwrap().contains(&BASE64.encode(made.ed25519.as_slice())));
        for name in [None, Some("witness.city.example")] {
            let opened = open(name).unwrap();
            assert_eq!((opened.name.as_str(), *opened.ed25519), ("witness.city.example", *made.ed25519));
        }
        assert!(open(Some("witness.other.example")).is_err());
        fs::create_dir(store.witness()).unwrap();
        fs::remove_file(store.witness_key()).unwrap();
        assert!(open(Some("witness.city.example")).is_err());
    }
}
