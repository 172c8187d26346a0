//! Expressions with the values that the documentation of CEL in Kubernetes, of its libraries
//! (`k8s.io/apiserver/pkg/cel/library`), of `cel-go/ext` and the CEL specification give for them.

use admission_cel::{Fault, Steps, expression};
use serde_json::{Value, json};

fn value(text: &str, object: &Value) -> Result<String, Fault> {
    expression(text, object, &Steps::of(100_000))
}

#[track_caller]
fn holds(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(value(text, &json!({})).as_deref(), Ok(*expected), "{text}");
    }
}

#[track_caller]
fn fails(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        match value(text, &json!({})) {
            Err(Fault::Error(why)) => assert!(why.contains(expected), "{text}: {why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn examples_of_validation_rules_in_the_documentation() {
    let object = json!({
        "minReplicas": 1, "replicas": 3, "maxReplicas": 5, "stateCounts": {"Available": 2}, "list1": [], "list2": [1],
        "envars": [{"name": "MY_ENV", "value": "abc"}, {"name": "OTHER", "value": "1"}], "health": "ok: fine",
        "widgets": [{"key": "x", "foo": 9}], "set1": [1, 2], "set2": [3], "names": ["a"], "details": {"a": {}},
        "metadata": {"name": "web-1"}, "prefix": "web", "created": "2020-01-01T00:00:00Z", "ttl": "24h",
        "expired": "2020-01-03T00:00:00Z", "max-size": 3,
    });
    for text in [
        "object.minReplicas <= object.replicas && object.replicas <= object.maxReplicas",
        "'Available' in object.stateCounts",
        "(size(object.list1) == 0) != (size(object.list2) == 0)",
        "object.envars.filter(e, e.name == 'MY_ENV').all(e, e.value.matches('^[a-zA-Z]*$'))",
        "has(object.expired) && timestamp(object.created) + duration(object.ttl) < timestamp(object.expired)",
        "object.health.startsWith('ok')",
        "object.widgets.exists(w, w.key == 'x' && w.foo < 10)",
        "type(object) == string ? object == '100%' : object.replicas == 3",
        "object.metadata.name.startsWith(object.prefix)",
        "object.set1.all(e, !(e in object.set2))",
        "size(object.names) == size(object.details) && object.names.all(n, n in object.details)",
        "object.max__dash__size == 3 && object['max-size'] == 3",
        "has(object.spec) == false && !has(object.spec)",
    ] {
        assert_eq!(value(text, &object).as_deref(), Ok("true"), "{text}");
    }
}

#[test]
fn numbers_are_compared_across_types_and_overflow() {
    holds(&[
        ("1 == 1.0 && 1u == 1 && dyn(1) < 1.5", "true"),
        ("7 / 2", "3"),
        ("-7 % 3", "-1"),
        ("1 in [1.0]", "true"),
        ("[1, 2] == [1.0, 2u]", "true"),
        ("{'a': 1} == {'a': 1.0}", "true"),
        ("1 == '1'", "false"),
        ("string(1e21)", "1e+21"),
        ("double('1.5') + 0.25", "1.75"),
        ("int(3.99)", "3"),
    ]);
    fails(&[
        ("9223372036854775807 + 1", "integer overflow"),
        ("1 / 0", "division by zero"),
        ("1 % 0", "modulus by zero"),
        ("1 + 'a'", "no such overload"),
        ("1 + 1.0", "no such overload"),
        ("[1][3]", "index out of bounds: 3"),
        ("{'a': 1}.b", "no such key: b"),
        ("nobody", "undeclared reference to 'nobody'"),
        ("{'a': 1, 'a': 2}", "duplicate map key"),
    ]);
}

/// The specification: `&&` and `||` are commutative in errors, and `all` and `exists` are made of them.
#[test]
fn what_decides_wins_over_an_error() {
    holds(&[
        ("1 / 0 == 1 || true", "true"),
        ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 && false", "false"),
        ("[0, 1].exists(x, 1 / x == 1)", "true"),
        ("[0, 2].all(x, 1 / x == 1)", "false"),
        ("[].all(x, false)", "true"),
        ("[1, 2, 3].exists_one(x, x > 2)", "true"),
        ("[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"),
        ("{'a': 1, 'b': 2}.filter(k, k != 'a')", "[b]"),
    ]);
    fails(&[
        ("1 / 0 == 1 || false", "division by zero"),
        ("[0, 2].exists(x, 1 / x == 1)", "division by zero"),
    ]);
}

#[test]
fn optional_values() {
    let object = json!({"spec": {"replicas": 2}});
    for (text, expected) in [
        ("object.?spec.?replicas.orValue(1)", "2"),
        ("object.?status.?replicas.orValue(1)", "1"),
        ("object.?spec.replicas.hasValue()", "true"),
        ("object[?'spec'].hasValue()", "true"),
        ("[?object.?status, 1]", "[1]"),
        ("{?'a': object.?status, 'b': 1}", "{b: 1}"),
        ("object.?spec.optMap(s, s.replicas + 1).orValue(0)", "3"),
        ("optional.none().or(optional.of(4)).value()", "4"),
        ("optional.ofNonZeroValue('').hasValue()", "false"),
        ("object.?spec.orValue(1 / 0).replicas", "2"),
    ] {
        assert_eq!(value(text, &object).as_deref(), Ok(expected), "{text}");
    }
}

/// The tables of "Common Expression Language in Kubernetes".
#[test]
fn the_list_and_regex_libraries() {
    holds(&[
        ("['a', 'b', 'b'].isSorted()", "true"),
        ("[2, 1].isSorted()", "false"),
        ("[{'weight': 0.5}, {'weight': 0.5}].map(x, x.weight).sum() == 1.0", "true"),
        ("[1, 3].max() < [4, 5].min()", "true"),
        ("['a', 'should-be-first'].indexOf('should-be-first')", "1"),
        ("[1, 2, 1].lastIndexOf(1)", "2"),
        ("'abc 123'.find('[0-9]+')", "123"),
        ("'1, 2, 3, 4'.findAll('[0-9]+').map(x, int(x)).sum() < 100", "true"),
        ("'1, 2, 3'.findAll('[0-9]+', 2)", "[1, 2]"),
        ("'abc'.matches('^b')", "false"),
        ("matches('abc', 'b')", "true"),
    ]);
    fails(&[("[].min()", "min called on empty list"), ("'a'.matches('(')", "error parsing regexp")]);
}

#[test]
fn the_url_library() {
    holds(&[
        ("url('https://example.com:80/').getHost()", "example.com:80"),
        ("url('https://example.com/path with spaces/').getEscapedPath()", "/path%20with%20spaces/"),
        ("url('https://[::1]:80/').getHostname()", "::1"),
        ("url('https://example.com:80/').getPort()", "80"),
        ("url('/path').getScheme()", ""),
        ("url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()", "{k1: [a], k2: [b, c]}"),
        ("isURL('https://user:pass@example.com:80/path?query=val#fragment')", "true"),
        ("isURL('/absolute-path')", "true"),
        ("isURL('https://a:b:c/')", "false"),
        ("isURL('../relative-path')", "false"),
    ]);
}

#[test]
fn the_quantity_library() {
    holds(&[
        ("isQuantity('1.3Gi') && isQuantity('10000k') && !isQuantity('1,3G')", "true"),
        ("quantity('500000G').isInteger()", "true"),
        ("quantity('50k').asInteger() == 50000", "true"),
        ("quantity('50k').add(quantity('20k')) == quantity('70k')", "true"),
        ("quantity('50k').sub(20000) == quantity('30k')", "true"),
        ("quantity('200M').compareTo(quantity('0.2G'))", "0"),
        ("quantity('50M').compareTo(quantity('50Mi'))", "-1"),
        ("quantity('150Mi').isGreaterThan(quantity('100Mi'))", "true"),
        ("quantity('50M').isLessThan(quantity('100M'))", "true"),
        ("quantity('-200').sign()", "-1"),
    ]);
    fails(&[("quantity('many')", "quantities must match the regular expression")]);
}

#[test]
fn the_ip_cidr_and_semver_libraries() {
    holds(&[
        ("isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256')", "true"),
        ("ip.isCanonical('127.0.0.1') && !ip.isCanonical('2001:DB8::abcd')", "true"),
        ("ip('127.0.0.1').family() == 4 && ip('::1').family() == 6", "true"),
        ("ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()", "true"),
        ("ip('224.0.0.1').isLinkLocalMulticast() && ip('fe80::1').isLinkLocalUnicast()", "true"),
        ("cidr('192.168.0.0/24').containsIP('192.168.0.1')", "true"),
        ("cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))", "false"),
        ("cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')", "true"),
        ("string(cidr('192.168.0.1/24').masked())", "192.168.0.0/24"),
        ("cidr('::1/128').prefixLength()", "128"),
        ("isCIDR('192.168.0.0/33')", "false"),
        ("semver('1.2.3').isGreaterThan(semver('1.2.2')) && semver('1.2.3').major() == 1", "true"),
        ("isSemver('1.0.0') && !isSemver('1.0') && isSemver('v1.0', true)", "true"),
        ("semver('v01.2', true) == semver('1.2.0')", "true"),
    ]);
}

/// `cel-go/ext`: strings, version 2, and sets.
#[test]
fn the_string_and_set_libraries() {
    holds(&[
        ("'hello mellow'.indexOf('ello', 2)", "7"),
        ("'hello mellow'.lastIndexOf('ello')", "7"),
        ("'hello mellow'.lastIndexOf('ello', 6)", "1"),
        ("['hello', 'mellow'].join(' ')", "hello mellow"),
        ("'hello hello'.replace('he', 'we', 1)", "wello hello"),
        ("'hello hello hello'.split(' ', 2)", "[hello, hello hello]"),
        ("'tacocat'.substring(0, 4)", "taco"),
        ("'TacoCat'.lowerAscii() + 'TacoCåt Xii'.upperAscii()", "tacocatTACOCåT XII"),
        ("'  \\ttrim\\n    '.trim()", "trim"),
        ("'hello'.charAt(4)", "o"),
        (
            "'this is a string: %s\\nand an integer: %d'.format(['str', 42])",
            "this is a string: str\nand an integer: 42",
        ),
        ("'%.3f'.format([1.2345]) + ' %x %X %b %o'.format([30, 30, 5, 11])", "1.234 1e 1E 101 13"),
        ("'%s'.format([[1, 'a', {'k': true}]])", "[1, \"a\", {\"k\":true}]"),
        ("'%e'.format([1052.032911275])", "1.052033×10⁰³"),
        ("size('TacoCåt')", "7"),
        ("sets.contains([1, 2, 3, 4], [2, 3]) && sets.equivalent([1], [1, 1, 1.0])", "true"),
        ("sets.intersects([1], [2])", "false"),
        ("format.dns1123Label().validate('contains a space').hasValue()", "true"),
        ("format.named('dns1123Label').value().validate('fine') == optional.none()", "true"),
        ("[1, 2].all(i, v, i < v)", "true"),
        ("{'a': 1}.transformMap(k, v, v + 1)", "{a: 2}"),
        ("['x'].transformList(i, v, v + string(i))", "[x0]"),
    ]);
    fails(&[("'tacocat'.charAt(9)", "index out of range: 9")]);
}

#[test]
fn times() {
    holds(&[
        ("timestamp('2023-10-02T10:30:00Z').getHours()", "10"),
        ("timestamp('2023-10-02T10:30:00Z').getHours('+02:00')", "12"),
        ("timestamp('2023-10-02T10:30:00Z').getMonth()", "9"),
        ("string(timestamp('2023-10-02T10:30:00Z') - duration('1h30m'))", "2023-10-02T09:00:00Z"),
        ("string(duration('1.5h'))", "5400s"),
        ("duration('90m') == duration('1h') + duration('30m')", "true"),
    ]);
}

#[test]
fn a_function_that_nobody_has_is_named() {
    let missing = value("math.greatest(1, 2) == 2", &json!({}));
    assert_eq!(missing, Err(Fault::Error("undeclared reference to 'math'".to_owned())));
    let missing = value("object.frobnicate()", &json!({}));
    assert_eq!(missing, Err(Fault::Unsupported("the function frobnicate".to_owned())));
}
