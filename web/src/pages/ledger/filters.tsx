/** What the explorer's lists share: filters that stand in the address, so that a finding can be handed on as a link, and paging. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input } from "antd";
import type { ReactNode } from "react";
import { mayDo } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import type { LedgerSearch } from "./routes";

/** The address and how to change it: another filter begins at the newest. */
export function useExplorer(): { search: LedgerSearch; set: (change: LedgerSearch) => void } {
  const search = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const set = (change: LedgerSearch) => void navigate({ search: { ...search, before: undefined, page: undefined, ...change } });
  return { search, set };
}

/** Whether the reader may read the log as a whole; the district's own policy answers. `undefined` until it has. */
export function useReadsLog(): boolean | undefined {
  const { data, isError } = useQuery(mayDo("read_log"));
  return isError ? false : data;
}

/** The beginning of a day of the district, as an instant; `days` later. */
export function instantOf(day: string | undefined, days = 0): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + days * 86_400_000).toISOString();
}

export function Days() {
  const { t } = useGlossary();
  const { search, set } = useExplorer();
  return (
    <>
      <label className="with-label" htmlFor="ledger-from">
        <span>{t("ledger.from")}</span>
        <Input
          id="ledger-from"
          type="date"
          value={search.from ?? ""}
          onChange={(event) => set({ from: event.target.value || undefined })}
        />
      </label>
      <label className="with-label" htmlFor="ledger-until">
        <span>{t("ledger.until")}</span>
        <Input
          id="ledger-until"
          type="date"
          value={search.until ?? ""}
          onChange={(event) => set({ until: event.target.value || undefined })}
        />
      </label>
    </>
  );
}

export function OfOrganisation() {
  const { t } = useGlossary();
  const { search, set } = useExplorer();
  return (
    <OrganisationSelect
      label={t("ledger.organisation")}
      none={t("ledger.organisation")}
      value={search.organisation}
      choose={(organisation) => set({ organisation, person: undefined })}
    />
  );
}

/** On to what is older, and back to the newest. */
export function Onward({ next, children }: { next: string | undefined; children?: ReactNode }) {
  const { t } = useGlossary();
  const { search, set } = useExplorer();
  if (!children && !search.before && !next) return null;
  return (
    <nav className="paging" aria-label={t("ledger.pages")}>
      {children}
      {search.before && <Button onClick={() => set({ before: undefined })}>{t("calls.newest")}</Button>}
      {next && <Button onClick={() => set({ before: next })}>{t("calls.older")}</Button>}
    </nav>
  );
}
