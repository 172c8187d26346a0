//! A token endpoint on a port of this machine.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// It answers each request with the next of what it has to say, and keeps what it was asked.
pub(super) struct Server {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn that_says(answers: &[(u16, &str)]) -> Self {
        Self::start(answers, None)
    }

    pub(super) fn over_tls(tls: Arc<ServerConfig>, answers: &[(u16, &str)]) -> Self {
        Self::start(answers, Some(tls))
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn start(answers: &[(u16, &str)], tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let asked = Arc::clone(&server.asked);
        let answers: Vec<_> = answers.iter().map(|(status, body)| answer(*status, body)).collect();
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                // Who breaks off has asked nothing.
                let _ = match &tls {
                    None => serve(&mut stream, &answer, &asked),
                    Some(tls) => {
                        let connection = ServerConnection::new(Arc::clone(tls)).unwrap();
                        serve(&mut StreamOwned::new(connection, stream), &answer, &asked)
                    }
                };
            }
        });
        server
    }
}

fn serve(stream: &mut (impl Read + Write), answer: &str, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let request = request(stream)?;
    asked.lock().unwrap().push(request);
    stream.write_all(answer.as_bytes())?;
    stream.flush()
}

/// The head of a request, line by line, and then its body.
fn request(stream: &mut impl Read) -> io::Result<String> {
    let mut reader = BufReader::new(stream);
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = bytes.parse().unwrap();
        }
        text += &format!("{line}\n");
    }
    reader.take(length).read_to_string(&mut text)?;
    Ok(text)
}

/// What it says; where it sends elsewhere, there is nobody.
fn answer(status: u16, body: &str) -> String {
    let head = "content-type: application/json\r\nlocation: http://127.0.0.1:1/\r\nconnection: close";
    format!("HTTP/1.1 {status} X\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
