//! Runs named steps one after the other, goes on after a failure, and closes with one verdict.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What was run and what failed.
pub struct Tally {
    begun: Instant,
    passed: usize,
    failed: Vec<String>,
}

impl Tally {
    /// Nothing run yet.
    pub fn new() -> Tally {
        Tally { begun: Instant::now(), passed: 0, failed: Vec::new() }
    }

    /// Runs one step under a heading. A failure is printed where it happens and again at the end;
    /// the value of a step that succeeded is returned for the steps that need it.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n── {name}");
        let begun = Instant::now();
        match work() {
            Ok(value) => {
                println!("   {name}: passed in {}", spent(begun.elapsed()));
                self.passed += 1;
                Some(value)
            }
            Err(error) => {
                println!("   {name}: FAILED after {}\n{error:#}", spent(begun.elapsed()));
                self.failed.push(format!("{name}: {}", first_line(&format!("{error:#}"))));
                None
            }
        }
    }

    /// Records a step that could not be tried because an earlier one failed. It counts as failed:
    /// what was not run did not pass.
    pub fn not_run(&mut self, name: &str, because: &str) {
        println!("\n── {name}\n   {name}: NOT RUN, {because}");
        self.failed.push(format!("{name}: not run, {because}"));
    }

    /// The verdict, in one line when all is well.
    pub fn finish(self) -> Result<()> {
        let took = spent(self.begun.elapsed());
        if self.failed.is_empty() {
            println!("\neverything passed: {} steps in {took}", self.passed);
            return Ok(());
        }
        let list = self.failed.iter().fold(String::new(), |list, line| list + "\n  " + line);
        bail!("{} of {} steps failed in {took}:{list}", self.failed.len(), self.passed + self.failed.len())
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn spent(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    /// A failing step stops neither the next one nor the bad verdict at the end.
    #[test]
    fn a_failure_is_remembered_and_the_rest_still_runs() {
        let mut tally = Tally::new();
        assert_eq!(tally.step("first", || Err::<(), _>(anyhow!("no paper"))), None);
        assert_eq!(tally.step("second", || Ok(7)), Some(7));
        tally.not_run("third", "the first failed");
        let verdict = tally.finish().unwrap_err().to_string();
        assert!(verdict.starts_with("2 of 3 steps failed"), "{verdict}");
        assert!(verdict.contains("first: no paper"), "{verdict}");
        assert!(verdict.contains("third: not run, the first failed"), "{verdict}");
    }
}
