//! The diff engine as a link of the preview's chain.
