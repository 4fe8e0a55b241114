/** The page of an entry shows what is asked of it, and nothing that means nothing beside the rest. */
import { expect, test } from "vitest";
import { asked, ELEMENTS } from "./elements";

test("conditions are asked for only where something is shared on conditions", () => {
  const shown = (kind: "unconditional" | "conditional" | "none") =>
    ELEMENTS.filter((path) => path.startsWith("sharing.") && asked(path, { sharing: { kind } }));
  expect(shown("unconditional")).toEqual(["sharing.kind"]);
  expect(shown("conditional")).toEqual(["sharing.kind", "sharing.scope", "sharing.usage", "sharing.conditions"]);
  expect(shown("none")).toEqual(["sharing.kind", "sharing.reason", "sharing.basis"]);
});
