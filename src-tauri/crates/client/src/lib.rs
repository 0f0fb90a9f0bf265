//! Requests over the wire; Confirmed, Rejected or Unknown.
