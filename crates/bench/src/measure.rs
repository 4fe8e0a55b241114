//! Clocks, processor time and reproducible chance.

use std::{fs, time::Instant};

use anyhow::{Context, Result};

/// Runs `work` and gives its result with the seconds it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64().max(f64::MIN_POSITIVE))
}

/// The middle one of three runs: one disturbance from outside then does not count. Every run gives operations a second.
///
/// # Errors
/// The first error of a run.
pub fn middle_of_three(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let mut rates = [run()?, run()?, run()?];
    rates.sort_by(f64::total_cmp);
    let [_, middle, _] = rates;
    Ok(middle)
}

/// Processor seconds, user and system, of all threads.
#[derive(Clone, Copy)]
pub struct Cpu {
    /// Of this process.
    pub own: f64,
    /// Of its children that have ended and were waited for.
    pub children: f64,
}

/// Ticks a second of the times in `/proc`; every Linux architecture shows 100 to user space.
const TICKS: f64 = 100.0;

impl Cpu {
    /// What was used so far, to a hundredth of a second.
    ///
    /// # Errors
    /// When `/proc` is not there.
    pub fn used() -> Result<Self> {
        let stat = fs::read_to_string("/proc/self/stat")
            .context("`/proc/self/stat` cannot be read; benchmarks run on Linux")?;
        // The second field is the program's name in parentheses and may contain blanks; after it comes field 3.
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let seconds = |number: usize| -> f64 {
            fields.get(number - 3).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0) / TICKS
        };
        Ok(Self { own: seconds(14) + seconds(15), children: seconds(16) + seconds(17) })
    }

    /// What was used since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self { own: self.own - earlier.own, children: self.children - earlier.children }
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// A sequence of its own for every seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which must not be 0; for the small bounds here the bias is nothing.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// One of these.
    pub fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let position = self.below(words.len() as u64);
        usize::try_from(position).ok().and_then(|position| words.get(position)).copied().unwrap_or_default()
    }
}
