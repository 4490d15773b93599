//! Reads the body of a response, up to a limit.

use std::time::Duration;

use bytes::Bytes;

use super::send::failure;
use crate::Error;
use crate::error::{TooLargeError, Tried};

/// A body, or the part of it that was read.
pub(super) struct Body {
    pub(super) start: Bytes,
    /// The reason why a part is missing.
    pub(super) broken: Option<Error>,
}

/// Reads at most this many bytes, counted after decompression.
pub(super) async fn read(
    mut response: reqwest::Response,
    max_size: usize,
    timeout: Duration,
) -> Body {
    let announced = response.content_length().unwrap_or_default();
    if announced > max_size as u64 && response.status().is_success() {
        return Body {
            start: Bytes::new(),
            broken: Some(too_large(max_size)),
        };
    }
    let mut body = Buffer::Empty;
    let broken = loop {
        let room = max_size - body.len();
        match response.chunk().await {
            Ok(None) => break None,
            Ok(Some(chunk)) if chunk.len() <= room => body.push(chunk, announced),
            Ok(Some(chunk)) => {
                body.push(chunk.slice(..room), announced);
                break Some(too_large(max_size));
            }
            Err(error) => break Some(failure(error, timeout)),
        }
    };
    Body {
        start: body.into_bytes(),
        broken,
    }
}

fn too_large(limit: usize) -> Error {
    Error::TooLarge(Box::new(TooLargeError {
        limit,
        status: 0,
        request_id: None,
        tried: Tried::default(),
    }))
}

/// Collects chunks. Most responses are a single chunk, which is not copied.
enum Buffer {
    Empty,
    One(Bytes),
    Many(Vec<u8>),
}

impl Buffer {
    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::One(chunk) => chunk.len(),
            Self::Many(chunks) => chunks.len(),
        }
    }

    fn push(&mut self, chunk: Bytes, announced: u64) {
        match self {
            Self::Empty => *self = Self::One(chunk),
            Self::One(first) => {
                // Reserves no more than a page of accounts needs, whatever the header says.
                let announced = announced.min(1 << 20) as usize;
                let mut all = Vec::with_capacity(announced.max(first.len() + chunk.len()));
                all.extend_from_slice(first);
                all.extend_from_slice(&chunk);
                *self = Self::Many(all);
            }
            Self::Many(all) => all.extend_from_slice(&chunk),
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::One(chunk) => chunk,
            Self::Many(chunks) => chunks.into(),
        }
    }
}
