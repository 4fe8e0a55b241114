/** The signed heads of the log, shard by shard, as anybody may read them, and how the log itself is checked. */
import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useState } from "react";
import { checkpoint } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { dayOf, minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useNow } from "../docket/parts";
import { Signatures } from "./Proof";
import { readNote, timeOf } from "./proof";

export function Checkpoints() {
  const { t } = useGlossary();
  const today = dayOf(useNow());
  const [month, setMonth] = useState(today.slice(0, 7));
  const year = month.slice(0, 4);
  const shards: [string, string][] = [
    ["acts-permanent", year],
    ["administration-permanent", year],
    ["calls-3y", month],
  ];
  return (
    <div className="stack">
      <div className="filters">
        <label className="with-label" htmlFor="checkpoint-month">
          <span>{t("checkpoint.month")}</span>
          <Input
            id="checkpoint-month"
            type="month"
            value={month}
            max={today.slice(0, 7)}
            onChange={(event) => setMonth(event.target.value || month)}
          />
        </label>
        <span className="quiet">{t("checkpoint.lead")}</span>
      </div>
      {shards.map(([shard, period]) => (
        <Shard key={`${shard} ${period}`} shard={shard} period={period} />
      ))}
      <section className="card stack" aria-labelledby="fsck">
        <h2 id="fsck">{t("checkpoint.whole")}</h2>
        <p className="quiet">{t("checkpoint.whole_lead")}</p>
        <Copy text={`gongshu log fsck var/log/acts-permanent/${year} --keys log-keys.json`} label={t("checkpoint.whole")} />
      </section>
    </div>
  );
}

function Shard({ shard, period }: { shard: string; period: string }) {
  const { t, term } = useGlossary();
  const found = useQuery(checkpoint(shard, period));
  const id = `shard-${shard}`;
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>
        {term("shard", shard)} <small className="number">{period}</small>
      </h2>
      {found.error ? (
        <Nothing>{t("checkpoint.none")}</Nothing>
      ) : (
        <Loaded of={found} rows={3}>
          {(head) => {
            const sm3 = readNote(head.sm3);
            const sha256 = readNote(head.sha256);
            const time = timeOf(sm3);
            return (
              <>
                <dl className="contents">
                  <div>
                    <dt>{t("evidence.log")}</dt>
                    <dd>
                      <code>{head.origin}</code>
                    </dd>
                  </div>
                  <div>
                    <dt>{t("evidence.size")}</dt>
                    <dd className="number">{head.size.toLocaleString("en-US")}</dd>
                  </div>
                  {time && (
                    <div>
                      <dt>{t("checkpoint.time")}</dt>
                      <dd className="number">{minuteOf(time)}</dd>
                    </div>
                  )}
                  <div>
                    <dt>{term("tree", "sm3")}</dt>
                    <dd>
                      <code>{sm3.root}</code>
                    </dd>
                  </div>
                  <div>
                    <dt>{term("tree", "sha256")}</dt>
                    <dd>
                      <code>{sha256.root}</code>
                    </dd>
                  </div>
                </dl>
                <Signatures note={sm3} />
                <details>
                  <summary>{t("checkpoint.text")}</summary>
                  <Copy text={head.sm3} label={term("tree", "sm3")} />
                  <Copy text={head.sha256} label={term("tree", "sha256")} />
                </details>
              </>
            );
          }}
        </Loaded>
      )}
    </section>
  );
}
