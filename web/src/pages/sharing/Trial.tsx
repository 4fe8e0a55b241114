/**
 * The test console: a call made by hand through the gateway itself, under the same grant and on the same record. It shows what
 * a system would send, what came back, which masks were worn and what was kept back, and if it was refused, why.
 *
 * The key that is looked up may be somebody's number: it stands in no address, in no draft, and is forgotten with the page.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Form, Input, Select, Tag } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { useSingle } from "../../parts/useSingle";
import { Fault } from "../../shell/Faults";
import { Law } from "../docket/parts";

interface Props {
  view: Schemas["ServiceView"];
  items: Schemas["Item"][];
  /** Told when a call was answered, with records or with a refusal. */
  answered: () => void;
}

export function Trial({ view, items, answered }: Props) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const once = useSingle();
  const { grant } = view;
  const [column, setColumn] = useState(grant.keys[0] ?? "");
  const [key, setKey] = useState("");
  const [purpose, setPurpose] = useState(grant.purposes[0] ?? "");
  const [kept, setKept] = useState<string[]>();
  const fields = kept ?? grant.fields.map((field) => field.name);
  const name = (code: string) => items.find((item) => item.code === code)?.name ?? code;
  const body = { key_column: column, key, fields, purpose };
  const call = useMutation({
    mutationFn: () => take(client.POST("/api/v1/services/{id}/trial", { params: { path: { id: view.id } }, body })),
    onSettled: () => {
      answered();
      void queries.invalidateQueries({ queryKey: ["calls"] });
    },
  });
  const toggle = (code: string) =>
    setKept(
      grant.fields.map((field) => field.name).filter((one) => (one === code ? !fields.includes(one) : fields.includes(one))),
    );
  return (
    <section className="card stack" aria-labelledby="trial">
      <h2 id="trial">{t("trial.title")}</h2>
      <p className="quiet">{t("trial.lead")}</p>
      <Form layout="vertical" onFinish={() => key !== "" && once(() => call.mutateAsync())}>
        <div className="form-grid">
          <Form.Item label={t("trial.column")} htmlFor="trial-column">
            <Select
              id="trial-column"
              value={column}
              options={grant.keys.map((one) => ({ value: one, label: name(one) }))}
              onChange={setColumn}
            />
          </Form.Item>
          <Form.Item label={t("trial.purpose")} htmlFor="trial-purpose">
            <Select
              id="trial-purpose"
              value={purpose}
              options={grant.purposes.map((one) => ({ value: one, label: one }))}
              onChange={setPurpose}
            />
          </Form.Item>
          <Form.Item label={t("trial.key")} htmlFor="trial-key" required className="whole-row">
            <Input
              id="trial-key"
              autoComplete="off"
              maxLength={200}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          </Form.Item>
        </div>
        <fieldset className="choice narrow-choice">
          <legend>{t("trial.fields")}</legend>
          {grant.fields.map((field) => (
            <label key={field.name}>
              <input type="checkbox" checked={fields.includes(field.name)} onChange={() => toggle(field.name)} />
              <span lang="zh-CN">{name(field.name)}</span>
            </label>
          ))}
        </fieldset>
        <Button type="primary" htmlType="submit" loading={call.isPending} disabled={key === "" || fields.length === 0}>
          {t("trial.call")}
        </Button>
      </Form>
      {call.error && <Fault error={call.error} />}
      {call.data && <Answered trial={call.data} service={view.id} />}
    </section>
  );
}

function Answered({ trial, service }: { trial: Schemas["TrialAnswer"]; service: string }) {
  const { t, term } = useGlossary();
  const { answer, items } = trial;
  const withheld = items.filter((item) => !item.granted);
  const item = (code: string) => items.find((one) => one.name === code);
  return (
    <div className="stack" role="status">
      <p>
        {t(answer.more ? "trial.found_more" : "trial.found", { count: answer.records.length })}{" "}
        <Link to="/evidence" search={{ call: answer.call, service, place: `${answer.use.period}:${answer.use.index}` }}>
          {t("trial.evidence", { period: answer.use.period, index: answer.use.index })}
        </Link>
      </p>
      {answer.records.map((record, index) => (
        <Scroll key={index} label={t("trial.record", { number: index + 1 })}>
          <table className="plain-table dense">
            <tbody>
              {answer.fields.map((code) => {
                const mask = item(code)?.mask;
                return (
                  <tr key={code}>
                    <th scope="row">
                      <Law>{item(code)?.title ?? code}</Law>
                    </th>
                    <td lang="zh-CN">{record[code] ?? <span className="quiet">{t("trial.empty")}</span>}</td>
                    <td>{mask && <Tag color="warning">{term("mask", mask.split("(")[0] ?? mask)}</Tag>}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      ))}
      {withheld.length > 0 && (
        <p className="quiet">
          {t("trial.withheld", { article: trial.article })}{" "}
          <Law>{withheld.map((one) => one.title).join(t("list.separator"))}</Law>
        </p>
      )}
      {trial.row_scope && (
        <p className="quiet">
          {t("trial.rows")} <Law>{trial.row_scope.values.join(t("list.separator"))}</Law>
        </p>
      )}
    </div>
  );
}
