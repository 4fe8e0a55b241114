/** The way to the proof of an act: by its id. */
import { Input } from "antd";
import { useState } from "react";
import { useGlossary } from "../../glossary";
import { Nothing } from "../../shell/Faults";

export const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

export function Acts({ open }: { open: (act: string) => void }) {
  const { t } = useGlossary();
  const [wrong, setWrong] = useState(false);
  return (
    <section className="card stack">
      <Input.Search
        className="id-field"
        aria-label={t("evidence.act")}
        placeholder={t("evidence.act")}
        enterButton={t("evidence.show")}
        status={wrong ? "error" : ""}
        onSearch={(typed) => {
          const id = typed.trim();
          setWrong(id !== "" && !isId(id));
          if (isId(id)) open(id);
        }}
      />
      <Nothing>{t(wrong ? "evidence.not_an_id" : "evidence.how")}</Nothing>
    </section>
  );
}
