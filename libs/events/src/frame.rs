//! The Confluent frame: a zero byte, the number of the schema (four bytes, big-endian), and the Avro body.

/// A framed value, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The number of the schema.
    pub schema_id: u32,
    /// The Avro body.
    pub body: &'a [u8],
}

/// Why a value is not framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is too short for a frame.
    #[error("{0} bytes are too few for a frame")]
    Short(usize),
    /// It begins with another byte.
    #[error("the first byte is {0:#04x}, not 0x00")]
    Magic(u8),
}

impl<'a> Frame<'a> {
    /// Takes a value apart.
    ///
    /// # Errors
    /// The value is not framed.
    pub fn read(value: &'a [u8]) -> Result<Self, FrameError> {
        match value {
            [0, a, b, c, d, body @ ..] => Ok(Self { schema_id: u32::from_be_bytes([*a, *b, *c, *d]), body }),
            [0, ..] | [] => Err(FrameError::Short(value.len())),
            [magic, ..] => Err(FrameError::Magic(*magic)),
        }
    }

    /// Puts it together.
    #[must_use]
    pub fn to_vec(self) -> Vec<u8> {
        [&[0], self.schema_id.to_be_bytes().as_slice(), self.body].concat()
    }
}
