/** Letters of an act as PDF: the draft before it is done, the final one afterwards. */
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { client, type Schemas, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Fault } from "../../shell/Faults";

/** The letter of an act that was done. */
export function LetterOf({ act, name }: { act: string; name: string }) {
  const { t } = useGlossary();
  return (
    <a href={`/api/v1/acts/${encodeURIComponent(act)}/letter.pdf`} download={`${name}.pdf`} className="letter">
      {t("letter.final")}
    </a>
  );
}

interface Props {
  view: Schemas["CaseView"];
  body: Schemas["ActBody"];
  ready: boolean;
}

/** The letter as it would be, from what the person has typed. It is a draft, and says so. */
export function DraftLetter({ view, body, ready }: Props) {
  const { t } = useGlossary();
  const draft = useMutation({
    mutationFn: async () => {
      const answer = await take(
        client.POST("/api/v1/cases/{id}/letters", { params: { path: { id: view.id } }, body, parseAs: "blob" }),
      );
      const address = URL.createObjectURL(answer as unknown as Blob);
      const link = document.createElement("a");
      link.href = address;
      link.download = `${t("letter.draft")} ${view.title}.pdf`;
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <>
      <Button type="text" disabled={!ready} loading={draft.isPending} onClick={() => draft.mutate()}>
        {t("letter.draft")}
      </Button>
      {draft.error && <Fault error={draft.error} />}
    </>
  );
}
