/**
 * The sections of INFO: who owns a part of the server adds its section, or supplies single fields of a section that others
 * lay out.
 *
 * - The text has Redis's order of sections whatever the order in which they were added.
 * - `stats`, `memory` and `clients` tell something of nearly every subsystem: their layout names all fields in Redis's order
 *   with the values of a server that lacks the subsystem, and suppliers overwrite those.
 */

/** The value of a field as it is printed. */
export type InfoValue = string | number | bigint;

/** Fields of one section, in the order in which they are printed. */
export type InfoFields = Readonly<Record<string, InfoValue>>;

/** Makes the fields of a section when somebody asks for it; null: there is no such section now. */
export type SectionBuilder = () => InfoFields | null;

interface Section {
  /** As in the line `# Title`. */
  readonly title: string;
  /** Shown by INFO without arguments. */
  readonly isDefault: boolean;
}

/** The sections in order, by the name that INFO takes. */
const SECTIONS: Readonly<Record<string, Section>> = {
  server: { title: "Server", isDefault: true },
  clients: { title: "Clients", isDefault: true },
  memory: { title: "Memory", isDefault: true },
  persistence: { title: "Persistence", isDefault: true },
  stats: { title: "Stats", isDefault: true },
  replication: { title: "Replication", isDefault: true },
  cpu: { title: "CPU", isDefault: true },
  modules: { title: "Modules", isDefault: true },
  commandstats: { title: "Commandstats", isDefault: false },
  errorstats: { title: "Errorstats", isDefault: true },
  latencystats: { title: "Latencystats", isDefault: false },
  cluster: { title: "Cluster", isDefault: true },
  keyspace: { title: "Keyspace", isDefault: true },
};

/** The name of a section of INFO. */
export type SectionName =
  | "server"
  | "clients"
  | "memory"
  | "persistence"
  | "stats"
  | "replication"
  | "cpu"
  | "modules"
  | "commandstats"
  | "errorstats"
  | "latencystats"
  | "cluster"
  | "keyspace";

/** The INFO of one server. */
export class InfoSections {
  readonly #builders = new Map<string, SectionBuilder>();
  readonly #suppliers = new Map<string, SectionBuilder[]>();

  /** Sets who lays out the section `name`; replaces whoever did so before. */
  add(name: SectionName, builder: SectionBuilder): void {
    this.#builders.set(name, builder);
  }

  /** Overwrites single fields of a section that somebody else lays out; fields it does not name come at its end. */
  supply(name: SectionName, fields: SectionBuilder): void {
    const suppliers = this.#suppliers.get(name);
    if (suppliers === undefined) this.#suppliers.set(name, [fields]);
    else suppliers.push(fields);
  }

  /** The fields of one section, or null where nobody has added it. */
  fields(name: SectionName): InfoFields | null {
    const base = this.#builders.get(name)?.() ?? null;
    if (base === null) return null;
    const fields: Record<string, InfoValue> = { ...base };
    for (const supplier of this.#suppliers.get(name) ?? []) Object.assign(fields, supplier());
    return fields;
  }

  /** The text of INFO for the words after it; unknown words are ignored, none is `default`. */
  text(words: readonly string[]): string {
    const texts: string[] = [];
    for (const name of wantedSections(words)) {
      const fields = this.fields(name);
      if (fields === null) continue;
      let text = `# ${SECTIONS[name]!.title}\r\n`;
      for (const [field, value] of Object.entries(fields)) text += `${field}:${value}\r\n`;
      texts.push(text);
    }
    return texts.join("\r\n");
  }
}

function wantedSections(words: readonly string[]): SectionName[] {
  const names = Object.keys(SECTIONS) as SectionName[];
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  if (wanted.has("all") || wanted.has("everything")) return names;
  const hasDefaults = wanted.size === 0 || wanted.has("default");
  // Redis's list of default sections calls this one by another name, which INFO takes as well.
  if (wanted.has("module_list")) wanted.add("modules");
  return names.filter((name) => wanted.has(name) || (hasDefaults && SECTIONS[name]!.isDefault));
}

/** `text` with the characters that would break a line of INFO replaced, as in the names of errors. */
export function safeInfoText(text: string): string {
  return text.replace(/[#:\n\r]/g, "_");
}

/** A number of bytes as INFO shows it to people: `1.50M`. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes / 1024;
  for (const unit of "KMGT") {
    if (value < 1024) return `${value.toFixed(2)}${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(2)}P`;
}
