//! Chance that is a function: cheap, seeded, and the same everywhere. Nothing secret is made from it.

/// SplitMix64 (Steele, Lea, Flood 2014): passes BigCrush, one multiplication a draw.
#[derive(Clone, Copy, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream that belongs to a purpose and a number.
    #[must_use]
    pub fn of(seed: u64, purpose: &str, number: u64) -> Self {
        // FNV-1a of the purpose; the stream's own mixing does the rest.
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut chance = Self(seed ^ hash.rotate_left(17) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        chance.next();
        chance
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.below(width)).unwrap_or(0))
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        // 53 bits are what a double holds exactly.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of a list; the type's default for an empty one.
    pub fn pick<'a, T: ?Sized>(&mut self, list: &'a [impl std::borrow::Borrow<T>]) -> Option<&'a T> {
        let at = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        list.get(at).map(std::borrow::Borrow::borrow)
    }
}
