/** A holiday notice as a form, and the file of the calendar that says the same: the law stays readable text. */
import { Button, Form, Input } from "antd";
import { useGlossary } from "../../glossary";

interface Rest {
  name: string;
  from: string;
  to: string;
}

interface Work {
  name: string;
  day: string;
}

interface Notice {
  year: number;
  title: string;
  number: string;
  published: string;
  url: string;
  rest: Rest[];
  work: Work[];
}

/** What was kept of a notice, or an empty one for the coming year with the festivals that every notice has. */
export function readNotice(kept: string, year: number, festivals: string[]): Notice {
  try {
    const read: Notice = JSON.parse(kept);
    if (Array.isArray(read.rest) && Array.isArray(read.work)) return read;
  } catch {
    // Nothing was kept yet.
  }
  const rest = festivals.map((name) => ({ name, from: "", to: "" }));
  return { year, title: "", number: "", published: "", url: "", rest, work: [] };
}

/** The calendar's file. TOML takes a JSON text as it is. */
export function calendarFile(notice: Notice, head: string): string {
  const said = (text: string) => JSON.stringify(text.trim());
  const lines = [
    `# ${notice.year} ${head}`,
    "",
    "```toml calendar",
    `year = ${notice.year}`,
    "",
    "[[notice]]",
    `title = ${said(notice.title)}`,
    `number = ${said(notice.number)}`,
    `published = ${said(notice.published)}`,
    `url = ${said(notice.url)}`,
  ];
  for (const { name, from, to } of notice.rest)
    if (from !== "") lines.push("", "[[rest]]", `name = ${said(name)}`, `from = ${said(from)}`, `to = ${said(to || from)}`);
  for (const { name, day } of notice.work)
    if (day !== "") lines.push("", "[[work]]", `name = ${said(name)}`, `days = [${said(day)}]`);
  lines.push("```", "");
  return lines.join("\n");
}

export function NoticeEditor({ value, change }: { value: Notice; change: (value: Notice) => void }) {
  const { t } = useGlossary();
  const set = (part: Partial<Notice>) => change({ ...value, ...part });
  const at = <T,>(list: T[], index: number, part: Partial<T>) =>
    list.map((one, place) => (place === index ? { ...one, ...part } : one));
  const name = value.rest[0]?.name ?? "";
  return (
    <Form layout="vertical" component="div" className="notice-editor">
      <Form.Item label={t("admin.notice_title")} htmlFor="notice-title" required>
        <Input id="notice-title" value={value.title} maxLength={200} onChange={(event) => set({ title: event.target.value })} />
      </Form.Item>
      <div className="pair">
        <Form.Item label={t("admin.notice_number")} htmlFor="notice-number" required>
          <Input
            id="notice-number"
            value={value.number}
            maxLength={60}
            onChange={(event) => set({ number: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t("admin.notice_published")} htmlFor="notice-published" required>
          <Input
            id="notice-published"
            type="date"
            value={value.published}
            onChange={(event) => set({ published: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t("admin.notice_year")} htmlFor="notice-year" required>
          <Input
            id="notice-year"
            inputMode="numeric"
            maxLength={4}
            value={value.year === 0 ? "" : value.year}
            onChange={(event) => set({ year: Number(event.target.value.replace(/\D/g, "")) })}
          />
        </Form.Item>
      </div>
      <Form.Item label={t("admin.notice_url")} htmlFor="notice-url">
        <Input
          id="notice-url"
          inputMode="url"
          value={value.url}
          maxLength={500}
          onChange={(event) => set({ url: event.target.value })}
        />
      </Form.Item>
      <h3>{t("admin.notice_rest")}</h3>
      <ul className="rows">
        {value.rest.map((one, index) => (
          <li key={index}>
            <Input
              aria-label={t("admin.festival", { n: index + 1 })}
              value={one.name}
              maxLength={30}
              onChange={(event) => set({ rest: at(value.rest, index, { name: event.target.value }) })}
            />
            <Input
              type="date"
              aria-label={t("admin.rest_from", { name: one.name })}
              value={one.from}
              onChange={(event) => set({ rest: at(value.rest, index, { from: event.target.value }) })}
            />
            <Input
              type="date"
              aria-label={t("admin.rest_to", { name: one.name })}
              value={one.to}
              onChange={(event) => set({ rest: at(value.rest, index, { to: event.target.value }) })}
            />
            <Button
              type="text"
              aria-label={t("admin.remove_named", { name: one.name })}
              onClick={() => set({ rest: value.rest.filter((_, place) => place !== index) })}
            >
              {t("admin.remove")}
            </Button>
          </li>
        ))}
      </ul>
      <Button size="small" onClick={() => set({ rest: [...value.rest, { name: "", from: "", to: "" }] })}>
        {t("admin.notice_add_rest")}
      </Button>
      <h3>{t("admin.notice_work")}</h3>
      <ul className="rows two">
        {value.work.map((one, index) => (
          <li key={index}>
            <Input
              aria-label={t("admin.work_name", { n: index + 1 })}
              value={one.name}
              maxLength={30}
              onChange={(event) => set({ work: at(value.work, index, { name: event.target.value }) })}
            />
            <Input
              type="date"
              aria-label={t("admin.work_day", { n: index + 1 })}
              value={one.day}
              onChange={(event) => set({ work: at(value.work, index, { day: event.target.value }) })}
            />
            <Button
              type="text"
              aria-label={t("admin.remove_named", { name: one.day })}
              onClick={() => set({ work: value.work.filter((_, place) => place !== index) })}
            >
              {t("admin.remove")}
            </Button>
          </li>
        ))}
      </ul>
      <Button size="small" onClick={() => set({ work: [...value.work, { name, day: "" }] })}>
        {t("admin.notice_add_work")}
      </Button>
    </Form>
  );
}
