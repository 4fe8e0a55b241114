/** The few pictures of the consoles, drawn as strokes so that they take the colour of the text. All stand beside words. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const HomeIcon = () => (
  <Icon>
    <path d="M4 11l8-7 8 7M6 9.5V20h12V9.5" />
  </Icon>
);
export const CaseIcon = () => (
  <Icon>
    <path d="M4 7h6l2 2h8v11H4zM8 14h8" />
  </Icon>
);
export const TableIcon = () => (
  <Icon>
    <path d="M4 5h16v14H4zM4 10h16M10 10v9" />
  </Icon>
);
export const BookIcon = () => (
  <Icon>
    <path d="M5 4h13v16H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h11M9 8h5" />
  </Icon>
);
export const SealIcon = () => (
  <Icon>
    <path d="M12 3l7 3v6c0 4-3 7-7 9-4-2-7-5-7-9V6zM9 12l2 2 4-4" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 8v4l3 2" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6" />
    <path d="M20 20l-4.5-4.5" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M19 14a7.5 7.5 0 0 1-9-9 7.5 7.5 0 1 0 9 9z" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4" />
  </Icon>
);
export const KeyIcon = () => (
  <Icon>
    <circle cx="8" cy="15" r="4" />
    <path d="M11 12l8-8M16 7l3 3M14 9l2 2" />
  </Icon>
);
export const ShareIcon = () => (
  <Icon>
    <path d="M4 8h13l-4-4M20 16H7l4 4" />
  </Icon>
);
export const IntakeIcon = () => (
  <Icon>
    <path d="M12 4v10m-4-4l4 4 4-4M5 15v4h14v-4" />
  </Icon>
);
export const HelpIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.2" />
  </Icon>
);
