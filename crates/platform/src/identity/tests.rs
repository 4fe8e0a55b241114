//! Who gets in, who does not, and for how long; on every database.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sea_orm::EntityTrait;
use sm::sign::SigningKey;

use super::*;
use crate::{
    Code, Ctx, Page,
    error::Result,
    testkit::{District, PASSWORD, databases},
};

fn later(ctx: &Ctx, minutes: i64) -> Ctx {
    Ctx::new(Actor::Public, ctx.now + SignedDuration::from_mins(minutes), [minutes as u8 + 1; 32])
}

/// A session begins with the right password, ends at once when it is ended, and by itself after eight hours.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_until_it_is_ended_or_expires() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let ctx = district.as_actor(Actor::Public);
        let session = platform.log_in(&ctx, "housing.executive", PASSWORD, None).await?;
        let actor = platform.authenticate(&session.token, ctx.now).await?;
        assert!(
            matches!(&actor, Actor::Person { id, roles, .. } if *id == session.person && roles.contains(&Role::DataExecutive))
        );
        let kept = store::session::Entity::find().one(platform.db().read()).await?.expect("a row");
        assert!(!kept.token.contains(&session.token), "I9: only the token's hash is kept");
        assert!(platform.authenticate(&session.token, session.expires_at).await.is_err(), "expired");
        platform.log_out(&ctx, &session.token).await?;
        assert_eq!(
            platform.authenticate(&session.token, ctx.now).await.expect_err("ended").code,
            Code::NotAuthenticated
        );
        let wanted = SessionsWanted { of: Some(session.person), ..SessionsWanted::default() };
        let seen = platform.sessions(&district.ctx("security.admin").await?, &wanted, Page::default()).await?.items;
        assert_eq!(
            seen.iter().filter(|session| session.ended_at.is_some()).count(),
            1,
            "the end of a session stays visible"
        );
        assert!(
            platform.sessions(&district.ctx("housing.chief").await?, &wanted, Page::default()).await.is_err(),
            "not to others"
        );
        district.close().await?;
    }
    Ok(())
}

/// Five wrong attempts lock a person out for a quarter of an hour, the right password included; then counting starts anew.
#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_attempts_lock_out() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let ctx = district.as_actor(Actor::Public);
        let unknown = platform.log_in(&ctx, "nobody.at.all", PASSWORD, None).await.err().expect("unknown");
        for _ in 0..5 {
            let wrong = platform.log_in(&ctx, "housing.chief", "wrong password", None).await.err().expect("wrong");
            assert_eq!(wrong.message, unknown.message, "an unknown login and a wrong password answer alike");
        }
        let locked = platform.log_in(&ctx, "housing.chief", PASSWORD, None).await.err().expect("locked out");
        assert!(locked.message.contains("locked"), "{locked}");
        assert!(
            platform.log_in(&later(&ctx, 14), "housing.chief", PASSWORD, None).await.is_err(),
            "after 14 minutes still"
        );
        assert!(platform.log_in(&later(&ctx, 16), "housing.chief", "wrong password", None).await.is_err());
        platform.log_in(&later(&ctx, 16), "housing.chief", PASSWORD, None).await?;
        district.close().await?;
    }
    Ok(())
}

/// The second factor: without its code no session; each code is good once.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let own = district.ctx("housing.chief").await?;
        let Actor::Person { id, .. } = own.who.clone() else { unreachable!("a person") };
        assert!(platform.enrol_totp(&district.ctx("transport.chief").await?, id).await.is_err(), "not by anybody");
        let enrolled = platform.enrol_totp(&own, id).await?;
        let row = store::person::Entity::find_by_id(id.0).one(platform.db().read()).await?.expect("a row");
        let secret = totp_rs::Secret::try_from_base32(&enrolled.secret).expect("base32");
        let sealed = row.totp.expect("sealed");
        assert!(!sealed.windows(20).any(|window| window == secret.as_ref()), "I9: the secret is sealed");
        let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a secret of 20 bytes");
        let ctx = district.as_actor(Actor::Public);
        let code = totp.generate(u64::try_from(ctx.now.as_second()).expect("after 1970")).to_string();
        assert!(platform.log_in(&ctx, "housing.chief", PASSWORD, None).await.is_err(), "without a code");
        assert!(platform.log_in(&ctx, "housing.chief", PASSWORD, Some("000000")).await.is_err(), "with a wrong one");
        platform.log_in(&ctx, "housing.chief", PASSWORD, Some(&code)).await?;
        assert!(platform.log_in(&ctx, "housing.chief", PASSWORD, Some(&code)).await.is_err(), "with a used one");
        district.close().await?;
    }
    Ok(())
}

/// The three administrators exclude each other; nobody gives roles to themselves; only the security administrator gives them.
#[tokio::test(flavor = "multi_thread")]
async fn the_three_administrators_exclude_each_other() -> Result<()> {
    let administrators = [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];
    for a in administrators {
        for b in administrators {
            assert_eq!(check_roles(&BTreeSet::from([a, b, Role::Officer])).is_ok(), a == b, "{a:?} with {b:?}");
        }
    }
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let security = district.ctx("security.admin").await?;
        let Actor::Person { id: security_id, .. } = security.who.clone() else { unreachable!("a person") };
        let Actor::Person { id: nobody, .. } = platform.actor("housing.nobody").await? else {
            unreachable!("a person")
        };
        let both = BTreeSet::from([Role::SystemAdministrator, Role::AuditAdministrator]);
        assert_eq!(
            platform.set_roles(&security, nobody, both).await.expect_err("two of three").code,
            Code::InvalidInput
        );
        let own = platform.set_roles(&security, security_id, BTreeSet::new()).await.expect_err("oneself");
        assert_eq!(own.code, Code::NotPermitted);
        for login in ["system.admin", "audit.admin", "housing.chief"] {
            let ctx = district.ctx(login).await?;
            assert_eq!(
                platform.set_roles(&ctx, nobody, BTreeSet::new()).await.expect_err(login).code,
                Code::NotPermitted
            );
        }
        let view = platform.set_roles(&security, nobody, BTreeSet::from([Role::DataExecutive])).await?;
        assert!(view.roles.contains(&Role::DataExecutive));
        assert!(
            platform
                .people(&district.ctx("audit.admin").await?, &PeopleFilter::default(), Page::default())
                .await?
                .total
                > 5
        );
        assert!(
            platform
                .people(&district.ctx("housing.chief").await?, &PeopleFilter::default(), Page::default())
                .await
                .is_err()
        );
        district.close().await?;
    }
    Ok(())
}

/// A client proves itself with its key; a replay, a late message, another's signature and a revoked key are refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_proves_itself_and_a_replay_is_refused() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let system = district.ctx("system.admin").await?;
        let key = SigningKey::generate(&mut ChaCha20Rng::from_seed([5; 32]));
        let until = system.now + SignedDuration::from_hours(24);
        let of = district.organisation("transport")?;
        let client = platform.create_client(&system, of, "调度系统", &key.verifying_key().to_spki_pem(), until).await?;
        let (ctx, now) = (district.as_actor(Actor::Public), system.now.as_second());
        let sign = |timestamp: i64, nonce: &str| key.sign(token_message(client.id, timestamp, nonce).as_bytes());
        let nonce = "0123456789abcdef";
        let access = platform.client_token(&ctx, client.id, now, nonce, &sign(now, nonce)).await?;
        let actor = platform.authenticate_client(&access.token, ctx.now).await?;
        assert_eq!(actor, Actor::Client { id: client.id, organisation: of });
        let replay =
            platform.client_token(&ctx, client.id, now, nonce, &sign(now, nonce)).await.err().expect("a replay");
        assert!(replay.message.contains("used before"), "{replay}");
        let other = "fedcba9876543210";
        assert!(
            platform.client_token(&ctx, client.id, now, other, &sign(now, nonce)).await.is_err(),
            "another message's signature"
        );
        let late = now - 301;
        assert!(
            platform.client_token(&ctx, client.id, late, other, &sign(late, other)).await.is_err(),
            "five minutes late"
        );
        assert!(platform.authenticate_client(&access.token, access.expires_at).await.is_err(), "expired");
        platform.revoke_client(&system, client.id).await?;
        assert!(platform.authenticate_client(&access.token, ctx.now).await.is_err(), "revoked");
        assert!(platform.client_token(&ctx, client.id, now, other, &sign(now, other)).await.is_err(), "revoked");
        district.close().await?;
    }
    Ok(())
}

/// Codes and offices are unique; a credit code must check (GB 32100).
#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_recorded_once() -> Result<()> {
    assert!(check_credit_code("91350100M000100Y43").is_ok());
    assert!(check_credit_code("91350100M000100Y44").is_err());
    for store in databases() {
        let district = District::open(store).await?;
        let input = |code: &str, office| OrganisationInput {
            code: code.to_owned(),
            name: "区某局".to_owned(),
            kind: OrganisationKind::Department,
            credit_code: None,
            office,
        };
        let ctx = district.ctx("system.admin").await?;
        for taken in [input("housing", None), input("another", Some(crate::Office::new(crate::Office::CENTRE)))] {
            let error = district.platform.create_organisation(&ctx, taken).await.expect_err("taken");
            assert_eq!(error.code, Code::Conflict);
        }
        let found = district.platform.organisations(&ctx, Some("房管"), Page::default()).await?;
        assert_eq!(found.items.iter().map(|found| found.code.as_str()).collect::<Vec<_>>(), ["housing"]);
        district.close().await?;
    }
    Ok(())
}

/// A second factor that was only shown is not asked for; once its first code has been shown it is, and that code is used up.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_second_factor_is_asked_for_from_then_on() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let own = district.ctx("housing.chief").await?;
        let shown = platform.begin_totp(&own).await?;
        let ctx = district.as_actor(Actor::Public);
        platform.log_in(&ctx, "housing.chief", PASSWORD, None).await?;
        let secret = totp_rs::Secret::try_from_base32(&shown.enrolment.secret).expect("base32");
        let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a secret of 20 bytes");
        let code = totp.generate(u64::try_from(ctx.now.as_second()).expect("after 1970")).to_string();
        let stranger = district.ctx("transport.chief").await?;
        let refused = platform.confirm_totp(&stranger, &shown.pending, &code).await.expect_err("not theirs");
        assert_eq!(refused.code, Code::InvalidInput);
        assert!(platform.confirm_totp(&own, &shown.pending, &code).await?.totp);
        assert!(platform.log_in(&ctx, "housing.chief", PASSWORD, None).await.is_err(), "without a code");
        assert!(platform.log_in(&ctx, "housing.chief", PASSWORD, Some(&code)).await.is_err(), "a used one");
        let next = later(&ctx, 1);
        let code = totp.generate(u64::try_from(next.now.as_second()).expect("after 1970")).to_string();
        platform.log_in(&next, "housing.chief", PASSWORD, Some(&code)).await?;
        district.close().await?;
    }
    Ok(())
}
