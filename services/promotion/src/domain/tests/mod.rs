//! What promotions do, as given/when/then.

mod approval;
mod edge;
mod framework;
mod git;
mod preview;
mod replan;
mod request;
