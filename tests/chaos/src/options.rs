//! What the command line says.

use std::path::PathBuf;

use stack::LAST_PORT;

use crate::Failed;

/// How `chaos` is called.
pub const USAGE: &str = "\
usage: chaos [OPTION…]

Runs every service on real servers, breaks one thing after another while people promote, and prints what was lost or done twice.
Ends with 1 if anything is otherwise than it has to be.

  --promotions N       how many promotions, in equal shares for each fault [default: 200]
  --form short|full    each fault once, or many times [default: short]
  --only WORD          only faults whose name holds this; may be given again
  --lanes N            how many promote at once [default: 4]
  --programs DIR       where the programs are [default: beside this one]
  --port FIRST         the first of 100 ports on loopback [default: 19300]
  --keep DIR           keeps configuration, logs and data there";

/// How often each fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Each once (of the services: each is killed, and some stay away or stand still).
    Short,
    /// Many times.
    Full,
}

/// What the command line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many promotions, all faults together.
    pub promotions: usize,
    /// How often each fault happens.
    pub form: Form,
    /// Where the programs are; beside this one if it is not said.
    pub programs: Option<PathBuf>,
    /// The first of 100 ports.
    pub port: u16,
    /// How many promote at once.
    pub lanes: usize,
    /// Words that names of faults hold; of all faults, if there are none.
    pub only: Vec<String>,
    /// Where everything stays.
    pub keep: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            promotions: 200,
            form: Form::Short,
            programs: None,
            port: 19300,
            lanes: 4,
            only: Vec::new(),
            keep: None,
        }
    }
}

impl Options {
    /// Reads the words after the program's name; none if they ask for help.
    ///
    /// # Errors
    /// A word is none of [`USAGE`], which the error ends with.
    pub fn read(words: &[&str]) -> Result<Option<Self>, Failed> {
        let mut options = Self::default();
        if words.iter().any(|word| matches!(*word, "-h" | "--help")) {
            return Ok(None);
        }
        for pair in words.chunks(2) {
            let wrong = || format!("{} is not understood\n{USAGE}", pair.join(" "));
            let number = |text: &str| text.parse().ok().filter(|number| *number > 0).ok_or_else(wrong);
            match *pair {
                ["--promotions", count] => options.promotions = number(count)?,
                ["--form", "short"] => options.form = Form::Short,
                ["--form", "full"] => options.form = Form::Full,
                ["--programs", directory] => options.programs = Some(std::path::absolute(directory)?),
                ["--port", first] => {
                    let first = u16::try_from(number(first)?).ok().filter(|first| *first <= LAST_PORT);
                    options.port = first.ok_or_else(wrong)?;
                }
                ["--lanes", count] => options.lanes = number(count)?,
                ["--only", word] => options.only.push(word.to_owned()),
                ["--keep", directory] => options.keep = Some(std::path::absolute(directory)?),
                _ => return Err(wrong().into()),
            }
        }
        Ok(Some(options))
    }

    /// Whether a fault of this name is wanted.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| name.contains(word.as_str()))
    }

    /// How many promotions each of so many faults has: what cannot be divided goes to the first.
    #[must_use]
    pub fn shares(&self, faults: usize) -> Vec<usize> {
        let faults = faults.max(1);
        let (each, more) = (self.promotions / faults, self.promotions % faults);
        (0..faults).map(|at| each + usize::from(at < more)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_option_is_told_with_the_usage() {
        let words = [
            "--promotions",
            "20",
            "--form",
            "full",
            "--only",
            "Redis",
            "--only",
            "broker",
            "--port",
            "27000",
        ];
        let read = Options::read(&words).unwrap().unwrap();
        let only = ["Redis", "broker"].map(str::to_owned).into();
        let expected = Options { promotions: 20, form: Form::Full, only, port: 27_000, ..Options::default() };
        assert_eq!(read, expected);
        assert!(read.wants("Redis killed") && read.wants("a broker killed") && !read.wants("Postgres away"));
        assert_eq!(Options::read(&[]).unwrap(), Some(Options::default()));
        assert_eq!(Options::read(&["--form", "full", "--help"]).unwrap(), None);
        for words in
            [&["--form", "long"][..], &["--lanes", "0"], &["--port", "65437"], &["--keep"], &["-x", "1"]]
        {
            let said = Options::read(words).unwrap_err().to_string();
            assert!(said.starts_with(words[0]) && said.ends_with(USAGE), "{said}");
        }
    }

    #[test]
    fn every_fault_has_its_share() {
        let shares = |promotions, faults| Options { promotions, ..Options::default() }.shares(faults);
        // 10,000 = 15 × 666 + 10 = 16 × 625.
        assert_eq!(shares(10_000, 15), [[667; 10].as_slice(), &[666; 5]].concat());
        assert_eq!(shares(10_000, 16), [625; 16]);
        assert_eq!(shares(7, 3), [3, 2, 2]);
    }
}
