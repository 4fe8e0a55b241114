/** The signing key in this browser: how it stands, how one is made or brought, and how its public half gets registered. */
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Tag } from "antd";
import { useId, useState } from "react";
import { client, take } from "../../../api/client";
import { me } from "../../../api/queries";
import { useGlossary } from "../../../glossary";
import { Copy } from "../../../parts/Copy";
import { dayOf } from "../../../parts/time";
import { Fault, Loaded } from "../../../shell/Faults";
import { privateKeyIn, sameKey } from "./forms";
import type { KeptKey } from "./keys";

interface Props {
  kept: UseQueryResult<KeptKey | null>;
  /** The public half that is registered for the organisation. */
  registered: string | null;
}

export function KeyBox({ kept, registered }: Props) {
  const { t } = useGlossary();
  const [making, setMaking] = useState<"new" | "given">();
  if (!globalThis.isSecureContext) return <Alert type="warning" showIcon title={t("key.insecure")} />;
  return (
    <Loaded of={kept} rows={2}>
      {(key) => (
        <div className="stack">
          {key && !making && <Standing kept={key} registered={registered} replace={() => setMaking("new")} />}
          {!key && !making && (
            <div className="stack">
              <p>{t(registered ? "key.none_here" : "key.none")}</p>
              <div className="filters">
                <Button onClick={() => setMaking("given")}>{t("key.bring")}</Button>
                <Button onClick={() => setMaking("new")}>{t("key.make")}</Button>
              </div>
            </div>
          )}
          {making && <Making given={making === "given"} done={() => setMaking(undefined)} registered={registered} />}
        </div>
      )}
    </Loaded>
  );
}

function Standing({ kept, registered, replace }: { kept: KeptKey; registered: string | null; replace: () => void }) {
  const { t } = useGlossary();
  const known = useQuery(me).data;
  const queries = useQueryClient();
  const fits = sameKey(kept.publicKey, registered);
  const forget = useMutation({
    mutationFn: async () => (await import("./keys")).forgetKey(kept.person),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["browser-key"] }),
  });
  const organisation = known?.organisation?.id ?? "";
  const register = useMutation({
    mutationFn: () =>
      take(
        client.PUT("/api/v1/organisations/{id}/signing-key", {
          params: { path: { id: organisation } },
          body: { public_key: kept.publicKey },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["me"] }),
  });
  return (
    <div className="stack">
      <p>
        <Tag color={fits ? "success" : "warning"}>{t(fits ? "key.registered" : "key.unregistered")}</Tag>{" "}
        {t("key.made_at", { day: dayOf(kept.madeAt) })}
        <button type="button" className="plain" onClick={replace}>
          {t("key.replace")}
        </button>
        <button type="button" className="plain" onClick={() => forget.mutate()}>
          {t("key.forget")}
        </button>
      </p>
      {!fits && (
        <>
          <Alert
            type="warning"
            showIcon
            title={t(registered ? "key.other_registered" : "key.not_registered")}
            description={t("key.how_to_register")}
          />
          <Copy text={kept.publicKey} label={t("key.public")} />
          {known?.roles.includes("system_administrator") ? (
            <Button loading={register.isPending} onClick={() => register.mutate()}>
              {t("key.register")}
            </Button>
          ) : (
            <Button onClick={() => void queries.invalidateQueries({ queryKey: ["me"] })}>{t("key.look_again")}</Button>
          )}
          {register.error && <Fault error={register.error} />}
        </>
      )}
    </div>
  );
}

function Making({ given, done, registered }: { given: boolean; done: () => void; registered: string | null }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const known = useQuery(me).data;
  const id = useId();
  // A private key and a passphrase are kept in no draft.
  const [pem, setPem] = useState("");
  const [phrase, setPhrase] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const key = given ? privateKeyIn(pem) : null;
  const short = phrase.length < 10;
  const differs = phrase !== again;
  const keep = useMutation({
    mutationFn: async () => {
      const keys = await import("./keys");
      return keys.keepKey(known?.person ?? "", phrase, key ?? undefined);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["browser-key"] });
      done();
    },
  });
  const wrong = short || differs || (given && key === null);
  const make = () => {
    setTried(true);
    if (!wrong && !keep.isPending) keep.mutate();
  };
  // The form around this one sends the request; the key is made by its own button.
  return (
    <fieldset className="making">
      <legend>{t(given ? "key.bring" : "key.make")}</legend>
      {given && (
        <Form.Item
          label={t("key.private")}
          htmlFor={`${id}-pem`}
          extra={t("key.private_hint")}
          validateStatus={tried && key === null ? "error" : undefined}
          help={tried && key === null ? t("key.unreadable") : undefined}
        >
          <Input.TextArea
            id={`${id}-pem`}
            className="pem"
            rows={5}
            autoComplete="off"
            spellCheck={false}
            value={pem}
            onChange={(event) => setPem(event.target.value)}
          />
        </Form.Item>
      )}
      {!given && registered && <Alert type="info" showIcon title={t("key.make_replaces")} />}
      <Form.Item
        label={t("key.phrase")}
        htmlFor={`${id}-phrase`}
        extra={t("key.phrase_hint")}
        validateStatus={tried && short ? "error" : undefined}
        help={tried && short ? t("key.phrase_short") : undefined}
      >
        <Input.Password
          id={`${id}-phrase`}
          className="wide"
          autoComplete="new-password"
          value={phrase}
          onChange={(event) => setPhrase(event.target.value)}
        />
      </Form.Item>
      <Form.Item
        label={t("key.again")}
        htmlFor={`${id}-again`}
        validateStatus={tried && differs ? "error" : undefined}
        help={tried && differs ? t("key.differs") : undefined}
      >
        <Input.Password
          id={`${id}-again`}
          className="wide"
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.target.value)}
        />
      </Form.Item>
      {keep.error && <Alert type="error" showIcon role="alert" title={t("key.not_kept")} />}
      <div className="filters">
        <Button type="primary" loading={keep.isPending} onClick={make}>
          {t("key.keep")}
        </Button>
        <Button onClick={done}>{t("key.cancel")}</Button>
      </div>
    </fieldset>
  );
}
