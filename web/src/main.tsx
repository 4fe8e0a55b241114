import { StyleProvider } from "@ant-design/cssinjs";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ConfigProvider } from "antd";
import { createRoot } from "react-dom/client";
import "./antd.css";
import { Failure } from "./api/client";
import { type Locale, loadWords, useGlossary } from "./glossary";
import { firstLocale, PreferencesProvider, usePreferences } from "./parts/preferences";
import { makeRouter } from "./router";
import "./style/base.css";
import "./style/frame.css";
import "./style/pages.css";
import "./style/parts.css";
import "./style/narrow.css";
import { THEMES } from "./theme";

const queries = new QueryClient({
  queryCache: new QueryCache({
    // A session may end while a page is open. Whoever is nobody now sees the login, and comes back afterwards.
    onError: (error) => {
      if (error instanceof Failure && error.code === "not_authenticated") queries.setQueryData(["me"], null);
    },
  }),
  // A lost connection is an answer too: whoever acts is told at once, and nothing waits in secret to be sent later.
  defaultOptions: {
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 15_000,
      // Only a lost connection is worth another try; what the district refuses, it refuses again.
      retry: (count, error) => count < 2 && error instanceof Failure && error.problem === undefined,
    },
  },
});

const router = makeRouter(queries);

/**
 * The styles are in `antd.css`. Ant Design writes the variables of its theme into the page all the same, which the policy
 * forbids; here it writes them to where nobody looks.
 */
const nowhere = document.createElement("div");

const ANTD: Record<Locale, { locale: string; Empty: { description: string } }> = {
  "zh-CN": { locale: "zh-cn", Empty: { description: "" } },
  en: { locale: "en", Empty: { description: "" } },
};

function Styled() {
  const { theme } = usePreferences();
  const { locale, t } = useGlossary();
  const words = {
    ...ANTD[locale],
    Pagination: {
      items_per_page: t("table.per_page"),
      jump_to: t("table.go_to"),
      page: t("table.page"),
      prev_page: t("table.previous"),
      next_page: t("table.next"),
      page_size: t("table.page_size"),
    },
  };
  return (
    <StyleProvider container={nowhere}>
      <ConfigProvider theme={THEMES[theme]} locale={words} button={{ autoInsertSpace: false }}>
        <RouterProvider router={router} />
      </ConfigProvider>
    </StyleProvider>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  const words = await loadWords(firstLocale());
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <PreferencesProvider words={words}>
        <Styled />
      </PreferencesProvider>
    </QueryClientProvider>,
  );
}
