//! From an approval to a branch.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use event_log::{EventLog as _, PartitionId};
use events::gitops::{BranchPushed, ConflictDetected, PushDelayed, PushRefused};
use events::promotion::{ApprovalCarried, PromotionStale};
use events::{Event, Service};
use gitops::Config;
use gitops::git::{Git, GitError, Trailers};
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
    desk.handle(&desk.approval(PROMOTION)).await.unwrap();
    let commit = desk.branch().expect("it was pushed before the crash");
    assert_eq!(desk.events().await, []);
    if moves {
        desk.world.commit("main", &[&desk.base], &[("prod/api.yaml", Some("other\n"))], "meanwhile");
    }
    desk.push_later().await;
    let events = desk.events().await;
    assert!(matches!(&events[..], [Event::BranchPushed(pushed)] if pushed.commit == commit), "{events:?}");
    assert_eq!(desk.branch(), Some(commit));
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
async fn a_repository_that_is_gone_is_told() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.world.remove();
    assert_eq!(refusal(desk.approve().await).code, "GIT_REPOSITORY_GONE");
}

/// Each go is that of a service that has just been started: what waits is in the store.
#[tokio::test]
async fn a_host_that_is_away_is_waited_for_and_told_once() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.away.store(u32::MAX, Ordering::SeqCst);
    let delayed = PushDelayed {
        promotion_id: PROMOTION.parse().unwrap(),
        preview_hash: "c0ffee".to_owned(),
        code: "GIT_UNREACHABLE".to_owned(),
        message: format!("{} cannot be reached: no route", desk.world.url()),
    };
    assert_eq!(desk.approve().await, Event::PushDelayed(delayed.clone()));
    desk.push().await;
    assert_eq!(desk.git.asked.load(Ordering::SeqCst), 1, "not before its time");
    for tries in 2..10 {
        desk.push_later().await;
        assert_eq!(desk.git.asked.load(Ordering::SeqCst), tries);
    }
    assert_eq!(desk.events().await, [Event::PushDelayed(delayed)], "told once");
    desk.git.away.store(0, Ordering::SeqCst);
    desk.push_later().await;
    let events = desk.events().await;
    assert!(matches!(events.last(), Some(Event::BranchPushed(_))), "{events:?}");
    assert_eq!((events.len(), desk.git.pushes.load(Ordering::SeqCst)), (2, 1));
}

fn unreachable() -> GitError {
    GitError::Unreachable { repository: "shop".to_owned(), why: "no route".to_owned() }
}

fn too_slow() -> GitError {
    GitError::Timeout { repository: "shop".to_owned(), seconds: 1 }
}

/// As Git says it of a mirror that somebody else has just thrown away.
fn unknown() -> GitError {
    GitError::Failed { repository: "shop".to_owned(), why: "not a git repository".to_owned() }
}

/// The code of a delay or of a refusal.
fn code(event: &Event) -> &str {
    match event {
        Event::PushDelayed(delayed) => &delayed.code,
        Event::PushRefused(refused) => &refused.code,
        other => panic!("{other:?}"),
    }
}

/// The log keeps what is told for ever, and a host that fails in turns is as far away as another.
#[tokio::test]
async fn a_host_that_fails_in_turns_is_told_once_with_each_code_and_asked_more_seldom() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.fail((0..3).flat_map(|_| [unreachable(), too_slow()]));
    desk.approve().await;
    for _ in 1..6 {
        desk.push_later().await;
    }
    let told = desk.events().await;
    assert_eq!(told.iter().map(code).collect::<Vec<_>>(), ["GIT_UNREACHABLE", "GIT_TIMEOUT"]);
    // After six failures 64 s lie between two tries, and not 2.
    assert_eq!(desk.git.asked.load(Ordering::SeqCst), 6);
    desk.push_in(20).await;
    assert_eq!(desk.git.asked.load(Ordering::SeqCst), 6);
    desk.push_later().await;
    assert!(matches!(desk.events().await.last(), Some(Event::BranchPushed(_))));
}

#[tokio::test]
async fn what_git_says_and_nobody_knows_does_not_end_a_promotion_at_once() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.fail([unknown()]);
    desk.handle(&desk.approval(PROMOTION)).await.unwrap();
    assert_eq!(desk.events().await, []);
    desk.push_later().await;
    let events = desk.events().await;
    assert!(matches!(&events[..], [Event::BranchPushed(_)]), "{events:?}");
}

/// It comes to an end, whatever else fails between.
#[tokio::test]
async fn faults_are_counted_whatever_else_fails() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.fail([unreachable(), unreachable(), unreachable(), unreachable(), unknown()]);
    desk.git.fail([too_slow(), unknown(), unreachable(), unknown(), too_slow(), unknown()]);
    desk.approve().await;
    for _ in 1..10 {
        desk.push_later().await;
    }
    let told = desk.events().await;
    assert_eq!(told.iter().map(code).collect::<Vec<_>>(), ["GIT_UNREACHABLE", "GIT_TIMEOUT"], "not yet");
    desk.push_later().await;
    assert_eq!(refusal(desk.events().await.pop().unwrap()).code, "GIT_FAILED");
    assert_eq!(desk.branch(), None);
}

#[tokio::test]
async fn what_is_our_own_fault_is_tried_a_few_times() {
    let desk = Desk::new(MemoryWorld::new()).await;
    let mut approval = desk.approval(PROMOTION);
    let Event::PromotionApproved(event) = &mut approval.event else { panic!("an approval") };
    event.approved.plan = ids::BlobHash::of(b"nobody has this");
    desk.handle(&approval).await.unwrap();
    for _ in 2..4 {
        desk.push_later().await;
    }
    assert_eq!(desk.events().await, []);
    desk.push_later().await;
    assert_eq!(refusal(desk.events().await.pop().unwrap()).code, "BLOB_MISSING");
    desk.push_later().await;
    assert_eq!(desk.events().await.len(), 1);
}

#[tokio::test]
async fn what_ended_before_it_could_be_pushed_is_not_pushed() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.git.away.store(1, Ordering::SeqCst);
    desk.approve().await;
    let promotion_id = PROMOTION.parse().unwrap();
    let stale = PromotionStale { promotion_id, reason: "x".to_owned() };
    desk.handle(&message(promotion_id, 8, stale)).await.unwrap();
    desk.push_later().await;
    assert_eq!(desk.branch(), None);
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

/// Runs all tasks until so many events are on the log.
async fn run_until(desk: &Desk<impl World>, events: usize, then: impl Fn(&[Event])) {
    let git: Arc<dyn Git> = Arc::<crate::desk::Through<_>>::clone(&desk.git);
    let tasks = gitops::tasks(&Config::default(), git, desk.parts.clone());
    let shutdown = CancellationToken::new();
    let supervisor = Supervisor::new(Health::default(), Arc::new(SystemClock));
    let running = tokio::spawn(supervisor.run(tasks, shutdown.clone()));
    for known in 1..=events {
        let told = tokio::time::timeout(Duration::from_secs(60), told(desk, known)).await.unwrap();
        then(&told);
    }
    shutdown.cancel();
    assert_eq!(running.await.unwrap(), Vec::<String>::new());
}

/// What is on the service's topic, once there is so much.
async fn told(desk: &Desk<impl World>, events: usize) -> Vec<Event> {
    let partition = PartitionId { topic: Service::Gitops.topic(), partition: 0 };
    loop {
        let records = desk.log.read(&partition, 0, 10).await.unwrap();
        if records.len() >= events {
            return records.iter().map(|one| events::decode(&one.record).unwrap().event).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// All tasks together, from one topic to the other.
#[tokio::test]
async fn an_approval_on_the_log_is_answered_on_the_log() {
    let desk = Desk::new(RealWorld::new()).await;
    let record = events::encode(&desk.approval(PROMOTION)).unwrap();
    desk.log.append(&Service::Promotion.topic(), &[record]).await.unwrap();
    run_until(&desk, 1, |told| assert!(matches!(told, [Event::BranchPushed(_)]), "{told:?}")).await;
    let told = told(&desk, 1).await;
    assert!(
        matches!(&told[..], [Event::BranchPushed(pushed)] if Some(&pushed.commit) == desk.branch().as_ref())
    );
}

/// Both lie in one partition, the one of the host that hangs first.
#[tokio::test]
async fn a_host_that_does_not_answer_keeps_nobody_else_waiting() {
    let desk = Desk::new(MemoryWorld::new()).await;
    let other = desk.another_repository();
    desk.git.hang(&other.url);
    let first = "00000000-7b1c-7d3e-8f4a-5b6c7d8e9f01";
    let mut stuck = desk.approval(first);
    let Event::PromotionApproved(event) = &mut stuck.event else { panic!("an approval") };
    event.approved.repository = other.url;
    event.approved.target_commit = other.base;
    let records = [&stuck, &desk.approval(PROMOTION)].map(|message| events::encode(message).unwrap());
    desk.log.append(&Service::Promotion.topic(), &records).await.unwrap();
    run_until(&desk, 2, |told| {
        let pushed: Vec<_> = told
            .iter()
            .map(|event| match event {
                Event::BranchPushed(pushed) => pushed.promotion_id.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(pushed, [PROMOTION, first][..pushed.len()]);
        desk.git.answer();
    })
    .await;
}
