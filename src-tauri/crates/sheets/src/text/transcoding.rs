//! UTF-16 turned into UTF-8 while it is read.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult};

use super::Utf16;

const BLOCK: usize = 64 * 1024;

/// A source that may have to be turned into UTF-8 first.
pub(crate) enum Transcoding<R> {
    /// As it is.
    Plain(R),
    /// From UTF-16.
    Utf16(Box<FromUtf16<R>>),
}

pub(crate) struct FromUtf16<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    // What of the input is not decoded yet.
    start: usize,
    filled: usize,
    ended: bool,
    finished: bool,
}

impl<R: Read> Transcoding<R> {
    pub(crate) fn new(source: R, utf16: Option<Utf16>) -> Self {
        match utf16 {
            None => Self::Plain(source),
            Some(order) => Self::Utf16(Box::new(FromUtf16 {
                source,
                decoder: order.encoding().new_decoder_without_bom_handling(),
                input: vec![0; BLOCK],
                start: 0,
                filled: 0,
                ended: false,
                finished: false,
            })),
        }
    }
}

impl<R: Read> Read for Transcoding<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(output),
            Self::Utf16(source) => source.read(output),
        }
    }
}

impl<R: Read> FromUtf16<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.start == self.filled && !self.ended {
                self.start = 0;
                self.filled = self.source.read(&mut self.input)?;
                self.ended = self.filled == 0;
            }
            let input = self.input.get(self.start..self.filled).unwrap_or_default();
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(input, output, self.ended);
            self.start += read;
            match result {
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is broken UTF-16"));
                }
                DecoderResult::InputEmpty => self.finished = self.ended,
                DecoderResult::OutputFull => {}
            }
            if written > 0 || matches!(result, DecoderResult::OutputFull) {
                return Ok(written);
            }
        }
        Ok(0)
    }
}
