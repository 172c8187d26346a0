//! Secrets in a command line that no name says: `mysql -pSECRET`, `redis-cli -a SECRET`.

use std::ops::Range;

use super::values::value_can_be_secret;

/// Where a program takes its secret, by the program's own manual.
#[derive(Clone, Copy)]
enum Takes {
    /// Behind the flag, in one word: `-pSECRET`.
    Attached(&'static str),
    /// In the word after the flag, or behind it.
    Either(&'static str),
    /// In the word after the flag.
    Next(&'static str),
    /// `user:SECRET` in the word after the flag.
    User(&'static str),
    /// So many words after this one.
    After(&'static str, usize),
    /// [`Takes::Either`], where the subcommand is `login`: elsewhere `-p` is a port.
    Login(&'static str),
}

fn takes(program: &str) -> &'static [Takes] {
    use Takes::{After, Attached, Either, Login, Next, User};
    match program {
        "mysql" | "mysqldump" | "mysqladmin" | "mysqlimport" | "mysqlcheck" | "mysqlshow" | "mysqlslap"
        | "mysqlsh" | "mysqlbinlog" | "mariadb" | "mariadb-dump" | "mariadb-admin" | "mariadb-check"
        | "mariadb-import" | "7z" | "7za" => &[Attached("-p")],
        "sshpass" => &[Either("-p")],
        "redis-cli" | "redis-benchmark" | "valkey-cli" | "keydb-cli" => &[Next("-a")],
        "mongo" | "mongosh" | "mongodump" | "mongorestore" | "mongoexport" | "mongoimport" => &[Either("-p")],
        "docker" | "podman" | "nerdctl" | "buildah" | "skopeo" | "helm" | "oras" | "crane" | "az" | "oc" => {
            &[Login("-p")]
        }
        "ldapsearch" | "ldapadd" | "ldapmodify" | "ldapdelete" | "ldapwhoami" | "ldappasswd" => {
            &[Either("-w")]
        }
        "sqlcmd" | "bcp" | "zip" | "unzip" => &[Either("-P")],
        "curl" | "etcdctl" => &[User("-u"), User("--user")],
        "rabbitmqctl" => &[After("add_user", 2), After("change_password", 2)],
        "vault" => &[After("login", 1), After("unseal", 1)],
        _ => &[],
    }
}

/// The secrets among the words of a command, by the number of the word.
pub(super) fn of_words(words: &[&str]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let mut known: &[Takes] = &[];
    let mut login = false;
    for (index, word) in words.iter().enumerate() {
        let program = word.rsplit('/').next().unwrap_or_default();
        let named = takes(program);
        if !named.is_empty() {
            (known, login) = (named, false);
        }
        login |= *word == "login";
        for takes in known {
            found.extend(secret(*takes, words, index, login).filter(|(index, range)| {
                let value = words.get(*index).and_then(|word| word.get(range.clone()));
                value.is_some_and(|value| value_can_be_secret("password", value))
            }));
        }
        // `openssl … -passin pass:SECRET`.
        if word.starts_with("pass:") && index > 0 && words[index - 1].starts_with("-pass") {
            found.push((index, 5..word.len()));
        }
    }
    found
}

fn secret(takes: Takes, words: &[&str], index: usize, login: bool) -> Option<(usize, Range<usize>)> {
    let word = words[index];
    let following = |count: usize| words.get(index + count).filter(|word| !word.starts_with('-'));
    let next = |count: usize| following(count).map(|word| (index + count, 0..word.len()));
    // `-password`, as some have it, is a flag of its own.
    let attached = |flag: &str| {
        let rest = word.strip_prefix(flag)?;
        (!rest.is_empty() && !word.starts_with("-pass")).then_some((index, flag.len()..word.len()))
    };
    match takes {
        Takes::Attached(flag) => attached(flag),
        Takes::Next(flag) => (word == flag).then(|| next(1)).flatten(),
        Takes::Either(flag) if word == flag => next(1),
        Takes::Either(flag) => attached(flag),
        Takes::Login(flag) => (login && word == flag).then(|| next(1)).flatten(),
        Takes::After(name, count) => (word == name).then(|| next(count)).flatten(),
        Takes::User(flag) if word == flag => {
            let pair = following(1)?;
            Some((index + 1, pair.find(':')? + 1..pair.len()))
        }
        Takes::User(_) => None,
    }
}

/// The secrets of the commands in a text: a script, or the lines of one.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for command in text.split_inclusive(['\n', ';', '|', '&']) {
        let ends: &[char] = &['"', '\'', '`', '(', ')', '$', ',', ';', '\\', '|', '&', '\r', '\n', '[', ']'];
        let mut ranges = Vec::new();
        let mut at = start;
        for word in command.split([' ', '\t', '\n']) {
            let inner = word.trim_start_matches(ends);
            let from = at + word.len() - inner.len();
            let inner = inner.trim_end_matches(ends);
            if !inner.is_empty() {
                // A variable stands for its value, and is none.
                let variable = from > at && text[..from].ends_with('$');
                ranges.push(if variable { from - 1..from + inner.len() } else { from..from + inner.len() });
            }
            at += word.len() + 1;
        }
        let words: Vec<&str> = ranges.iter().map(|range| &text[range.clone()]).collect();
        let offset = |(index, part): (usize, Range<usize>)| {
            let begin = ranges[index].start;
            begin + part.start..begin + part.end
        };
        found.extend(of_words(&words).into_iter().map(offset));
        start += command.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_take_a_secret_without_a_name() {
        for text in [
            "mysql -u root -phunter2 shop",
            "exec /usr/bin/mysqladmin ping -h 127.0.0.1 -phunter2",
            "sleep 1; mysqldump -phunter2 shop | gzip",
            "redis-cli -a hunter2 ping",
            "mongosh -u root -p hunter2",
            "echo x && sshpass -p 'hunter2' ssh me@host",
            "docker login -u me -p hunter2 registry.example",
            "ldapsearch -x -w hunter2",
            "curl -s -u me:hunter2 https://x",
            "rabbitmqctl add_user me hunter2",
            "[\"mysqladmin\", \"-phunter2\"]",
            "openssl rsa -passin pass:hunter2",
        ] {
            let found: Vec<&str> = in_text(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, ["hunter2"], "{text}");
        }
    }

    #[test]
    fn other_flags_of_the_same_letter() {
        for text in [
            "mysql -p shop",
            "mysql -p$MYSQL_PASSWORD",
            "mysql -h db -P 3306",
            "docker run -p 8080:80 web",
            "helm install -p x",
            "ssh -p 2222 host",
            "redis-cli -h cache ping",
            "mkdir -p /var/lib/x",
            "mysql is asked for its -p",
        ] {
            let found: Vec<&str> = in_text(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, [""; 0], "{text}");
        }
    }
}
