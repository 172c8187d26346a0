use risk_rules::Level::{High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [paths(), claims(), classes(), tls(), guards()].into_iter().flatten().collect()
}

#[test]
fn how_hosts_are_served() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const ROOT: &str =
    "      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}\n";
const HOME: &str =
    "      - {path: /home, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}\n";
const CART: &str =
    "      - {path: /cart, pathType: Exact, backend: {service: {name: web, port: {number: 80}}}}\n";

fn paths() -> Vec<Case> {
    let rule = "ingress-path-removed";
    let both = format!("{HOME}{CART}");
    vec![
        case(rule).given(ROOT, &both).edit(CART, "").gives(
            High,
            "Ingress/shop",
            "spec.rules",
            "Nothing serves /cart of the host shop.example any more.",
        ),
        // What stands for everything below serves it too; the whole host has a rule of its own.
        case(rule).given(ROOT, &format!("{ROOT}{CART}")).edit(CART, ""),
        case(rule).given(ROOT, &both).edit(&both, ROOT),
        case(rule).edit("host: api.shop.example", "host: api2.shop.example"),
        case(rule)
            .given(ROOT, HOME)
            .edit("path: /home, pathType: Prefix", "path: /home, pathType: Exact")
            .gives(
                High,
                "Ingress/shop",
                "spec.rules",
                "Nothing serves what is below /home of the host shop.example any more.",
            ),
        case(rule).given(ROOT, CART).edit("path: /cart, pathType: Exact", "path: /cart, pathType: Prefix"),
    ]
}

fn claims() -> Vec<Case> {
    let rule = "ingress-claimed-twice";
    let other = |annotations: &str, path: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: promo, namespace: shop{annotations}}}\nspec:\n  rules:\n  - host: shop.example\n    http:\n      paths:\n      - {{path: {path}, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}"
        )
    };
    vec![
        case(rule).add(&other("", "/")).gives(
            Medium,
            "Ingress/promo",
            "spec.rules",
            "It claims / of the host shop.example, which Ingress shop claims too.",
        ),
        case(rule).add(&other("", "/promo")),
        case(rule).add(&other(", annotations: {nginx.ingress.kubernetes.io/canary: \"true\"}", "/")),
    ]
}

const INGRESS: &str = "metadata: {name: shop, namespace: shop}\nspec:\n  rules:\n";

fn with_spec(field: &str) -> String {
    format!("metadata: {{name: shop, namespace: shop}}\nspec:\n  {field}\n  rules:\n")
}

fn annotated(annotations: &str) -> String {
    format!("metadata: {{name: shop, namespace: shop, annotations: {{{annotations}}}}}\nspec:\n  rules:\n")
}

fn classes() -> Vec<Case> {
    let rule = "ingress-class-changed";
    vec![
        case(rule)
            .given(INGRESS, &with_spec("ingressClassName: nginx"))
            .edit("ingressClassName: nginx", "ingressClassName: internal")
            .gives(
                High,
                "Ingress/shop",
                "spec.ingressClassName",
                "It goes from the class nginx to internal: another controller serves it, at another address.",
            ),
        case(rule)
            .given(INGRESS, &annotated("kubernetes.io/ingress.class: nginx"))
            .edit(&annotated("kubernetes.io/ingress.class: nginx"), &with_spec("ingressClassName: nginx")),
        case(rule).edit(INGRESS, &with_spec("ingressClassName: nginx")),
        case(rule)
            .given(INGRESS, &with_spec("ingressClassName: nginx"))
            .edit(&with_spec("ingressClassName: nginx"), INGRESS)
            .gives(
                Medium,
                "Ingress/shop",
                "spec.ingressClassName",
                "It loses its class nginx: the cluster's default controller serves it, at another address perhaps, or none.",
            ),
    ]
}

fn tls() -> Vec<Case> {
    let (removed, missing) = ("tls-removed", "tls-secret-missing");
    let with = with_spec("tls: [{hosts: [shop.example, api.shop.example], secretName: cert}]");
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: cert, namespace: shop}\ntype: kubernetes.io/tls";
    let certificate = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: cert, namespace: shop}\nspec: {secretName: cert}";
    vec![
        case(removed).given(INGRESS, &with).edit("[shop.example, api.shop.example]", "[shop.example]").gives(
            High,
            "Ingress/shop",
            "spec.tls",
            "The host api.shop.example is served without the certificate that it had.",
        ),
        case(removed)
            .given(INGRESS, &with)
            .edit("[shop.example, api.shop.example]", "[shop.example, \"*.shop.example\"]"),
        case(removed).edit(INGRESS, &with),
        case(missing).given(INGRESS, &with).given_also(secret).remove("Secret", "cert").gives(
            High,
            "Ingress/shop",
            "spec.tls",
            "It serves TLS with Secret cert, which the change removes.",
        ),
        case(missing).edit(INGRESS, &with).gives(
            Medium,
            "Ingress/shop",
            "spec.tls",
            "It serves TLS with Secret cert, which is not in the files; it must exist in the target.",
        ),
        case(missing).edit(INGRESS, &with).add(certificate),
        case(missing).given(INGRESS, &with).edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn guards() -> Vec<Case> {
    let rule = "ingress-guard-removed";
    let auth = annotated("nginx.ingress.kubernetes.io/auth-url: \"https://auth.example\"");
    let redirect = annotated("nginx.ingress.kubernetes.io/ssl-redirect: \"true\"");
    vec![
        case(rule).given(INGRESS, &auth).edit(&auth, INGRESS).gives(
            High,
            "Ingress/shop",
            "metadata.annotations[\"nginx.ingress.kubernetes.io/auth-url\"]",
            "The annotation auth-url is gone: requests reach the pods without that check.",
        ),
        case(rule).given(INGRESS, &redirect).edit("ssl-redirect: \"true\"", "ssl-redirect: \"false\"").says(
            High,
            "Ingress/shop",
            "metadata.annotations[\"nginx.ingress.kubernetes.io/ssl-redirect\"]",
            "plain HTTP is answered too",
        ),
        case(rule).given(INGRESS, &auth).edit("https://auth.example", "https://login.example"),
        case(rule)
            .given(INGRESS, &annotated("nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8"))
            .edit("whitelist-source-range", "allowlist-source-range"),
        case(rule)
            .given(INGRESS, &annotated("nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8"))
            .edit("10.0.0.0/8", "0.0.0.0/0")
            .gives(
                High,
                "Ingress/shop",
                "metadata.annotations[\"nginx.ingress.kubernetes.io/whitelist-source-range\"]",
                "whitelist-source-range becomes every address: requests reach the pods from anywhere.",
            ),
        case(rule)
            .given(INGRESS, &annotated("nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8"))
            .edit("10.0.0.0/8", "10.0.0.0/9"),
    ]
}
