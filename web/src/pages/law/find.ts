/** Finding in a book: everything that says all the typed words, whatever it is; and where in a text the words stand. */
import type { Book } from "../../api/queries";

/** The words that were typed, apart, in the form in which they are compared. */
export function wordsOf(typed: string): string[] {
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
}

export function says(words: string[], ...texts: string[]): boolean {
  const all = texts.join("\n").toLowerCase();
  return words.every((word) => all.includes(word));
}

/** A text cut where words begin and end; every second piece is a hit. */
export function cut(text: string, words: string[]): string[] {
  const low = text.toLowerCase();
  const pieces: string[] = [];
  let from = 0;
  // Lower case may have another length in scripts that the packs do not use; then nothing is marked rather than the wrong thing.
  if (words.length === 0 || low.length !== text.length) return [text];
  for (;;) {
    let at = -1;
    let length = 0;
    for (const word of words) {
      const found = low.indexOf(word, from);
      if (found >= 0 && (at < 0 || found < at || (found === at && word.length > length))) [at, length] = [found, word.length];
    }
    if (at < 0) break;
    pieces.push(text.slice(from, at), text.slice(at, at + length));
    from = at + length;
  }
  pieces.push(text.slice(from));
  return pieces;
}

export function findIn(book: Book, typed: string) {
  const words = wordsOf(typed);
  return {
    words,
    articles: book.articles.filter((one) => says(words, one.id, one.title, one.paraphrase)),
    procedures: book.procedures.filter((one) => says(words, one.title, one.id)),
    acts: book.procedures.flatMap((procedure) =>
      procedure.acts.filter((act) => says(words, act.title, act.id)).map((act) => ({ procedure, act })),
    ),
    terms: book.procedures.flatMap((procedure) =>
      procedure.clocks.filter((clock) => says(words, clock.title, clock.id)).map((clock) => ({ procedure, clock })),
    ),
  };
}
