//! What an organisation has: applications and clusters.
