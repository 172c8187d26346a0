//! What an approval is bound to.

use ids::BlobHash;

/// Everything that a preview says, by the hashes of the documents that say it: of each the SHA-256 of its canonical
/// form, which is the name of its blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewParts {
    /// What the change does to the bill for nodes.
    pub bill: BlobHash,
    /// The cost.
    pub cost: BlobHash,
    /// The findings: the document of the risk stage.
    pub findings: BlobHash,
    /// The plan.
    pub plan: BlobHash,
    /// What the application says of the promotion.
    pub policy: BlobHash,
    /// The prices.
    pub price_book: BlobHash,
    /// What is known of the cluster: its nodes, and what runs on them.
    pub snapshot: BlobHash,
}

/// The hash of a preview: the SHA-256 of the canonical form of an object that has the hash of each part under its name
/// (`{"bill":"…","cost":"…","findings":"…","plan":"…","policy":"…","price_book":"…","snapshot":"…"}`). Whoever has the parts, or
/// only their hashes, can compute it.
#[must_use]
pub fn preview_hash(parts: &PreviewParts) -> BlobHash {
    let PreviewParts { bill, cost, findings, plan, policy, price_book, snapshot } = parts;
    let written = format!(
        r#"{{"bill":"{bill}","cost":"{cost}","findings":"{findings}","plan":"{plan}","policy":"{policy}","price_book":"{price_book}","snapshot":"{snapshot}"}}"#
    );
    BlobHash::of(written.as_bytes())
}

/// The hash of a group of plans that were made together: the SHA-256 of the canonical form of the list of their hashes,
/// sorted and each as often as it occurs (`["2e7d…","a3f1…"]`).
#[must_use]
pub fn group_hash(plans: &[BlobHash]) -> BlobHash {
    let mut plans: Vec<String> = plans.iter().map(|plan| format!("\"{plan}\"")).collect();
    plans.sort();
    BlobHash::of(format!("[{}]", plans.join(",")).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: `printf '["%s","%s"]' $(printf b | sha256sum | cut -c1-64) $(printf a | sha256sum | cut -c1-64) | sha256sum`
    /// (`b` hashes to 3e23…, `a` to ca97…).
    #[test]
    fn a_group_is_named_by_its_plans_in_any_order() {
        let (a, b) = (BlobHash::of(b"a"), BlobHash::of(b"b"));
        let hash = group_hash(&[a, b]).to_string();
        assert_eq!(hash, "ebe55a13ed3795e25cb601542e592c08cbfd3d277506e76f53c19af3456aa31a");
        assert_eq!(group_hash(&[b, a]).to_string(), hash);
        assert_ne!(group_hash(&[a]).to_string(), hash);
        // printf '[]' | sha256sum
        assert_eq!(
            group_hash(&[]).to_string(),
            "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
        );
    }

    /// Each hash is that of the part's first letter, as `printf c | sha256sum` gives it; the last line is
    /// `printf '{"bill":"de7d…","cost":"2e7d…",…,"snapshot":"043a…"}' | sha256sum`.
    #[test]
    fn anybody_can_compute_it_from_the_hashes_of_the_parts() {
        let parts = PreviewParts {
            bill: BlobHash::of(b"i"),
            cost: BlobHash::of(b"c"),
            findings: BlobHash::of(b"f"),
            plan: BlobHash::of(b"p"),
            policy: BlobHash::of(b"o"),
            price_book: BlobHash::of(b"b"),
            snapshot: BlobHash::of(b"s"),
        };
        assert_eq!(
            preview_hash(&parts).to_string(),
            "f46a8a97b782721eee5edadb0da20e849a1e9304438872518c4bf7f301dc9ce4"
        );
        for other in [
            PreviewParts { bill: BlobHash::of(b"x"), ..parts },
            PreviewParts { cost: BlobHash::of(b"x"), ..parts },
            PreviewParts { findings: BlobHash::of(b"x"), ..parts },
            PreviewParts { plan: BlobHash::of(b"x"), ..parts },
            PreviewParts { policy: BlobHash::of(b"x"), ..parts },
            PreviewParts { price_book: BlobHash::of(b"x"), ..parts },
            PreviewParts { snapshot: BlobHash::of(b"x"), ..parts },
        ] {
            assert_ne!(preview_hash(&other), preview_hash(&parts));
        }
    }
}
