/** The two ways to object: as a member of the public, for a receipt number; in the name of an organisation, as a case. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Alert, Form, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { entries, entry as entryOf } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { SendForm, TextField } from "../../parts/Form";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
import { Law } from "../docket/parts";

/** The longest statement and contact that the district takes. */
const STATEMENT = 2_000;
const CONTACT = 200;
const LONGEST_PAPER = 20_000;
/** Choices shown at once; typing finds the others. */
const MOST = 20;

interface Props {
  entry: string | undefined;
}

/** Which data it is about, found by its name among what is published; the address carries it, so that it can be handed on. */
function Which({ entry }: Props) {
  const { t } = useGlossary();
  const navigate = useNavigate({ from: "/objections" });
  const [text, setText] = useState("");
  const sought = useDeferredValue(text.trim());
  const filter = { ...(sought === "" ? {} : { text: sought }), status: "published" as const, offset: 0, limit: MOST };
  const found = useQuery({ ...entries(filter), placeholderData: (before) => before }).data?.items ?? [];
  const chosen = useQuery({ ...entryOf(entry ?? ""), enabled: entry !== undefined }).data;
  const options = new Map([...(chosen ? [chosen] : []), ...found].map(({ id, title }) => [id, title]));
  return (
    <Form.Item label={t("objection.entry")} htmlFor="objection-entry" required>
      <Select
        id="objection-entry"
        showSearch={{ filterOption: false, onSearch: setText }}
        placeholder={t("objection.entry_hint")}
        value={chosen?.id ?? null}
        options={[...options].map(([value, label]) => ({ value, label }))}
        onChange={(id) => void navigate({ search: { entry: id ?? undefined } })}
      />
    </Form.Item>
  );
}

/** What is written may be about a person, so it is no draft: it is gone with the page. */
export function ByPublic({ entry }: Props) {
  const { t } = useGlossary();
  const [statement, setStatement] = useState("");
  const [contact, setContact] = useState("");
  const raise = useChange(
    () =>
      take(
        client.POST("/api/v1/objections", {
          body: { entry: entry ?? "", statement: statement.trim(), contact: contact.trim() || null },
        }),
      ),
    [],
  );
  if (raise.data) return <Receipt of={raise.data} />;
  return (
    <SendForm
      sending={raise}
      ready={entry !== undefined && statement.trim() !== ""}
      send={() => raise.mutate(undefined)}
      act={t("objection.raise")}
    >
      <Which entry={entry} />
      <TextField
        id="objection-statement"
        label={t("objection.statement")}
        hint={t("objection.statement_hint")}
        required
        rows={6}
        maxLength={STATEMENT}
        value={statement}
        write={setStatement}
      />
      <TextField
        id="objection-contact"
        label={t("objection.contact")}
        hint={t("objection.contact_hint")}
        autoComplete="off"
        maxLength={CONTACT}
        value={contact}
        write={setContact}
      />
    </SendForm>
  );
}

function Receipt({ of }: { of: Schemas["Raised"] }) {
  const { t } = useGlossary();
  return (
    <div className="stack" role="status">
      <Alert
        type="success"
        showIcon
        title={t("objection.raised", { title: of.objection.title })}
        description={t("objection.keep_number")}
      />
      <Copy text={of.receipt_number} label={t("objection.receipt")} />
      <p>
        <Link to="/objections" search={{ view: "follow" }}>
          {t("objection.to_follow")}
        </Link>
      </p>
    </div>
  );
}

interface OwnProps extends Props {
  act: Schemas["ActLine"];
  roles: (string | null)[];
  /** The organisation in whose name it is. */
  organisation: string;
}

export function ByOrganisation({ entry, act, roles, organisation }: OwnProps) {
  const { t } = useGlossary();
  const about = useQuery({ ...entryOf(entry ?? ""), enabled: entry !== undefined }).data;
  const { typed, write, forget } = useDraft("objection", {});
  const role = act.by.find(({ id }) => roles.includes(id))?.id ?? null;
  const papers = Object.fromEntries(act.papers.map(({ id }) => [id, typed[id]?.trim() ?? ""]));
  const open = useChange(
    async (_: undefined, key) => {
      const receipt = await take(
        client.POST("/api/v1/cases", {
          params: { header: { "idempotency-key": key } },
          body: {
            procedure: "objection",
            subject_kind: "record",
            subject: entry ?? null,
            act: act.id,
            role,
            papers,
            provider: about?.organisation ?? null,
            demander: role === "demander" ? organisation : null,
          },
        }),
      );
      forget();
      return receipt;
    },
    ["cases", "changes"],
  );
  if (open.data) {
    return (
      <Alert
        type="success"
        showIcon
        role="status"
        title={t("objection.opened", { state: open.data.state_title })}
        description={
          <Link to="/cases/$id" params={{ id: open.data.case }}>
            {t("objection.to_case")}
          </Link>
        }
      />
    );
  }
  return (
    <>
      <SendForm
        sending={open}
        ready={about !== undefined && Object.values(papers).every((text) => text !== "")}
        send={() => open.mutate(undefined)}
        act={t("objection.raise")}
      >
        <Which entry={entry} />
        {act.papers.map((paper) => (
          <TextField
            key={paper.id}
            id={`objection-${paper.id}`}
            label={<Law>{paper.title}</Law>}
            hint={t("objection.statement_hint")}
            required
            rows={6}
            maxLength={LONGEST_PAPER}
            value={typed[paper.id]}
            write={(text) => write(paper.id, text)}
          />
        ))}
      </SendForm>
      {about?.status === "published" && (
        <details>
          <summary>{t("objection.for_public")}</summary>
          <p className="quiet">{t("objection.for_public_hint")}</p>
          <Copy text={window.location.href} label={t("objection.link")} />
        </details>
      )}
    </>
  );
}
