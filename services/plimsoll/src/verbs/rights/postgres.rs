//! Rights as grants in Postgres.

use std::fmt::Write as _;

use events::Service;

use super::file::{Rights, owners};

/// Which role a service connects as.
fn role(service: Service) -> String {
    format!("plimsoll_{service}")
}

const HEAD: &str = "\
-- Made by `plimsoll rights postgres`: each service's role, its schema, and what it may do with those of others. Run it in the
-- database as a superuser, as often as you like; it revokes what was granted and is not in the file any more, and what somebody
-- else has made in a service's schema becomes the service's. What Postgres gives to everybody (PUBLIC) in a new database, to connect and
-- to make temporary tables, is revoked: whoever else uses this database needs a grant of their own.
-- Roles come without a password: ALTER ROLE plimsoll_SERVICE PASSWORD '…' is the administrator's.
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$;
";

/// SQL that makes roles, schemas and grants.
pub(super) fn statements(rights: &Rights) -> String {
    let mut text = HEAD.to_owned();
    for service in rights.keys() {
        let role = role(*service);
        let _ = write!(
            text,
            "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n\
             DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {role}', current_database()); END $$;\n"
        );
    }
    // The file was read, so every schema has one owner.
    for (schema, owner) in owners(rights).unwrap_or_default() {
        grants(&mut text, rights, schema, owner);
    }
    text.push_str("COMMIT;\n");
    text
}

fn grants(text: &mut String, rights: &Rights, schema: &str, owner: Service) {
    let owner_role = role(owner);
    let others: Vec<String> =
        rights.keys().filter(|other| **other != owner).map(|other| role(*other)).collect();
    let others = others.join(", ");
    // Whose the tables become that the owner makes later is said beforehand.
    let later = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner_role} IN SCHEMA \"{schema}\"");
    let _ = write!(
        text,
        "\nCREATE SCHEMA IF NOT EXISTS \"{schema}\" AUTHORIZATION {owner_role};\n\
         ALTER SCHEMA \"{schema}\" OWNER TO {owner_role};\n\
         DO $$ DECLARE one regclass; made regprocedure; BEGIN\n\
         \x20 FOR one IN SELECT oid FROM pg_class WHERE relnamespace = '\"{schema}\"'::regnamespace\n\
         \x20   AND relkind IN ('r', 'p', 'v', 'm') AND relowner <> '{owner_role}'::regrole LOOP\n\
         \x20   EXECUTE format('ALTER TABLE %s OWNER TO {owner_role}', one);\n\
         \x20 END LOOP;\n\
         \x20 FOR made IN SELECT oid FROM pg_proc WHERE pronamespace = '\"{schema}\"'::regnamespace\n\
         \x20   AND proowner <> '{owner_role}'::regrole LOOP\n\
         \x20   EXECUTE format('ALTER ROUTINE %s OWNER TO {owner_role}', made);\n\
         \x20 END LOOP;\n\
         END $$;\n\
         REVOKE ALL ON SCHEMA \"{schema}\" FROM PUBLIC, {others};\n\
         REVOKE ALL ON ALL TABLES IN SCHEMA \"{schema}\" FROM PUBLIC, {others};\n\
         {later} REVOKE ALL ON TABLES FROM PUBLIC, {others};\n"
    );
    for (service, granted) in rights {
        let rights = match &granted.postgres {
            postgres if postgres.adds.contains(schema) => "SELECT, INSERT",
            postgres if postgres.sees.contains(schema) => "SELECT",
            _ => continue,
        };
        let role = role(*service);
        let _ = write!(
            text,
            "GRANT USAGE ON SCHEMA \"{schema}\" TO {role};\n\
             GRANT {rights} ON ALL TABLES IN SCHEMA \"{schema}\" TO {role};\n\
             {later} GRANT {rights} ON TABLES TO {role};\n"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn who_only_sees_may_only_select_and_who_adds_changes_and_deletes_nothing() {
        let sql = statements(&file::read(None).unwrap());
        let to = |role: &str| -> Vec<&str> {
            sql.lines()
                .filter(|line| line.contains("GRANT ") && line.ends_with(&format!("TO {role};")))
                .collect()
        };
        assert_eq!(
            to("plimsoll_gitops"),
            [
                "GRANT USAGE ON SCHEMA \"blob\" TO plimsoll_gitops;",
                "GRANT SELECT ON ALL TABLES IN SCHEMA \"blob\" TO plimsoll_gitops;",
                "ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_diff IN SCHEMA \"blob\" GRANT SELECT ON TABLES TO plimsoll_gitops;",
                "GRANT USAGE ON SCHEMA \"installation\" TO plimsoll_gitops;",
                "GRANT SELECT ON ALL TABLES IN SCHEMA \"installation\" TO plimsoll_gitops;",
                "ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_diff IN SCHEMA \"installation\" GRANT SELECT ON TABLES TO plimsoll_gitops;",
                "GRANT USAGE ON SCHEMA \"schema_registry\" TO plimsoll_gitops;",
                "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \"schema_registry\" TO plimsoll_gitops;",
                "ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_diff IN SCHEMA \"schema_registry\" GRANT SELECT, INSERT ON TABLES TO plimsoll_gitops;",
            ]
        );
        assert_eq!(to("plimsoll_diff"), Vec::<&str>::new(), "it owns what it uses");
        let mut statements = sql.lines().filter(|line| !line.starts_with("--"));
        let withheld = ["DELETE", "UPDATE", "PASSWORD"];
        assert!(statements.all(|line| withheld.iter().all(|word| !line.contains(word))), "{sql}");
    }
}
