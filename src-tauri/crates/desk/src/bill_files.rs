//! Files of bills, opened: plain or as a gzip file, whichever they are.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use flate2::read::MultiGzDecoder;
use sha2::Digest;

/// What is unpacked at once.
const BLOCK_BYTES: usize = 256 * 1024;
/// Blocks that may wait to be read.
const BLOCKS_AHEAD: usize = 4;
/// A bill shrinks to a fifth or so; numbers and payers do not let it shrink to a hundredth.
const MOST_RATIO: u64 = 200;
/// What may be unpacked before the ratio is looked at.
const FREE_BYTES: u64 = 64 * 1024 * 1024;

/// The plain text of a bill, unpacked while it is read; a gzip file is unpacked in a thread of its own.
#[derive(Debug)]
pub enum BillText<R> {
    /// Plain in the file.
    Plain(io::Chain<io::Cursor<Vec<u8>>, R>),
    /// Unpacked.
    Unpacked(Ahead),
}

impl<R: Read + Send + 'static> BillText<R> {
    /// Looks at the first bytes and unpacks what is packed.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub fn open(mut source: R) -> io::Result<Self> {
        let mut magic = Vec::with_capacity(2);
        source.by_ref().take(2).read_to_end(&mut magic)?;
        let packed = magic == [0x1F, 0x8B];
        let whole = io::Cursor::new(magic).chain(source);
        Ok(if packed { Self::Unpacked(Ahead::start(Capped::new(whole))) } else { Self::Plain(whole) })
    }

    /// Whether it is a gzip file.
    pub const fn is_packed(&self) -> bool {
        matches!(self, Self::Unpacked(_))
    }
}

impl<R: Read> Read for BillText<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(room),
            Self::Unpacked(ahead) => ahead.read(room),
        }
    }
}

/// Plain text that is hashed while it is read, where somebody wants its sum.
pub(crate) struct Hashed<'h, R, D> {
    text: R,
    sum: Option<&'h mut D>,
}

impl<'h, R, D> Hashed<'h, R, D> {
    pub(crate) const fn new(text: R, sum: Option<&'h mut D>) -> Self {
        Self { text, sum }
    }
}

impl<R: Read, D: Digest> Read for Hashed<'_, R, D> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(room)?;
        if let Some(sum) = &mut self.sum {
            sum.update(room.get(..count).unwrap_or_default());
        }
        Ok(count)
    }
}

/// Unpacks, and refuses a file that grows beyond what any bill does.
struct Capped<R> {
    decoder: MultiGzDecoder<Counted<R>>,
    unpacked: u64,
}

struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(room)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

impl<R: Read> Capped<R> {
    fn new(source: R) -> Self {
        Self { decoder: MultiGzDecoder::new(Counted { source, bytes: 0 }), unpacked: 0 }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(room).map_err(|fault| match fault.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(fault.kind(), "the gzip file is cut off [压缩文件不完整]"),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                io::Error::new(fault.kind(), format!("the gzip file is damaged [压缩文件已损坏]: {fault}"))
            }
            _ => fault,
        })?;
        self.unpacked += count as u64;
        if self.unpacked > FREE_BYTES && self.unpacked / MOST_RATIO > self.decoder.get_ref().bytes {
            return Err(io::Error::other(format!(
                "the gzip file unpacks to more than {MOST_RATIO} times its size, as no bill does [压缩炸弹]"
            )));
        }
        Ok(count)
    }
}

/// A source that another thread reads ahead of whoever takes from it.
#[derive(Debug)]
pub struct Ahead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    used: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    taken: usize,
}

impl Ahead {
    fn start(mut source: impl Read + Send + 'static) -> Self {
        let (full, blocks) = sync_channel(BLOCKS_AHEAD);
        let (used, spare) = sync_channel::<Vec<u8>>(BLOCKS_AHEAD + 2);
        thread::spawn(move || {
            loop {
                let mut block = spare.try_recv().unwrap_or_default();
                block.resize(BLOCK_BYTES, 0);
                let read = fill(&mut source, &mut block);
                let is_last = !matches!(read, Ok(count) if count > 0);
                let sent = full.send(read.map(|count| {
                    block.truncate(count);
                    block
                }));
                // Nobody takes any more: the reader has gone.
                if is_last || sent.is_err() {
                    return;
                }
            }
        });
        Self { blocks, used, block: Vec::new(), taken: 0 }
    }
}

fn fill(source: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = block.get_mut(filled..).filter(|room| !room.is_empty()) {
        match source.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(filled)
}

impl Read for Ahead {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.block.len() {
            let Ok(next) = self.blocks.recv() else { return Ok(0) };
            let block = std::mem::replace(&mut self.block, next?);
            self.taken = 0;
            // A block that cannot be handed back is simply given up.
            self.used.try_send(block).ok();
        }
        let rest = self.block.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(room.len());
        if let (Some(from), Some(to)) = (rest.get(..count), room.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut file = GzEncoder::new(Vec::new(), Compression::best());
        file.write_all(text).unwrap();
        file.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        BillText::open(io::Cursor::new(bytes))?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_and_packed_text_come_out_the_same() {
        let text: Vec<u8> = (0..1_000_000u32).map(|number| number.to_le_bytes()[number as usize % 3]).collect();
        assert_eq!(read(text.clone()).unwrap(), text);
        assert_eq!(read(packed(&text)).unwrap(), text);
        let two_members = [packed(b"one"), packed(b"two")].concat();
        assert_eq!(read(two_members).unwrap(), b"onetwo");
        assert_eq!(read(vec![0x1F]).unwrap(), [0x1F]);
        assert!(read(Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn a_cut_or_damaged_gzip_file_is_named() {
        let whole = packed("交易时间".repeat(1000).as_bytes());
        let fault = read(whole[..whole.len() - 9].to_vec()).unwrap_err();
        assert!(fault.to_string().contains("cut off"), "{fault}");
        let mut damaged = whole.clone();
        let crc = damaged.len() - 6;
        damaged[crc] ^= 1;
        let fault = read(damaged).unwrap_err();
        assert!(fault.to_string().contains("damaged"), "{fault}");
    }

    #[test]
    fn a_gzip_bomb_is_refused_before_it_is_unpacked() {
        let bomb = packed(&vec![b'`'; 80 * 1024 * 1024]);
        let fault = read(bomb).unwrap_err();
        assert!(fault.to_string().contains("200 times"), "{fault}");
    }
}
