/** The short way to one proof, for who knows which: an act by its id, or whatever stands at a place of the log. */
import { useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState } from "react";
import { useGlossary } from "../../glossary";
import { Select } from "../../parts/Select";
import { dayOf } from "../../parts/time";
import { useNow } from "../docket/parts";
import { isId, periodOf, placeText, readPlace, SHARDS } from "./place";

export function Finder({ readsLog }: { readsLog: boolean }) {
  const { t } = useGlossary();
  return (
    <details className="finder">
      <summary>{t("finder.title")}</summary>
      <div className="finder-forms">
        <ByPlace shards={SHARDS.filter(({ id }) => readsLog || id === "acts-permanent")} />
        <ById />
      </div>
    </details>
  );
}

/** Everybody may prove what stands in the log of acts; who reads the log, anything. */
function ByPlace({ shards }: { shards: readonly { id: string }[] }) {
  const { t, term } = useGlossary();
  const navigate = useNavigate({ from: "/evidence" });
  const today = dayOf(useNow());
  const [shard, setShard] = useState<string>("acts-permanent");
  const [period, setPeriod] = useState<string>();
  const [index, setIndex] = useState("");
  const [wrong, setWrong] = useState(false);
  const monthly = periodOf(shard, today).length > 4;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const place = readPlace(`${shard}/${(period ?? periodOf(shard, today)).trim()}/${index.trim()}`);
        const fits = place !== undefined && place.period.length > 4 === monthly;
        setWrong(!fits);
        if (fits) void navigate({ search: { entry: placeText(place) } });
      }}
    >
      <fieldset>
        <legend>{t("finder.by_place")}</legend>
        <div className="filters">
          <Select
            className="wide"
            aria-label={t("evidence.log")}
            value={shard}
            options={shards.map(({ id }) => ({ value: id, label: term("shard", id) }))}
            onChange={(value) => {
              setShard(value);
              setPeriod(undefined);
            }}
          />
          <label className="with-label" htmlFor="finder-period">
            <span>{t(monthly ? "finder.month" : "finder.year")}</span>
            <Input
              id="finder-period"
              type={monthly ? "month" : "text"}
              inputMode={monthly ? undefined : "numeric"}
              maxLength={monthly ? undefined : 4}
              value={period ?? periodOf(shard, today)}
              onChange={(event) => setPeriod(event.target.value)}
            />
          </label>
          <label className="with-label" htmlFor="finder-index">
            <span>{t("evidence.index")}</span>
            <Input
              id="finder-index"
              inputMode="numeric"
              maxLength={15}
              value={index}
              status={wrong ? "error" : ""}
              aria-invalid={wrong}
              aria-describedby={wrong ? "finder-wrong" : undefined}
              onChange={(event) => setIndex(event.target.value)}
            />
          </label>
          <Button htmlType="submit">{t("evidence.show")}</Button>
        </div>
        {wrong && (
          <p className="fault" role="alert" id="finder-wrong">
            {t("finder.wrong_place")}
          </p>
        )}
      </fieldset>
    </form>
  );
}

function ById() {
  const { t } = useGlossary();
  const navigate = useNavigate({ from: "/evidence" });
  const [wrong, setWrong] = useState(false);
  return (
    <div>
      <Input.Search
        className="id-field"
        aria-label={t("evidence.act")}
        placeholder={t("evidence.act")}
        enterButton={t("evidence.show")}
        status={wrong ? "error" : ""}
        onSearch={(typed) => {
          const act = typed.trim();
          setWrong(act !== "" && !isId(act));
          if (isId(act)) void navigate({ search: { act } });
        }}
      />
      {wrong && (
        <p className="fault" role="alert">
          {t("evidence.not_an_id")}
        </p>
      )}
    </div>
  );
}
