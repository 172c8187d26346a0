//! From an approval to a branch.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use event_log::{EventLog as _, PartitionId};
use events::gitops::{BranchPushed, ConflictDetected, PushRefused};
use events::promotion::ApprovalCarried;
use events::{Event, Service};
use gitops::Config;
use gitops::git::{Git, Trailers};
use service::{Health, Supervisor, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, message};
use crate::world::{BASE, MemoryWorld, PROMOTION, RealWorld, World, edited};

async fn one_branch(desk: Desk<impl World>) {
    let event = desk.approve().await;
    let commit = desk.branch().expect("there is a branch");
    let expected = BranchPushed {
        promotion_id: PROMOTION.parse().unwrap(),
        preview_hash: "c0ffee".to_owned(),
        repository: desk.world.url(),
        branch: desk.branch_name(),
        commit: commit.clone(),
        target_commit: desk.base.clone(),
    };
    assert_eq!(event, Event::BranchPushed(expected));
    let file = |path| desk.world.file(&commit, path);
    assert_eq!(file("prod/web.yaml"), Some(edited(&[2])));
    assert_eq!(file("prod/new.yaml").as_deref(), Some("new\n"));
    assert_eq!(file("prod/api.yaml").as_deref(), Some(BASE));
    let text = desk.world.message(&commit);
    assert!(text.starts_with("Promote shop from staging to production\n\nRequested by cleo.\n"), "{text}");
    let trailers = Trailers {
        promotion: PROMOTION.to_owned(),
        preview_hash: "c0ffee".to_owned(),
        approved_by: vec!["ana".to_owned(), "ben".to_owned()],
    };
    assert_eq!(Trailers::parse(&text), [trailers]);

    desk.handle(&desk.approval(PROMOTION)).await.unwrap();
    assert_eq!((desk.events().await.len(), desk.git.pushes.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(desk.branch(), Some(commit));
}

#[tokio::test]
async fn an_approval_becomes_one_branch_however_often_it_comes() {
    one_branch(Desk::new(MemoryWorld::new()).await).await;
    one_branch(Desk::new(RealWorld::new()).await).await;
}

/// What people did to a branch is not undone by an event that comes again.
#[tokio::test]
async fn a_branch_that_was_deleted_does_not_come_back() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.pushed().await;
    desk.world.delete_branch(&desk.branch_name());
    desk.handle(&desk.approval(PROMOTION)).await.unwrap();
    assert_eq!(desk.branch(), None);
}

async fn crash(desk: Desk<impl World>, moves: bool) {
    desk.git.crashes.store(1, Ordering::SeqCst);
    let failure = desk.handle(&desk.approval(PROMOTION)).await.unwrap_err();
    assert_eq!(failure.code(), "HANDLER_PANICKED");
    let commit = desk.branch().expect("it was pushed before the crash");
    assert_eq!(desk.events().await, []);
    if moves {
        desk.world.commit("main", &[&desk.base], &[("prod/api.yaml", Some("other\n"))], "meanwhile");
    }
    assert_eq!(desk.pushed().await, commit);
    assert_eq!((desk.events().await.len(), desk.branch()), (1, Some(commit)));
}

#[tokio::test]
async fn a_crash_after_the_push_makes_no_second_branch() {
    crash(Desk::new(MemoryWorld::new()).await, false).await;
    crash(Desk::new(MemoryWorld::new()).await, true).await;
    crash(Desk::new(RealWorld::new()).await, false).await;
    crash(Desk::new(RealWorld::new()).await, true).await;
}

#[tokio::test]
async fn what_moved_under_the_plan_is_a_conflict() {
    let moves = [
        ("prod/api.yaml", "other\n"),
        ("prod/more.yaml", "other\n"),
        // The policy: who has to approve may be others now.
        ("plimsoll.yaml", "approvals: 2\n"),
    ];
    for (path, text) in moves {
        let desk = Desk::new(MemoryWorld::new()).await;
        let head = desk.world.commit("main", &[&desk.base], &[(path, Some(text))], "meanwhile");
        let expected = ConflictDetected {
            promotion_id: PROMOTION.parse().unwrap(),
            preview_hash: "c0ffee".to_owned(),
            head,
            moved: vec![path.to_owned()],
        };
        assert_eq!(desk.approve().await, Event::ConflictDetected(expected));
        assert_eq!(desk.branch(), None);
    }
}

#[tokio::test]
async fn what_the_plan_did_not_read_may_move() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.world.commit("main", &[&desk.base], &[("docs/readme.md", Some("other\n"))], "meanwhile");
    let commit = desk.pushed().await;
    assert_eq!(desk.world.file(&commit, "docs/readme.md"), None, "it stands on the pinned commit");
}

/// After a conflict the plan is made again, comes out equal, and its approval is carried.
#[tokio::test]
async fn an_approval_that_is_carried_is_pushed() {
    let desk = Desk::new(MemoryWorld::new()).await;
    let head = desk.world.commit("main", &[&desk.base], &[("prod/api.yaml", Some("other\n"))], "meanwhile");
    assert!(matches!(desk.approve().await, Event::ConflictDetected(_)));
    let Event::PromotionApproved(before) = desk.approval(PROMOTION).event else { panic!("an approval") };
    let (promotion_id, mut approved) = (before.promotion_id, before.approved);
    approved.target_commit = head.clone();
    approved.preview_hash = "decaf".to_owned();
    let carried = ApprovalCarried { promotion_id, old_preview_hash: "c0ffee".to_owned(), approved };
    desk.handle(&message(promotion_id, 9, carried)).await.unwrap();
    let Some(Event::BranchPushed(pushed)) = desk.events().await.pop() else { panic!("it is pushed") };
    assert_eq!((pushed.target_commit, pushed.preview_hash.as_str()), (head, "decaf"));
    assert_eq!(desk.world.file(&pushed.commit, "prod/api.yaml").as_deref(), Some("other\n"));
}

fn refusal(event: Event) -> PushRefused {
    match event {
        Event::PushRefused(refused) => refused,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_hook_that_refuses_is_told() {
    let desk = Desk::new(RealWorld::new()).await;
    desk.world.refuse("no change on Fridays");
    let refused = refusal(desk.approve().await);
    assert_eq!(refused.code, "PUSH_REFUSED");
    assert!(refused.message.contains("no change on Fridays"), "{}", refused.message);
    assert_eq!(desk.branch(), None);
}

#[tokio::test]
async fn what_cannot_be_reached_is_told() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.world.remove();
    assert_eq!(refusal(desk.approve().await).code, "GIT_REPOSITORY_GONE");

    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.away.store(2, Ordering::SeqCst);
    desk.pushed().await;

    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.away.store(u32::MAX, Ordering::SeqCst);
    assert_eq!(refusal(desk.approve().await).code, "GIT_UNREACHABLE");
    assert_eq!(desk.git.pushes.load(Ordering::SeqCst), 0);
}

/// A plan whose commit does not have the files that it was made for.
#[tokio::test]
async fn an_edit_of_other_bytes_is_refused() {
    let mut desk = Desk::new(MemoryWorld::new()).await;
    let changes = [("prod/web.yaml", Some("other\n"))];
    desk.base = desk.world.commit("main", &[&desk.base], &changes, "not what the plan read");
    assert_eq!(refusal(desk.approve().await).code, "PLAN_TARGET_MOVED");
    assert_eq!(desk.branch(), None);
}

/// All tasks together, from one topic to the other.
#[tokio::test]
async fn an_approval_on_the_log_is_answered_on_the_log() {
    let desk = Desk::new(RealWorld::new()).await;
    let record = events::encode(&desk.approval(PROMOTION)).unwrap();
    desk.log.append(&Service::Promotion.topic(), &[record]).await.unwrap();
    let git: Arc<dyn Git> = Arc::<crate::desk::Through<RealWorld>>::clone(&desk.git);
    let tasks = gitops::tasks(&Config::default(), git, desk.parts.clone());
    let shutdown = CancellationToken::new();
    let supervisor = Supervisor::new(Health::default(), Arc::new(SystemClock));
    let running = tokio::spawn(supervisor.run(tasks, shutdown.clone()));
    let partition = PartitionId { topic: Service::Gitops.topic(), partition: 0 };
    let answer = async {
        loop {
            if let Some(answer) = desk.log.read(&partition, 0, 10).await.unwrap().pop() {
                break events::decode(&answer.record).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(60), answer).await.unwrap();
    shutdown.cancel();
    assert_eq!(running.await.unwrap(), Vec::<String>::new());
    assert!(
        matches!(answer.event, Event::BranchPushed(pushed) if Some(&pushed.commit) == desk.branch().as_ref())
    );
}
