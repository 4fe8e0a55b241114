//! Every kernel of the processor at hand against the single stream. What the processor lacks is said aloud, not skipped
//! in silence.

use proptest::prelude::*;

use super::*;

/// All ways to hash the same messages that this processor has.
fn kernels(prefix: Option<u8>, messages: &[&[u8]]) -> Vec<(&'static str, Vec<[u8; 32]>)> {
    let mut found = vec![("as called", many(prefix, messages.iter().copied()))];
    #[cfg(target_arch = "x86_64")]
    {
        match avx512::detect() {
            Some(compress) => found.push(("AVX-512", in_lanes(prefix, messages.iter().copied(), compress))),
            None => eprintln!("NOT TESTED: this processor has no AVX-512"),
        }
        match avx2::detect() {
            Some(compress) => found.push(("AVX2", in_lanes(prefix, messages.iter().copied(), compress))),
            None => eprintln!("NOT TESTED: this processor has no AVX2"),
        }
    }
    found
}

fn check(prefix: Option<u8>, messages: &[&[u8]]) {
    let expected = one_by_one(prefix, messages.iter().copied());
    for (name, digests) in kernels(prefix, messages) {
        assert_eq!(digests, expected, "{name}, prefix {prefix:?}");
    }
}

/// All paddings: every length up to more than four blocks, alone, side by side, and in all lanes at once.
#[test]
fn lanes_give_the_digest_of_one_stream_for_every_length() {
    let bytes: Vec<u8> = (0..=300_u32).map(|at| (at * 7 % 251) as u8).collect();
    let all: Vec<&[u8]> = (0..=300).map(|length| &bytes[..length]).collect();
    for prefix in [None, Some(0), Some(0xff)] {
        check(prefix, &all);
        check(prefix, &[]);
        for message in &all {
            check(prefix, &[message]);
            check(prefix, &[*message; 16]);
        }
    }
}

/// The example of GB/T 32905-2016, A.1, in every lane: the lanes are right by the standard, not only alike.
#[test]
fn lanes_give_the_digest_of_the_standard() {
    let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    for (name, digests) in kernels(None, &[b"abc".as_slice(); 33]) {
        assert_eq!(digests.len(), 33);
        assert!(digests.iter().all(|digest| hex::encode(digest) == expected), "{name}");
    }
}

/// Lanes are refilled in any order, so a digest could end up at the place of another message.
#[test]
fn a_long_message_beside_many_short_ones_keeps_its_place() {
    let long = vec![7_u8; 100_000];
    let short: Vec<Vec<u8>> = (0..200_u8).map(|byte| vec![byte; usize::from(byte % 5) * 50]).collect();
    let mut messages: Vec<&[u8]> = short.iter().map(Vec::as_slice).collect();
    messages.insert(3, &long);
    messages.insert(150, &long[1..]);
    check(None, &messages);
    check(Some(1), &messages);
}

proptest! {
    #[test]
    fn lanes_give_the_digests_of_one_stream_for_any_batch(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..700), 0..70),
        prefix in any::<Option<u8>>(),
    ) {
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        check(prefix, &messages);
    }

    #[test]
    fn a_row_of_nodes_is_its_nodes(pairs in prop::collection::vec(any::<[[u8; 32]; 2]>(), 0..40), prefix in any::<u8>()) {
        let expected: Vec<[u8; 32]> = pairs.iter().map(|[left, right]| crate::sm3_pair(prefix, left, right)).collect();
        prop_assert_eq!(sm3_pairs(prefix, &pairs), expected);
    }
}
