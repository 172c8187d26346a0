//! The strings: a file for each class of them.

use serde_json::Value;

/// Every string of a folder. A line of a file is a JSON text, or a text that is repeated; a line that begins with `#` is a remark.
pub(super) fn of(folder: &str) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| text.lines().filter(|line| !line.starts_with('#')).map(read).collect::<Vec<_>>())
        .collect()
}

fn read(line: &str) -> String {
    match serde_json::from_str(line).unwrap() {
        Value::String(text) => text,
        Value::Object(long) => {
            let times = usize::try_from(long["times"].as_u64().unwrap()).unwrap();
            long["repeat"].as_str().unwrap().repeat(times)
        }
        other => panic!("{other} is no text"),
    }
}
