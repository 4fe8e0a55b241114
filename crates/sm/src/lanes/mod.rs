//! SM3 over many independent messages at once.
//!
//! SM3 has one chain of dependent steps per message, so a single message cannot use a wide register. Many messages
//! can: each takes one 32-bit *lane* of the register, and one instruction then works on 16 (AVX-512) or 8 (AVX2) of
//! them. Leaves and nodes of a Merkle tree and chunks of a table are such messages; a stream of one file is not.
//!
//! Messages may differ in length. A lane whose message ends takes the next one, so that lanes stay busy as long as
//! there is work. Which kernel runs is decided by the processor at run time and never changes a result; without one,
//! every message goes through the single-stream base.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod rounds;
#[cfg(test)]
mod tests;

use crate::digest::{Sm3Hasher, sm3};

/// A block of SM3.
type Block = [u8; 64];
/// The chaining values of `N` messages: word by word, lane by lane.
type State<const N: usize> = [[u32; N]; 8];
/// Advances `N` messages by one block each.
type Compress<const N: usize> = fn(&mut State<N>, [&Block; N]);

/// The initial value (GB/T 32905-2016, 4.1).
const IV: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// SM3 digests of many messages, in their order; several are hashed at the same time where the processor can.
///
/// ```
/// assert_eq!(sm::sm3_many(&[b"abc", b""]), [sm::sm3(b"abc"), sm::sm3(b"")]);
/// ```
#[must_use]
pub fn sm3_many(messages: &[&[u8]]) -> Vec<[u8; 32]> {
    many(None, messages.iter().copied())
}

/// SM3 digests of many messages, each with the byte `prefix` before it: the leaves of a Merkle tree (RFC 6962 §2.1).
#[must_use]
pub fn sm3_many_prefixed(prefix: u8, messages: &[&[u8]]) -> Vec<[u8; 32]> {
    many(Some(prefix), messages.iter().copied())
}

/// SM3 digests of one prefix byte and two digests each: a whole row of inner nodes of a Merkle tree (RFC 6962 §2.1).
/// The same as [`crate::sm3_pair`] for every pair.
#[must_use]
pub fn sm3_pairs(prefix: u8, pairs: &[[[u8; 32]; 2]]) -> Vec<[u8; 32]> {
    many(Some(prefix), pairs.iter().map(|pair| pair.as_flattened()))
}

/// Picks the kernel. A few messages only are not worth the idle lanes.
fn many<'m>(prefix: Option<u8>, messages: impl ExactSizeIterator<Item = &'m [u8]>) -> Vec<[u8; 32]> {
    #[cfg(target_arch = "x86_64")]
    {
        if messages.len() >= avx512::WORTH_IT
            && let Some(compress) = avx512::detect()
        {
            return in_lanes(prefix, messages, compress);
        }
        if messages.len() >= avx2::WORTH_IT
            && let Some(compress) = avx2::detect()
        {
            return in_lanes(prefix, messages, compress);
        }
    }
    one_by_one(prefix, messages)
}

fn one_by_one<'m>(prefix: Option<u8>, messages: impl Iterator<Item = &'m [u8]>) -> Vec<[u8; 32]> {
    let with = |prefix: u8, message: &[u8]| {
        let mut hasher = Sm3Hasher::new();
        hasher.update(&[prefix]);
        hasher.update(message);
        hasher.finalize()
    };
    messages.map(|message| prefix.map_or_else(|| sm3(message), |prefix| with(prefix, message))).collect()
}

/// Runs all messages through `N` lanes.
fn in_lanes<'m, const N: usize>(
    prefix: Option<u8>,
    messages: impl ExactSizeIterator<Item = &'m [u8]>,
    compress: Compress<N>,
) -> Vec<[u8; 32]> {
    let mut digests = vec![[0; 32]; messages.len()];
    let mut waiting = messages.enumerate();
    let mut lanes: [Lane<'m>; N] = std::array::from_fn(|_| Lane::idle());
    let mut state: State<N> = IV.map(|word| [word; N]);
    let mut busy = 0_usize;
    for lane in &mut lanes {
        if let Some((number, message)) = waiting.next() {
            lane.take(number, prefix, message);
            busy = busy.saturating_add(1);
        }
    }
    while busy > 0 {
        // Nothing ends before the shortest message does, so until then no lane needs looking at.
        let steps = lanes.iter().filter_map(Lane::left).min().unwrap_or(0);
        for step in 0..steps {
            compress(&mut state, std::array::from_fn(|at| lanes.get(at).map_or(&ZEROS, |lane| lane.block(step))));
        }
        for (at, lane) in lanes.iter_mut().enumerate() {
            if !lane.advance(steps) {
                continue;
            }
            if let Some(digest) = digests.get_mut(lane.number) {
                *digest = unload(&mut state, at);
            }
            match waiting.next() {
                Some((number, message)) => lane.take(number, prefix, message),
                None => {
                    lane.left = None;
                    busy = busy.saturating_sub(1);
                }
            }
        }
    }
    digests
}

/// What an idle lane hashes; nobody reads the outcome.
const ZEROS: Block = [0; 64];

/// The digest of the message in lane `at`, which is then ready for the next one.
fn unload<const N: usize>(state: &mut State<N>, at: usize) -> [u8; 32] {
    let mut digest = [0; 32];
    let (words, _) = digest.as_chunks_mut::<4>();
    for ((word, lanes), initial) in words.iter_mut().zip(state).zip(IV) {
        if let Some(lane) = lanes.get_mut(at) {
            *word = std::mem::replace(lane, initial).to_be_bytes();
        }
    }
    digest
}

/// One message on its way. Its blocks are a first one of its own if there is a prefix (which shifts all bytes by one),
/// then blocks of the message itself, then one or two with the rest and the padding.
struct Lane<'m> {
    /// Whose digest this will be.
    number: usize,
    /// How many blocks are done and how many are left; nothing if the lane is idle.
    done: usize,
    left: Option<usize>,
    head: Block,
    /// 1 if `head` is used.
    heads: usize,
    body: &'m [Block],
    tail: [Block; 2],
}

impl<'m> Lane<'m> {
    const fn idle() -> Self {
        Self { number: usize::MAX, done: 0, left: None, head: ZEROS, heads: 0, body: &[], tail: [ZEROS; 2] }
    }

    const fn left(&self) -> Option<usize> {
        self.left
    }

    /// The block `ahead` blocks from where the lane stands.
    #[inline]
    fn block(&self, ahead: usize) -> &Block {
        let at = self.done.saturating_add(ahead);
        let Some(after_head) = at.checked_sub(self.heads) else { return &self.head };
        if let Some(block) = self.body.get(after_head) {
            return block;
        }
        self.tail.get(after_head.saturating_sub(self.body.len())).unwrap_or(&ZEROS)
    }

    /// Goes on by `steps` blocks; says whether this ended the message.
    fn advance(&mut self, steps: usize) -> bool {
        self.done = self.done.saturating_add(steps);
        self.left = self.left.map(|left| left.saturating_sub(steps));
        self.left == Some(0)
    }

    /// Begins the message `number`.
    fn take(&mut self, number: usize, prefix: Option<u8>, message: &'m [u8]) {
        // The whole first block goes into `head` if there is a prefix and enough to fill it.
        let head = prefix.and_then(|prefix| Some((prefix, message.split_first_chunk::<63>()?)));
        let (rest, mut first_of_tail) = match head {
            Some((prefix, (first, rest))) => {
                let [start, others @ ..] = &mut self.head;
                (*start, *others) = (prefix, *first);
                (rest, None)
            }
            None => (message, prefix),
        };
        let (body, rest) = rest.as_chunks::<64>();
        (self.number, self.done, self.heads, self.body) = (number, 0, usize::from(head.is_some()), body);
        // The padding (5.2): a one bit, zeros, the length in bits as 64 bits.
        self.tail = [ZEROS; 2];
        let content = first_of_tail.take().into_iter().chain(rest.iter().copied()).chain([0x80]);
        let used = self.tail.as_flattened_mut().iter_mut().zip(content).map(|(to, byte)| *to = byte).count();
        let tails = if used <= 56 { 1 } else { 2 };
        let bytes = message.len().saturating_add(usize::from(prefix.is_some()));
        let bits = u64::try_from(bytes).unwrap_or(u64::MAX).wrapping_mul(8);
        if let Some(length) = self.tail.get_mut(tails - 1).and_then(|block| block.last_chunk_mut::<8>()) {
            *length = bits.to_be_bytes();
        }
        self.left = Some(self.heads.saturating_add(body.len()).saturating_add(tails));
    }
}
