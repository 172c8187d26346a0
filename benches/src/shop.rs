//! A state of as many objects as asked for: Deployments, each with its Service and its ConfigMap.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which state of the same objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Staging at the last promotion.
    Base,
    /// Staging now: one application in ten has a new image and a new setting.
    Staging,
    /// Staging after one small change: one application in a hundred has a new image and a new setting, so that more
    /// than 99 objects in a hundred are equal.
    Fix,
    /// Production: its own replicas and sizes.
    Production,
}

/// Writes the state into a directory, thirty objects a file.
///
/// # Errors
/// When a file cannot be written.
pub fn write_state(dir: &Path, objects: usize, edition: Edition) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut text = String::new();
    for index in 0..objects {
        write_object(&mut text, index, edition).map_err(io::Error::other)?;
        if index % 30 == 29 || index + 1 == objects {
            fs::write(dir.join(format!("part-{:05}.yaml", index / 30)), &text)?;
            text.clear();
        }
    }
    Ok(())
}

/// Writes the state as one file of many documents.
///
/// # Errors
/// When the file cannot be written.
pub fn write_stream(path: &Path, objects: usize, edition: Edition) -> io::Result<()> {
    let mut text = String::new();
    for index in 0..objects {
        write_object(&mut text, index, edition).map_err(io::Error::other)?;
    }
    fs::write(path, text)
}

/// Writes the state into a directory, as one file that is one `List`.
///
/// # Errors
/// When the file cannot be written.
pub fn write_list(dir: &Path, objects: usize, edition: Edition) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut list = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    let mut object = String::new();
    for index in 0..objects {
        object.clear();
        write_object(&mut object, index, edition).map_err(io::Error::other)?;
        let lines = object.lines().filter(|line| *line != "---" && !line.starts_with('#'));
        for (number, line) in lines.enumerate() {
            writeln!(list, "{}{line}", if number == 0 { "- " } else { "  " }).map_err(io::Error::other)?;
        }
    }
    fs::write(dir.join("list.yaml"), list)
}

/// Writes the states of both environments (`staging`, `production`) and further files, by path and text, into `DIR/work`, and commits them:
/// that directory, and its bare clone.
///
/// # Errors
/// When a file cannot be written, or Git fails.
pub fn write_repository(
    dir: &Path,
    objects: usize,
    files: &[(&str, &str)],
) -> io::Result<(PathBuf, PathBuf)> {
    let work = dir.join("work");
    write_state(&work.join("staging"), objects, Edition::Staging)?;
    write_state(&work.join("production"), objects, Edition::Production)?;
    for (path, text) in files {
        fs::write(work.join(path), text)?;
    }
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
        let done = Command::new("git").current_dir(&work).args(identity).args(arguments).status()?;
        match done.success() {
            true => Ok(()),
            false => Err(io::Error::other(format!("git {arguments:?}: {done}"))),
        }
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message=shop"])?;
    git(&["clone", "--quiet", "--bare", ".", "../shop.git"])?;
    Ok((work, dir.join("shop.git")))
}

fn write_object(text: &mut String, index: usize, edition: Edition) -> std::fmt::Result {
    let name = format!("app-{:05}", index / 3);
    let changed = match edition {
        Edition::Base | Edition::Production => false,
        Edition::Staging => (index / 3).is_multiple_of(10),
        Edition::Fix => (index / 3).is_multiple_of(100),
    };
    match index % 3 {
        0 => write_deployment(text, &name, edition, changed),
        1 => write!(
            text,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  labels: {{app: {name}}}\nspec:\n  \
             selector: {{app: {name}}}\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n"
        ),
        _ => {
            let timeout = if changed { "45" } else { "30" };
            write!(
                text,
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  LOG_LEVEL: info\n  \
                 TIMEOUT_SECONDS: \"{timeout}\"\n  app.properties: |\n    cache.size=100\n    cache.ttl=60\n"
            )
        }
    }
}

fn write_deployment(text: &mut String, name: &str, edition: Edition, changed: bool) -> std::fmt::Result {
    let production = edition == Edition::Production;
    let replicas = if production { 4 } else { 1 };
    let memory = if production { "512Mi" } else { "128Mi" };
    let tag = if changed { "1.5.0" } else { "1.4.2" };
    write!(
        text,
        "---\n# {name} belongs to the platform team.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  \
         labels: {{app: {name}, team: platform}}\nspec:\n  replicas: {replicas}\n  selector:\n    matchLabels: \
         {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      containers:\n        \
         - name: app\n          image: registry.example/{name}:{tag}\n          ports:\n            - name: http\n              \
         containerPort: 8080\n          envFrom: [{{configMapRef: {{name: {name}}}}}]\n          env:\n            - name: \
         REGION\n              value: eu-west\n          resources:\n            requests: {{cpu: 100m, memory: {memory}}}\n            \
         limits: {{memory: {memory}}}\n          readinessProbe:\n            httpGet: {{path: /ready, port: http}}\n            \
         periodSeconds: 10\n"
    )
}
