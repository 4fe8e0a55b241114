/** For how long an answer is good without asking again, in milliseconds: the law and what is written for good change rarely. */
export const LONG = 10 * 60_000;
