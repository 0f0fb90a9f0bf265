use md5::{Digest, Md5};

use super::*;

/// A repeatable stream of bytes.
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

fn padded(message: &[u8]) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_le_bytes());
    padded
}

fn digest_of(states: &LaneStates, lane: usize) -> Vec<u8> {
    states.iter().flat_map(|words| words[lane].to_le_bytes()).collect()
}

#[test]
fn every_path_of_this_machine_agrees_with_the_md5_crate_for_all_lengths_up_to_300() {
    for path in Path::available() {
        for length in 0..300 {
            let messages: Vec<Vec<u8>> =
                (0..path.lanes()).map(|lane| bytes((length * 31 + lane) as u64, length)).collect();
            let data: Vec<u8> = messages.iter().flat_map(|message| padded(message)).collect();
            let mut states = MD5_START.map(|word| [word; MOST_LANES]);
            path.compress(&mut states, &data, data.len() / path.lanes() / 64);
            for (lane, message) in messages.iter().enumerate() {
                assert_eq!(digest_of(&states, lane), Md5::digest(message).to_vec(), "{path:?} {length} {lane}");
            }
        }
    }
}

#[test]
fn lanes_may_start_from_different_states() {
    for path in Path::available() {
        let prefixes: Vec<Vec<u8>> = (0..path.lanes()).map(|lane| bytes(lane as u64 + 7, 64)).collect();
        let tail = bytes(99, 64 * 3);
        let mut states = [[0; MOST_LANES]; 4];
        for (lane, prefix) in prefixes.iter().enumerate() {
            let mut state = MD5_START;
            compress_one(&mut state, prefix.as_slice().try_into().unwrap());
            for (words, word) in states.iter_mut().zip(state) {
                words[lane] = word;
            }
        }
        // The padding of a message of 64 + 3 * 64 bytes is a block of its own.
        let mut data = Vec::new();
        for _ in 0..path.lanes() {
            data.extend(&tail);
            data.push(0x80);
            data.extend([0; 55]);
            data.extend((256u64 * 8).to_le_bytes());
        }
        path.compress(&mut states, &data, 4);
        for (lane, prefix) in prefixes.iter().enumerate() {
            let whole = [prefix.as_slice(), &tail].concat();
            assert_eq!(digest_of(&states, lane), Md5::digest(&whole).to_vec(), "{path:?} {lane}");
        }
    }
}

#[test]
fn the_widest_path_comes_first() {
    let lanes: Vec<usize> = Path::available().into_iter().map(Path::lanes).collect();
    assert!(lanes.is_sorted_by(|left, right| left >= right), "{lanes:?}");
    assert!(Path::available().contains(&Path::Portable));
}

#[test]
fn hmacs_in_lanes_agree_with_the_hmac_crate_on_every_path() {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;
    use sha2::block_api::compress256;
    for path in Path::available() {
        for length in (0..300).step_by(7) {
            let keys: Vec<Vec<u8>> = (0..path.lanes()).map(|lane| bytes(lane as u64 + 3, 32)).collect();
            let messages: Vec<Vec<u8>> =
                (0..path.lanes()).map(|lane| bytes((length * 17 + lane) as u64, length)).collect();
            let (mut inner, mut outer): (ShaStates, ShaStates) = ([[0; MOST_LANES]; 8], [[0; MOST_LANES]; 8]);
            for (lane, key) in keys.iter().enumerate() {
                for (states, mask) in [(&mut inner, 0x36u8), (&mut outer, 0x5c)] {
                    let mut pad = [mask; 64];
                    pad.iter_mut().zip(key).for_each(|(pad, byte)| *pad ^= byte);
                    let mut words = [
                        0x6a09_e667,
                        0xbb67_ae85,
                        0x3c6e_f372,
                        0xa54f_f53a,
                        0x510e_527f,
                        0x9b05_688c,
                        0x1f83_d9ab,
                        0x5be0_cd19,
                    ];
                    compress256(&mut words, &[pad]);
                    states.iter_mut().zip(words).for_each(|(states, word)| states[lane] = word);
                }
            }
            let mut data = Vec::new();
            for message in &messages {
                let mut padded = padded(message);
                let end = padded.len() - 8;
                padded[end..].copy_from_slice(&((64 + message.len() as u64) * 8).to_be_bytes());
                data.extend(padded);
            }
            path.compress_sha256(&mut inner, &data, data.len() / path.lanes() / 64, Some(&mut outer));
            for (lane, message) in messages.iter().enumerate() {
                let mut mac = Hmac::<Sha256>::new_from_slice(&keys[lane]).unwrap();
                mac.update(message);
                let found: Vec<u8> = outer.iter().flat_map(|words| words[lane].to_be_bytes()).collect();
                assert_eq!(found, mac.finalize().into_bytes().to_vec(), "{path:?} {length} {lane}");
            }
        }
    }
}
