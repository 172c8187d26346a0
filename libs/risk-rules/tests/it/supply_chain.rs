use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

const IMAGE: &str = "spec.template.spec.containers[name=web].image";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("image-unpinned").edit("shop/web:2.4.1", "shop/web:latest").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].image",
            "The image of container web, registry.example/shop/web:latest, has the tag latest: what runs may change \
             at any restart, and nobody can say what it was.",
        ),
        case("image-unpinned").edit("shop/web:2.4.1", "shop/web").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].image",
            "The image of container web, registry.example/shop/web, has no tag, which means latest: what runs may \
             change at any restart, and nobody can say what it was.",
        ),
        case("image-unpinned").given("shop/web:2.4.1", "shop/web:latest").edit("shop/web:latest", "shop/web"),
        case("image-unpinned").edit("shop/web:2.4.1", "shop/web:latest@sha256:bbbb"),
        case("digest-moved-under-tag").edit("@sha256:aaaa", "@sha256:bbbb").gives(
            Medium,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].image",
            "The tag 1.8.0 of registry.example/shop/worker points at another build than before: sha256:bbbb instead \
             of sha256:aaaa.",
        ),
        case("digest-moved-under-tag").edit("1.8.0@sha256:aaaa", "1.9.0@sha256:bbbb"),
        case("digest-moved-under-tag").edit("1.8.0@sha256:aaaa", "1.8.0"),
        case("image-older").edit("shop/web:2.4.1", "shop/web:2.4.0").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].image",
            "The image of container web goes back from 2.4.1 to 2.4.0.",
        ),
        case("image-older").edit("shop/web:2.4.1", "shop/web:9fceb02"),
        case("image-older").edit("shop/web:2.4.1", "shop/web:2.4"),
        case("image-older").edit("shop/web:2.4.1", "shop/storefront:1.0.0"),
        case("image-name-invalid").edit("shop/web:2.4.1", "Shop/web:2.4.2").gives(
            High,
            "Deployment/web",
            IMAGE,
            "The image of container web, registry.example/Shop/web:2.4.2, has upper case in its repository: no node can pull \
             it (InvalidImageName).",
        ),
        case("image-name-invalid").edit("registry.example/shop/web:2.4.1", "\"registry.example/shop/web: 2.4.2\"").says(
            High,
            "Deployment/web",
            IMAGE,
            "has a blank in it",
        ),
        case("image-name-invalid").edit("registry.example/shop/web:2.4.1", "Registry.Example/shop/web:2.4.2-RC1"),
        case("image-digest-dropped").edit("1.8.0@sha256:aaaa", "1.9.0").gives(
            Medium,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].image",
            "The image of container worker loses its digest: what the tag 1.9.0 points at may change, and nobody would see it \
             here.",
        ),
        case("image-digest-dropped").edit("1.8.0@sha256:aaaa", "1.9.0@sha256:bbbb"),
        case("image-digest-dropped").edit("shop/worker:1.8.0@sha256:aaaa", "shop/jobs:1.0.0"),
        case("image-major-skipped").edit("shop/web:2.4.1", "shop/web:5.0.0").gives(
            Low,
            "Deployment/web",
            IMAGE,
            "The image of container web goes from the major version 2 to 5, past the 2 between.",
        ),
        case("image-major-skipped").edit("shop/web:2.4.1", "shop/web:3.0.0"),
        case("image-major-skipped").edit("shop/web:2.4.1", "shop/web:2024.1.0"),
        case("image-major-skipped").edit("postgres:16.2", "postgres:18.0"),
    ]
}

#[test]
fn which_software_runs() {
    cases().iter().for_each(|case| {
        case.check();
    });
}
