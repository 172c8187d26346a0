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

/// The sign bit of the number, which no registry uses: its numbers are `int`s of Java.
const FOREIGN: u32 = 1 << 31;

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

    /// With a number that says: the registry's, of no schema of this release. [`Self::as_written`] takes that back.
    #[must_use]
    pub fn foreign(self) -> Self {
        Self { schema_id: self.schema_id | FOREIGN, ..self }
    }

    /// Whether the number is a registry's, of no schema of this release.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.schema_id & FOREIGN != 0
    }

    /// As it lies on the log.
    #[must_use]
    pub fn as_written(self) -> Self {
        Self { schema_id: self.schema_id & !FOREIGN, ..self }
    }

    /// Puts it together.
    #[must_use]
    pub fn to_vec(self) -> Vec<u8> {
        [&[0], self.schema_id.to_be_bytes().as_slice(), self.body].concat()
    }
}
