//! What witnesses have cosigned of a shard, kept beside its checkpoints.
//!
//! `checkpoint.cosigned` is the public checkpoint that was cosigned last, with the log's signature and the witnesses'. It may
//! lag behind `checkpoint`: witnesses are asked after publication, and one that does not answer holds nothing up.

use std::path::Path;

use crate::files::{Writer, read_if_exists};
use crate::note::{Note, NoteKey};
use crate::{Error, Reader, Result, SignedCheckpoint};

/// The name of the file.
pub const FILE: &str = "checkpoint.cosigned";

/// Reads the note, if there is one. Its signatures are not thereby verified.
///
/// # Errors
/// [`Error::Damaged`] if it is not a checkpoint, [`Error::Io`].
pub fn read(dir: &Path) -> Result<Option<SignedCheckpoint>> {
    let path = dir.join(FILE);
    let Some(bytes) = read_if_exists(&path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| Error::damaged(&path, "not UTF-8"))?;
    SignedCheckpoint::parse(&text).map(Some).map_err(|why| Error::damaged(&path, why.to_string()))
}

/// Keeps what a witness has cosigned: beside the cosignatures of others if they are on the same checkpoint, otherwise in the
/// place of an older one. Only one caller at a time may do this for a shard.
///
/// # Errors
/// [`Error::Note`] if the witness has not signed this note; [`Error::Proof`] if the log contradicts what was cosigned before,
/// which is then kept; [`Error::Io`].
pub fn keep(reader: &Reader, dir: &Path, cosigned: &Note, witness: &NoteKey) -> Result<()> {
    let mut note = match read(dir)? {
        Some(before) if before.note.text() == cosigned.text() => before.note,
        Some(before) => {
            agrees(reader, &before)?;
            cosigned.clone()
        }
        None => cosigned.clone(),
    };
    note.adopt(cosigned, witness)?;
    let mut files = Writer::new(dir, "cosigned");
    files.write(FILE, note.to_string().as_bytes())?;
    files.finish()
}

/// Checks that a log still holds what was cosigned: its tree is a prefix of the one that is published.
///
/// # Errors
/// [`Error::Proof`] if it is not; damage of a file.
pub fn agrees(reader: &Reader, cosigned: &SignedCheckpoint) -> Result<()> {
    let checkpoint = &cosigned.checkpoint;
    if checkpoint.size > reader.checkpoints().sha256.checkpoint.size {
        return Err(Error::Proof("the log is shorter than what was cosigned before"));
    }
    if reader.public_root(checkpoint.size)? != checkpoint.root {
        return Err(Error::Proof("the log is not the one that was cosigned before"));
    }
    Ok(())
}
