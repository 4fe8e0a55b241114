/** The frame around every page: where one can go, who one is, which day it is here, and how it looks. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense, useEffect, useState } from "react";
import { client, type Schemas, take } from "../api/client";
import { me } from "../api/queries";
import { useGlossary, type Word } from "../glossary";
import { forgetDrafts } from "../parts/drafts";
import {
  BookIcon,
  CaseIcon,
  ClockIcon,
  HelpIcon,
  HomeIcon,
  IntakeIcon,
  KeyIcon,
  MoonIcon,
  SealIcon,
  SearchIcon,
  ShareIcon,
  SunIcon,
  TableIcon,
} from "../parts/icons";
import { usePreferences } from "../parts/preferences";
import { minuteOf } from "../parts/time";
import { Palette } from "./Palette";
import { Tour, wantsTour } from "./Tour";

const Again = lazy(() => import("../pages/identity/Again").then((module) => ({ default: module.Again })));

export interface Place {
  to:
    | "/"
    | "/cases"
    | "/catalogue"
    | "/collection"
    | "/sharing"
    | "/law"
    | "/evidence"
    | "/time"
    | "/administration"
    | "/objections";
  word: Word;
  icon: ComponentType;
}

/** Where everybody can go. */
const OPEN: Place[] = [
  { to: "/law", word: "nav.law", icon: BookIcon },
  { to: "/objections", word: "nav.objections", icon: CaseIcon },
];

/** Where this person can go. The interface decides what they may do there; this only spares them dead ends. */
export function placesFor(data: Schemas["Me"] | null | undefined): Place[] {
  if (!data) return OPEN;
  const places: Place[] = [
    { to: "/", word: "nav.home", icon: HomeIcon },
    { to: "/cases", word: "nav.cases", icon: CaseIcon },
    { to: "/catalogue", word: "nav.catalogue", icon: TableIcon },
    { to: "/collection", word: "nav.collection", icon: IntakeIcon },
    { to: "/sharing", word: "nav.sharing", icon: ShareIcon },
    { to: "/law", word: "nav.law", icon: BookIcon },
    { to: "/evidence", word: "nav.evidence", icon: SealIcon },
  ];
  const movesTime = data.roles.includes("system_administrator");
  if (data.roles.some((role) => role.endsWith("_administrator")))
    places.push({ to: "/administration", word: "nav.administration", icon: KeyIcon });
  if (data.demonstration && movesTime) places.push({ to: "/time", word: "nav.time", icon: ClockIcon });
  return places;
}

export function Shell() {
  const { t } = useGlossary();
  const { data: known } = useQuery(me);
  const location = useLocation();
  const [searching, setSearching] = useState(false);
  const [touring, setTouring] = useState(false);
  const person = known?.person;

  // The tour begins on the first page, and again when the help page asks for it.
  const first = location.pathname === "/" && typeof person === "string" && wantsTour(person);
  useEffect(() => {
    if (first) setTouring(true);
    const again = () => setTouring(true);
    window.addEventListener("gongshu:tour", again);
    return () => window.removeEventListener("gongshu:tour", again);
  }, [first]);

  // The session has ended while the page was open. Who it was is remembered, so that the same person finds everything as it was.
  const [before, setBefore] = useState<Schemas["Me"]>();
  if (known && known !== before) setBefore(known);
  const ended = known === null && before !== undefined && location.pathname !== "/login";
  // Whoever never logged in reads what is open to everybody.
  const guest = !known && before === undefined;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!guest && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [guest]);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("shell.skip")}
      </a>
      <nav className="rail" aria-label={t("shell.navigation")}>
        <Link to={guest ? "/law" : "/"} className="brand">
          <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={26} height={26} />
          <span>{t("shell.name")}</span>
        </Link>
        <ul>
          {placesFor(known ?? before).map(({ to, word, icon: Icon }) => (
            <li key={to}>
              <Link to={to} data-tour={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
                <Icon />
                <span>{t(word)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <header className="bar">
        {guest ? (
          <span className="quiet open-lead">{t("shell.public_lead")}</span>
        ) : (
          <button
            type="button"
            className="find"
            data-tour="find"
            onClick={() => setSearching(true)}
            aria-keyshortcuts="Control+K"
          >
            <SearchIcon />
            <span>{t("palette.open")}</span>
            <kbd>{t("palette.key")}</kbd>
          </button>
        )}
        <span className="grow" />
        {known && (
          <span className="today">
            <ClockIcon />
            {minuteOf(known.now)}
            {known.demonstration && <em>{t("shell.demonstration")}</em>}
          </span>
        )}
        <LookSwitches />
        {guest ? (
          <Link to="/login" search={{ to: location.href }} className="as-button main">
            {t("login.enter")}
          </Link>
        ) : (
          <Link to="/help" className="help" aria-label={t("nav.help")} title={t("nav.help")}>
            <HelpIcon />
          </Link>
        )}
        <Who />
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {searching && <Palette close={() => setSearching(false)} />}
      {touring && known && <Tour known={known} close={() => setTouring(false)} />}
      {ended && (
        <Suspense>
          <Again before={before} />
        </Suspense>
      )}
    </div>
  );
}

/** Language and theme; also on the login page. */
export function LookSwitches() {
  const { t, locale } = useGlossary();
  const { theme, setTheme, setLocale } = usePreferences();
  return (
    <>
      <button
        type="button"
        className="plain"
        lang={locale === "en" ? "zh-CN" : "en"}
        onClick={() => setLocale(locale === "en" ? "zh-CN" : "en")}
      >
        {t("shell.other_language")}
      </button>
      <button
        type="button"
        className="plain"
        aria-label={t(theme === "dark" ? "shell.light" : "shell.dark")}
        title={t(theme === "dark" ? "shell.light" : "shell.dark")}
        onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
      >
        {theme === "dark" ? <SunIcon /> : <MoonIcon />}
      </button>
    </>
  );
}

function Who() {
  const { t, term } = useGlossary();
  const { data: known } = useQuery(me);
  const queries = useQueryClient();
  const navigate = useNavigate();
  if (!known) return null;
  const roles = known.roles.map((role) => term("role", role)).join(t("list.separator"));
  const leave = async () => {
    await take(client.DELETE("/api/v1/sessions/current")).catch(() => undefined);
    forgetDrafts();
    queries.clear();
    await navigate({ to: "/login", search: {} });
  };
  return (
    <div className="who">
      <Link to="/account" data-tour="account" title={t("nav.account")}>
        <strong lang="zh-CN">{known.organisation?.name}</strong>
        <small>{roles}</small>
      </Link>
      <button type="button" className="plain" onClick={() => void leave()}>
        {t("shell.leave")}
      </button>
    </div>
  );
}
