//! MD5 (and SHA-256) of many messages side by side: the same step of 16 or 8 messages at once. The only `unsafe` here.
//!
//! Every path computes the same function; which one runs is decided at run time by what the processor has.

#![allow(unsafe_code, reason = "vector instructions; everything else of the search is safe code on top of this module")]
#![allow(clippy::inline_always, reason = "a step that is not inlined loses the instructions of its caller")]

/// The widest path's number of messages.
pub(crate) const MOST_LANES: usize = 16;

/// A, B, C and D of up to sixteen messages.
pub(crate) type LaneStates = [[u32; MOST_LANES]; 4];

/// Where MD5 starts.
pub(crate) const MD5_START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The instructions that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// Sixteen messages at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Twice eight, so that the steps of one half fill the waits of the other.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Twice four; every x86-64 has it.
    #[cfg(target_arch = "x86_64")]
    Sse2,
    /// Four in plain code, which compilers turn into whatever vectors the machine has.
    Portable,
}

impl Path {
    /// What this machine has, the widest first.
    pub(crate) fn available() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                paths.push(Self::Avx512);
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                paths.push(Self::Avx2);
            }
            paths.push(Self::Sse2);
        }
        paths.push(Self::Portable);
        paths
    }

    /// How many messages go side by side.
    pub(crate) const fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 16,
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => 8,
            Self::Portable => 4,
        }
    }

    /// Takes `blocks` blocks of 64 bytes of each message in; message n lies at `n * blocks * 64` of `data`.
    ///
    /// # Panics
    ///
    /// Where `data` is shorter than that.
    pub(crate) fn compress(self, states: &mut LaneStates, data: &[u8], blocks: usize) {
        assert!(data.len() >= self.lanes() * blocks * 64, "every lane has its blocks");
        match self {
            // SAFETY: `available` gives a path only where its instructions were detected, and the data was measured.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { x86::compress_avx512(states, data, blocks) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::compress_avx2(states, data, blocks) },
            // SAFETY: as above; SSE2 belongs to every x86-64.
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => unsafe { x86::compress_sse2(states, data, blocks) },
            // SAFETY: plain code; the data was measured.
            Self::Portable => unsafe { compress_all::<Four>(states, data, blocks) },
        }
    }
}

/// Takes one block of a single message in.
pub(crate) fn compress_one(state: &mut [u32; 4], block: &[u8; 64]) {
    // SAFETY: plain code on 64 bytes.
    unsafe { steps::<u32>(state, &<u32 as Vector>::load(block.as_ptr(), 64)) }
}

/// One word of several messages. The functions are unsafe because most of them exist on some machines only.
trait Vector: Copy {
    const LANES: usize;
    unsafe fn splat(word: u32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn xor(self, other: Self) -> Self;
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self;
    /// Rotated to the left by LEFT; RIGHT is the rest to 32.
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self;
    /// `c` where the bits of `b` are set, else `d`: the first function, and the second with its arguments turned.
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self;
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self;
    /// `c ^ (b | !d)`.
    unsafe fn last(b: Self, c: Self, d: Self) -> Self;
    /// One block of each message, as its sixteen words.
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16];
    /// As many words as there are lanes.
    unsafe fn from_states(states: &[u32]) -> Self;
    unsafe fn to_states(self, states: &mut [u32]);
}

#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// `b + rotate(a + mixed + word + sine)`.
#[inline(always)]
unsafe fn step<V: Vector, const LEFT: i32, const RIGHT: i32>(mixed: V, a: V, b: V, word: V, sine: u32) -> V {
    // SAFETY: the caller runs on a machine that has V.
    unsafe { a.add(V::splat(sine)).add(word).add(mixed).rotate::<LEFT, RIGHT>().add(b) }
}

/// The 64 steps of one block (RFC 1321 §3.4).
#[inline(always)]
unsafe fn steps<V: Vector>(state: &mut [V; 4], words: &[V; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    // SAFETY: the caller runs on a machine that has V.
    unsafe {
        for at in [0, 4, 8, 12] {
            a = step::<V, 7, 25>(V::choose(b, c, d), a, b, words[at], SINES[at]);
            d = step::<V, 12, 20>(V::choose(a, b, c), d, a, words[at + 1], SINES[at + 1]);
            c = step::<V, 17, 15>(V::choose(d, a, b), c, d, words[at + 2], SINES[at + 2]);
            b = step::<V, 22, 10>(V::choose(c, d, a), b, c, words[at + 3], SINES[at + 3]);
        }
        for at in [16, 20, 24, 28] {
            a = step::<V, 5, 27>(V::choose(d, b, c), a, b, words[(5 * at + 1) & 15], SINES[at]);
            d = step::<V, 9, 23>(V::choose(c, a, b), d, a, words[(5 * at + 6) & 15], SINES[at + 1]);
            c = step::<V, 14, 18>(V::choose(b, d, a), c, d, words[(5 * at + 11) & 15], SINES[at + 2]);
            b = step::<V, 20, 12>(V::choose(a, c, d), b, c, words[(5 * at) & 15], SINES[at + 3]);
        }
        for at in [32, 36, 40, 44] {
            a = step::<V, 4, 28>(V::parity(b, c, d), a, b, words[(3 * at + 5) & 15], SINES[at]);
            d = step::<V, 11, 21>(V::parity(a, b, c), d, a, words[(3 * at + 8) & 15], SINES[at + 1]);
            c = step::<V, 16, 16>(V::parity(d, a, b), c, d, words[(3 * at + 11) & 15], SINES[at + 2]);
            b = step::<V, 23, 9>(V::parity(c, d, a), b, c, words[(3 * at + 14) & 15], SINES[at + 3]);
        }
        for at in [48, 52, 56, 60] {
            a = step::<V, 6, 26>(V::last(b, c, d), a, b, words[(7 * at) & 15], SINES[at]);
            d = step::<V, 10, 22>(V::last(a, b, c), d, a, words[(7 * at + 7) & 15], SINES[at + 1]);
            c = step::<V, 15, 17>(V::last(d, a, b), c, d, words[(7 * at + 14) & 15], SINES[at + 2]);
            b = step::<V, 21, 11>(V::last(c, d, a), b, c, words[(7 * at + 5) & 15], SINES[at + 3]);
        }
        *state = [state[0].add(a), state[1].add(b), state[2].add(c), state[3].add(d)];
    }
}

#[inline(always)]
unsafe fn compress_all<V: Vector>(states: &mut LaneStates, data: &[u8], blocks: usize) {
    // SAFETY: the caller has measured the data for as many messages as V has lanes of this many blocks and has V.
    unsafe {
        let mut state = [
            V::from_states(&states[0]),
            V::from_states(&states[1]),
            V::from_states(&states[2]),
            V::from_states(&states[3]),
        ];
        for block in 0..blocks {
            let words = V::load(data.as_ptr().add(block * 64), blocks * 64);
            steps(&mut state, &words);
        }
        for (vector, words) in state.iter().zip(states) {
            vector.to_states(words);
        }
    }
}

impl Vector for u32 {
    const LANES: usize = 1;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        word
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        self >> RIGHT
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        self << LEFT | self >> RIGHT
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        d ^ (b & (c ^ d))
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        b ^ c ^ d
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        c ^ (b | !d)
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, _stride: usize) -> [Self; 16] {
        std::array::from_fn(|word| {
            // SAFETY: the caller gives a block of 64 bytes; the bytes are read without alignment.
            u32::from_le(unsafe { data.add(word * 4).cast::<u32>().read_unaligned() })
        })
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        states[0]
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        states[0] = self;
    }
}

/// Four messages in plain code.
#[derive(Clone, Copy)]
struct Four([u32; 4]);

impl Four {
    /// Loops, which the compiler sees through; of closures over arrays it makes one word after the other.
    #[inline(always)]
    fn each(mut self, other: Self, how: impl Fn(u32, u32) -> u32) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = how(*word, other);
        }
        self
    }

    #[inline(always)]
    fn each_of_three(mut self, c: Self, d: Self, how: impl Fn(u32, u32, u32) -> u32) -> Self {
        for ((word, c), d) in self.0.iter_mut().zip(c.0).zip(d.0) {
            *word = how(*word, c, d);
        }
        self
    }
}

impl Vector for Four {
    const LANES: usize = 4;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        Self([word; 4])
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.each(other, u32::wrapping_add)
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        self.each(other, |one, other| one ^ other)
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        Self(self.0.map(|word| word >> RIGHT))
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        Self(self.0.map(|word| word << LEFT | word >> RIGHT))
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        b.each_of_three(c, d, |b, c, d| d ^ (b & (c ^ d)))
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        b.each_of_three(c, d, |b, c, d| b ^ c ^ d)
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        b.each_of_three(c, d, |b, c, d| c ^ (b | !d))
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16] {
        let mut words = [Self([0; 4]); 16];
        for lane in 0..4 {
            // SAFETY: the caller gives four messages of at least one block, `stride` bytes apart.
            let row = unsafe { u32::load(data.add(lane * stride), 64) };
            for (word, found) in words.iter_mut().zip(row) {
                word.0[lane] = found;
            }
        }
        words
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        Self([states[0], states[1], states[2], states[3]])
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        states[..4].copy_from_slice(&self.0);
    }
}

/// Two vectors whose steps alternate.
#[derive(Clone, Copy)]
struct Two<V>(V, V);

impl<V: Vector> Vector for Two<V> {
    const LANES: usize = 2 * V::LANES;
    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        // SAFETY: the caller runs on a machine that has V; likewise below.
        unsafe { Self(V::splat(word), V::splat(word)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.add(other.0), self.1.add(other.1)) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.xor(other.0), self.1.xor(other.1)) }
    }
    #[inline(always)]
    unsafe fn shift_right<const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.shift_right::<RIGHT>(), self.1.shift_right::<RIGHT>()) }
    }
    #[inline(always)]
    unsafe fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { Self(self.0.rotate::<LEFT, RIGHT>(), self.1.rotate::<LEFT, RIGHT>()) }
    }
    #[inline(always)]
    unsafe fn choose(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(V::choose(b.0, c.0, d.0), V::choose(b.1, c.1, d.1)) }
    }
    #[inline(always)]
    unsafe fn parity(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(V::parity(b.0, c.0, d.0), V::parity(b.1, c.1, d.1)) }
    }
    #[inline(always)]
    unsafe fn last(b: Self, c: Self, d: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(V::last(b.0, c.0, d.0), V::last(b.1, c.1, d.1)) }
    }
    #[inline(always)]
    unsafe fn load(data: *const u8, stride: usize) -> [Self; 16] {
        // SAFETY: the caller gives twice as many messages as V has lanes, `stride` bytes apart.
        unsafe {
            let (first, second) = (V::load(data, stride), V::load(data.add(V::LANES * stride), stride));
            let mut words = [Self(first[0], second[0]); 16];
            for (word, pair) in words.iter_mut().enumerate() {
                *pair = Self(first[word], second[word]);
            }
            words
        }
    }
    #[inline(always)]
    unsafe fn from_states(states: &[u32]) -> Self {
        // SAFETY: the caller gives a word for each lane.
        unsafe { Self(V::from_states(states), V::from_states(&states[V::LANES..])) }
    }
    #[inline(always)]
    unsafe fn to_states(self, states: &mut [u32]) {
        // SAFETY: as above.
        unsafe {
            self.0.to_states(states);
            self.1.to_states(&mut states[V::LANES..]);
        }
    }
}

#[path = "lanes_sha256.rs"]
mod sha256;

pub(crate) use sha256::ShaStates;

#[cfg(target_arch = "x86_64")]
#[path = "lanes_x86.rs"]
mod x86;

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
