//! Letters as PDF: what an act tells the other side, before it as a draft and after it with its place in the log.

use axum::{
    body::Bytes,
    http::{HeaderName, header},
};
use jiff::Timestamp;
use letters::{Letter, Paragraph};
use platform::{ActId, CaseId, Code, docket};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::cases::ActBody;
use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Body, IdempotencyKey, InPath},
    openapi::{ActProblems, ReadProblems},
    problem::Problem,
};

/// Routes of letters.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(acts_letter)).routes(routes!(letters_draft))
}

/// A PDF that is shown in the browser and kept by nobody in between.
type Pdf = ([(HeaderName, String); 3], Bytes);

/// Gives the letter of an act that was done, as PDF, to whoever may read the case. Waits until the log has published the act;
/// the letter says where it stands there.
#[utoipa::path(get, path = "/acts/{id}/letter.pdf", tag = "cases", params(("id" = Uuid, Path, description = "the act")), responses((status = 200, body = Vec<u8>, content_type = "application/pdf", description = "the letter"), ReadProblems))]
async fn acts_letter(caller: Caller, InPath(id): InPath<ActId>) -> Result<Pdf, Problem> {
    let text = caller.platform().letter_of_act(&caller.ctx, id).await?;
    set(&caller, text).await
}

/// Drafts the letter that would go with an act, as PDF marked 草稿, for whoever can do the act. Nothing is changed; what the
/// law would refuse is refused here, too.
#[utoipa::path(post, path = "/cases/{id}/letters", tag = "cases", request_body = ActBody, params(("id" = Uuid, Path, description = "the case")), responses((status = 200, body = Vec<u8>, content_type = "application/pdf", description = "the draft"), ActProblems))]
async fn letters_draft(caller: Caller, InPath(id): InPath<CaseId>, Body(act): Body<ActBody>) -> Result<Pdf, Problem> {
    let text = caller.platform().draft_letter(&caller.ctx, id, act.input(IdempotencyKey(None))?).await?;
    set(&caller, text).await
}

/// Sets a letter in type, where that may take its time.
async fn set(anyone: &Anyone, text: docket::LetterText) -> Result<Pdf, Problem> {
    let fonts = anyone.state().fonts.get().await?.clone();
    let name = match &text.proof {
        Some(proof) => format!("letter-{}.pdf", proof.act),
        None => format!("draft-{}.pdf", text.case),
    };
    let letter = letter(text, anyone.ctx.now);
    let made = tokio::task::spawn_blocking(move || letters::pdf(&letter, &fonts)).await;
    let made = made.map_err(|error| Problem::new(Code::Internal, "the letter could not be set").because(error))?;
    let bytes = made.map_err(|error| match error {
        letters::Error::TooLong => Problem::new(Code::LimitExceeded, format!("{error}"))
            .hint("say it shorter, or attach the long paper as a file"),
        error => Problem::new(Code::Internal, "the letter could not be set").because(error),
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes.into()))
}

fn letter(text: docket::LetterText, now: Timestamp) -> Letter {
    let draft = text.proof.is_none();
    let number = if draft { "草稿".to_owned() } else { String::new() };
    // An act of the past makes the same file whenever it is asked for; a draft is of the moment.
    let made = match &text.proof {
        Some(_) => {
            let (year, month, day) = (text.day.year(), text.day.month(), text.day.day());
            (u16::try_from(year).unwrap_or(0), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1), 0, 0)
        }
        None => {
            let now = now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
            let part = |value: i8| u8::try_from(value).unwrap_or(0);
            let year = u16::try_from(now.year()).unwrap_or(0);
            (year, part(now.month()), part(now.day()), part(now.hour()), part(now.minute()))
        }
    };
    let notes = match &text.proof {
        Some(proof) => vec![
            format!("行为编号：{}；日志位置：{}，第 {} 号", proof.act, proof.shard, proof.index),
            format!("日志条目摘要（SM3）：{}", proof.sm3),
            "核验办法：在案件页下载该行为的证据文件，运行 gongshu verify 即可离线核验。".to_owned(),
        ],
        None => vec!["本件为草稿，行为尚未作出，不具有效力。".to_owned()],
    };
    Letter {
        number: format!("案号 {}", text.case),
        title: text.heading,
        addressee: text.addressee,
        body: text
            .body
            .into_iter()
            .map(
                |paragraph| {
                    if paragraph.heading { Paragraph::Heading(paragraph.text) } else { Paragraph::Text(paragraph.text) }
                },
            )
            .collect(),
        enclosures: text.enclosures,
        date: format!("{}年{}月{}日", text.day.year(), text.day.month(), text.day.day()),
        draft: number,
        made,
        id: text.proof.as_ref().map_or_else(|| text.case.to_string(), |proof| proof.act.to_string()),
        notes,
        sender: text.sender,
    }
}
