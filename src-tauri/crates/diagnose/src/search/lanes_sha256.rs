//! SHA-256 of many messages side by side, and the outer hash of their HMACs.

use super::{MOST_LANES, Path, Two, Vector};

/// A to H of up to sixteen messages.
pub(crate) type ShaStates = [[u32; MOST_LANES]; 8];

#[rustfmt::skip]
const ROOTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

impl Path {
    /// Whether SHA-256 goes faster in these lanes than one after the other on this machine.
    pub(crate) fn is_worth_it_for_sha256(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            self == Self::Avx512 || (self == Self::Avx2 && !std::arch::is_x86_feature_detected!("sha"))
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            false
        }
    }

    /// Takes `blocks` blocks of each message in, laid out as for [`Path::compress`]; where `outer` is given, turns it from
    /// the states after the outer pads into the HMACs.
    ///
    /// # Panics
    ///
    /// Where `data` is shorter than that.
    pub(crate) fn compress_sha256(
        self,
        states: &mut ShaStates,
        data: &[u8],
        blocks: usize,
        outer: Option<&mut ShaStates>,
    ) {
        assert!(data.len() >= self.lanes() * blocks * 64, "every lane has its blocks");
        match self {
            // SAFETY: `available` gives a path only where its instructions were detected, and the data was measured.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { super::x86::sha256_avx512(states, data, blocks, outer) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { super::x86::sha256_avx2(states, data, blocks, outer) },
            // SAFETY: as above; SSE2 belongs to every x86-64.
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => unsafe { sha256_all::<Two<core::arch::x86_64::__m128i>>(states, data, blocks, outer) },
            // SAFETY: plain code; the data was measured.
            Self::Portable => unsafe { sha256_all::<super::Four>(states, data, blocks, outer) },
        }
    }
}

/// # Safety
///
/// The machine has V, and `data` holds as many messages of `blocks` blocks as V has lanes.
#[inline(always)]
pub(super) unsafe fn sha256_all<V: Vector>(
    states: &mut ShaStates,
    data: &[u8],
    blocks: usize,
    outer: Option<&mut ShaStates>,
) {
    // SAFETY: promised by the caller.
    unsafe {
        let mut state = [V::splat(0); 8];
        for (vector, words) in state.iter_mut().zip(states.iter()) {
            *vector = V::from_states(words);
        }
        for block in 0..blocks {
            let mut words = V::load(data.as_ptr().add(block * 64), blocks * 64);
            for word in &mut words {
                *word = swapped(*word);
            }
            rounds(&mut state, words);
        }
        if let Some(outer) = outer {
            // The inner digest, a one, and the length of both in bits.
            let mut words = [V::splat(0); 16];
            words[..8].copy_from_slice(&state);
            words[8] = V::splat(0x8000_0000);
            words[15] = V::splat(96 * 8);
            let mut last = [V::splat(0); 8];
            for (vector, words) in last.iter_mut().zip(outer.iter()) {
                *vector = V::from_states(words);
            }
            rounds(&mut last, words);
            for (vector, words) in last.iter().zip(outer) {
                vector.to_states(words);
            }
        }
        for (vector, words) in state.iter().zip(states) {
            vector.to_states(words);
        }
    }
}

/// The bytes of each word in the other order.
#[inline(always)]
unsafe fn swapped<V: Vector>(word: V) -> V {
    // SAFETY: the caller runs on a machine that has V.
    unsafe { V::choose(V::splat(0x00FF_00FF), word.rotate::<8, 24>(), word.rotate::<24, 8>()) }
}

/// The 64 rounds of one block (FIPS 180-4 §6.2.2).
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
#[inline(always)]
unsafe fn rounds<V: Vector>(state: &mut [V; 8], mut words: [V; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($round:expr, $at:literal) => {
            let mixed = V::parity(e.rotate::<26, 6>(), e.rotate::<21, 11>(), e.rotate::<7, 25>());
            let first = h.add(V::splat(ROOTS[$round + $at])).add(words[$at]).add(V::choose(e, f, g)).add(mixed);
            let majority = V::choose(V::xor(a, b), c, b);
            let second = V::parity(a.rotate::<30, 2>(), a.rotate::<19, 13>(), a.rotate::<10, 22>()).add(majority);
            h = g;
            g = f;
            f = e;
            e = d.add(first);
            d = c;
            c = b;
            b = a;
            a = first.add(second);
        };
    }
    macro_rules! extend {
        ($at:literal, $one:literal, $nine:literal, $fourteen:literal) => {
            let (near, far) = (words[$one], words[$fourteen]);
            let low = V::parity(near.rotate::<25, 7>(), near.rotate::<14, 18>(), near.shift_right::<3>());
            let high = V::parity(far.rotate::<15, 17>(), far.rotate::<13, 19>(), far.shift_right::<10>());
            words[$at] = words[$at].add(low).add(words[$nine]).add(high);
        };
    }
    // SAFETY: the caller runs on a machine that has V.
    unsafe {
        for round in [0, 16, 32, 48] {
            if round > 0 {
                extend!(0, 1, 9, 14);
                extend!(1, 2, 10, 15);
                extend!(2, 3, 11, 0);
                extend!(3, 4, 12, 1);
                extend!(4, 5, 13, 2);
                extend!(5, 6, 14, 3);
                extend!(6, 7, 15, 4);
                extend!(7, 8, 0, 5);
                extend!(8, 9, 1, 6);
                extend!(9, 10, 2, 7);
                extend!(10, 11, 3, 8);
                extend!(11, 12, 4, 9);
                extend!(12, 13, 5, 10);
                extend!(13, 14, 6, 11);
                extend!(14, 15, 7, 12);
                extend!(15, 0, 8, 13);
            }
            round!(round, 0);
            round!(round, 1);
            round!(round, 2);
            round!(round, 3);
            round!(round, 4);
            round!(round, 5);
            round!(round, 6);
            round!(round, 7);
            round!(round, 8);
            round!(round, 9);
            round!(round, 10);
            round!(round, 11);
            round!(round, 12);
            round!(round, 13);
            round!(round, 14);
            round!(round, 15);
        }
        for (word, end) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.add(end);
        }
    }
}
