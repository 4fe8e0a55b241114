//! Proof: evidence files for people who trust neither the platform nor its tools.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use super::{
    Known, Stage, expect,
    teller::{Step, Teller},
};
use crate::{
    args::Common,
    failure::{Doing, Exit, Failure, Result},
    verbs::{log_fsck, verify},
};

/// One act and one call are proved, by our verifier and by the `openssl` command; a forged file is not believed.
///
/// # Errors
/// When a proof does not hold, or a forged one does.
pub async fn evidence(stage: &mut Stage, teller: &mut Teller, known: &Known) -> Result<()> {
    teller.begin("What happened can be proved, offline, to anyone")?;
    let folder = stage.root().join("evidence");
    fs::create_dir_all(&folder)?;
    let (call, index) = &known.call;
    let wanted = [
        ("act.evidence.json", "the approval", format!("/api/v1/acts/{}/evidence", known.approval)),
        (
            "call.evidence.json",
            "the call",
            format!("/api/v1/calls/{call}/evidence?service={}&index={index}", known.service),
        ),
    ];
    for (name, what, path) in wanted {
        let evidence: Value = stage.person("jyj.cdo").await?.get(&path).await?;
        let file = folder.join(name);
        fs::write(&file, serde_json::to_string_pretty(&evidence)?)?;
        let (_, report) = verify::check(&file, Some(&stage.trusted()?), &[])?;
        let step = Step::new(stage.now(), "anyone", format!("verifies the evidence of {what}: gongshu verify {name}"));
        // How far the log had grown when it was asked is not part of the story.
        let checks =
            report.checks.iter().filter_map(|check| check.split(" checkpoint of ").next()?.split(" over ").next());
        let step = Step { log: Some(report.index), notes: checks.map(str::to_owned).collect(), ..step };
        teller.step(&step)?;
        forged(stage, &file)?;
        openssl(stage, teller, &file, what)?;
    }
    teller.step(&Step::new(stage.now(), "somebody", "changes one word in each file; neither is believed any more"))
}

/// Recounts the whole log with code that the writer does not share.
///
/// # Errors
/// When it has a fault.
pub fn recount(_common: &Common, stage: &Stage, teller: &mut Teller) -> Result<()> {
    teller.begin("The log is recounted from its leaves")?;
    for (dir, report) in log_fsck::check_all(&stage.store().log(), &stage.trusted()?)? {
        let name = dir.strip_prefix(stage.store().log()).unwrap_or(&dir).display().to_string();
        if !report.is_sound() {
            return Err(Failure::not_verified(format!("the shard `{name}` has faults")).because(report));
        }
        expect("leaves that wait after an orderly stop", report.pending, 0)?;
        let what = format!("gongshu log fsck {name}");
        teller.step(
            &Step::new("offline", "anyone", what)
                .note(format!("{} leaves, both trees, both signatures: sound", report.published)),
        )?;
    }
    Ok(())
}

/// A file in which one word was changed must be refused.
fn forged(stage: &Stage, file: &Path) -> Result<()> {
    let mut evidence: Value = serde_json::from_slice(&fs::read(file)?)?;
    let Some(preview) = evidence.get_mut("preview").and_then(Value::as_object_mut) else {
        return Err(Failure::new("the evidence has no readable preview"));
    };
    preview.insert("at".into(), "1999-12-31T00:00:00Z".into());
    let copy = file.with_extension("forged.json");
    fs::write(&copy, serde_json::to_string(&evidence)?)?;
    match verify::check(&copy, Some(&stage.trusted()?), &[]) {
        Err(failure) if failure.exit == Exit::NotVerified => Ok(()),
        Err(failure) => Err(failure),
        Ok(_) => Err(Failure::not_verified("a forged evidence file was believed")),
    }
}

/// The `openssl` command and a shell check the same file.
fn openssl(stage: &Stage, teller: &mut Teller, file: &Path, what: &str) -> Result<()> {
    let (evidence, _) = verify::check(file, None, &[])?;
    let parts = file.with_extension("openssl");
    tlog::openssl::export_openssl(&evidence, &parts)?;
    let run = Command::new("sh").arg("VERIFY.txt").current_dir(&parts).output();
    let run = run.doing(|| "the shell cannot be started".into())?;
    let (said, complained) =
        (String::from_utf8_lossy(&run.stdout).into_owned(), String::from_utf8_lossy(&run.stderr).into_owned());
    if !run.status.success() {
        return Err(Failure::not_verified(format!("the `openssl` command does not confirm the evidence of {what}"))
            .because(complained.trim())
            .next("install OpenSSL 3 (Debian: `apt-get install openssl`)"));
    }
    let lines: Vec<String> = said.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    expect(
        "what openssl says of the two signatures",
        lines.iter().filter(|line| line.contains("Verified Successfully")).count(),
        2,
    )?;
    let step =
        Step::new(stage.now(), "anyone", format!("checks {what} with nothing but a shell and the `openssl` command"));
    teller.step(&Step { notes: lines, ..step })
}
