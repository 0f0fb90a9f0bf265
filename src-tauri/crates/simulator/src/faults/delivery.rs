//! How the bytes of an answer leave, or do not.

use wxpay_protocol::UtcMs;

/// What the wire does with an answer. Who serves a [`crate::Gateway`] without sockets decides what each means to its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// As HTTP says.
    #[default]
    Whole,
    /// Nothing leaves; the connection is reset.
    Reset,
    /// The head and so many bytes of the body leave, then the connection is reset.
    ResetAfter {
        /// Of the body.
        body_bytes: usize,
    },
    /// Content-Length says another number than the body has; the connection stays open for so long afterwards.
    Declared {
        /// What Content-Length says.
        content_length: usize,
        /// Real milliseconds.
        hold_ms: u64,
    },
    /// One byte every so many real milliseconds, the head included.
    Trickled {
        /// Real milliseconds between two bytes.
        gap_ms: u64,
    },
    /// Nothing leaves and the connection stays open for so long.
    Silent {
        /// Real milliseconds.
        hold_ms: u64,
    },
    /// The body is followed by spaces until it has so many bytes.
    Padded {
        /// Of the whole body.
        body_bytes: u64,
    },
    /// Whole; then the connection is closed although the answer did not say so.
    ThenClosed,
    /// Whole; then nobody listens for so long, and the connections that stand are reset at their next request.
    ThenRefusing {
        /// Real milliseconds.
        ms: u64,
    },
    /// Whole, when the gateway's clock shows this.
    At(UtcMs),
    /// Whole, when the first attempt at this notice has ended, five real seconds later at the most.
    AfterNotice(u64),
}

impl Delivery {
    /// Whether the asker gets every byte of the answer, sooner or later, as HTTP says.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Whole | Self::ThenClosed | Self::ThenRefusing { .. } | Self::At(_) | Self::AfterNotice(_))
    }
}
