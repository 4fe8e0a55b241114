/** A place to drop one file on, or to choose it by the button inside. */
import { Alert, Button } from "antd";
import { type DragEvent, useRef, useState } from "react";
import { useGlossary } from "../../glossary";
import "./collection.css";
import { sizeOf } from "./upload";

interface Props {
  file: File | undefined;
  choose: (file: File) => void;
  accept: string[];
  hint: string;
}

export function Drop({ file, choose, accept, hint }: Props) {
  const { t } = useGlossary();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState<"several" | "empty">();
  const take = (files: FileList | null) => {
    const one = files?.[0];
    if (one === undefined) return;
    if (files !== null && files.length > 1) return setWrong("several");
    if (one.size === 0) return setWrong("empty");
    setWrong(undefined);
    choose(one);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra for the mouse; the button inside does the same */}
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {file ? (
          <p>
            <strong>{file.name}</strong> <span className="quiet number">{sizeOf(file.size)}</span>
          </p>
        ) : (
          <p>{t("collection.drop")}</p>
        )}
        <Button onClick={() => input.current?.click()}>{t(file ? "collection.other_file" : "collection.choose")}</Button>
        <input
          ref={input}
          type="file"
          className="hidden"
          tabIndex={-1}
          aria-label={t("collection.choose")}
          accept={accept.join(",")}
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
        <p className="quiet">{hint}</p>
      </div>
      {wrong && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={t(wrong === "several" ? "collection.one_file" : "collection.empty_file")}
        />
      )}
    </>
  );
}
