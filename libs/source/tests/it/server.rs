//! A Git server over HTTP for one test: each request is answered by `git http-backend`, as a CGI program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What kind of server it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As hosts are today.
    Plain,
    /// It speaks the protocol that gives no single commits.
    Old,
    /// It wants `ana` and her password `s3cret`.
    Guarded,
    /// It fails.
    Failing,
    /// It accepts, and says nothing.
    Silent,
}

/// Serves the repositories below `root` until the process ends; returns `127.0.0.1:PORT`.
pub(crate) fn serve(root: &Path) -> String {
    serve_as(Manner::Plain, root)
}

pub(crate) fn serve_as(manner: Manner, root: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let root = root.to_owned();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            match manner {
                Manner::Silent => held.push(stream),
                _ => answer(stream.unwrap(), &root, manner),
            }
        }
    });
    address
}

struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((key, value)) = line.trim().split_once(": ") else { break };
        headers.push((key.to_lowercase(), value.to_owned()));
    }
    let mut request =
        Request { method, path: path.to_owned(), query: query.to_owned(), headers, body: Vec::new() };
    let length = request.header("content-length").parse().unwrap_or(0);
    reader.take(length).read_to_end(&mut request.body).unwrap();
    request
}

fn answer(mut stream: TcpStream, root: &PathBuf, manner: Manner) {
    let request = read(&stream);
    // `ana:s3cret` in base64, as of RFC 7617.
    let refusal = match manner {
        Manner::Guarded if request.header("authorization") != "Basic YW5hOnMzY3JldA==" => {
            Some("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"")
        }
        Manner::Failing => Some("502 Bad Gateway"),
        _ => None,
    };
    if let Some(refusal) = refusal {
        let head = format!("HTTP/1.1 {refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        return;
    }
    let protocol = if manner == Manner::Old { "" } else { request.header("git-protocol") };
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", protocol)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    backend.stdin.take().unwrap().write_all(&request.body).unwrap();
    let output = backend.wait_with_output().unwrap().stdout;
    let status = match output.strip_prefix(b"Status: ") {
        Some(rest) => String::from_utf8_lossy(rest.split(|b| *b == b'\r').next().unwrap()).into_owned(),
        None => "200 OK".to_owned(),
    };
    stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n").as_bytes()).unwrap();
    stream.write_all(&output).unwrap();
}
