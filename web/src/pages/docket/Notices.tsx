/** What the law has told the reader: opened, and marked as read. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { client, take } from "../../api/client";
import { notices } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { dayOf } from "../../parts/time";
import { Fault } from "../../shell/Faults";
import { Law } from "./parts";

export function Notices() {
  const { t, term } = useGlossary();
  const queries = useQueryClient();
  const [unread, setUnread] = useState(true);
  const read = useMutation({
    mutationFn: (id: string) => take(client.POST("/api/v1/notices/{id}/read", { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["notices"] }),
  });
  const all = useMutation({
    mutationFn: (until: string) => take(client.POST("/api/v1/notices/read", { body: { until } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["notices"] }),
  });
  return (
    <section className="card" aria-labelledby="notices" data-tour="notices">
      <div className="card-head">
        <h2 id="notices">{t("home.notices")}</h2>
        <Segmented
          size="small"
          aria-label={t("home.notices")}
          value={unread ? "unread" : "all"}
          options={[
            { value: "unread", label: t("home.unread") },
            { value: "all", label: t("home.all") },
          ]}
          onChange={(value) => setUnread(value === "unread")}
        />
      </div>
      {(read.error ?? all.error) && <Fault error={read.error ?? all.error} />}
      <List
        query={(offset, limit) => notices(unread, offset, limit)}
        rows={8}
        narrow
        empty={t(unread ? "home.no_notices" : "home.no_notices_ever")}
      >
        {({ items }, page) => (
          <>
            <ul className="notices">
              {items.map((notice) => (
                <li key={notice.id} className={notice.kind}>
                  <span className="notice-kind">{term("notice", notice.kind)}</span>
                  <Link to="/cases/$id" params={{ id: notice.case }} onClick={() => !notice.read_at && read.mutate(notice.id)}>
                    <Law>{notice.title}</Law>
                  </Link>
                  <small>
                    {dayOf(notice.at)} {notice.article}
                  </small>
                  {!notice.read_at && (
                    <Button size="small" type="text" disabled={read.isPending} onClick={() => read.mutate(notice.id)}>
                      {t("home.mark_read")}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
            {unread && page === 1 && (
              <button type="button" className="plain" disabled={all.isPending} onClick={() => all.mutate(items[0]?.at ?? "")}>
                {t("home.mark_all")}
              </button>
            )}
          </>
        )}
      </List>
    </section>
  );
}
