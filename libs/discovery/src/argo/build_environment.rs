//! The variables that Argo CD puts into some fields of an Application's source ("Build Environment" in its user guide).

/// What is known of them here. The revisions (`ARGOCD_APP_REVISION…`) are not: they are those of a sync.
#[derive(Debug, Clone, Default)]
pub(crate) struct BuildEnvironment {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) project: String,
    pub(crate) path: String,
    pub(crate) url: String,
    pub(crate) target_revision: String,
}

impl BuildEnvironment {
    /// The text with `$NAME` and `${NAME}` put in; what is not known stays.
    pub(crate) fn fill_in(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            let (name, after) = variable(&rest[at..]);
            match self.value(name) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&rest[at..rest.len() - after.len()]),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str) -> Option<&str> {
        Some(match name {
            "ARGOCD_APP_NAME" => &self.name,
            "ARGOCD_APP_NAMESPACE" => &self.namespace,
            "ARGOCD_APP_PROJECT_NAME" => &self.project,
            "ARGOCD_APP_SOURCE_PATH" => &self.path,
            "ARGOCD_APP_SOURCE_REPO_URL" => &self.url,
            "ARGOCD_APP_SOURCE_TARGET_REVISION" => &self.target_revision,
            _ => return None,
        })
    }
}

/// The name of the variable that a text starts with, and what comes after it.
fn variable(text: &str) -> (&str, &str) {
    let name = &text[1..];
    if let Some((inside, after)) = name.strip_prefix('{').and_then(|name| name.split_once('}')) {
        return (inside, after);
    }
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    name.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_and_the_rest_stays() {
        let environment = BuildEnvironment { name: "shop-prod".into(), ..BuildEnvironment::default() };
        for (text, expected) in [
            ("values-$ARGOCD_APP_NAME.yaml", "values-shop-prod.yaml"),
            ("${ARGOCD_APP_NAME}$", "shop-prod$"),
            ("$values/a/${ARGOCD_APP_REVISION}", "$values/a/${ARGOCD_APP_REVISION}"),
            ("${", "${"),
        ] {
            assert_eq!(environment.fill_in(text), expected);
        }
    }
}
