//! Which changes of a rule no scenario would notice: `mutate FOLDER PACK…`. Every pack that a named one extends must be
//! named too; it is tested as well.

use std::{env, fs, path::Path, process::ExitCode, time::Instant};

use law::{PackId, mutation::mutate};

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let (Some(folder), packs) = (args.next(), args.by_ref().collect::<Vec<_>>()) else {
        eprintln!("usage: mutate FOLDER PACK…");
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
    let failing: Vec<_> = book.packs().flat_map(|pack| law::scenario::run_all(&book, &pack.id)).collect();
    if !failing.is_empty() {
        for failure in &failing {
            println!("{failure}");
        }
        println!("the scenarios must hold before they can be tested");
        return ExitCode::FAILURE;
    }
    let mut survivors = 0_usize;
    for pack in &packs {
        let start = Instant::now();
        let outcomes = mutate(book.clone(), &PackId::new(pack));
        for mutant in &outcomes.survivors {
            println!("{mutant}");
        }
        let (tried, left) = (outcomes.tried, outcomes.survivors.len());
        println!("{pack}: {tried} mutants, {left} survive, {:.1} s", start.elapsed().as_secs_f64());
        survivors += left;
    }
    if survivors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
