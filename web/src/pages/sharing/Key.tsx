/** The signing key of this browser on a page of its own: before the first request, and when it changes. */
import { useQuery } from "@tanstack/react-query";
import { Form } from "antd";
import { me, signingKey } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { Frame } from "./Frame";
import { KeyBox } from "./signing/KeyBox";
import { useKeptKey } from "./signing/useKeptKey";

export function Key() {
  const { t } = useGlossary();
  const known = useQuery(me).data;
  const kept = useKeptKey(known?.person ?? undefined);
  const organisation = known?.organisation;
  const registered = organisation?.signing_key ?? null;
  const held = useQuery({
    ...signingKey(organisation?.id ?? ""),
    enabled: organisation !== undefined && organisation !== null,
  }).data;
  return (
    <Frame>
      <section className="card stack reading" aria-labelledby="browser-key">
        <h2 id="browser-key">{t("key.here")}</h2>
        <p className="quiet">{t("key.lead")}</p>
        <Form layout="vertical">
          <KeyBox kept={kept} registered={registered} />
        </Form>
      </section>
      <section className="card stack reading" aria-labelledby="registered-key">
        <h2 id="registered-key">{t("key.registered_title")}</h2>
        {held && registered && <p>{t(held.held ? "key.held" : "key.not_held")}</p>}
        {registered ? <Copy text={registered} label={t("key.public")} /> : <p>{t("key.not_registered")}</p>}
      </section>
    </Frame>
  );
}
