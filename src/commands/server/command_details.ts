/**
 * Writes the two descriptions of a command: the ten fields of `COMMAND INFO` and the map of `COMMAND DOCS`.
 */
import { aclCategoryNames } from "../../command/acl_categories.ts";
import { type ArgumentSpec, parseSyntax } from "../../command/argument_grammar.ts";
import type { Command } from "../../command/command.ts";
import { VISIBLE_COMMAND_FLAGS } from "../../command/command_flags.ts";
import { type BeginSearch, type FindKeys, keyFlagNames, type KeySpec } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";

/** Writes what `COMMAND INFO` tells about a command and its subcommands. */
export function replyCommandInfo(reply: Reply, command: Command): void {
  const { spec, legacyKeys } = command;
  reply.array(10);
  reply.bulkText(command.fullName);
  reply.integer(command.arity);
  replyStatusSet(reply, VISIBLE_COMMAND_FLAGS.filter((flag) => command.flags.has(flag)));
  reply.integer(legacyKeys.first);
  reply.integer(legacyKeys.last);
  reply.integer(legacyKeys.step);
  replyStatusSet(reply, aclCategoryNames(command.aclCategories).map((name) => `@${name}`));
  replyTextSet(reply, words(spec.hints));
  reply.set(spec.keys?.length ?? 0);
  for (const keySpec of spec.keys ?? []) replyKeySpec(reply, keySpec);
  // As Redis: an empty set, but an array where there are subcommands.
  if (command.subcommands === null) return reply.set(0);
  reply.array(command.subcommands.listedSize);
  for (const subcommand of command.subcommands.listed()) replyCommandInfo(reply, subcommand);
}

/** Writes what `COMMAND DOCS` tells about a command and its subcommands, without its name. */
export function replyCommandDocs(reply: Reply, command: Command): void {
  const { spec, subcommands } = command;
  const fields = new FieldMap(reply);
  fields.text("summary", spec.summary);
  fields.text("since", spec.since);
  fields.text("group", spec.group);
  fields.text("complexity", spec.complexity);
  fields.value("doc_flags", spec.docFlags, (flags) => replyStatusSet(reply, words(flags)));
  fields.text("deprecated_since", spec.deprecatedSince);
  fields.text("replaced_by", spec.replacedBy);
  fields.value("history", spec.history, (history) => {
    reply.set(history.length);
    for (const [since, change] of history) {
      reply.array(2);
      reply.bulkText(since);
      reply.bulkText(change);
    }
  });
  fields.value("arguments", spec.syntax, (syntax) => replyArguments(reply, parseSyntax(syntax)));
  fields.value("subcommands", subcommands ?? undefined, (table) => {
    reply.map(table.listedSize);
    for (const subcommand of table.listed()) {
      reply.bulkText(subcommand.fullName);
      replyCommandDocs(reply, subcommand);
    }
  });
  fields.write();
}

/** Writes the words of key flags, as in key specs and in `COMMAND GETKEYSANDFLAGS`. */
export function replyKeyFlags(reply: Reply, flags: number): void {
  replyStatusSet(reply, keyFlagNames(flags));
}

/** The fields of a map that exist, collected before the header because it tells their number. */
class FieldMap {
  readonly #reply: Reply;
  readonly #fields: [name: string, write: () => void][] = [];

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  text(name: string, text: string | undefined): void {
    this.value(name, text, (present) => this.#reply.bulkText(present));
  }

  value<T>(name: string, value: T | undefined, write: (value: T) => void): void {
    if (value !== undefined) this.#fields.push([name, () => write(value)]);
  }

  write(): void {
    this.#reply.map(this.#fields.length);
    for (const [name, write] of this.#fields) {
      this.#reply.bulkText(name);
      write();
    }
  }
}

function replyArguments(reply: Reply, specs: readonly ArgumentSpec[]): void {
  reply.array(specs.length);
  for (const spec of specs) {
    const fields = new FieldMap(reply);
    fields.text("name", spec.name);
    fields.text("type", spec.type);
    fields.value("key_spec_index", spec.keySpecIndex, (index) => reply.integer(index));
    fields.text("token", spec.token);
    fields.text("since", spec.since);
    fields.text("deprecated_since", spec.deprecatedSince);
    const flags = argumentFlags(spec);
    fields.value("flags", flags.length > 0 ? flags : undefined, (names) => replyStatusSet(reply, names));
    fields.value("arguments", spec.arguments, (parts) => replyArguments(reply, parts));
    fields.write();
  }
}

function argumentFlags(spec: ArgumentSpec): string[] {
  const flags: string[] = [];
  if (spec.optional) flags.push("optional");
  if (spec.multiple) flags.push("multiple");
  if (spec.multipleToken) flags.push("multiple_token");
  return flags;
}

function replyKeySpec(reply: Reply, spec: KeySpec): void {
  const fields = new FieldMap(reply);
  fields.text("notes", spec.notes);
  fields.value("flags", spec.flags, (flags) => replyKeyFlags(reply, flags));
  fields.value("begin_search", spec.beginSearch, (search) => replySearch(reply, search.type, beginFields(search)));
  fields.value("find_keys", spec.findKeys, (find) => replySearch(reply, find.type, findFields(find)));
  fields.write();
}

type SearchFields = Record<string, string | number>;

function beginFields(search: BeginSearch): SearchFields {
  if (search.type === "index") return { index: search.index };
  return search.type === "keyword" ? { keyword: search.keyword, startfrom: search.startFrom } : {};
}

function findFields(find: FindKeys): SearchFields {
  if (find.type === "range") return { lastkey: find.lastKey, keystep: find.step, limit: find.limit };
  if (find.type === "unknown") return {};
  return { keynumidx: find.keyNumberIndex, firstkey: find.firstKey, keystep: find.step };
}

function replySearch(reply: Reply, type: string, fields: SearchFields): void {
  reply.map(2);
  reply.bulkText("type");
  reply.bulkText(type);
  reply.bulkText("spec");
  const entries = Object.entries(fields);
  reply.map(entries.length);
  for (const [name, value] of entries) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulkText(value);
  }
}

function replyStatusSet(reply: Reply, texts: readonly string[]): void {
  reply.set(texts.length);
  for (const text of texts) reply.simple(text);
}

function replyTextSet(reply: Reply, texts: readonly string[]): void {
  reply.set(texts.length);
  for (const text of texts) reply.bulkText(text);
}

function words(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(" ");
}
