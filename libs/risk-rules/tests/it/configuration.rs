use risk_rules::Level::{High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [keys(), references(), restarts()].into_iter().flatten().collect()
}

#[test]
fn what_pods_read() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn keys() -> Vec<Case> {
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db, namespace: shop}\nspec: {encryptedData: {url: AgB}}";
    vec![
        case("config-key-missing").edit("  log-level: info\n", "").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].env[name=LOG_LEVEL]",
            "The key log-level that it reads from ConfigMap web-config is not there: its container does not start.",
        ),
        case("config-key-missing").edit("  eu.csv: \"a,1\"\n", "").gives(
            High,
            "Deployment/web",
            "spec.template.spec.volumes[name=rates]",
            "The key eu.csv that it reads from ConfigMap rates is not there: its container does not start.",
        ),
        case("config-key-missing").edit("secretKeyRef: {name: db, key: url}", "secretKeyRef: {name: db, key: dsn}").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].env[name=DB_URL]",
            "The key dsn that it reads from Secret db is not there: its container does not start.",
        ),
        case("config-key-missing").edit("  us.csv: \"b,2\"\n", ""),
        case("config-key-missing").edit("  banner: \"spring\"\n", ""),
        case("config-key-missing").edit("key: log-level}", "key: log-format, optional: true}"),
        case("config-key-missing").given("key: log-level}", "key: log-format}").edit("web:2.4.1", "web:2.5.0"),
        // A controller makes the Secret, with this key.
        case("config-key-missing").remove("Secret", "db").add(sealed),
    ]
}

fn references() -> Vec<Case> {
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db-from-vault, namespace: shop}\nspec: {target: {name: db}, dataFrom: [{extract: {key: db}}]}";
    vec![
        case("reference-missing").remove("ConfigMap", "web-config").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].env[name=LOG_LEVEL]",
            "It still needs ConfigMap web-config, which the change removes.",
        ),
        case("reference-missing").edit("serviceAccountName: web", "serviceAccountName: storefront").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.serviceAccountName",
            "It newly needs ServiceAccount storefront, which is not in the files; it must exist in namespace shop.",
        ),
        case("reference-missing")
            .edit("      volumes:\n", "      volumes:\n      - {name: up, persistentVolumeClaim: {claimName: media}}\n")
            .gives(
                Medium,
                "Deployment/web",
                "spec.template.spec.volumes[name=up]",
                "It newly needs PersistentVolumeClaim media, which is not in the files; it must exist in namespace shop.",
            ),
        case("reference-missing").edit("serviceAccountName: web", "serviceAccountName: default"),
        case("reference-missing").remove("Secret", "db").add(external),
        // It was never in the files.
        case("reference-missing").given_without("Secret", "db").edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn restarts() -> Vec<Case> {
    vec![
        case("config-without-restart").edit("log-level: info", "log-level: debug").gives(
            Medium,
            "ConfigMap/web-config",
            "data.log-level",
            "log-level changes, but Deployment web reads it only when a pod starts, and nothing in the change \
             restarts its pods.",
        ),
        case("config-without-restart").edit("(secret 00000001)", "(secret 00000002)").gives(
            Medium,
            "Secret/db",
            "stringData.url",
            "url changes, but Deployment web reads it only when a pod starts, and nothing in the change restarts its \
             pods.",
        ),
        // Another key; a restart with the same change; a mounted file, which follows; a tool that restarts.
        case("config-without-restart").edit("banner: \"spring\"", "banner: \"summer\""),
        case("config-without-restart").edit("log-level: info", "log-level: debug").edit("web:2.4.1", "web:2.5.0"),
        case("config-without-restart").edit("eu.csv: \"a,1\"", "eu.csv: \"a,2\""),
        case("config-without-restart")
            .given(
                "metadata: {name: web, namespace: shop}\nspec:\n  replicas",
                "metadata: {name: web, namespace: shop, annotations: {reloader.stakater.com/auto: \"true\"}}\nspec:\n  replicas",
            )
            .edit("log-level: info", "log-level: debug"),
        case("config-without-restart")
            .given("{name: rates, mountPath: /etc/rates}", "{name: rates, mountPath: /etc/rates/eu.csv, subPath: eu.csv}")
            .edit("eu.csv: \"a,1\"", "eu.csv: \"a,2\"")
            .gives(
                Medium,
                "ConfigMap/rates",
                "data[\"eu.csv\"]",
                "eu.csv changes, but Deployment web reads it only when a pod starts, and nothing in the change restarts \
                 its pods.",
            ),
    ]
}
