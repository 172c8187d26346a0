//! The target moves between the preview and the push.

use crate::flow::{Shop, id};
use crate::repository::{NEW, OLD, web};

#[test]
fn what_moves_below_an_approval_is_planned_again() {
    let shop = Shop::open(&[]);
    equal_is_carried_over(&shop);
    different_is_stale(&shop);
}

/// A comment in the file that is edited: the plan reads it, and comes out the same.
fn equal_is_carried_over(shop: &Shop) {
    let promotion = id(&shop.preview());
    let commented = format!("# Owned by the web team.\n{}", web("shop", OLD, 6));
    shop.repository.write("production/web.yaml", &commented);
    let head = shop.repository.publish("Say whose it is");
    shop.approve(&promotion);
    let open = shop.alice.until_status(&promotion, "open");
    let branch = open["branch"].as_str().unwrap();
    let expected = format!("# Owned by the web team.\n{}", web("shop", NEW, 6));
    assert_eq!(shop.repository.read(branch, "production/web.yaml"), expected);
    assert_eq!(shop.repository.git(&["rev-parse", &format!("{branch}^")]), head);
    let carried = shop.admin.audit(&format!("&promotion_id={promotion}&type=ApprovalCarried"));
    assert_eq!(carried.len(), 1);
    // People approved the old preview, and the commit names the one that is pushed.
    let approved = shop.admin.audit(&format!("&promotion_id={promotion}&type=ApprovalGiven"));
    assert_eq!(carried[0]["data"]["old_preview_hash"], approved[0]["data"]["preview_hash"]);
    let trailer = shop.repository.git(&[
        "log",
        "-1",
        "--format=%(trailers:key=Plimsoll-Preview-Hash,valueonly)",
        branch,
    ]);
    assert_eq!(open["preview_hash"].as_str(), Some(trailer.as_str()));
}

/// Somebody else has changed the very image.
fn different_is_stale(shop: &Shop) {
    let promotion = id(&shop.preview());
    shop.repository.write("production/web.yaml", &web("shop", "registry.example/web:1.1.5", 6));
    shop.repository.publish("A fix for production alone");
    shop.approve(&promotion);
    let stale = shop.alice.until_status(&promotion, "stale");
    assert_eq!(stale["failure"]["code"], "PROMOTION_STALE");
    assert_eq!(shop.repository.branches().len(), 1, "the other promotion's");
    assert!(stale["branch"].is_null());
}
