//! Yes, no, or not known offline.

/// An answer that may not be known offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It depends on this, which no file says.
    Unknown(String),
}

impl Known {
    /// Both: a no wins over what is not known.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            unknown @ Self::Unknown(_) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Unknown(_) => unknown,
            },
        }
    }

    /// Either: a yes wins over what is not known.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            unknown @ Self::Unknown(_) => match other() {
                Self::Yes => Self::Yes,
                Self::No | Self::Unknown(_) => unknown,
            },
        }
    }
}

impl std::ops::Not for Known {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl From<bool> for Known {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> Known {
        Known::Unknown("labels".to_owned())
    }

    #[test]
    fn what_decides_wins_over_what_is_not_known() {
        assert_eq!(unknown().and(|| Known::No), Known::No);
        assert_eq!(unknown().and(|| Known::Yes), unknown());
        assert_eq!(Known::Yes.and(unknown), unknown());
        assert_eq!(unknown().or(|| Known::Yes), Known::Yes);
        assert_eq!(unknown().or(|| Known::No), unknown());
        assert_eq!(!unknown(), unknown());
    }
}
