/** What an address may carry behind its question mark; anything else is as good as absent. */
export const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
export const whole = (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value > 1 ? value : undefined;
