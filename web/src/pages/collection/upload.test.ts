import { expect, test } from "vitest";
import { sizeOf } from "./upload";

test("sizes are decimal, as file managers show them", () => {
  expect([sizeOf(999), sizeOf(1_500), sizeOf(149_687_000)]).toEqual(["999 B", "1.5 kB", "149.7 MB"]);
});
