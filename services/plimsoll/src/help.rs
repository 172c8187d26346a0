//! What to do about an error, in one sentence. The page in `runbooks/` says more.

/// Every code that the command can print, with what to do.
pub(crate) const CODES: &[(&str, &str)] = &[
    ("APPLICATION_INVALID", "correct the field; schemas/json/application.schema.json describes the file"),
    ("COST_OVERFLOW", "look for a replica count or a quantity with too many digits"),
    ("FIELD_INVALID", "give the field a value that the Kubernetes API takes"),
    ("FILE_CHANGED", "run the command again: the plan is made for the files as they are then"),
    ("GIT_FAILED", "try the same with git itself, and check the URL, the network and your access"),
    ("MANIFEST_ALIAS_LIMIT", "write the repeated parts out, or split the file"),
    ("MANIFEST_BINARY", "name a UTF-8 text file, or take the file out of the directory"),
    ("MANIFEST_DUPLICATE_KEY", "remove one of the two keys; Kubernetes refuses both in strict mode"),
    ("MANIFEST_SYNTAX", "correct the file at that line; the mistake may also be just above it"),
    ("MANIFEST_TOO_DEEP", "nest less deeply; no Kubernetes object needs this depth"),
    ("MANIFEST_TOO_LARGE", "name a smaller file, or raise --max-file-bytes"),
    ("MANIFEST_VALUE", "quote the value, or write it as JSON could hold it"),
    ("MONEY_CURRENCIES", "give the amount in the currency of the price book"),
    ("MONEY_OVERFLOW", "look for a price or a quantity with too many digits"),
    ("OBJECT_DUPLICATE", "remove or rename one of the two objects"),
    ("OBJECT_WITHOUT_KIND", "give the document apiVersion and kind, or take the file out of the directory"),
    ("OBJECT_WITHOUT_NAME", "give the object a metadata.name"),
    ("OUTPUT_FAILED", "check the disk or the pipe that the output goes to"),
    ("PATCH_SECRET", "apply the edit with --write, and better keep the secret elsewhere"),
    ("PLAN_PLACE_UNKNOWN", "copy a place from the lists of plimsoll preview --format json"),
    ("PLAN_SECRET_EDIT", "put the value where the environment's secrets are kept"),
    ("PRICE_BOOK_INVALID", "correct the field; the page shows a whole price book"),
    ("PRICE_BOOK_SYNTAX", "correct the JSON of the price book"),
    ("PRICE_BOOK_UNREADABLE", "check the path that --price-book names"),
    ("QUANTITY_INVALID", "write a quantity as Kubernetes does, such as 250m, 0.5, 512Mi or 2Gi"),
    ("REDACTION_KEY", "name a readable file of at least 16 random bytes"),
    ("REVISION_NOT_FOUND", "check the branch, tag or commit; a shallow clone may have to fetch it first"),
    ("RISK_LEVEL_UNKNOWN", "use low, medium, high or critical"),
    ("SCHEDULE_INVALID", "write the schedule as five fields, such as \"*/15 * * * *\", or as @hourly"),
    ("SOURCE_AMBIGUOUS", "name the directory, or list the environments in plimsoll.yaml"),
    ("SOURCE_EMPTY", "name a directory or a file that holds manifests"),
    ("SOURCE_INVALID", "write ENVIRONMENT, PATH, `-` or git+URL//PATH@REV"),
    ("SOURCE_NOT_FOUND", "name an environment of plimsoll.yaml, a path, `-` or git+URL//PATH@REV"),
    ("SOURCE_OUTSIDE", "keep the path and its links below the source, or name the other directory"),
    ("SOURCE_RENDER_UNSUPPORTED", "render it first (kustomize build, helm template) and name the result"),
    ("SOURCE_TOO_LARGE", "name the directory of one application"),
    ("SOURCE_UNREADABLE", "check that the file exists and that you may read it"),
    ("TARGET_NOT_WRITABLE", "name the target as a directory of the working tree, or use --patch"),
    ("USAGE", "see plimsoll --help"),
    ("WRITE_FAILED", "check that you may write to the directory and that the disk is not full"),
];

/// What to do about the error of this code.
pub(crate) fn of(code: &str) -> &'static str {
    CODES.iter().find(|(known, _)| *known == code).map_or("see the page of this code", |(_, help)| help)
}
