use serde_json::json;

use super::*;

fn fill(text: &str) -> Result<String, TemplateError> {
    let parameters = json!({
        "path": {"path": "apps/shop/overlays/eu-prod", "basename": "eu-prod", "segments": ["apps", "shop", "overlays", "eu-prod"]},
        "cluster": "Prod_EU", "replicas": 3, "enabled": true, "none": "", "metadata": {"labels": {"a.b/env": "production"}},
        "regions": ["eu", "us"], "values": {"a": 1, "b": {"c": "d"}},
    });
    Template::parse(text)?.fill_in(&parameters, Missing::Error)
}

#[test]
fn what_application_sets_write() {
    // Worked out by hand from Go's text/template and Sprig's pages.
    for (text, expected) in [
        ("{{ .path.basename }}", "eu-prod"),
        ("{{.path.basename}}-{{ .cluster | lower | replace \"_\" \"-\" }}", "eu-prod-prod-eu"),
        ("{{ index .path.segments 1 }}", "shop"),
        ("{{ index .metadata.labels \"a.b/env\" }}", "production"),
        ("{{ (index .path.segments 3) | trimPrefix \"eu-\" }}", "prod"),
        ("a {{- .replicas -}} b", "a3b"),
        ("{{/* no */}}x{{- /* no */ -}} y", "xy"),
        ("{{ if eq .path.basename \"eu-prod\" }}yes{{ else }}no{{ end }}", "yes"),
        ("{{ if .none }}a{{ else if gt .replicas 2 }}b{{ else }}c{{ end }}", "b"),
        ("{{ range $i, $r := .regions }}{{ if $i }},{{ end }}{{ $r }}{{ end }}", "eu,us"),
        ("{{ range .regions }}{{ . }}{{ $.replicas }}{{ end }}", "eu3us3"),
        ("{{ with .values.b }}{{ .c }}{{ end }}", "d"),
        ("{{ $name := .cluster }}{{ $name | normalize }}", "prod-eu"),
        ("{{ default \"x\" .none }}{{ .none | default \"y\" }}", "xy"),
        ("{{ printf \"%s-%02d%%\" .path.basename .replicas }}", "eu-prod-03%"),
        ("{{ splitList \"-\" .path.basename | last }}", "prod"),
        ("{{ join \"+\" .regions | quote }}", "\"eu+us\""),
        ("{{ ternary \"a\" \"b\" .enabled }}{{ dig \"b\" \"c\" \"z\" .values }}", "ad"),
        ("{{ .values | toJson }}", "{\"a\":1,\"b\":{\"c\":\"d\"}}"),
        ("{{ trunc 2 .path.basename }}{{ trunc -4 .path.basename }}", "euprod"),
        ("{{ and .enabled (or .none .replicas) }}", "3"),
        ("{{ hasPrefix \"eu\" .path.basename }} {{ not .enabled }}", "true false"),
        ("{{ get .values \"nope\" | default \"none\" }}", "none"),
        ("{{ add .replicas 1 2 }}", "6"),
        ("{{ slugify \"Feature/ABC_1!\" }}", "feature-abc-1"),
    ] {
        assert_eq!(fill(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_understood_is_said() {
    for (text, says) in [
        ("{{ .nope }}", "no parameter .nope"),
        ("{{ .path.nope.more }}", "no parameter .path.nope"),
        ("{{ $nope }}", "no parameter $nope"),
        ("{{ regexReplaceAll \"a\" .cluster \"b\" }}", "\"regexReplaceAll\" is not known"),
        ("{{ if .enabled }}", "not closed"),
        ("{{ end }}", "end without a block"),
        ("{{ (.cluster }}", "not closed"),
        ("{{ .cluster ) }}", "not opened"),
        ("{{ .cluster", "not closed"),
        ("{{ \"a }}", "not closed"),
        ("{{ index .path.segments 9 }}", "no item 9"),
        ("{{ template \"x\" }}", "\"template\" is not known"),
        ("{{ .cluster .replicas }}", "takes no arguments"),
        ("{{ repeat 10000000 \"abcdefgh\" }}", "more than"),
        ("{{ fail \"no such thing\" }}", "no such thing"),
        ("{{ }}", "a command is expected"),
    ] {
        let error = fill(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn loops_in_loops_end() {
    let list = "list 1 2 3 4 5 6 7 8 9 10";
    let nested = format!("{}x{}", format!("{{{{ range {list} }}}}").repeat(9), "{{ end }}".repeat(9));
    assert!(matches!(fill(&nested), Err(TemplateError::TooMuch(_))));
    let deep = format!("{}x", "{{ if true }}".repeat(100));
    assert!(fill(&deep).unwrap_err().to_string().contains("nested"));
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(fill(&deep).unwrap_err().to_string().contains("nested"));
}

#[test]
fn a_parameter_that_is_not_there_has_no_value_unless_asked() {
    let template = Template::parse("{{ .a }}-{{ .b.c }}").unwrap();
    assert_eq!(template.fill_in(&json!({}), Missing::NoValue).as_deref(), Ok("<no value>-<no value>"));
    assert_eq!(template.parameters(), [&["a".to_owned()][..], &["b".to_owned(), "c".to_owned()]]);
    assert_eq!(template.only_parameter(), None);
    assert_eq!(
        Template::parse("{{- .a.b -}}").unwrap().only_parameter(),
        Some(&["a".to_owned(), "b".to_owned()][..])
    );
}
