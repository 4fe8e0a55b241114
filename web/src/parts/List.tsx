/** A list that comes page by page from the server, with its faces: on its way, failed, empty, there, and the way to its other pages. */
import { hashKey, type QueryKey, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { Pagination } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useGlossary } from "../glossary";
import { Loaded, Nothing } from "../shell/Faults";

/** How many lines a page of a list has where nothing says otherwise. */
export const ROWS = 15;

/** Where a list stands, for pages that keep it in their address. */
export interface At {
  page: number;
  go: (page: number) => void;
}

interface Props<Found, Key extends QueryKey> {
  query: (offset: number, limit: number) => UseQueryOptions<Found, Error, Found, Key>;
  rows?: number;
  /** What to say where there is nothing; words become the usual picture of emptiness. */
  empty: ReactNode;
  /** Absent where the list keeps its page itself: then another question begins at its first page. */
  at?: At;
  /** For a narrow place. */
  narrow?: boolean;
  children: (found: Found, page: number) => ReactNode;
}

export function List<Found extends { items: unknown[]; total: number }, Key extends QueryKey>(props: Props<Found, Key>) {
  const { query, rows = ROWS, empty, at, narrow = false, children } = props;
  const asked = hashKey(query(0, rows).queryKey ?? []);
  const [kept, setKept] = useState({ asked, page: 1 });
  const page = at?.page ?? (kept.asked === asked ? kept.page : 1);
  const go = at?.go ?? ((next: number) => setKept({ asked, page: next }));
  // What was there stays until the next page has come.
  const found = useQuery({
    ...query((page - 1) * rows, rows),
    placeholderData: (before: Found | undefined) => before as never,
  });
  // The last page may vanish while somebody stands on it.
  const last = found.isPlaceholderData ? page : Math.max(1, Math.ceil((found.data?.total ?? page * rows) / rows));
  useEffect(() => {
    if (page > last) go(last);
  });
  return (
    <Loaded of={found} rows={Math.min(rows, 10)}>
      {(data) =>
        data.total === 0 ? (
          typeof empty === "string" ? (
            <Nothing>{empty}</Nothing>
          ) : (
            empty
          )
        ) : (
          <>
            {children(data, page)}
            <Pages page={page} rows={rows} total={data.total} go={go} narrow={narrow} />
          </>
        )
      }
    </Loaded>
  );
}

interface PagesProps extends At {
  rows: number;
  total: number;
  narrow?: boolean;
  /** How the whole is told. */
  tell?: (total: number) => string;
}

/** The way to the other pages of a list. A list of one page has none. */
export function Pages({ page, rows, total, go, narrow = false, tell }: PagesProps) {
  const { t } = useGlossary();
  const told = tell ?? ((count: number) => t("table.total", { total: count }));
  return (
    <Pagination
      size="small"
      align="end"
      hideOnSinglePage
      simple={narrow}
      current={page}
      pageSize={rows}
      total={total}
      showSizeChanger={false}
      showTotal={narrow ? () => null : told}
      onChange={go}
    />
  );
}
