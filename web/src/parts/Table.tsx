/** A table by its columns' heads; a wide one scrolls in its own box, which then needs a name. */
import type { ReactNode } from "react";
import { Scroll } from "./Scroll";

/** The head of a column: words; those of a column of numbers; words of the law; words only for whoever hears the page. */
type Head = ({ number: string } | { law: string } | { hidden: string }) & { className?: string };

interface Props {
  /** What is false or absent is a column that is not shown. */
  columns: (string | Head | false | undefined)[];
  /** What the table shows, in words, where it may be wider than its place. */
  label?: string;
  className?: string;
  /** The rows. */
  children: ReactNode;
}

export function Table({ columns, label, className = "", children }: Props) {
  const table = (
    <table className={`plain-table ${className}`.trim()}>
      <thead>
        <tr>{columns.map((column, at) => column && <ColumnHead key={at} of={column} />)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
  return label === undefined ? table : <Scroll label={label}>{table}</Scroll>;
}

function ColumnHead({ of }: { of: string | Head }) {
  if (typeof of === "string") return <th scope="col">{of}</th>;
  const { className = "" } = of;
  if ("number" in of)
    return (
      <th scope="col" className={`number ${className}`.trim()}>
        {of.number}
      </th>
    );
  if ("law" in of)
    return (
      <th scope="col" className={className} lang="zh-CN">
        {of.law}
      </th>
    );
  return (
    <th scope="col" className={className}>
      <span className="hidden">{of.hidden}</span>
    </th>
  );
}
