import administration from "./administration.json";
import catalogue from "./catalogue.json";
import collection from "./collection.json";
import demonstration from "./demonstration.json";
import docket from "./docket.json";
import law from "./law.json";
import ledger from "./ledger.json";
import objection from "./objection.json";
import sharing from "./sharing.json";
import shell from "./shell.json";

/** All words of this language, one file a slice. */
export default {
  ...shell,
  ...docket,
  ...law,
  ...catalogue,
  ...collection,
  ...sharing,
  ...administration,
  ...ledger,
  ...objection,
  ...demonstration,
};
