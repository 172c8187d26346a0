//! Both kinds of repositories keep one contract.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use repositories::{Head, MemoryRepositories, MirroredRepositories, Repositories};
use source::{MirrorOptions, Mirrors, Reach};

/// A repository whose branch `main` has two commits: `a.txt` says `one` in the first and `two` in the second.
struct Fixture {
    repositories: Box<dyn Repositories>,
    url: String,
    commits: [String; 2],
}

async fn keeps_the_contract(fixture: Fixture) {
    let Fixture { repositories, url, commits: [first, second] } = fixture;
    let head = Head { branch: "main".to_owned(), commit: second.clone() };
    assert_eq!(repositories.head(&url).await, Ok(head));
    assert_eq!(repositories.commit(&url, "main").await.as_ref(), Ok(&second));
    assert_eq!(repositories.commit(&url, &first).await.as_ref(), Ok(&first));
    assert_eq!(repositories.file(&url, &first, "a.txt").await, Ok(Some(b"one".to_vec())));
    assert_eq!(repositories.file(&url, &second, "a.txt").await, Ok(Some(b"two".to_vec())));
    assert_eq!(repositories.file(&url, &second, "b.txt").await, Ok(None));
    let error = repositories.commit(&url, "nowhere").await.unwrap_err();
    assert_eq!((error.code, error.is_transient), ("REVISION_NOT_FOUND", false));
    let error = repositories.head(&format!("{url}x")).await.unwrap_err();
    assert_eq!((error.code, error.is_transient), ("GIT_REPOSITORY_GONE", false));
    assert_eq!(repositories.check(&url), Ok(()));
    let error = repositories.check("https://ana:s3cret@git.example/shop.git").unwrap_err();
    assert_eq!(error.code, "GIT_URL_REFUSED");
    assert!(!error.message.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn memory_does() {
    let repositories = MemoryRepositories::default();
    let url = "https://git.example/shop.git".to_owned();
    let commits = ["one", "two"].map(|text| repositories.push(&url, [("a.txt", text)]));
    keeps_the_contract(Fixture { repositories: Box::new(repositories), url, commits }).await;
}

#[tokio::test]
async fn git_does() {
    let directory = tempfile::tempdir().unwrap();
    let repository = directory.path().join("shop.git");
    git(directory.path(), &["init", "--quiet", "--initial-branch=main", "shop.git"]);
    let commits = ["one", "two"].map(|text| {
        std::fs::write(repository.join("a.txt"), text).unwrap();
        git(&repository, &["add", "a.txt"]);
        git(
            &repository,
            &["-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "--quiet", "-m", text],
        );
        git(&repository, &["rev-parse", "HEAD"])
    });
    let options = MirrorOptions { reach: Reach::RemoteAndLocal, ..MirrorOptions::default() };
    let mirrors = Mirrors::open(&directory.path().join("mirrors"), options).unwrap();
    let url = format!("file://{}", repository.display());
    let repositories = Box::new(MirroredRepositories::new(Arc::new(mirrors)));
    keeps_the_contract(Fixture { repositories, url, commits }).await;
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
