//! Sixteen lanes in the 512-bit registers of AVX-512: rotation and any function of three bits are one instruction each.

use std::arch::x86_64::*;

use super::{Block, Compress, State};

/// From how many messages on the sixteen lanes are faster than the eight of AVX2 or the single stream.
pub(super) const WORTH_IT: usize = 3;

/// The kernel, if the processor has what it needs.
pub(super) fn detect() -> Option<Compress<16>> {
    #[expect(unsafe_code, reason = "the only obligation of the call is that the processor has the two features")]
    fn compress(state: &mut State<16>, blocks: [&Block; 16]) {
        // SAFETY: this function is handed out only below, after both features were found.
        unsafe { compress_lanes(state, blocks) }
    }
    (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")).then_some(compress as Compress<16>)
}

super::rounds::define_compress!("avx512f,avx512bw", 16);

type V = __m512i;

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn splat(word: u32) -> V {
    _mm512_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn add(a: V, b: V) -> V {
    _mm512_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn xor(a: V, b: V) -> V {
    _mm512_xor_si512(a, b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn xor3(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn majority(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn choose(e: V, f: V, g: V) -> V {
    _mm512_ternarylogic_epi32::<0xca>(e, f, g)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn rotate<const BITS: i32>(a: V) -> V {
    _mm512_rol_epi32::<BITS>(a)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn from_array(words: [u32; 16]) -> V {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = words.map(u32::cast_signed);
    _mm512_setr_epi32(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn into_array(v: V) -> [u32; 16] {
    let mut words = [0; 16];
    let (quarters, _) = words.as_chunks_mut::<4>();
    let all = [
        _mm512_extracti32x4_epi32::<0>(v),
        _mm512_extracti32x4_epi32::<1>(v),
        _mm512_extracti32x4_epi32::<2>(v),
        _mm512_extracti32x4_epi32::<3>(v),
    ];
    for (to, from) in quarters.iter_mut().zip(all) {
        *to = [
            _mm_extract_epi32::<0>(from),
            _mm_extract_epi32::<1>(from),
            _mm_extract_epi32::<2>(from),
            _mm_extract_epi32::<3>(from),
        ]
        .map(i32::cast_unsigned);
    }
    words
}

/// The 64 bytes of one block as sixteen words, big-endian as SM3 reads them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn row(block: &Block) -> V {
    let (words, _) = block.as_chunks::<8>();
    let [a, b, c, d, e, f, g, h] = words else { return _mm512_setzero_si512() };
    let [a, b, c, d, e, f, g, h] = [a, b, c, d, e, f, g, h].map(|word| i64::from_le_bytes(*word));
    let order = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(_mm512_setr_epi64(a, b, c, d, e, f, g, h), order)
}

/// Sixteen blocks of sixteen words become sixteen vectors, one for each word.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn transposed(blocks: [&Block; 16]) -> [V; 16] {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15] = blocks;
    let low = four_rows([row(b0), row(b1), row(b2), row(b3)]);
    let second = four_rows([row(b4), row(b5), row(b6), row(b7)]);
    let third = four_rows([row(b8), row(b9), row(b10), row(b11)]);
    let high = four_rows([row(b12), row(b13), row(b14), row(b15)]);
    let [[a0, a4, a8, a12], [a1, a5, a9, a13], [a2, a6, a10, a14], [a3, a7, a11, a15]] = [
        four_columns(low[0], second[0], third[0], high[0]),
        four_columns(low[1], second[1], third[1], high[1]),
        four_columns(low[2], second[2], third[2], high[2]),
        four_columns(low[3], second[3], third[3], high[3]),
    ];
    [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15]
}

/// Transposes the 4 × 4 words in every quarter of four rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn four_rows([a, b, c, d]: [V; 4]) -> [V; 4] {
    let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab_low, cd_low),
        _mm512_unpackhi_epi64(ab_low, cd_low),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Transposes the 4 × 4 quarters of four vectors.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn four_columns(a: V, b: V, c: V, d: V) -> [V; 4] {
    let (ab_low, ab_high) = (_mm512_shuffle_i32x4::<0x44>(a, b), _mm512_shuffle_i32x4::<0xee>(a, b));
    let (cd_low, cd_high) = (_mm512_shuffle_i32x4::<0x44>(c, d), _mm512_shuffle_i32x4::<0xee>(c, d));
    [
        _mm512_shuffle_i32x4::<0x88>(ab_low, cd_low),
        _mm512_shuffle_i32x4::<0xdd>(ab_low, cd_low),
        _mm512_shuffle_i32x4::<0x88>(ab_high, cd_high),
        _mm512_shuffle_i32x4::<0xdd>(ab_high, cd_high),
    ]
}
