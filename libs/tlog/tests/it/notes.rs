//! Signed notes and checkpoints, against published ones. PeterNeumann's and EnochRoot's keys and notes are the examples
//! of Go's package golang.org/x/mod/sumdb/note, which the specification C2SP signed-note describes.

use tlog::{Checkpoint, Hash, NoteError, PublicKey, SignedNote, SigningKey};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";

const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_SIGNED: &str = "\u{2014} PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_SIGNED: &str = "\u{2014} EnochRoot \
    rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// The key of Go's checksum database, as the go command has it built in.
const SUMDB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
/// What sum.golang.org/latest was once; an example of transparency-dev/formats, `log/checkpoint_test.go`.
const SUMDB_LATEST: &str = "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n\u{2014} \
    sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";
/// The example of C2SP tlog-checkpoint.
const SOFA: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} \
    example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTO\
    AYQ8=\n";
/// The example of C2SP signed-note: its text has an empty line.
const SERA: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\u{2014} \
    quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRw\
    NtIc=\n";

fn key(text: &str) -> PublicKey {
    text.parse().unwrap()
}

fn verify<'k>(note: &str, keys: &'k [PublicKey]) -> Result<Vec<&'k str>, NoteError> {
    let signers = SignedNote::parse(note)?.verify(keys)?;
    Ok(signers.into_iter().map(PublicKey::name).collect())
}

#[test]
fn a_published_key_signs_the_published_note() {
    let secret = SigningKey::from_secret(PETER_SECRET).unwrap();
    assert_eq!(secret.public().to_string(), PETER);
    assert_eq!(secret.to_secret(), PETER_SECRET);
    assert_eq!(secret.public().id(), 0xc74f_20a3);
    let note = SignedNote::sign(TEXT, &secret).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER_SIGNED}"));
}

#[test]
fn known_signatures_verify_and_unknown_ones_are_ignored() {
    let note = format!("{TEXT}\n{PETER_SIGNED}{ENOCH_SIGNED}");
    assert_eq!(SignedNote::parse(&note).unwrap().to_string(), note);
    assert_eq!(verify(&note, &[key(PETER)]), Ok(vec!["PeterNeumann"]));
    assert_eq!(verify(&note, &[key(ENOCH)]), Ok(vec!["EnochRoot"]));
    assert_eq!(verify(&note, &[key(ENOCH), key(PETER)]), Ok(vec!["PeterNeumann", "EnochRoot"]));
    let twice = format!("{note}{PETER_SIGNED}");
    assert_eq!(verify(&twice, &[key(PETER)]), Ok(vec!["PeterNeumann"]));
    let signed_by = vec!["PeterNeumann+c74f20a3".to_owned(), "EnochRoot+af0cfe78".to_owned()];
    assert_eq!(verify(&note, &[key(SUMDB)]), Err(NoteError::SignatureUnknown(signed_by)));
}

#[test]
fn a_known_signature_that_does_not_fit_is_an_error_beside_one_that_does() {
    let note = format!("{TEXT}\n{PETER_SIGNED}{ENOCH_SIGNED}").replace("don't know", "do know");
    let invalid = |name: &str| Err(NoteError::SignatureInvalid(name.to_owned()));
    assert_eq!(verify(&note, &[key(ENOCH)]), invalid("EnochRoot+af0cfe78"));
    let damaged = format!("{TEXT}\n{PETER_SIGNED}{}", ENOCH_SIGNED.replace("G01o", "G01p"));
    assert_eq!(verify(&damaged, &[key(PETER), key(ENOCH)]), invalid("EnochRoot+af0cfe78"));
    assert_eq!(verify(&damaged, &[key(PETER)]), Ok(vec!["PeterNeumann"]));
    let renamed = format!("{TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "CarmenSandiego"));
    let unknown = NoteError::SignatureUnknown(vec!["CarmenSandiego+c74f20a3".to_owned()]);
    assert_eq!(verify(&renamed, &[key(PETER)]), Err(unknown));
}

#[test]
fn a_checkpoint_of_a_public_log_verifies() {
    assert_eq!(verify(SUMDB_LATEST, &[key(SUMDB)]), Ok(vec!["sum.golang.org"]));
    let checkpoint = Checkpoint::parse(SignedNote::parse(SUMDB_LATEST).unwrap().text()).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("go.sum database tree", 6_476_701));
    // That log's key has another name than its origin; ours never does.
    let mismatch = NoteError::OriginMismatch {
        origin: "go.sum database tree".to_owned(),
        key: "sum.golang.org".to_owned(),
    };
    assert_eq!(Checkpoint::open(SUMDB_LATEST, &[key(SUMDB)]), Err(mismatch));
    let grown = SUMDB_LATEST.replace("6476701", "6476702");
    let invalid = NoteError::SignatureInvalid("sum.golang.org+033de0ae".to_owned());
    assert_eq!(verify(&grown, &[key(SUMDB)]), Err(invalid));
}

#[test]
fn the_examples_of_the_specifications_are_read_and_written() {
    let sofa = SignedNote::parse(SOFA).unwrap();
    assert_eq!(sofa.to_string(), SOFA);
    assert_eq!((sofa.signatures()[0].id, sofa.signatures()[0].signature.len()), (0x033d_e0ae, 64));
    let checkpoint = Checkpoint::parse(sofa.text()).unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    // `base64 -d | xxd -p` of the third line.
    let root = "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62";
    assert_eq!(checkpoint.root.to_string(), root);
    assert_eq!(checkpoint.to_string(), sofa.text());
    let sera = SignedNote::parse(SERA).unwrap();
    assert!(sera.text().ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(
        (sera.signatures()[0].name.as_str(), sera.signatures().len()),
        ("quasimodo.example/salvatore", 1)
    );
}

#[test]
fn go_signs_a_checkpoint_with_the_same_bytes() {
    // Written by `note.Sign` of golang.org/x/mod v0.22.0 over the tree of `oracle.rs`.
    let signed = "PeterNeumann\n70\nSeJHSmsEKLdUxkaBHb7ZRaXhut+kkG5C9Gr2cxr+KMw=\n\n\u{2014} PeterNeumann \
        x08go4YKWAY2zT9HAEvsCWqynI0rCEW7YO3VxgRz/OyuQV77emLnBLXlUTWNjdJ0anrtkgm5yLO2bsg97n7IWN1kEws=\n";
    let secret = SigningKey::from_secret(PETER_SECRET).unwrap();
    let root: Hash = "49e2474a6b0428b754c646811dbed945a5e1badfa4906e42f46af6731afe28cc".parse().unwrap();
    let checkpoint = Checkpoint { origin: "PeterNeumann".to_owned(), size: 70, root, extensions: Vec::new() };
    assert_eq!(checkpoint.sign(&secret).unwrap().to_string(), signed);
    let keys = [key(PETER)];
    let open = Checkpoint::open(signed, &keys).unwrap();
    assert_eq!((open.checkpoint, open.signers), (checkpoint, vec![&keys[0]]));
}

#[test]
fn no_part_of_a_key_and_no_altered_key_is_a_key() {
    for (from, to) in (0..PETER.len()).flat_map(|from| (from + 1..=PETER.len()).map(move |to| (from, to))) {
        assert_eq!(
            PETER[from..to].parse::<PublicKey>().is_ok(),
            (from, to) == (0, PETER.len()),
            "{from}..{to}"
        );
    }
    for (text, place) in
        [PETER, PETER_SECRET].into_iter().flat_map(|text| (0..text.len()).map(move |at| (text, at)))
    {
        let mut altered = text.as_bytes().to_vec();
        altered[place] += 1;
        let altered = String::from_utf8(altered).unwrap();
        assert!(
            altered.parse::<PublicKey>().is_err() && SigningKey::from_secret(&altered).is_err(),
            "{altered}"
        );
    }
    // The length and the type are wrong, the number fits (from the same package's tests).
    for text in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert_eq!(text.parse::<PublicKey>().unwrap_err().code(), "AUDIT_KEY_INVALID");
    }
}

#[test]
fn a_private_key_is_not_shown_and_is_no_public_one() {
    let secret = SigningKey::from_secret(PETER_SECRET).unwrap();
    assert_eq!(format!("{secret:?}"), "SigningKey(PeterNeumann+c74f20a3, secret)");
    let error = PETER_SECRET.parse::<PublicKey>().unwrap_err().to_string();
    assert!(error.contains("private") && !error.contains("AYEK"), "{error}");
    assert!(SigningKey::from_secret(PETER).is_err());
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
        assert!(SigningKey::new(name, &[7; 32]).is_err(), "{name:?}");
    }
}

#[test]
fn weak_keys_are_no_keys() {
    // The identity point: with it a signature fits every text. Its number is that of the name `log`, from `sha256sum`.
    let weak = "log+d3e98763+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(
        weak.parse::<PublicKey>().unwrap_err().to_string(),
        "the key is not valid: it is a weak Ed25519 key"
    );
}

#[test]
fn notes_of_another_form_are_refused() {
    let line = PETER_SIGNED;
    let malformed = [
        String::new(),
        TEXT.to_owned(),
        format!("{TEXT}\n"),
        format!("{TEXT}{line}"),
        format!("{TEXT}\n{}", line.trim_end()),
        format!("{TEXT}\n{}", line.replace('\u{2014}', "-")),
        format!("{TEXT}\n{}", line.replace("PeterNeumann", "Peter Neumann")),
        format!("{TEXT}\n{}", line.replace("PeterNeumann", "Peter+Neumann")),
        format!("{TEXT}\n{}", line.replace("PeterNeumann ", " ")),
        format!("{TEXT}\n{}", line.replace("nAM=", "nAN=")),
        format!("{TEXT}\n{}", line.replace("nAM=", "nAM")),
        format!("{TEXT}\n\u{2014} PeterNeumann x08gow==\n"),
        format!("{TEXT}\n{line}more\n"),
        format!("a\tb\n\n{line}"),
        format!("a\r\n\r\n{line}"),
        format!("{TEXT}\n{}", line.repeat(101)),
        format!("{}\n\n{line}", "a".repeat(1_000_000)),
    ];
    for note in &malformed {
        let error = SignedNote::parse(note).expect_err(note);
        assert_eq!(error.code(), "AUDIT_NOTE_INVALID");
    }
    let many = format!("{TEXT}\n{}", line.repeat(100));
    assert_eq!(verify(&many, &[key(PETER)]), Ok(vec!["PeterNeumann"]));
    for text in ["", "no line break", "a\u{7}b\n"] {
        let secret = SigningKey::from_secret(PETER_SECRET).unwrap();
        assert!(SignedNote::sign(text, &secret).is_err(), "{text:?}");
    }
}

#[test]
fn checkpoints_of_another_form_are_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let fine = format!("o\n0\n{root}\nextension\n");
    assert_eq!(Checkpoint::parse(&fine).unwrap().extensions, ["extension"]);
    let malformed = [
        String::new(),
        "o\n".to_owned(),
        "o\n1\n".to_owned(),
        format!("\n1\n{root}\n"),
        format!("o\n01\n{root}\n"),
        format!("o\n+1\n{root}\n"),
        format!("o\n-1\n{root}\n"),
        format!("o\n1 \n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n1\n{root}"),
        format!("o\n1\n{root}\n\n"),
        format!("o\n1\n{root}\n\nmore\n"),
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n".to_owned(),
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n".to_owned(),
    ];
    for text in &malformed {
        assert_eq!(Checkpoint::parse(text).expect_err(text).code(), "AUDIT_NOTE_INVALID");
    }
}

#[test]
fn a_checkpoint_is_signed_only_as_it_will_be_read_and_only_by_its_log() {
    let key = SigningKey::new("log.example/acme", &[7; 32]).unwrap();
    let root = Hash::of_empty_tree();
    let of = |origin: &str, extensions: &[&str]| Checkpoint {
        origin: origin.to_owned(),
        size: 3,
        root,
        extensions: extensions.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert!(of("log.example/acme", &["one", "two"]).sign(&key).is_ok());
    for extensions in [&[""][..], &["a\nb"], &["a\n"]] {
        assert!(of("log.example/acme", extensions).sign(&key).is_err(), "{extensions:?}");
    }
    let error = of("log.example/other", &[]).sign(&key).unwrap_err();
    assert_eq!(error.code(), "AUDIT_ORIGIN_MISMATCH");
}
