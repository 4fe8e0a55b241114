/** The elements of an entry as fields, in the order of the standard. */
import { Button, Select } from "antd";
import { useId } from "react";
import type { Schemas } from "../../../api/client";
import { useGlossary } from "../../../glossary";
import { CONDITION_KINDS, CYCLES, type Elements, FORMATS, GRADES, OPENINGS, SHARINGS } from "./elements";
import { ChoiceField, Field, fieldId, TextField } from "./fields";
import { ItemsEditor } from "./Items";

export interface SectionProps {
  draft: Elements;
  change: (change: (draft: Elements) => Elements) => void;
}

interface Sources {
  duties: Schemas["Duty"][];
  systems: Schemas["System"][];
}

export function Sections({ draft, change, sources }: SectionProps & { sources: Sources }) {
  return (
    <>
      <Basics draft={draft} change={change} sources={sources} />
      <Section name="items">
        <ItemsEditor items={draft.items} change={(of) => change((now) => ({ ...now, items: of(now.items) }))} />
      </Section>
      <Grading draft={draft} change={change} />
      <SharingPart draft={draft} change={change} />
      <OpeningPart draft={draft} change={change} />
      <CoveragePart draft={draft} change={change} />
    </>
  );
}

function Section({
  name,
  children,
}: {
  name: "basics" | "items" | "grading" | "sharing" | "opening" | "coverage";
  children: React.ReactNode;
}) {
  const { term } = useGlossary();
  const id = useId();
  return (
    <section className="card editor-section" aria-labelledby={id}>
      <h2 id={id}>{term("editor_section", name)}</h2>
      {children}
    </section>
  );
}

function Basics({ draft, change, sources }: SectionProps & { sources: Sources }) {
  const { t, term } = useGlossary();
  const put = (part: Partial<Elements>) => change((now) => ({ ...now, ...part }));
  return (
    <Section name="basics">
      <div className="fields">
        <TextField path="title" wide value={draft.title} onChange={(title) => put({ title })} />
        <TextField path="description" rows={3} value={draft.description} onChange={(description) => put({ description })} />
        <ChoiceField
          path="duty"
          searchable
          value={draft.duty ?? null}
          options={sources.duties.map((duty) => ({ value: duty.id, label: `${duty.code} ${duty.name}` }))}
          onChange={(duty) => put({ duty })}
          hint={sources.duties.length === 0 ? t("editor.no_duties") : undefined}
        />
        <ChoiceField
          path="system"
          searchable
          value={draft.system ?? null}
          options={sources.systems.map((system) => ({ value: system.id, label: `${system.code} ${system.name}` }))}
          onChange={(system) => put({ system })}
          hint={t("editor.system_hint")}
        />
        <TextField path="source" value={draft.source} onChange={(source) => put({ source })} hint={t("editor.source_hint")} />
        <TextField path="managing_unit" value={draft.managing_unit} onChange={(managing_unit) => put({ managing_unit })} />
        <ChoiceField
          path="format"
          value={draft.format ?? null}
          options={FORMATS.map((value) => ({ value, label: term("format", value) }))}
          onChange={(format) => put({ format })}
        />
      </div>
    </Section>
  );
}

function Grading({ draft, change }: SectionProps) {
  const { term } = useGlossary();
  const put = (part: Partial<Elements>) => change((now) => ({ ...now, ...part }));
  return (
    <Section name="grading">
      <div className="fields">
        <ChoiceField
          path="update_cycle"
          value={draft.update_cycle ?? null}
          options={CYCLES.map((value) => ({ value, label: term("update_cycle", value) }))}
          onChange={(update_cycle) => put({ update_cycle })}
        />
        <TextField path="class" value={draft.class} onChange={(value) => put({ class: value })} />
        <ChoiceField
          path="grade"
          value={draft.grade ?? null}
          options={GRADES.map((value) => ({ value, label: term("grade", value) }))}
          onChange={(grade) => put({ grade })}
        />
      </div>
    </Section>
  );
}

function SharingPart({ draft, change }: SectionProps) {
  const { t, term } = useGlossary();
  const { sharing } = draft;
  const put = (part: Partial<typeof sharing>) => change((now) => ({ ...now, sharing: { ...now.sharing, ...part } }));
  return (
    <Section name="sharing">
      <div className="fields">
        <ChoiceField
          path="sharing.kind"
          clearable={false}
          value={sharing.kind}
          options={SHARINGS.map((value) => ({ value, label: term("sharing", value) }))}
          onChange={(kind) => kind && put({ kind })}
        />
        {sharing.kind === "conditional" && (
          <>
            <TextField path="sharing.scope" rows={2} value={sharing.scope} onChange={(scope) => put({ scope })} />
            <TextField path="sharing.usage" rows={2} value={sharing.usage} onChange={(usage) => put({ usage })} />
            <TextField
              path="sharing.conditions"
              rows={2}
              value={sharing.conditions}
              onChange={(conditions) => put({ conditions })}
            />
          </>
        )}
        {sharing.kind === "none" && (
          <TextField path="sharing.reason" rows={2} value={sharing.reason} onChange={(reason) => put({ reason })} />
        )}
        {sharing.kind !== "unconditional" && (
          <TextField
            path="sharing.basis"
            wide
            optional={sharing.kind === "conditional"}
            value={sharing.basis}
            onChange={(basis) => put({ basis })}
            hint={t("editor.basis_hint")}
          />
        )}
      </div>
    </Section>
  );
}

function OpeningPart({ draft, change }: SectionProps) {
  const { t, term } = useGlossary();
  const { opening } = draft;
  const put = (part: Partial<typeof opening>) => change((now) => ({ ...now, opening: { ...now.opening, ...part } }));
  const conditions = (of: (before: Schemas["OpenCondition"][]) => Schemas["OpenCondition"][]) =>
    put({ conditions: of(opening.conditions) });
  return (
    <Section name="opening">
      <div className="fields">
        <ChoiceField
          path="opening.kind"
          clearable={false}
          value={opening.kind}
          options={OPENINGS.map((value) => ({ value, label: term("opening", value) }))}
          onChange={(kind) => kind && put({ kind })}
        />
        {opening.kind === "none" && (
          <TextField path="opening.reason" rows={2} optional value={opening.reason} onChange={(reason) => put({ reason })} />
        )}
      </div>
      {opening.kind === "conditional" && (
        <div className="stack" id={fieldId("opening.conditions")}>
          {opening.conditions.map((condition, at) => (
            <div className="condition" key={at}>
              <Select
                aria-label={t("editor.condition_kind", { n: at + 1 })}
                className="narrow"
                value={condition.kind}
                options={CONDITION_KINDS.map((value) => ({ value, label: term("condition", value) }))}
                onChange={(kind) => conditions((all) => all.map((one, i) => (i === at ? { ...one, kind } : one)))}
              />
              <textarea
                className="cell"
                rows={2}
                aria-label={t("editor.condition_text", { n: at + 1 })}
                id={fieldId(`opening.conditions[${at}].text`)}
                value={condition.text}
                onChange={(event) =>
                  conditions((all) => all.map((one, i) => (i === at ? { ...one, text: event.target.value } : one)))
                }
              />
              <button
                type="button"
                className="plain"
                aria-label={t("editor.condition_remove", { n: at + 1 })}
                onClick={() => conditions((all) => all.filter((_, i) => i !== at))}
              >
                {t("items.remove_sign")}
              </button>
            </div>
          ))}
          <div>
            <Button onClick={() => conditions((all) => [...all, { kind: "scenario", text: "" }])}>
              {t("editor.condition_add")}
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}

function CoveragePart({ draft, change }: SectionProps) {
  const { t } = useGlossary();
  const { coverage } = draft;
  const put = (part: Partial<typeof coverage>) => change((now) => ({ ...now, coverage: { ...now.coverage, ...part } }));
  return (
    <Section name="coverage">
      <div className="fields">
        <TextField path="coverage.area" wide value={coverage.area} onChange={(area) => put({ area })} />
        {(["from", "until"] as const).map((end) => (
          <Field key={end} path={`coverage.${end}`} optional>
            {(id, status, described) => (
              <input
                type="date"
                className={`cell ${status ?? ""}`}
                id={id}
                aria-describedby={described}
                value={coverage[end] ?? ""}
                onChange={(event) => put({ [end]: event.target.value || null })}
              />
            )}
          </Field>
        ))}
        <Field path="keywords" wide optional hint={t("editor.keywords_hint")}>
          {(id, status, described) => (
            <Select
              id={id}
              mode="tags"
              className="full"
              aria-describedby={described}
              status={status ?? ""}
              tokenSeparators={t("editor.keyword_separators").split("")}
              open={false}
              suffixIcon={null}
              value={draft.keywords}
              onChange={(keywords) =>
                change((now) => ({ ...now, keywords: [...new Set(keywords.map((word) => word.trim()).filter(Boolean))] }))
              }
            />
          )}
        </Field>
      </div>
    </Section>
  );
}
