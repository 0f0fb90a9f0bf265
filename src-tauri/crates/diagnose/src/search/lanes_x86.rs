//! The vectors of x86-64. Words of several messages stand side by side after a transposition of their blocks.
//!
//! Loops, no closures: a closure does not take over the instructions of the function around it, and then nothing of it
//! is inlined.

#![allow(clippy::wildcard_imports, reason = "the intrinsics of one architecture")]

use core::arch::x86_64::*;

use super::sha256::{ShaStates, sha256_all};
use super::{LaneStates, Two, Vector, compress_all};

/// # Safety
///
/// The machine has AVX-512F, and `data` holds sixteen messages of `blocks` blocks.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn compress_avx512(states: &mut LaneStates, data: &[u8], blocks: usize) {
    // SAFETY: promised by the caller.
    unsafe { compress_all::<__m512i>(states, data, blocks) }
}

/// # Safety
///
/// The machine has AVX2, and `data` holds sixteen messages of `blocks` blocks.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn compress_avx2(states: &mut LaneStates, data: &[u8], blocks: usize) {
    // SAFETY: promised by the caller.
    unsafe { compress_all::<Two<__m256i>>(states, data, blocks) }
}

/// # Safety
///
/// `data` holds eight messages of `blocks` blocks.
pub(super) unsafe fn compress_sse2(states: &mut LaneStates, data: &[u8], blocks: usize) {
    // SAFETY: promised by the caller; SSE2 belongs to every x86-64.
    unsafe { compress_all::<Two<__m128i>>(states, data, blocks) }
}

/// # Safety
///
/// As [`compress_avx512`].
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn sha256_avx512(states: &mut ShaStates, data: &[u8], blocks: usize, outer: Option<&mut ShaStates>) {
    // SAFETY: promised by the caller.
    unsafe { sha256_all::<__m512i>(states, data, blocks, outer) }
}

/// # Safety
///
/// As [`compress_avx2`].
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sha256_avx2(states: &mut ShaStates, data: &[u8], blocks: usize, outer: Option<&mut ShaStates>) {
    // SAFETY: promised by the caller.
    unsafe { sha256_all::<Two<__m256i>>(states, data, blocks, outer) }
}

impl Vector for __m512i {
    const LANES: usize = 16;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        // SAFETY: AVX-512F, as the caller promises; likewise below.
        unsafe { _mm512_set1_epi32(word.cast_signed()) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_add_epi32(self, other) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_xor_si512(self, other) }
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_srl_epi32(self, _mm_cvtsi32_si128(RIGHT)) }
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_rol_epi32::<LEFT>(self) }
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above; 0xCA is b ? c : d.
        unsafe { _mm512_ternarylogic_epi32::<0xCA>(b, c, d) }
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above; 0x96 is b ^ c ^ d.
        unsafe { _mm512_ternarylogic_epi32::<0x96>(b, c, d) }
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above; 0x39 is c ^ (b | !d).
        unsafe { _mm512_ternarylogic_epi32::<0x39>(b, c, d) }
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16] {
        // SAFETY: the caller gives sixteen messages of at least one block, `stride` bytes apart.
        unsafe {
            let mut rows = [Self::splat(0); 16];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = _mm512_loadu_si512(data.add(lane * stride).cast());
            }
            let mut fours = rows;
            for four in [0, 4, 8, 12] {
                let [low, high] = [
                    _mm512_unpacklo_epi32(rows[four], rows[four + 1]),
                    _mm512_unpackhi_epi32(rows[four], rows[four + 1]),
                ];
                let [low_next, high_next] = [
                    _mm512_unpacklo_epi32(rows[four + 2], rows[four + 3]),
                    _mm512_unpackhi_epi32(rows[four + 2], rows[four + 3]),
                ];
                fours[four] = _mm512_unpacklo_epi64(low, low_next);
                fours[four + 1] = _mm512_unpackhi_epi64(low, low_next);
                fours[four + 2] = _mm512_unpacklo_epi64(high, high_next);
                fours[four + 3] = _mm512_unpackhi_epi64(high, high_next);
            }
            // Now fours[4r + j] holds, in its quarter q, word 4q + j of the messages 4r to 4r + 3.
            let mut words = rows;
            for column in 0..4 {
                let [first, second, third, fourth] =
                    [fours[column], fours[column + 4], fours[column + 8], fours[column + 12]];
                let even = _mm512_shuffle_i32x4::<0x88>(first, second);
                let even_next = _mm512_shuffle_i32x4::<0x88>(third, fourth);
                let odd = _mm512_shuffle_i32x4::<0xDD>(first, second);
                let odd_next = _mm512_shuffle_i32x4::<0xDD>(third, fourth);
                words[column] = _mm512_shuffle_i32x4::<0x88>(even, even_next);
                words[column + 4] = _mm512_shuffle_i32x4::<0x88>(odd, odd_next);
                words[column + 8] = _mm512_shuffle_i32x4::<0xDD>(even, even_next);
                words[column + 12] = _mm512_shuffle_i32x4::<0xDD>(odd, odd_next);
            }
            words
        }
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: sixteen words are 64 bytes.
        unsafe { _mm512_loadu_si512(states.as_ptr().cast()) }
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(states.as_mut_ptr().cast(), self) }
    }
}

impl Vector for __m256i {
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        // SAFETY: AVX2, as the caller promises; likewise below.
        unsafe { _mm256_set1_epi32(word.cast_signed()) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_add_epi32(self, other) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_xor_si256(self, other) }
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_srli_epi32::<RIGHT>(self) }
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_or_si256(_mm256_slli_epi32::<LEFT>(self), _mm256_srli_epi32::<RIGHT>(self)) }
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d))) }
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_xor_si256(b, _mm256_xor_si256(c, d)) }
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_xor_si256(c, _mm256_or_si256(b, _mm256_xor_si256(d, _mm256_set1_epi32(-1)))) }
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16] {
        // SAFETY: the caller gives eight messages of at least one block, `stride` bytes apart.
        unsafe {
            let mut words = [Self::splat(0); 16];
            for half in [0, 8] {
                let mut rows = [Self::splat(0); 8];
                for (lane, row) in rows.iter_mut().enumerate() {
                    *row = _mm256_loadu_si256(data.add(lane * stride + half * 4).cast());
                }
                let mut fours = rows;
                for four in [0, 4] {
                    let low = _mm256_unpacklo_epi32(rows[four], rows[four + 1]);
                    let high = _mm256_unpackhi_epi32(rows[four], rows[four + 1]);
                    let low_next = _mm256_unpacklo_epi32(rows[four + 2], rows[four + 3]);
                    let high_next = _mm256_unpackhi_epi32(rows[four + 2], rows[four + 3]);
                    fours[four] = _mm256_unpacklo_epi64(low, low_next);
                    fours[four + 1] = _mm256_unpackhi_epi64(low, low_next);
                    fours[four + 2] = _mm256_unpacklo_epi64(high, high_next);
                    fours[four + 3] = _mm256_unpackhi_epi64(high, high_next);
                }
                for column in 0..4 {
                    words[half + column] = _mm256_permute2x128_si256::<0x20>(fours[column], fours[column + 4]);
                    words[half + column + 4] = _mm256_permute2x128_si256::<0x31>(fours[column], fours[column + 4]);
                }
            }
            words
        }
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: eight words are 32 bytes.
        unsafe { _mm256_loadu_si256(states.as_ptr().cast()) }
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: as above.
        unsafe { _mm256_storeu_si256(states.as_mut_ptr().cast(), self) }
    }
}

impl Vector for __m128i {
    const LANES: usize = 4;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        // SAFETY: SSE2 belongs to every x86-64; likewise below.
        unsafe { _mm_set1_epi32(word.cast_signed()) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_add_epi32(self, other) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_xor_si128(self, other) }
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_srli_epi32::<RIGHT>(self) }
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_or_si128(_mm_slli_epi32::<LEFT>(self), _mm_srli_epi32::<RIGHT>(self)) }
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_xor_si128(d, _mm_and_si128(b, _mm_xor_si128(c, d))) }
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_xor_si128(b, _mm_xor_si128(c, d)) }
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_xor_si128(c, _mm_or_si128(b, _mm_xor_si128(d, _mm_set1_epi32(-1)))) }
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16] {
        // SAFETY: the caller gives four messages of at least one block, `stride` bytes apart.
        unsafe {
            let mut words = [Self::splat(0); 16];
            for quarter in [0, 4, 8, 12] {
                let mut rows = [Self::splat(0); 4];
                for (lane, row) in rows.iter_mut().enumerate() {
                    *row = _mm_loadu_si128(data.add(lane * stride + quarter * 4).cast());
                }
                let low = _mm_unpacklo_epi32(rows[0], rows[1]);
                let high = _mm_unpackhi_epi32(rows[0], rows[1]);
                let low_next = _mm_unpacklo_epi32(rows[2], rows[3]);
                let high_next = _mm_unpackhi_epi32(rows[2], rows[3]);
                words[quarter] = _mm_unpacklo_epi64(low, low_next);
                words[quarter + 1] = _mm_unpackhi_epi64(low, low_next);
                words[quarter + 2] = _mm_unpacklo_epi64(high, high_next);
                words[quarter + 3] = _mm_unpackhi_epi64(high, high_next);
            }
            words
        }
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: four words are 16 bytes.
        unsafe { _mm_loadu_si128(states.as_ptr().cast()) }
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        assert!(states.len() >= Self::LANES, "a word for each lane");
        // SAFETY: as above.
        unsafe { _mm_storeu_si128(states.as_mut_ptr().cast(), self) }
    }
}
