/** Choosing an organisation by its name: a filter where it names itself, a field of a form where a label names it by `id`. */
import { useQuery } from "@tanstack/react-query";
import { organisations } from "../api/queries";
import { Select } from "./Select";

interface Props {
  value: string | undefined;
  choose: (id: string | undefined) => void;
  /** Its name where no label of a form gives it one by `id`. */
  label?: string;
  id?: string;
  /** What stands there while nothing is chosen; where it is given, a choice can be taken back. */
  none?: string;
  className?: string;
}

export function OrganisationSelect({ value, choose, label, id, none, className = "wide" }: Props) {
  const all = useQuery(organisations).data?.items ?? [];
  return (
    <Select
      {...(id === undefined ? { className, "aria-label": label } : { id })}
      {...(none === undefined ? {} : { allowClear: true, placeholder: none })}
      showSearch={{ optionFilterProp: "label" }}
      value={value || null}
      options={all.map((one) => ({ value: one.id, label: one.name }))}
      onChange={(chosen) => choose(chosen ?? undefined)}
    />
  );
}
