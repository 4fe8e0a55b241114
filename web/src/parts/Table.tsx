/** A table by its columns' heads; a wide one scrolls in its own box, which then needs a name. */
import type { ReactNode } from "react";
import { Scroll } from "./Scroll";

/** The head of a column: words; of a column of numbers; only for whoever hears the page; nothing where the column is not shown. */
export type Column = string | { number: string } | { hidden: string } | false | undefined;

interface Props {
  columns: Column[];
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
        <tr>
          {columns.map((column) => {
            if (!column) return null;
            if (typeof column === "string")
              return (
                <th scope="col" key={column}>
                  {column}
                </th>
              );
            if ("number" in column)
              return (
                <th scope="col" className="number" key={column.number}>
                  {column.number}
                </th>
              );
            return (
              <th scope="col" key={column.hidden}>
                <span className="hidden">{column.hidden}</span>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
  return label === undefined ? table : <Scroll label={label}>{table}</Scroll>;
}
