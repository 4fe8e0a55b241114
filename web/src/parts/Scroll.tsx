/** A box that scrolls when its content is wide, and that the keyboard can reach for that. */
import type { ReactNode, Ref } from "react";

export function Scroll({
  label,
  className = "scroll",
  children,
  ref,
}: {
  label: string;
  className?: string;
  children?: ReactNode;
  ref?: Ref<HTMLElement>;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className={className} aria-label={label} tabIndex={0} ref={ref}>
      {children}
    </section>
  );
}
