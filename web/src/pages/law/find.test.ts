/** What is searched is found by all its words, and marked where it stands. */
import { expect, test } from "vitest";
import { cut, says, wordsOf } from "./find";

test("all words must be said, in any order and whatever the case", () => {
  expect(says(wordsOf("共享 CN-18"), "cn-18", "共享答复")).toBe(true);
  expect(says(wordsOf("共享 期限"), "共享答复")).toBe(false);
  expect(says(wordsOf("  "), "anything")).toBe(true);
});

test("every second piece is a hit, and the pieces are the whole text", () => {
  const text = "共享需求由提供部门答复，共享类型见 CN-16";
  const pieces = cut(text, wordsOf("共享 cn-16"));
  expect(pieces.join("")).toBe(text);
  expect(pieces.filter((_, index) => index % 2 === 1)).toEqual(["共享", "共享", "CN-16"]);
});

test("of two words that begin at one place the longer is marked; without words nothing is", () => {
  expect(cut("共享服务", ["共享", "共享服务"])).toEqual(["", "共享服务", ""]);
  expect(cut("共享服务", [])).toEqual(["共享服务"]);
});
