//! `plimsoll login`: keeps a server and a token, once the server has taken it.

use api::access::Me;

use crate::cli::{Format, Login};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::credentials::{self, Kept};
use crate::remote::{Client, given};

pub(crate) fn run(login: &Login) -> Result<Outcome, Failure> {
    let server = given::server(&login.server)?;
    let token = credentials::from_file(&login.token_file)?;
    let client = Client::new(server, token.clone());
    let me: Me = client.get("/auth/me")?;
    let path = credentials::keep(&Kept { server: client.server().to_owned(), token })?;
    Ok(Outcome::of(format!(
        "{} of {} ({}) at {}; kept in {}\n",
        me.user,
        me.organisation.name,
        me.role,
        client.server(),
        path.display()
    )))
}

/// `plimsoll token me`.
pub(crate) fn whoami(server: &crate::cli::Server) -> Result<Outcome, Failure> {
    let client = Client::open(server)?;
    let me: Me = client.get("/auth/me")?;
    match server.format {
        Format::Json => crate::json::print(&me).map(Outcome::of),
        _ => Ok(Outcome::of(format!(
            "{} of {} ({}) at {}\n",
            me.user,
            me.organisation.name,
            me.role,
            client.server()
        ))),
    }
}
