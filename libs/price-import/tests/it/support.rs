use price_import::{File, ImportError, Imported, Options, Provider, Spot, import};

/// The day of every import of these tests.
pub(crate) fn options() -> Options {
    Options { regions: Vec::new(), spot: Spot::Latest, per: None, today: "2026-11-22".parse().unwrap() }
}

pub(crate) fn try_import(
    provider: Provider,
    files: &[&str],
    options: &Options,
) -> Result<Imported, ImportError> {
    let each = files.iter().enumerate();
    let files = each.map(|(index, text)| File { name: format!("file{index}"), content: text.as_bytes() });
    import(provider, files.collect(), options)
}

pub(crate) fn imported(provider: Provider, files: &[&str]) -> Imported {
    try_import(provider, files, &options()).unwrap()
}

/// Every edit of a good file and the code that it is refused with.
pub(crate) fn refused(provider: Provider, good: &str, cases: &[(&str, &str, &str)]) {
    for (from, to, code) in cases {
        assert!(good.contains(from), "{from}");
        let error = try_import(provider, &[&good.replacen(from, to, 1)], &options()).unwrap_err();
        assert_eq!(error.code(), *code, "{from} as {to}: {error}");
        assert!(error.to_string().contains("file0") || *code == "PRICE_IMPORT_PAGES", "{error}");
    }
}
