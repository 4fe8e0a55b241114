/** A procedure's picture as the district draws it, with the present state marked. */
import { useEffect, useRef } from "react";
import { Scroll } from "../../parts/Scroll";

interface Props {
  svg: string;
  /** The state's id; absent where no case stands in the procedure. */
  present?: string;
  label: string;
}

/** What stays free at the left edge, in pixels. */
const MARGIN = 8;

export function Graph({ svg, present, label }: Props) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (place.current === null || drawn.nodeName !== "svg") return;
    drawn.setAttribute("aria-label", label);
    // What is drawn needs none of this, and what is not there cannot be run.
    for (const active of drawn.querySelectorAll("script, foreignObject, style, a, use, image")) active.remove();
    const node = document.importNode(drawn, true);
    place.current.replaceChildren(node);
    const states = [...node.querySelectorAll("[data-state]")];
    const state = states.find((one) => one.getAttribute("data-state") === present);
    // An end state has two rectangles, one in the other; the first is the outer one.
    const box = state?.querySelector("rect");
    if (!box) return;
    box.classList.add("present");
    const scroll = place.current;
    const at = box.getBoundingClientRect();
    const frame = scroll.getBoundingClientRect();
    scroll.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
    // Words are read from their beginning: those that the left edge would cut move into sight, as far as the state stays there too.
    const room = frame.right - box.getBoundingClientRect().right;
    const cut = [...node.querySelectorAll("text")]
      .map((words) => words.getBoundingClientRect())
      .filter(({ left, right }) => left < frame.left + MARGIN && right > frame.left)
      .map(({ left }) => frame.left + MARGIN - left)
      .filter((by) => by <= room);
    scroll.scrollLeft -= Math.max(0, ...cut);
    scroll.scrollTop += at.top + at.height / 2 - frame.top - frame.height / 2;
  }, [svg, present, label]);
  return <Scroll className="graph" label={label} ref={place} />;
}
