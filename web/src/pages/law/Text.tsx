/** Text of a pack: paragraphs of reading width, hits marked, and articles that are named one click away. */
import { Article } from "../docket/parts";
import { cut } from "./find";

const NAMED = /([A-Z]{2}-\d+)/;

export function Text({ pack, text, words = [] }: { pack: string; text: string; words?: string[] }) {
  return (
    <div lang="zh-CN" className="paraphrase">
      {text.split(/\n{2,}/).map((part) => (
        <p key={part}>
          {/* A line break between two characters is the file's, and no blank. */}
          {part
            .replace(/\n/g, "")
            .split(NAMED)
            .map((piece, index) =>
              index % 2 === 1 ? (
                <Article key={index} pack={pack} id={piece} />
              ) : (
                <Marked key={index} text={piece} words={words} />
              ),
            )}
        </p>
      ))}
    </div>
  );
}

export function Marked({ text, words }: { text: string; words: string[] }) {
  return cut(text, words).map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece));
}
