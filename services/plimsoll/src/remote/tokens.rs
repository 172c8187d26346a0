//! `plimsoll token`.

use api::access::{CreateToken, NewToken, TokenInfo};
use api::page::Page;

use crate::cli::{Token, TokenVerb};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::client::segment;
use crate::remote::show::{either, moment, table};
use crate::remote::{Client, login};

pub(crate) fn run(token: &Token) -> Result<Outcome, Failure> {
    match &token.verb {
        TokenVerb::Create { user, role, server } => {
            let body = CreateToken { user: user.clone(), role: role.0 };
            let made: NewToken = Client::open(server)?.create("/tokens", &body)?;
            // The token alone, so that it can be put where it belongs.
            either(server, &made, || format!("{}\n", made.token))
        }
        TokenVerb::List { server } => {
            let page: Page<TokenInfo> = Client::open(server)?.all("/tokens", &[])?;
            either(server, &page, || listed(&page))
        }
        TokenVerb::Revoke { id, server } => {
            Client::open(server)?.delete(&format!("/tokens/{}", segment(id)))?;
            Ok(Outcome::of(format!("{id} is revoked\n")))
        }
        TokenVerb::Me { server } => login::whoami(server),
    }
}

fn listed(page: &Page<TokenInfo>) -> String {
    let rows: Vec<Vec<String>> = (page.items.iter())
        .map(|token| {
            let revoked = token.revoked_at.map_or(String::new(), |at| format!("revoked {}", moment(at)));
            vec![
                token.token_id.to_string(),
                token.user.clone(),
                token.role.to_string(),
                moment(token.created_at),
                revoked,
            ]
        })
        .collect();
    table(&["id", "user", "role", "created", ""], &rows)
}
