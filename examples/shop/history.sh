# The shop's commits, for scripts/demo-history.sh: `$dir` is the repository, `$example` this folder.
# shellcheck shell=bash disable=SC2154
staging=overlays/staging
kustomization=$staging/kustomization.yaml

# new FILE...: files of staging as they are now.
new() {
  local file
  for file in "$@"; do cp "$example/$staging/$file" "$dir/$staging/$file"; done
}

# edited FILE EXPRESSION: a file with what sed's EXPRESSION makes of it.
edited() {
  sed -e "$2" "$dir/$1" >"$dir/edited"
  if cmp -s "$dir/$1" "$dir/edited"; then
    echo "demo-history.sh: '$2' changes nothing in $1; the example has changed" >&2
    exit 1
  fi
  mv "$dir/edited" "$dir/$1"
}

# below LINE TEXT: staging's kustomization with TEXT below LINE.
below() {
  awk -v line="$1" -v text="$2" '{ print } $0 == line { print text }' "$dir/$kustomization" >"$dir/edited"
  if cmp -s "$dir/$kustomization" "$dir/edited"; then
    echo "demo-history.sh: '$1' is no line of $kustomization; the example has changed" >&2
    exit 1
  fi
  mv "$dir/edited" "$dir/$kustomization"
}

mkdir "$dir/overlays"
cp -R "$example/base" "$dir/base"
cp -R "$example/last-promotion/staging" "$dir/$staging"
cp -R "$example/overlays/production" "$dir/overlays/production"
edited base/search.yaml 's/failureThreshold: 60/failureThreshold: 30/'
commit 2026-10-12T09:14:05+02:00 "Mira Dahl" "Import shop at release 1

Staging and production as they stood after the promotion of 9 October."
in_repo tag promoted-1

edited base/search.yaml 's/failureThreshold: 30/failureThreshold: 60/'
commit 2026-10-15T13:26:31+02:00 "Joost Bakker" "search: ten minutes for the index, everywhere

A node that was restarted took six, and the pod was killed twice before."

new search.yaml
below "    target: {kind: Ingress, name: shop}" "  - path: search.yaml"
commit 2026-10-19T11:02:47+02:00 "Joost Bakker" "search: more memory in staging

The test range has grown, and the index no longer fitted."

rm "$dir/$staging/wishlist.yaml"
edited $kustomization '/^  - wishlist.yaml$/d'
commit 2026-10-21T16:38:20+02:00 "Mira Dahl" "wishlist: remove v1

Catalog serves wishlists since July. The last call to v1 was on 2 October."

edited $kustomization 's/newTag: 2.13.1/newTag: 2.14.0/'
commit 2026-10-26T10:21:33+01:00 "Ines Pereira" "catalog: 2.14.0, prices by customer group"

below "  - path: settings.yaml" "  - target: {kind: HorizontalPodAutoscaler, name: storefront}
    patch: |-
      - op: replace
        path: /spec/metrics/0/resource/target/averageUtilization
        value: 60"
commit 2026-10-28T14:55:10+01:00 "Joost Bakker" "storefront: scale out at 60 % of the CPU

At 70 % the new pods came too late for the newsletter's visitors."

new payment-retries.yaml
edited $kustomization 's/newTag: 3.3.2/newTag: 3.4.0/'
edited $kustomization 's/PAYMENT_TIMEOUT_MS=4000/PAYMENT_TIMEOUT_MS=2500/'
below "      - PAYMENT_TIMEOUT_MS=2500" "      - PAYMENT_RETRY_STREAM=payment-retries"
below "  - path: checkout.yaml" "  - path: payment-retries.yaml"
commit 2026-11-03T09:40:58+01:00 "Ines Pereira" "checkout: 3.4.0, payments are tried again

A payment that the provider turns down for a moment goes to a stream instead of
the customer. Checkout waits less for the provider, and tells it where to return."

new worker.yaml
below "  - secrets.yaml" "  - worker.yaml"
below "    newTag: 4.2.0" "  - name: registry.copperkettle.example/shop/payment-worker
    newTag: 1.0.2"
commit 2026-11-03T11:17:26+01:00 "Ines Pereira" "payment-worker: new, tries payments again"

edited $kustomization 's/EXPRESS_DELIVERY=off/EXPRESS_DELIVERY=on/'
commit 2026-11-10T15:30:00+01:00 "Mira Dahl" "storefront: express delivery on in staging

For the product owners to look at."

new checkout.yaml
commit 2026-11-12T17:48:12+01:00 "Joost Bakker" "checkout: half the memory limit

Staging has not used more than 210Mi in a week."
