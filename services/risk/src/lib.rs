//! The risk engine as a link of the preview's chain.
