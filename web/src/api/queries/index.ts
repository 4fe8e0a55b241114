/** What the pages read, each with its key; a page never writes a path. Keys begin with the thing's noun, for invalidation. */
export * from "./administration";
export * from "./catalogue";
export * from "./collection";
export * from "./demonstration";
export * from "./docket";
export * from "./identity";
export * from "./law";
export * from "./ledger";
export * from "./sharing";
