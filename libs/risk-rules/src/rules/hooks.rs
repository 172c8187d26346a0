//! Hooks of Argo CD and Helm, and when they are deleted.

use kube_model::Object;

use crate::model::Change;

const ARGO: [&str; 2] = ["argocd.argoproj.io/hook", "argocd.argoproj.io/hook-delete-policy"];
const HELM: [&str; 2] = ["helm.sh/hook", "helm.sh/hook-delete-policy"];

/// When a hook is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deletion {
    /// Before it is made anew.
    Before,
    /// When it has succeeded.
    Succeeded,
    /// When it has failed.
    Failed,
}

/// The words of an annotation.
fn words<'a>(object: &'a Object, annotation: &str) -> impl Iterator<Item = &'a str> {
    let text = object.text(&["metadata", "annotations", annotation]).unwrap_or_default();
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Both write their policies in words of their own, and Argo CD reads Helm's too (Argo CD documentation, "Sync Phases and
/// Waves" and "Helm"). Without one that they know, a hook is deleted before it is made anew (the same, and Helm
/// documentation, "Chart Hooks").
fn deletions(hook: &Object) -> Vec<Deletion> {
    let known = |word: &str| match word {
        "BeforeHookCreation" | "before-hook-creation" => Some(Deletion::Before),
        "HookSucceeded" | "hook-succeeded" => Some(Deletion::Succeeded),
        "HookFailed" | "hook-failed" => Some(Deletion::Failed),
        _ => None,
    };
    let words = [ARGO[1], HELM[1]].into_iter().flat_map(|annotation| words(hook, annotation));
    let deletions: Vec<Deletion> = words.filter_map(known).collect();
    if deletions.is_empty() { vec![Deletion::Before] } else { deletions }
}

/// Whether an object is a hook.
pub(super) fn is_hook(object: &Object) -> bool {
    [ARGO[0], HELM[0]].into_iter().any(|annotation| words(object, annotation).next().is_some())
}

/// Whether a hook is applied where the application is there already: those of an end, of a failure, of a rollback, of a test
/// and of Helm's first installation are not. Argo CD takes the last as a hook of every sync.
fn is_applied(hook: &Object) -> bool {
    let argo = words(hook, ARGO[0]).any(|phase| matches!(phase, "PreSync" | "Sync" | "PostSync"));
    let helm = |phase: &str| matches!(phase, "pre-upgrade" | "post-upgrade" | "pre-install" | "post-install");
    argo || words(hook, HELM[0]).any(helm)
}

/// Whether what was a hook, or is one after, is not there any more when it is applied, or is not applied at all. A hook that
/// failed ends its sync, so that the state before has none that waits for its success.
pub(super) fn is_out_of_the_way(before: &Object, after: &Object) -> bool {
    (is_hook(after) && (!is_applied(after) || deletions(after).contains(&Deletion::Before)))
        || (is_hook(before) && deletions(before).contains(&Deletion::Succeeded))
}

/// What the API server names is a new object each time; hooks and forced replacements are deleted and made anew by those who
/// apply them.
pub(super) fn is_made_anew(before: &Object, after: &Object) -> bool {
    let annotation = |key: &str| after.text(&["metadata", "annotations", key]);
    after.key.name.ends_with('*')
        || is_out_of_the_way(before, after)
        || annotation("kustomize.toolkit.fluxcd.io/force") == Some("enabled")
        || annotation("argocd.argoproj.io/sync-options")
            .is_some_and(|options| options.split(',').any(|option| option.trim() == "Force=true"))
}

/// The objects of this kind that stay, and are not made anew.
pub(super) fn kept<'a>(change: &Change<'a>, kind: &str) -> impl Iterator<Item = (&'a Object, &'a Object)> {
    change.kept(kind).filter(|(before, after)| !is_made_anew(before, after))
}
