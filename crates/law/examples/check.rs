//! Reads some packs of a folder of regulations, runs their scenarios and explores them: `check FOLDER PACK…`.

use std::{env, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let (Some(folder), packs) = (args.next(), args.by_ref().collect::<Vec<_>>()) else {
        eprintln!("usage: check FOLDER PACK…");
        return ExitCode::FAILURE;
    };
    let mut files = Vec::new();
    for sub in ["", "calendar", "vocabulary"].into_iter().chain(packs.iter().map(String::as_str)) {
        gather(Path::new(&folder), sub, &mut files);
    }
    let book = match law::Book::parse(files) {
        Ok(book) => book,
        Err(faults) => {
            for fault in &faults {
                println!("{fault}");
            }
            println!("{} fault(s)", faults.len());
            return ExitCode::FAILURE;
        }
    };
    let failures: Vec<_> = book.packs().flat_map(|pack| law::scenario::run_all(&book, &pack.id)).collect();
    let count: usize = book.packs().map(|pack| pack.scenarios.len() + pack.keep_scenarios.len()).sum();
    for failure in &failures {
        println!("{failure}");
    }
    println!("{} scenario(s), {} failed", count, failures.len());
    let findings: Vec<_> = book.packs().flat_map(|pack| law::proof::prove(&book, &pack.id).findings).collect();
    for finding in &findings {
        println!("{finding}\n{}", finding.story.as_deref().unwrap_or_default());
    }
    println!("{} finding(s)", findings.len());
    if failures.is_empty() && findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn gather(root: &Path, sub: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(root.join(sub)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if sub.is_empty() { name } else { format!("{sub}/{name}") };
        if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push((path, text));
        }
    }
}
