/**
 * The commitment of each request in full, how it is signed, and the making of the requests.
 *
 * The text comes from the district and binds what is asked for; it is signed as it stands. Each request is sent once however
 * often somebody clicks: it keeps its idempotency key until the district has answered. What could not be made stays here.
 */
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useRef, useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { commitmentText, me, signingKey } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { useSingle } from "../../parts/useSingle";
import { Fault, Loaded } from "../../shell/Faults";
import { Article } from "../docket/parts";
import { useDemands } from "./Basket";
import { sameKey } from "./signing/forms";
import { KeyBox } from "./signing/KeyBox";
import { useKeptKey } from "./signing/useKeptKey";

export interface Made {
  entry: string;
  title: string;
  case: string;
}

interface Asked {
  title: string;
  body: Schemas["RequestInput"];
}

interface Props {
  asked: Asked[];
  /** How many elements are missing that the law will have asked for. */
  lacking: number;
  back: () => void;
  finish: (made: Made[]) => void;
  /** The text that was signed before, where the request was made already: while it stays the same the signature stands. */
  signed?: string | undefined;
  /** How one request is handed in; left out = as a new one. */
  send?: (body: Schemas["RequestInput"], key: string) => Promise<Schemas["Asked"]>;
}

type Way = "browser" | "server" | "later";

export function Sign({ asked, lacking, back, finish, signed: before, send = create }: Props) {
  const { t } = useGlossary();
  const demands = useDemands();
  const known = useQuery(me).data;
  const queries = useQueryClient();
  const texts = useQueries({ queries: asked.map(({ body }) => commitmentText(body)) });
  const kept = useKeptKey(known?.person ?? undefined);
  const organisation = known?.organisation?.id;
  const held = useQuery({ ...signingKey(organisation ?? ""), enabled: organisation !== undefined }).data?.held === true;
  const [chosen, setWay] = useState<Way>();
  const way = chosen ?? (held ? "server" : "browser");
  // Neither of the two is kept anywhere.
  const [password, setPassword] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [failed, setFailed] = useState<Map<string, unknown>>(new Map());
  const keys = useRef(new Map<string, string>());
  const once = useSingle();
  const registered = sameKey(kept.data?.publicKey, known?.organisation?.signing_key);
  const stands = before !== undefined && texts.every((text) => text.data?.text === before);
  const ready = texts.every((text) => text.data !== undefined);

  const hand = useMutation({
    mutationFn: async () => {
      const commitments = way === "later" || stands ? [] : way === "server" ? await signedThere() : await signedHere();
      const made: Made[] = [];
      const faults = new Map<string, unknown>();
      for (const [index, { body, title }] of asked.entries()) {
        const key = keys.current.get(body.entry) ?? crypto.randomUUID();
        keys.current.set(body.entry, key);
        try {
          const answer = await send({ ...body, commitment: commitments[index] ?? null }, key);
          made.push({ entry: body.entry, title, case: answer.request.case });
        } catch (error) {
          faults.set(body.entry, error);
          // Where nothing answered, the request may have been made: the same key finds that out. A refusal is an answer.
          if (error instanceof Failure && error.problem !== undefined) keys.current.delete(body.entry);
        }
      }
      return { made, faults };
    },
    onSuccess: async ({ made, faults }) => {
      setFailed(faults);
      setPassphrase("");
      setPassword("");
      await Promise.all(
        ["cases", "case", "sharing-request", "me"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      );
      if (made.length > 0) finish(made);
    },
    // The session may have ended as well as the password be wrong: ask who we are.
    onError: () => void queries.invalidateQueries({ queryKey: ["me"] }),
  });

  async function signedThere(): Promise<Schemas["SignedCommitment"][]> {
    const made: Schemas["SignedCommitment"][] = [];
    for (const { body } of asked)
      made.push(await take(client.POST("/api/v1/sharing-requests/commitment", { body: { request: body, password } })));
    return made;
  }

  async function signedHere(): Promise<Schemas["SignedCommitment"][]> {
    const { signAll } = await import("./signing/keys");
    if (!kept.data) return [];
    const words = texts.map((text) => text.data?.text ?? "");
    const signatures = await signAll(kept.data, passphrase, words);
    const public_key = kept.data.publicKey;
    return signatures.map((signature, index) => ({ text: words[index] ?? "", signature, public_key }));
  }

  // A lost connection or a busy platform is no wrong password.
  const fault = hand.error instanceof Failure && hand.error.code !== "not_authenticated" ? hand.error : null;
  const wrong = hand.error !== null && fault === null;
  const article = demands.asked.get("commitment")?.article;
  const unsigned = { browser: !registered || passphrase === "", server: password === "", later: demands.whole }[way];
  const blocked = !ready || (!stands && unsigned);
  return (
    <Form layout="vertical" className="stack request-form" onFinish={() => !blocked && once(() => hand.mutateAsync())}>
      <section className="card stack" aria-labelledby="commitment">
        <h2 id="commitment">
          {t("sign.text")} {article && <Article pack={demands.pack} id={article} />}
        </h2>
        {lacking > 0 && <Alert type="info" showIcon title={t("sign.lacking", { count: lacking })} />}
        {asked.map(({ title, body }, index) => (
          <div key={body.entry}>
            <Loaded of={texts[index] ?? { data: undefined, error: undefined, refetch: () => undefined }} rows={6}>
              {({ text }) => (
                <blockquote className="commitment" lang="zh-CN">
                  {text}
                </blockquote>
              )}
            </Loaded>
            {failed.has(body.entry) && (
              <>
                <p lang="zh-CN">{title}</p>
                <Fault error={failed.get(body.entry)} name={demands.name} />
              </>
            )}
          </div>
        ))}
      </section>
      {stands ? (
        <Alert type="success" showIcon title={t("sign.still_valid")} />
      ) : (
        <section className="card stack" aria-labelledby="how">
          <h2 id="how">{t("sign.how")}</h2>
          <Ways way={way} choose={setWay} whole={demands.whole} held={held} />
          {way === "browser" && <KeyBox kept={kept} registered={known?.organisation?.signing_key ?? null} />}
          {way === "server" && (
            <Form.Item
              label={t("sign.password")}
              htmlFor="sign-password"
              required
              validateStatus={wrong ? "error" : undefined}
              help={wrong && t("sign.password_wrong")}
            >
              <Input.Password
                id="sign-password"
                className="wide"
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </Form.Item>
          )}
          {way === "browser" && registered && (
            <Form.Item
              label={t("sign.passphrase")}
              htmlFor="sign-passphrase"
              required
              validateStatus={wrong ? "error" : undefined}
              help={wrong && t("sign.wrong")}
            >
              <Input.Password
                id="sign-passphrase"
                className="wide"
                autoComplete="off"
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
              />
            </Form.Item>
          )}
        </section>
      )}
      {fault && <Fault error={fault} />}
      <div className="onward">
        <Button size="large" onClick={back}>
          {t("sign.back")}
        </Button>
        <Button type="primary" size="large" htmlType="submit" loading={hand.isPending} disabled={blocked}>
          {stands ? t("sign.send_again") : way === "later" ? t("sign.send_unsigned") : t("sign.send", { count: asked.length })}
        </Button>
      </div>
    </Form>
  );
}

function Ways({ way, choose, whole, held }: { way: Way; choose: (way: Way) => void; whole: boolean; held: boolean }) {
  const { t } = useGlossary();
  const ways: [Way, string, string, boolean][] = [
    ["browser", t("sign.browser"), t("sign.browser_why"), true],
    ["server", t("sign.server"), t(held ? "sign.server_why" : "sign.server_none"), held],
    ["later", t("sign.later"), t(whole ? "sign.later_refused" : "sign.later_why"), !whole],
  ];
  return (
    <fieldset className="ways">
      <legend className="hidden">{t("sign.how")}</legend>
      {ways.map(([id, word, why, open]) => (
        <label key={id}>
          <input type="radio" name="way" value={id} checked={way === id} disabled={!open} onChange={() => choose(id)} />
          <span>
            <strong>{word}</strong>
            <small>{why}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function create(body: Schemas["RequestInput"], key: string): Promise<Schemas["Asked"]> {
  return take(client.POST("/api/v1/sharing-requests", { body, headers: { "idempotency-key": key } }));
}
