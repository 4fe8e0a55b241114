//! Eight lanes in the 256-bit registers of AVX2, where a rotation takes three instructions and so does a choice.

use std::arch::x86_64::*;

use super::{Block, Compress, State};

/// From how many messages on the eight lanes are faster than the single stream.
pub(super) const WORTH_IT: usize = 3;

/// The kernel, if the processor has what it needs.
pub(super) fn detect() -> Option<Compress<8>> {
    #[expect(unsafe_code, reason = "the only obligation of the call is that the processor has the feature")]
    fn compress(state: &mut State<8>, blocks: [&Block; 8]) {
        // SAFETY: this function is handed out only below, after the feature was found.
        unsafe { compress_lanes(state, blocks) }
    }
    is_x86_feature_detected!("avx2").then_some(compress as Compress<8>)
}

super::rounds::define_compress!("avx2", 8);

type V = __m256i;

#[inline]
#[target_feature(enable = "avx2")]
fn splat(word: u32) -> V {
    _mm256_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: V, b: V) -> V {
    _mm256_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(a: V, b: V) -> V {
    _mm256_xor_si256(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor3(a: V, b: V, c: V) -> V {
    xor(xor(a, b), c)
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority(a: V, b: V, c: V) -> V {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn choose(e: V, f: V, g: V) -> V {
    xor(g, _mm256_and_si256(e, xor(f, g)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const BITS: i32>(a: V) -> V {
    // The count of the other shift depends on the first, which a constant parameter cannot say; as a vector it can, and
    // the compiler makes an immediate of it.
    let back = _mm_cvtsi32_si128(32_i32.wrapping_sub(BITS));
    _mm256_or_si256(_mm256_slli_epi32::<BITS>(a), _mm256_srl_epi32(a, back))
}

#[inline]
#[target_feature(enable = "avx2")]
fn from_array(words: [u32; 8]) -> V {
    let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
    _mm256_setr_epi32(a, b, c, d, e, f, g, h)
}

#[inline]
#[target_feature(enable = "avx2")]
fn into_array(v: V) -> [u32; 8] {
    [
        _mm256_extract_epi32::<0>(v),
        _mm256_extract_epi32::<1>(v),
        _mm256_extract_epi32::<2>(v),
        _mm256_extract_epi32::<3>(v),
        _mm256_extract_epi32::<4>(v),
        _mm256_extract_epi32::<5>(v),
        _mm256_extract_epi32::<6>(v),
        _mm256_extract_epi32::<7>(v),
    ]
    .map(i32::cast_unsigned)
}

/// Half a block as eight words, big-endian as SM3 reads them.
#[inline]
#[target_feature(enable = "avx2")]
fn row(half: &[u8; 32]) -> V {
    let (words, _) = half.as_chunks::<8>();
    let [a, b, c, d] = words else { return _mm256_setzero_si256() };
    let [a, b, c, d] = [a, b, c, d].map(|word| i64::from_le_bytes(*word));
    let order =
        _mm256_setr_epi64x(0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b);
    _mm256_shuffle_epi8(_mm256_setr_epi64x(a, b, c, d), order)
}

/// Eight blocks of sixteen words become sixteen vectors, one for each word.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed(blocks: [&Block; 8]) -> [V; 16] {
    let [w0, w1, w2, w3, w4, w5, w6, w7] = eight(blocks.map(|block| block.first_chunk::<32>().unwrap_or(&[0; 32])));
    let [w8, w9, w10, w11, w12, w13, w14, w15] =
        eight(blocks.map(|block| block.last_chunk::<32>().unwrap_or(&[0; 32])));
    [w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15]
}

/// Transposes 8 × 8 words.
#[inline]
#[target_feature(enable = "avx2")]
fn eight([a, b, c, d, e, f, g, h]: [&[u8; 32]; 8]) -> [V; 8] {
    let [l0, l1, l2, l3] = four_rows([row(a), row(b), row(c), row(d)]);
    let [h0, h1, h2, h3] = four_rows([row(e), row(f), row(g), row(h)]);
    [
        _mm256_permute2x128_si256::<0x20>(l0, h0),
        _mm256_permute2x128_si256::<0x20>(l1, h1),
        _mm256_permute2x128_si256::<0x20>(l2, h2),
        _mm256_permute2x128_si256::<0x20>(l3, h3),
        _mm256_permute2x128_si256::<0x31>(l0, h0),
        _mm256_permute2x128_si256::<0x31>(l1, h1),
        _mm256_permute2x128_si256::<0x31>(l2, h2),
        _mm256_permute2x128_si256::<0x31>(l3, h3),
    ]
}

/// Transposes the 4 × 4 words in both halves of four rows.
#[inline]
#[target_feature(enable = "avx2")]
fn four_rows([a, b, c, d]: [V; 4]) -> [V; 4] {
    let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}
