/** How an objection stands, for whoever has its receipt number. The number is kept nowhere, and what it shows is gone with the page. */
import { useMutation } from "@tanstack/react-query";
import { Alert, Tag } from "antd";
import { useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { minuteOf } from "../../parts/time";
import { Law } from "../docket/parts";

export function Follow() {
  const { t } = useGlossary();
  const [number, setNumber] = useState("");
  const ask = useMutation({
    mutationFn: () =>
      take(client.GET("/api/v1/objections/{receipt_number}", { params: { path: { receipt_number: number.trim() } } })),
    gcTime: 0,
  });
  const unknown = ask.error instanceof Failure && ask.error.code === "not_found";
  return (
    <section className="card stack">
      <SendForm
        sending={unknown ? { isPending: ask.isPending, error: null } : ask}
        ready={number.trim() !== ""}
        send={() => ask.mutate()}
        act={t("objection.look")}
      >
        <TextField
          id="objection-number"
          label={t("objection.receipt")}
          hint={t("objection.receipt_hint")}
          required
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          value={number}
          write={setNumber}
        />
      </SendForm>
      {unknown && <Alert type="warning" showIcon role="alert" title={t("objection.unknown")} />}
      {ask.data && <Standing of={ask.data} />}
    </section>
  );
}

function Standing({ of }: { of: Schemas["ObjectionView"] }) {
  const { t } = useGlossary();
  return (
    <div className="stack divided" role="status">
      <h2>
        <Law>{of.title}</Law> <Tag color={of.ended ? "default" : "processing"}>{of.state_title}</Tag>
      </h2>
      <ol className="timeline">
        {of.steps.map((step) => (
          <li key={`${step.at} ${step.title}`}>
            <p>
              <strong lang="zh-CN">{step.title}</strong> <small>{step.articles.join(" ")}</small>
            </p>
            <p className="quiet">
              <time dateTime={step.at}>{minuteOf(step.at)}</time>
            </p>
            {step.answers.map((answer) => (
              <blockquote key={answer} lang="zh-CN">
                {answer}
              </blockquote>
            ))}
          </li>
        ))}
      </ol>
      {!of.ended && <p className="quiet">{t("objection.goes_on")}</p>}
    </div>
  );
}
