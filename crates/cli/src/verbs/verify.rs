//! `gongshu verify`: an evidence file holds, or it does not; no server is asked.

use std::{fs, path::Path};

use serde_json::json;
use tlog::{Evidence, TrustedKeys, evidence::Report, note::NoteKey};

use crate::{
    args::Verify,
    failure::{Doing, Failure, Result},
    keys::PublicKeys,
    output::Out,
    witnesses::witness_key,
    world::shown,
};

/// Runs the verb.
///
/// # Errors
/// [`crate::failure::Exit::NotVerified`] when a check fails.
pub fn run(args: &Verify, out: &Out) -> Result<()> {
    let trusted = args.keys.as_deref().map(PublicKeys::read).transpose()?;
    let witnesses = args.witness.iter().map(|vkey| witness_key(vkey)).collect::<Result<Vec<_>>>()?;
    let (evidence, report) = check(&args.file, trusted.as_ref(), &witnesses)?;
    if let Some(dir) = &args.openssl {
        tlog::openssl::export_openssl(&evidence, dir)?;
    }
    if out.is_json() {
        let logged_by = report.logged_by_ms;
        return out.value(&json!({
            "verified": true, "origin": report.origin, "index": report.index, "keys_trusted": report.keys_trusted,
            "logged_by_ms": logged_by, "witnessed_by": report.witnessed_by,
            "checks": report.checks, "leaf": evidence.preview,
        }));
    }
    out.text(report.to_string().trim_end())?;
    if let Some(at) = logged_by(&report) {
        out.text(&format!("  logged no later than {at}"))?;
    }
    for witness in &report.witnessed_by {
        let at = i64::try_from(witness.at).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
        out.text(&format!("  cosigned by {} at {}", witness.name, at.map(shown).unwrap_or_default()))?;
    }
    if let Some(dir) = &args.openssl {
        out.text(&format!("  for the `openssl` command: sh {}", dir.join("VERIFY.txt").display()))?;
    }
    out.text("verified")
}

/// Reads an evidence file and checks everything in it.
///
/// # Errors
/// The first check that fails.
pub fn check(file: &Path, trusted: Option<&TrustedKeys>, witnesses: &[NoteKey]) -> Result<(Evidence, Report)> {
    let text = fs::read_to_string(file).doing(|| format!("the evidence file `{}` cannot be read", file.display()))?;
    let refused = |why: tlog::Error| {
        Failure::not_verified(format!("`{}` does not hold", file.display()))
            .because(why)
            .next("ask whoever gave it to you for the original file; do not rely on this one")
    };
    let evidence = Evidence::parse(&text).map_err(refused)?;
    let report = tlog::evidence::verify_witnessed(&evidence, trusted, witnesses).map_err(refused)?;
    Ok((evidence, report))
}

/// The instant by which the leaf was logged, as Shanghai reads it.
#[must_use]
pub fn logged_by(report: &Report) -> Option<String> {
    let millis = i64::try_from(report.logged_by_ms?).ok()?;
    jiff::Timestamp::from_millisecond(millis).ok().map(shown)
}
