//! The `plimsoll` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Manifests are many small values, most of which live as long as the run: the C library's allocator took a fifth of one.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    plimsoll::run(std::env::args_os())
}
