//! Hashing candidates and comparing them with the given sign. Nothing is allocated per candidate; every buffer that
//! holds key bytes is wiped when it goes.

use sha1::block_api::compress as compress_sha1;
use sha2::block_api::compress256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::lanes::{LaneStates, MD5_START, MOST_LANES, Path, ShaStates, compress_one};
use super::target::{Form, Target};

/// What a candidate was, in numbers of the stage that made it.
pub(crate) type Tag = [u32; 3];

/// A candidate that gives the given sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Which one.
    pub(crate) tag: Tag,
    /// How the given sign writes its digest.
    pub(crate) form: Form,
}

/// A hash that is under way after whole blocks: the words of its state, and how many bytes it has seen.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    words: [u32; 8],
    seen: u64,
}

/// HMAC-SHA256 under one key: the states after the inner and the outer pad.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Mac {
    inner: [u32; 8],
    outer: [u32; 8],
}

const SHA1_START: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
const SHA256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

impl Mac {
    /// The pads of a key of any length.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut padded = Zeroizing::new([0u8; 64]);
        if key.len() > 64 {
            use sha2::Digest;
            padded[..32].copy_from_slice(&sha2::Sha256::digest(key));
        } else {
            padded[..key.len()].copy_from_slice(key);
        }
        let state_after = |mask: u8| {
            let pad = Zeroizing::new(padded.map(|byte| byte ^ mask));
            let mut words = SHA256_START;
            compress256(&mut words, std::slice::from_ref(&pad));
            words
        };
        Self { inner: state_after(0x36), outer: state_after(0x5c) }
    }
}

/// What is computed over the bytes of a candidate.
#[derive(Clone)]
pub(crate) enum Digester {
    Md5,
    Sha1,
    Sha256,
    HmacSha256(Mac),
}

impl Digester {
    /// Its state before the first byte.
    pub(crate) fn start(&self) -> Start {
        let mut words = [0; 8];
        match self {
            Self::Md5 => words[..4].copy_from_slice(&MD5_START),
            Self::Sha1 => words[..5].copy_from_slice(&SHA1_START),
            Self::Sha256 => words = SHA256_START,
            Self::HmacSha256(mac) => return Start { words: mac.inner, seen: 64 },
        }
        Start { words, seen: 0 }
    }

    /// The states after each whole block of a text that many candidates begin with.
    pub(crate) fn starts(&self, text: &[u8]) -> Vec<Start> {
        let mut start = self.start();
        let mut starts = vec![start];
        for block in text.as_chunks::<64>().0 {
            self.compress(&mut start.words, std::slice::from_ref(block));
            start.seen += 64;
            starts.push(start);
        }
        starts
    }

    fn compress(&self, words: &mut [u32; 8], blocks: &[[u8; 64]]) {
        match self {
            Self::Md5 => {
                let mut state = [words[0], words[1], words[2], words[3]];
                for block in blocks {
                    compress_one(&mut state, block);
                }
                words[..4].copy_from_slice(&state);
            }
            Self::Sha1 => {
                let mut state = [words[0], words[1], words[2], words[3], words[4]];
                compress_sha1(&mut state, blocks);
                words[..5].copy_from_slice(&state);
            }
            Self::Sha256 | Self::HmacSha256(_) => compress256(words, blocks),
        }
    }
}

/// Candidates of one length in blocks, side by side until the lanes are full.
struct Bucket {
    data: Zeroizing<Vec<u8>>,
    /// The states: of MD5 the first four words.
    states: ShaStates,
    /// The states after the outer pads, for HMAC.
    outer: Zeroizing<ShaStates>,
    kind: Kind,
    tags: [Tag; MOST_LANES],
    filled: usize,
}

/// What the lanes of a bucket compute.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Md5,
    HmacSha256,
}

/// Longer candidates are hashed alone; below, the lanes of all lengths together stay within a few MiB.
const MOST_BLOCKS: usize = 160;

/// Hashes candidates and keeps those that give the given sign.
pub(crate) struct Press<'t> {
    target: &'t Target,
    path: Path,
    lanes_for_sha256: bool,
    buckets: Vec<Option<Box<Bucket>>>,
    alone: Zeroizing<Vec<u8>>,
    tried: u64,
    /// What fits; complete after [`Press::flush`].
    pub(crate) hits: Vec<Hit>,
}

impl<'t> Press<'t> {
    /// With the widest vectors of this machine.
    pub(crate) fn new(target: &'t Target) -> Self {
        Self::on(Path::available().first().copied().unwrap_or(Path::Portable), target)
    }

    /// With these vectors.
    pub(crate) fn on(path: Path, target: &'t Target) -> Self {
        let lanes_for_sha256 = path.is_worth_it_for_sha256();
        Self {
            target,
            path,
            lanes_for_sha256,
            buckets: Vec::new(),
            alone: Zeroizing::default(),
            tried: 0,
            hits: Vec::new(),
        }
    }

    /// What it looks for.
    pub(crate) fn target(&self) -> &'t Target {
        self.target
    }

    /// How many candidates came in.
    pub(crate) fn tried(&self) -> u64 {
        self.tried
    }

    /// Takes a candidate of `len` bytes after `start`; `write` writes exactly those bytes.
    #[inline]
    pub(crate) fn push(
        &mut self,
        digester: &Digester,
        start: &Start,
        len: usize,
        tag: Tag,
        write: impl FnOnce(&mut [u8]),
    ) {
        self.tried += 1;
        let blocks = (len + 8) / 64 + 1;
        let bits = (start.seen + len as u64).wrapping_mul(8);
        let goes_in_lanes = match digester {
            Digester::Md5 => true,
            Digester::HmacSha256(_) => self.lanes_for_sha256,
            Digester::Sha1 | Digester::Sha256 => false,
        };
        if goes_in_lanes && blocks <= MOST_BLOCKS {
            let last = if matches!(digester, Digester::Md5) { bits.to_le_bytes() } else { bits.to_be_bytes() };
            self.push_lane(digester, start, blocks, last, len, tag, write);
        } else {
            let mut padded = std::mem::take(&mut self.alone);
            if padded.capacity() < blocks * 64 {
                // A buffer that grows would leave its old bytes behind, the key among them.
                padded = Zeroizing::new(Vec::with_capacity(blocks * 64));
            }
            padded.clear();
            padded.resize(blocks * 64, 0);
            write(&mut padded[..len]);
            let last = if matches!(digester, Digester::Md5) { bits.to_le_bytes() } else { bits.to_be_bytes() };
            finish(&mut padded, len, last);
            self.hash_alone(digester, start, &padded, tag);
            self.alone = padded;
        }
    }

    /// Takes a whole candidate.
    pub(crate) fn push_whole(&mut self, digester: &Digester, message: &[u8], tag: Tag) {
        self.push(digester, &digester.start(), message.len(), tag, |out| out.copy_from_slice(message));
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one candidate, on a path where every copy counts")]
    fn push_lane(
        &mut self,
        digester: &Digester,
        start: &Start,
        blocks: usize,
        last: [u8; 8],
        len: usize,
        tag: Tag,
        write: impl FnOnce(&mut [u8]),
    ) {
        let lanes = self.path.lanes();
        if self.buckets.len() <= blocks {
            self.buckets.resize_with(blocks + 1, || None);
        }
        let Some(slot) = self.buckets.get_mut(blocks) else { return };
        let kind = if matches!(digester, Digester::Md5) { Kind::Md5 } else { Kind::HmacSha256 };
        let bucket = slot.get_or_insert_with(|| {
            Box::new(Bucket {
                data: Zeroizing::new(vec![0; lanes * blocks * 64]),
                states: [[0; MOST_LANES]; 8],
                outer: Zeroizing::new([[0; MOST_LANES]; 8]),
                kind,
                tags: [[0; 3]; MOST_LANES],
                filled: 0,
            })
        });
        if bucket.kind != kind {
            // One search uses one kind; a mixture would only be slower.
            bucket.run(self.path, blocks, self.target, &mut self.hits);
            bucket.kind = kind;
        }
        let lane = bucket.filled;
        let message = &mut bucket.data[lane * blocks * 64..(lane + 1) * blocks * 64];
        write(&mut message[..len]);
        finish(message, len, last);
        for (states, word) in bucket.states.iter_mut().zip(start.words) {
            states[lane] = word;
        }
        if let Digester::HmacSha256(mac) = digester {
            for (states, word) in bucket.outer.iter_mut().zip(mac.outer) {
                states[lane] = word;
            }
        }
        bucket.tags[lane] = tag;
        bucket.filled += 1;
        if bucket.filled == lanes {
            bucket.run(self.path, blocks, self.target, &mut self.hits);
        }
    }

    fn hash_alone(&mut self, digester: &Digester, start: &Start, padded: &[u8], tag: Tag) {
        let mut words = start.words;
        digester.compress(&mut words, padded.as_chunks::<64>().0);
        let mut digest = [0u8; 32];
        let length = match digester {
            Digester::Md5 => {
                digest_bytes(&words[..4], u32::to_le_bytes, &mut digest);
                16
            }
            Digester::Sha1 => {
                digest_bytes(&words[..5], u32::to_be_bytes, &mut digest);
                20
            }
            Digester::Sha256 => {
                digest_bytes(&words, u32::to_be_bytes, &mut digest);
                32
            }
            Digester::HmacSha256(mac) => {
                let mut block = [0u8; 64];
                digest_bytes(&words, u32::to_be_bytes, &mut block);
                finish(&mut block, 32, (96u64 * 8).to_be_bytes());
                let mut words = mac.outer;
                compress256(&mut words, &[block]);
                digest_bytes(&words, u32::to_be_bytes, &mut digest);
                32
            }
        };
        if let Some(form) = self.target.form_of(&digest[..length]) {
            self.hits.push(Hit { tag, form });
        }
    }

    /// Hashes what still waits for its lanes to fill.
    pub(crate) fn flush(&mut self) {
        for (blocks, bucket) in self.buckets.iter_mut().enumerate() {
            if let Some(bucket) = bucket.as_mut().filter(|bucket| bucket.filled > 0) {
                bucket.run(self.path, blocks, self.target, &mut self.hits);
            }
        }
    }

    /// The hits so far, which are then forgotten; hashes what still waits.
    pub(crate) fn take_hits(&mut self) -> Vec<Hit> {
        self.flush();
        std::mem::take(&mut self.hits)
    }
}

impl Bucket {
    fn run(&mut self, path: Path, blocks: usize, target: &Target, hits: &mut Vec<Hit>) {
        match self.kind {
            Kind::Md5 => self.run_md5(path, blocks, target, hits),
            Kind::HmacSha256 => self.run_mac(path, blocks, target, hits),
        }
        self.filled = 0;
    }

    fn run_md5(&mut self, path: Path, blocks: usize, target: &Target, hits: &mut Vec<Hit>) {
        let mut states: LaneStates = [self.states[0], self.states[1], self.states[2], self.states[3]];
        path.compress(&mut states, &self.data, blocks);
        for lane in 0..self.filled {
            if !target.may_be_md5(states[0][lane]) {
                continue;
            }
            let mut digest = [0; 16];
            digest_bytes(&states.map(|words| words[lane]), u32::to_le_bytes, &mut digest);
            if let Some(form) = target.form_of(&digest) {
                hits.push(Hit { tag: self.tags[lane], form });
            }
        }
    }

    fn run_mac(&mut self, path: Path, blocks: usize, target: &Target, hits: &mut Vec<Hit>) {
        path.compress_sha256(&mut self.states, &self.data, blocks, Some(&mut self.outer));
        for lane in 0..self.filled {
            if !target.may_be_sha256(self.outer[0][lane]) {
                continue;
            }
            let mut digest = [0; 32];
            digest_bytes(&self.outer.map(|words| words[lane]), u32::to_be_bytes, &mut digest);
            if let Some(form) = target.form_of(&digest) {
                hits.push(Hit { tag: self.tags[lane], form });
            }
        }
    }
}

/// The padding: a one, zeros, the length in bits.
#[inline]
fn finish(padded: &mut [u8], len: usize, bits: [u8; 8]) {
    let end = padded.len() - 8;
    padded[len] = 0x80;
    padded[len + 1..end].fill(0);
    padded[end..].copy_from_slice(&bits);
}

fn digest_bytes(words: &[u32], bytes_of: fn(u32) -> [u8; 4], out: &mut [u8]) {
    for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *bytes = bytes_of(*word);
    }
}

#[cfg(test)]
#[path = "press_tests.rs"]
mod tests;
