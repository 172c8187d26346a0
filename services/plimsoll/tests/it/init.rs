//! `plimsoll init`.

use crate::sandbox::Sandbox;

const OVERLAY: &str = "resources: [web.yaml]\n";

fn shop() -> Sandbox {
    Sandbox::new()
        .file("overlays/staging/kustomization.yaml", OVERLAY)
        .file("overlays/production/kustomization.yaml", OVERLAY)
}

#[test]
fn a_file_to_start_from_is_printed() {
    let run = shop().run(&["init"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.contains("# the directory overlays/production (overlays/production/kustomization.yaml:1)\n"),
        "{run:?}"
    );
    assert!(run.out.contains("    - from: staging\n      to: production\n"), "{run:?}");
}

#[test]
fn it_is_written_when_asked_for_and_never_over_another() {
    let shop = shop();
    let run = shop.run(&["init", "--write"]);
    assert_eq!((run.code, run.out.as_str()), (0, "wrote plimsoll.yaml\n"));
    let written = std::fs::read_to_string(shop.path().join("plimsoll.yaml")).unwrap();
    assert!(written.contains("path: overlays/staging\n"), "{written}");
    let again = shop.run(&["init", "--write"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""));
    assert!(again.err.contains("application is already in plimsoll.yaml"), "{again:?}");
    assert_eq!(std::fs::read_to_string(shop.path().join("plimsoll.yaml")).unwrap(), written);
    // One that cannot be read is somebody's all the same.
    shop.put("plimsoll.yaml", "kind: Application\n");
    let run = shop.run(&["init", "--write"]);
    assert_eq!((run.code, run.error_code()), (1, "INIT_EXISTS"));
    assert_eq!(std::fs::read_to_string(shop.path().join("plimsoll.yaml")).unwrap(), "kind: Application\n");
}

#[test]
fn several_applications_have_a_file_each() {
    let two = Sandbox::new()
        .file("apps/shop/overlays/staging/kustomization.yaml", OVERLAY)
        .file("apps/cart/overlays/staging/kustomization.yaml", OVERLAY);
    let run = two.run(&["init"]);
    assert!(
        run.out.contains("# apps/cart/plimsoll.yaml\n")
            && run.out.contains("---\n# apps/shop/plimsoll.yaml\n"),
        "{run:?}"
    );
    assert_eq!(two.run(&["init", "shop", "--write"]).out, "wrote apps/shop/plimsoll.yaml\n");
    assert_eq!(two.run(&["init", "nope"]).error_code(), "APPLICATION_NOT_FOUND");
    let shared = Sandbox::new()
        .file("envs/staging/shop/kustomization.yaml", OVERLAY)
        .file("envs/staging/cart/kustomization.yaml", OVERLAY);
    let run = shared.run(&["init", "--write"]);
    assert_eq!((run.code, run.error_code()), (1, "INIT_SHARED"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let run = Sandbox::new().run(&["init"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("nothing here looks like an environment"), "{run:?}");
    let broken =
        shop().file("argocd/app.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nkind: Twice\n");
    let run = broken.run(&["init"]);
    assert!(run.err.contains("argocd/app.yaml:3: the key \"kind\" is given twice"), "{run:?}");
}
