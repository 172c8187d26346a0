//! The cases.

use crate::case::Case;

const CACHE: &str = "- {name: cache, version: ^1, repository: \"\", condition: cache.enabled}\n";

/// Every case; no two have one name.
pub(crate) fn all() -> Vec<Case> {
    [layers(), nulls(), yaml(), set(), set_errors(), parts(), switches(), globals(), imports(), schemas()]
        .into_iter()
        .flatten()
        .collect()
}

fn layers() -> Vec<Case> {
    let defaults = "image: {repository: r/shop, tag: latest}\nhosts: [a, b]\nreplicas: 1\n";
    vec![
        Case::new("defaults", defaults),
        Case::new("no values at all", ""),
        Case::new("a later file wins, maps merge and lists are replaced", defaults)
            .given("image: {tag: \"1\"}\nhosts: [c]\n")
            .given("image: {tag: \"2\", pull: Always}\nreplicas: 3\n"),
        Case::new("a map over a scalar", "a: 1\nb: {c: 1}\n").given("a: {b: 2}\nb: 3\n"),
        Case::new("a scalar and then a map over a map", "b: {c: 1}\n").given("b: 3\n").given("b: {d: 1}\n"),
        Case::new("an empty map and an empty list", "a: {b: 1}\nc: [1]\n").given("a: {}\nc: []\n"),
        Case::new("a values file that is a list", defaults).given("- a\n"),
        Case::new("a values file that is a text", defaults).given("hello\n"),
        Case::new("a values file that is no YAML", defaults).given("a: [1\n"),
    ]
}

fn nulls() -> Vec<Case> {
    let defaults = "a: 1\nb: {c: 1, d: {e: 1}}\nf: [1]\n";
    vec![
        Case::new("null deletes", defaults).given("a: null\nb: {c: null, d: {e: null}}\nf:\n"),
        Case::new("null deletes a map", defaults).given("b: null\n"),
        Case::new("null and then a value", defaults).given("a: null\nb: ~\n").given("a: 2\nb: {x: 1}\n"),
        Case::new("a value and then null", defaults).given("a: 2\n").given("a: null\n"),
        Case::new("null for what is not there", defaults).given("x: null\ny: {z: null}\n"),
        Case::new("null among the defaults", "a: null\nb: {c: null}\n").given("b: {d: 1}\n"),
        Case::new("null among the defaults is set", "a: null\nb: {c: null}\n")
            .given("a: 1\nb: {c: {d: 1}}\n"),
        Case::new("null in a list", defaults).given("f: [1, null, {a: null}]\n"),
        Case::new("null by set", defaults).set("a=null").set("b.c=null"),
    ]
}

fn yaml() -> Vec<Case> {
    vec![
        Case::new("words that YAML 1.1 reads as booleans", "a: yes\nb: off\nc: \"on\"\nd: y\n"),
        Case::new(
            "numbers",
            "a: 0x1F\nb: 017\nc: 1e3\nd: 1_000\ne: 12345678901234567\nf: -.5\ng: \"08\"\nh: 08\n",
        ),
        Case::new("texts", "a: |\n  x\n  y\nb: >-\n  x\n  y\nc: \"\\u00e9\"\nd: 2026-01-02\ne: 1:30\n"),
        Case::new("anchors and merge keys", "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\nd: [*a]\n"),
        Case::new("a merge key over and under", "a: &a {x: 1, y: 2}\nb:\n  y: 0\n  <<: *a\n  x: 9\n"),
        Case::new("a key that is given twice", "a: 1\na: 2\nb: {c: 1, c: 2}\n"),
        Case::new("two documents", "a: 1\n---\nb: 2\n"),
        Case::new("two documents that are given", "a: 1\n").given("b: 1\nc: {d: 1}\n---\nb: 2\nc: {e: 2}\n"),
        Case::new("comments alone", "# nothing\n").given("# nothing\n"),
        Case::new("null alone", "a: 1\n").given("null\n"),
        Case::new("a byte-order mark and Windows' line ends", "\u{feff}a: 1\r\nb:\r\n  - x\r\n"),
        Case::new("JSON", "{\"a\": {\"b\": [1, 2.5, true, null, \"x\"]}}"),
        Case::new("keys that are no texts", "1: a\ntrue: b\n1.5: c\n"),
        Case::new("keys with dots and slashes", "a.b/c: 1\n\"\": 2\n").given("a.b/c: 3\n"),
    ]
}

fn set() -> Vec<Case> {
    let defaults = "a: 1\nimage: {tag: x, pull: y}\nhosts: [{name: a, tls: true}, {name: b}]\n";
    vec![
        Case::new("set by its look", defaults)
            .set("a=5,b=-7,c=true,d=False,e=null,f=007,g=1.5,h=,i=0,j=99999999999999999999,k=+5,l=TRUE"),
        Case::new("set text", defaults).set_text("a=5,c=true,e=null"),
        Case::new("set into maps", defaults).set("image.tag=2").set("x.y.z=1,x.y.w=2"),
        Case::new("set with escapes", defaults).set(r"m.a\.b/c=x\,y,n=a\=b,o=\{x,p=x=y"),
        Case::new("set lists", defaults).set("l={a,b,1,true},m={x}").set("e={}").set_text("s={1,2}"),
        Case::new("set items", defaults).set("hosts[0].name=z").set("hosts[2].name=new").set("l[1]=x"),
        Case::new("set items of items", "m: [[1, 2], [3]]\n").set("m[0][1]=9,n[1][1]=x"),
        Case::new("set over a list in a given file", "l: [0]\n").given("l: [1, 2, 3]\n").set("l[1]=x"),
        Case::new("set an item and its empty value", defaults).set("q[0].a=,r=1"),
        Case::new("set an item with an empty end", defaults).set("q[0].a="),
        Case::new("set JSON", defaults).set_json(r#"a={"b":[1,"x",{"c":null}]},d=5 , e="q", f="#),
        Case::new("set JSON items", defaults).set_json(r#"hosts[1]={"name":"j"},hosts[0].tls=false"#),
        Case::new("set literally", defaults).set_literal(r"x.y=a,b=\c{d}").set_literal("z="),
        Case::new("set from a file", defaults).set_file("cert.pem", "line 1\nline 2, {x}\n"),
        Case::new("kinds of set in Helm's order", "a: 0\n")
            .set_literal("a=literal")
            .set_file("b", "file")
            .set_text("a=text,b=text")
            .set("a=typed,b=typed,c=typed")
            .set_json("a=1,b=1,c=1,d=1"),
        Case::new("set the same twice", defaults).set("a=1,a=2").set("image.tag=p").set("image={q}"),
        Case::new("set with blanks and equals signs", defaults).set("a b= c d ,e==f"),
        Case::new("set what the file has as null", "a: {b: 1}\n").given("x: {y: 1}\n").set("x.y=null,x.z=1"),
    ]
}

fn set_errors() -> Vec<Case> {
    let case = |name, text: &str| Case::new(name, "a: 1\n").given("s: x\nl: [1]\nm: {n: 1}\n").set(text);
    vec![
        case("set without a value", "a"),
        case("set that ends in a comma without value", "a,b=1"),
        case("set through a text", "s.t=1"),
        case("set an item of a text", "s[0]=1"),
        case("set an item of a map", "m[0]=1"),
        case("set a list that does not end", "a={b,c"),
        case("set an index that is no number", "l[x]=1"),
        case("set a negative index", "l[-1]=1"),
        case("set a large index", "l[65537]=1"),
        case("set something behind an index", "l[0]x=1"),
        case("set a name that goes too deep", &format!("{}=1", vec!["a"; 32].join("."))),
        case("set a name that goes deep", &format!("{}=1", vec!["b"; 31].join("."))),
        case("set nothing", ""),
        Case::new("set JSON that is none", "a: 1\n").set_json("a={x"),
    ]
}

fn parts() -> Vec<Case> {
    let cache = "size: 1\nimage: {tag: c}\nenabled: true\n";
    let shop =
        |name, values| Case::new(name, values).part("charts/cache", "cache", cache).dependencies(CACHE);
    vec![
        shop("a part with its own values", "a: 1\n"),
        shop("a part's values in its parent's file", "cache: {size: 2, image: {pull: p}}\n"),
        shop("a part's values are given", "cache: {size: 2}\n").given("cache: {size: 3, image: {tag: g}}\n"),
        shop("a part's value is set", "").set("cache.image.tag=s,cache.new=1"),
        shop("a part's default is deleted by its parent", "cache: {size: null, image: {tag: null}}\n"),
        shop("a part's default is deleted by what is given", "").given("cache: {size: null, image: null}\n"),
        shop("a part's default is deleted and set", "cache: {size: null}\n").given("cache: {size: 7}\n"),
        shop("all values of a part are deleted", "").given("cache: null\n"),
        shop("the values of a part are no map", "").given("cache: true\n"),
        Case::new("a part that is not declared", "a: 1\n").part("charts/cache", "cache", cache),
        Case::new("a part whose version does not fit", "cache: {enabled: false}\n")
            .part("charts/cache", "cache", cache)
            .dependencies("- {name: cache, version: ^2, repository: \"\", condition: cache.enabled}\n"),
        Case::new("one part under two names", "first: {size: 5}\nsecond: {image: {tag: s}}\n")
            .part("charts/cache", "cache", cache)
            .dependencies("- {name: cache, alias: first, version: ^1}\n- {name: cache, alias: second, version: \"*\"}\n"),
        Case::new("parts in parts", "cache: {store: {disk: 9}}\n")
            .part("charts/cache", "cache", "size: 1\nstore: {disk: 5, name: n}\n")
            .part("charts/cache/charts/store", "store", "disk: 1\nkind: ssd\n")
            .given("cache: {store: {kind: null}}\n"),
        Case::new("a part of the repository", "lib: {a: 2}\n")
            .file("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.3.1\n")
            .file("lib/values.yaml", "a: 1\nb: 1\n")
            .dependencies("- {name: lib, version: ~0.3, repository: \"file://../lib\"}\n"),
        Case::new("a chart of the first form", "a: 1\n")
            .file("chart/Chart.yaml", "name: shop\nversion: 1.0.0\n")
            .file("chart/requirements.yaml", "dependencies:\n- {name: cache, version: 1.0.0, condition: on}\n")
            .part("charts/cache", "cache", cache)
            .given("on: false\n"),
    ]
}

fn switches() -> Vec<Case> {
    let two = "- {name: cache, version: 1.x, condition: \"cache.enabled,global.cache\", tags: [back, fast]}\n\
               - {name: queue, version: 1.x, tags: [back]}\n";
    let shop = |name, values| {
        Case::new(name, values)
            .part("charts/cache", "cache", "size: 1\n")
            .part("charts/queue", "queue", "length: 1\n")
            .dependencies(two)
    };
    vec![
        shop("without conditions everything is on", ""),
        shop("a condition switches off", "cache: {enabled: true}\n").given("cache: {enabled: false}\n"),
        shop("the second condition counts where the first is not there", "global: {cache: false}\n"),
        shop("the first condition wins", "global: {cache: false}\ncache: {enabled: true}\n"),
        shop("a condition that is no boolean does not count", "cache: {enabled: \"no\"}\n"),
        shop("a tag switches off", "tags: {back: false}\n"),
        shop("one tag of two is on", "tags: {back: false, fast: true}\n"),
        shop("a condition wins over tags", "tags: {back: false}\ncache: {enabled: true}\n"),
        shop("a condition is set", "cache: {enabled: true}\n").set("cache.enabled=false"),
        shop("what is off keeps what is given", "").given("cache: {enabled: false, x: 1}\n"),
        Case::new("a condition in a part", "cache: {store: {enabled: false}}\n")
            .part("charts/cache", "cache", "size: 1\n")
            .file(
                "chart/charts/cache/Chart.yaml",
                "apiVersion: v2\nname: cache\nversion: 1.0.0\ndependencies:\n- {name: store, version: 1.0.0, condition: store.enabled}\n",
            )
            .part("charts/cache/charts/store", "store", "disk: 1\n")
            .dependencies(CACHE),
    ]
}

fn globals() -> Vec<Case> {
    let shop = |name, values, cache| {
        Case::new(name, values).part("charts/cache", "cache", cache).part(
            "charts/cache/charts/store",
            "store",
            "global: {deep: store, own: 1}\n",
        )
    };
    vec![
        shop("globals reach every part", "global: {a: 1, m: {x: 1}}\n", "size: 1\n"),
        shop(
            "globals win over a part's",
            "global: {a: 1, m: {x: 1}}\n",
            "global: {a: 2, m: {x: 2, y: 2}, b: 2}\n",
        ),
        shop("a part's globals stay below", "a: 1\n", "global: {b: 2}\n"),
        shop("globals for one part", "global: {a: 1}\ncache: {global: {a: 5, b: 5}}\n", "size: 1\n"),
        shop("globals that are given", "global: {a: 1, m: {x: 1}}\n", "")
            .given("global: {a: 2, m: {y: 2}}\n"),
        shop("a global is deleted", "global: {a: 1, b: 1}\n", "global: {a: 3}\n")
            .given("global: {a: null}\n"),
        shop("a global map over a part's text", "global: {m: {x: 1}}\n", "global: {m: t}\n"),
        shop("a global text over a part's map", "global: {m: t}\n", "global: {m: {x: 1}}\n"),
        shop("globals that are no map", "global: t\n", "global: {a: 1}\n"),
    ]
}

fn imports() -> Vec<Case> {
    let shop = |name, values, import: &str| {
        Case::new(name, values)
            .part(
                "charts/cache",
                "cache",
                "exports: {data: {port: 1, deep: {x: 1}}}\nown: {size: 1, m: {y: 1}}\n",
            )
            .dependencies(&format!("- name: cache\n  version: 1.0.0\n  import-values: {import}\n"))
    };
    vec![
        shop("an export is imported", "port: 5\n", "[data]"),
        shop("an export that is not there", "a: 1\n", "[none]"),
        shop("a map is imported below another", "a: {m: {z: 1}}\n", "[{child: own, parent: a}]"),
        shop("a map is imported deep", "", "[{child: own.m, parent: a.b.c}]").given("a: {b: {c: {y: 7}}}\n"),
        shop("a map is imported at the root", "", "[{child: own, parent: .}]").given("size: null\n"),
        shop("what is imported is given otherwise", "", "[data]")
            .given("deep: {x: 9}\ncache: {exports: {data: {port: 4}}}\n"),
    ]
}

fn schemas() -> Vec<Case> {
    let strict = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["a"],
        "properties": {"a": {"type": "integer", "minimum": 2}, "mail": {"pattern": "^[^@]+@x$"}}}"#;
    let remote = r#"{"$ref": "http://127.0.0.1:9/schema.json"}"#;
    let shop = |name, values| Case::new(name, values).file("chart/values.schema.json", strict);
    vec![
        shop("values that keep the schema", "a: 2\nmail: a@x\n"),
        shop("a value that is too small", "a: 1\n"),
        shop("a value of another type", "a: 2\n").given("a: \"2\"\n"),
        shop("a value that is missing", "b: 1\n"),
        shop("a value that is deleted", "a: 2\n").given("a: null\n"),
        shop("a text that does not match", "a: 2\n").set("mail=b@y"),
        Case::new("a part's values break its schema", "cache: {a: 0}\n")
            .part("charts/cache", "cache", "a: 3\n")
            .file("chart/charts/cache/values.schema.json", strict),
        Case::new("a part's values keep its schema", "cache: {a: 4}\n")
            .part("charts/cache", "cache", "a: 3\n")
            .file("chart/charts/cache/values.schema.json", strict),
        Case::new("a schema that is elsewhere", "a: 1\n").file("chart/values.schema.json", remote),
        Case::new("a schema that is no JSON", "a: 1\n").file("chart/values.schema.json", "{"),
    ]
}
