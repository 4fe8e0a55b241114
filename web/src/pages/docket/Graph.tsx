/**
 * A procedure's picture as the district draws it, with the present state marked. The drawing names a state by its title and
 * carries no ids; the title is set in bold at 15, which nothing else in it is.
 */
import { useEffect, useRef } from "react";
import { Scroll } from "../../parts/Scroll";

export function Graph({ svg, present, label }: { svg: string; present?: string; label: string }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (place.current === null || drawn.nodeName !== "svg") return;
    drawn.setAttribute("aria-label", label);
    // What is drawn needs none of this, and what is not there cannot be run.
    for (const active of drawn.querySelectorAll("script, foreignObject, style, a, use, image")) active.remove();
    const node = document.importNode(drawn, true);
    place.current.replaceChildren(node);
    const state = [...node.querySelectorAll("text[font-weight='700'][font-size='15']")].find(
      (text) => text.textContent === present,
    );
    const box = rectBefore(state);
    if (state === undefined || box === undefined) return;
    box.classList.add("present");
    const scroll = place.current;
    const at = box.getBoundingClientRect();
    const frame = scroll.getBoundingClientRect();
    scroll.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
    scroll.scrollTop += at.top + at.height / 2 - frame.top - frame.height / 2;
  }, [svg, present, label]);
  return <Scroll className="graph" label={label} ref={place} />;
}

/** The outer box of a state: the nearest rectangle with a border before its title; an end state has two, the first is outer. */
function rectBefore(text: Element | undefined): Element | undefined {
  let found: Element | undefined;
  for (let at = text?.previousElementSibling; at?.nodeName === "rect"; at = at.previousElementSibling) found = at;
  return found;
}
