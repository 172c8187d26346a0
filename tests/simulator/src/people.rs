//! What people do: they release, ask for promotions, approve, reject and merge, and try again when nobody answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use access::{Identity, Role};
use ids::PromotionId;
use promotion::Api;
use protos::call;
use protos::promotion::promotion_service_server::PromotionService as _;
use protos::promotion::{
    ApproveRequest, GetPromotionRequest, Promotion, RejectRequest, RequestPreviewRequest,
};
use seeded::Lot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Request, Status};

use crate::clock::BEGIN;
use crate::journal::{Deed, Done};
use crate::repository::{PRODUCTION, STAGING, change, release, someone_commits, tag, with_tag};
use crate::world::{ACME, Application, World};

/// How long somebody waits for an answer before asking again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The people around an application.
pub(crate) struct People {
    world: Arc<World>,
    application: Application,
    lot: Lot,
}

impl People {
    pub(crate) fn of(world: &Arc<World>, application: Application) -> Self {
        let lot = world.lot(&format!("people/{}", application.number));
        Self { world: Arc::clone(world), application, lot }
    }

    /// What they do, one promotion after another.
    pub(crate) async fn live(mut self) {
        for round in 0..self.lot.of_range(1..=3) {
            if self.lot.hits(9_000) {
                release(&self.world.hosts, &self.application.url, &format!("2.{round}.0"));
            }
            self.think(4_000).await;
            let Ok(id) = self.request(round).await else { continue };
            self.move_on().await;
            let shown = self.until(id, |status| status != "requested").await;
            let Some(shown) = shown.filter(|shown| shown.status == "preview") else { continue };
            self.move_on().await;
            match self.lot.of_range(0..=9) {
                0 => self.reject(id).await,
                1 => {}
                _ => self.approve(id, &shown).await,
            }
            self.move_on().await;
            let shown = self.until(id, |status| !matches!(status, "approved" | "preview")).await;
            if let Some(shown) = shown.filter(|shown| shown.status == "open") {
                self.finish(&shown).await;
            }
        }
    }

    async fn think(&mut self, most: u64) {
        sleep(Duration::from_millis(self.lot.of_range(0..=most))).await;
    }

    async fn move_on(&mut self) {
        if self.lot.hits(2_500) {
            someone_commits(&self.world.hosts, &self.application.url, &mut self.lot);
        }
        self.think(1_500).await;
    }

    async fn request(&mut self, round: u64) -> Result<PromotionId, String> {
        let message = RequestPreviewRequest {
            application_id: self.application.id.to_string(),
            from: "staging".to_owned(),
            to: "production".to_owned(),
            idempotency_key: Some(format!("{}-{round}", self.application.number)),
            ..RequestPreviewRequest::default()
        };
        let ask = async |api: Arc<Api>, request| api.request_preview(request).await;
        let response = self.ask("ana", Role::Requester, message, ask).await?;
        let id = response.promotion_id.parse().map_err(|_| "an identifier that is none".to_owned())?;
        self.world.journal.requested(id);
        Ok(id)
    }

    /// Two people or more approve at the same time, although one may be enough.
    async fn approve(&mut self, id: PromotionId, shown: &Promotion) {
        let mut approvals = JoinSet::new();
        for user in ["bob", "cid", "dan"].into_iter().take(if self.lot.hits(2_000) { 3 } else { 2 }) {
            let lot = self.world.lot(&format!("{user}/{id}"));
            let one = Self { world: Arc::clone(&self.world), application: self.application.clone(), lot };
            approvals.spawn(one.approve_as(user, id, shown.preview_hash.clone()));
        }
        while approvals.join_next().await.is_some() {}
    }

    async fn approve_as(mut self, user: &'static str, id: PromotionId, preview_hash: String) {
        self.think(20).await;
        let message = ApproveRequest {
            promotion_id: id.to_string(),
            comment: None,
            preview_hash: Some(preview_hash.clone()),
        };
        let ask = async |api: Arc<Api>, request| api.approve(request).await;
        match self.ask(user, Role::Approver, message, ask).await {
            Ok(_) => self.world.journal.approved(id, user, &preview_hash),
            // Perhaps by themselves, and nobody told them.
            Err(code) if code == "ALREADY_APPROVED" => self.world.journal.not_needed(id, user),
            Err(_) => {}
        }
    }

    async fn reject(&mut self, id: PromotionId) {
        let message = RejectRequest { promotion_id: id.to_string(), comment: None };
        let ask = async |api: Arc<Api>, request| api.reject(request).await;
        // It may be too late for that.
        if self.ask("bob", Role::Approver, message, ask).await.is_ok() {
            self.world.journal.rejected(id);
        }
    }

    /// The promotion once its status is one that is waited for; none if it never is.
    async fn until(&mut self, id: PromotionId, enough: impl Fn(&str) -> bool) -> Option<Promotion> {
        let deadline = Instant::now() + Duration::from_secs(90);
        while Instant::now() < deadline {
            let message = GetPromotionRequest { promotion_id: id.to_string() };
            let ask = async |api: Arc<Api>, request| api.get_promotion(request).await;
            let shown = self.ask("ana", Role::Requester, message, ask).await;
            let shown = shown.ok().and_then(|response| response.promotion);
            match shown.filter(|shown| enough(&shown.status)) {
                Some(shown) => return Some(shown),
                None => self.think(3_000).await,
            }
        }
        None
    }

    /// Its branch is merged in one of the ways that hosts have, deleted, or left.
    async fn finish(&mut self, shown: &Promotion) {
        self.think(6_000).await;
        let (hosts, url) = (Arc::clone(&self.world.hosts), self.application.url.clone());
        let pushes = hosts.pushes();
        let Some(push) = pushes.iter().find(|push| push.promotion == shown.promotion_id) else { return };
        let branch = hosts.git.file(&url, &push.commit, PRODUCTION).unwrap_or_default();
        let branch = String::from_utf8_lossy(&branch).into_owned();
        let image = tag(&branch).unwrap_or_default();
        let merged = with_tag(&hosts.file(&url, PRODUCTION), image);
        let did = |with| {
            let edit = (url.clone(), image.to_owned());
            self.world.journal.did(Done { promotion: shown.promotion_id.clone(), with, edit });
        };
        let message = hosts.git.message(&url, &push.commit).unwrap_or_default();
        let files: BTreeMap<_, _> = change(PRODUCTION, &merged);
        match self.lot.of_range(0..=9) {
            0..=2 => hosts.merge(&url, &push.commit, &files),
            3..=5 => hosts.commit(&url, &files, &format!("Squash (#1)\n\n{message}")),
            6 => hosts.commit(&url, &files, &message),
            7 => {
                hosts.delete(push);
                did(Deed::Deleted);
                return;
            }
            _ => return,
        }
        if hosts.file(&url, STAGING).is_empty() {
            self.world.journal.unexpected(format!("the merge of {} takes more away", shown.promotion_id));
        }
        did(Deed::Merged);
        if self.lot.hits(5_000) {
            hosts.delete(push);
        }
    }

    /// Asks until somebody answers. The code of a refusal.
    async fn ask<M: Clone, R>(
        &mut self,
        user: &str,
        role: Role,
        message: M,
        call: impl AsyncFn(Arc<Api>, Request<M>) -> Result<tonic::Response<R>, Status>,
    ) -> Result<R, String> {
        let caller = Identity { org: ACME, user: user.to_owned(), role, token: None };
        for _ in 0..200 {
            let now = BEGIN + self.world.began.elapsed();
            let request = call::vouched(message.clone(), &caller, &self.world.voucher, now);
            let request = request.map_err(|status| status.to_string())?;
            let Some(api) = self.world.api(&mut self.lot) else {
                self.think(2_000).await;
                continue;
            };
            match timeout(PATIENCE, call(api, request)).await {
                Ok(Ok(response)) => return Ok(response.into_inner()),
                Ok(Err(status)) if matches!(status.code(), Code::Unavailable) => {}
                Ok(Err(status)) => {
                    let code = call::code(&status).unwrap_or_default().to_owned();
                    if !EXPECTED.contains(&code.as_str()) {
                        self.world.journal.unexpected(format!("{user} was answered {code}: {status}"));
                    }
                    return Err(code);
                }
                Err(_) => {}
            }
            self.think(1_000).await;
        }
        self.world.journal.unexpected(format!("{user} is answered by nobody"));
        Err("NOBODY".to_owned())
    }
}

/// What people may be told when others, or the repository, were quicker.
const EXPECTED: [&str; 6] = [
    "ALREADY_APPROVED",
    "NOTHING_TO_PROMOTE",
    "PLAN_BLOCKED",
    "PREVIEW_HASH_MISMATCH",
    "PREVIEW_NOT_READY",
    "PROMOTION_CLOSED",
];
