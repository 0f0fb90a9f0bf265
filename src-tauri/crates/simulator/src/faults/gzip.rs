//! Compressed bodies that nobody should unpack.

use axum::body::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};

/// What a bomb unpacks to in one block.
const BLOCK_BYTES: usize = 1 << 20;
/// Magic, deflate, no flags, no time, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A gzip file of zeros that unpacks to at least `bytes`, in steps of a mebibyte; about a thousandth of that in size. The first
/// block is compressed once and repeated, as its end is a boundary of bytes and its references reach zeros only.
pub(crate) fn bomb(bytes: u64) -> Bytes {
    let blocks = bytes.div_ceil(BLOCK_BYTES as u64).max(1);
    let zeros = vec![0u8; BLOCK_BYTES];
    let mut block = Vec::with_capacity(8 * 1024);
    let mut deflate = Compress::new(Compression::best(), false);
    // The buffer is larger than any run of zeros needs, so one call takes it all.
    if deflate.compress_vec(&zeros, &mut block, FlushCompress::Sync).is_err() {
        return garbage();
    }
    let (mut checksum, mut of_block) = (Crc::new(), Crc::new());
    of_block.update(&zeros);
    let mut file = Vec::from(HEADER);
    for _ in 0..blocks {
        file.extend_from_slice(&block);
        checksum.combine(&of_block);
    }
    // An empty last block of the fixed kind, then what gzip ends with.
    file.extend_from_slice(&[3, 0]);
    file.extend_from_slice(&checksum.sum().to_le_bytes());
    file.extend_from_slice(&checksum.amount().to_le_bytes());
    Bytes::from(file)
}

/// A gzip header and then no deflate stream.
pub(crate) fn garbage() -> Bytes {
    let mut file = Vec::from(HEADER);
    // A block of the reserved kind.
    file.extend_from_slice(&[0xff; 64]);
    Bytes::from(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_bomb_unpacks_to_what_was_asked_for_and_is_a_thousandth_of_it() {
        let file = bomb(5 * 1024 * 1024 - 1);
        assert!(file.len() < 16 * 1024, "{}", file.len());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&file[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked.len(), 5 * 1024 * 1024);
        assert!(unpacked.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn garbage_does_not_unpack() {
        assert!(flate2::read::GzDecoder::new(&garbage()[..]).read_to_end(&mut Vec::new()).is_err());
    }
}
