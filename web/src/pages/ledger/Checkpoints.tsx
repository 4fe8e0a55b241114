/** The signed heads of the log, shard by shard, as anybody may read them; who witnessed them; and how the log itself is checked. */
import { useQuery } from "@tanstack/react-query";
import { Input, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { checkpoint, logKeys, witnesses } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { dayOf, minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useNow } from "../docket/parts";
import { periodOf, SHARDS } from "./place";
import { readNote, timeOf } from "./proof";
import { Signatures } from "./Witnessed";

export function Checkpoints() {
  const { t } = useGlossary();
  const today = dayOf(useNow());
  const [month, setMonth] = useState(today.slice(0, 7));
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
      {SHARDS.map(({ id }) => (
        <Shard key={`${id} ${month}`} shard={id} period={periodOf(id, month)} />
      ))}
      <WitnessList />
      <Keys />
      <section className="card stack" aria-labelledby="fsck">
        <h2 id="fsck">{t("checkpoint.whole")}</h2>
        <p className="quiet">{t("checkpoint.whole_lead")}</p>
        <Copy
          text={`gongshu log fsck var/log/acts-permanent/${month.slice(0, 4)} --keys log-keys.json`}
          label={t("checkpoint.whole")}
        />
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
        <p className="quiet">{t("checkpoint.none")}</p>
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
                    <dt>{t("witness.title")}</dt>
                    <dd>
                      <Seen witnessed={head.witnessed} size={head.size} />
                    </dd>
                  </div>
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
                <details>
                  <summary>{t("checkpoint.text")}</summary>
                  <Signatures note={sm3} />
                  <Copy text={head.sm3} label={term("tree", "sm3")} />
                  <Copy text={head.sha256} label={term("tree", "sha256")} />
                  {head.witnessed && <Copy text={head.witnessed.note} label={t("witness.note")} />}
                </details>
              </>
            );
          }}
        </Loaded>
      )}
    </section>
  );
}

/** Who cosigned a shard, at which size and when; and how much came after it. */
function Seen({ witnessed, size }: { witnessed: Schemas["WitnessedCheckpoint"] | null | undefined; size: number }) {
  const { t } = useGlossary();
  if (!witnessed) return <span className="quiet">{t("witness.not_yet")}</span>;
  const after = size - witnessed.size;
  return (
    <ul>
      {witnessed.by.map((one) => (
        <li key={one.vkey}>
          {t("witness.saw", { name: one.name, at: minuteOf(one.at), size: witnessed.size.toLocaleString("en-US") })}
        </li>
      ))}
      {after > 0 && <li className="quiet">{t("witness.after", { count: after.toLocaleString("en-US") })}</li>}
    </ul>
  );
}

/** The witnesses that the district asks, what each last said of every shard, and the keys to check both sides with. */
function WitnessList() {
  const { t } = useGlossary();
  const found = useQuery(witnesses);
  return (
    <section className="card stack" aria-labelledby="witnesses">
      <h2 id="witnesses">{t("witness.heading")}</h2>
      <p className="quiet">{t("witness.means")}</p>
      <Loaded of={found} rows={3}>
        {(known) => (
          <>
            {known.witnesses.length === 0 ? (
              <Nothing>{t("witness.nobody")}</Nothing>
            ) : (
              known.witnesses.map((one) => <OneWitness key={one.vkey} of={one} />)
            )}
            <p className="quiet">{t("witness.log_key_lead")}</p>
            <Copy text={known.vkey} label={t("witness.log_key")} />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** The keys with which every checkpoint is signed, to be kept and compared. */
function Keys() {
  const { t, term } = useGlossary();
  const found = useQuery(logKeys);
  return (
    <section className="card stack" aria-labelledby="keys">
      <h2 id="keys">{t("checkpoint.keys")}</h2>
      <p className="quiet">{t("checkpoint.keys_lead")}</p>
      <Loaded of={found} rows={4}>
        {(known) => (
          <>
            <h3>{term("tree", "sm3")}</h3>
            <Copy text={known.sm2_pem} label={term("tree", "sm3")} />
            <h3>{term("tree", "sha256")}</h3>
            <Copy text={known.ed25519_pem} label={term("tree", "sha256")} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const COLOURS = { cosigned: "success", silent: "warning", refused: "error" } as const;

function OneWitness({ of }: { of: Schemas["LogWitness"] }) {
  const { t, term } = useGlossary();
  return (
    <div className="stack">
      <h3>
        <code>{of.name}</code>
      </h3>
      <ul className="over">
        {of.shards.map((one) => (
          <li key={`${one.class} ${one.period}`}>
            <Tag color={COLOURS[one.state]}>{term("witness_state", one.state)}</Tag> {term("shard", one.class)}{" "}
            <span className="number">{one.period}</span>
            {typeof one.size === "number" && typeof one.at === "string" && (
              <span className="quiet">
                {t("list.dot")}
                {t("witness.last", { at: minuteOf(one.at), size: one.size.toLocaleString("en-US") })}
              </span>
            )}
            {one.told && (
              <details>
                <summary>{t("fault.details")}</summary>
                <code lang="en">{one.told}</code>
              </details>
            )}
          </li>
        ))}
        {of.shards.length === 0 && <li className="quiet">{t("witness.not_asked")}</li>}
      </ul>
      <Copy text={of.vkey} label={t("witness.key")} />
    </div>
  );
}
