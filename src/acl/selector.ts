/**
 * A selector: a set of commands, key patterns and channel patterns. A user may do what one of its selectors allows.
 *
 * - Rules are byte text: one character per byte. As in Redis a word of a rule ends at the first NUL.
 */

import { ascii, equalSlices, latin1 } from "../bytes/ascii.ts";
import { globMatches } from "../bytes/glob.ts";
import { Slice } from "../bytes/slice.ts";
import { splitArguments } from "../bytes/split_arguments.ts";
import { aclCategoryBit } from "../command/acl_categories.ts";
import { KEY_FLAGS } from "../command/key_specs.ts";
import { untilNul } from "../config/byte_text.ts";
import { describeCommandRules } from "./command_rule_text.ts";
import { CommandRules } from "./command_rules.ts";
import type { RuleRefusal } from "./rule_refusal.ts";
import type { RuleSetting } from "./rule_setting.ts";

const READ = 1;
const WRITE = 2;
const WRITING_FLAGS = KEY_FLAGS.insert | KEY_FLAGS.delete | KEY_FLAGS.update;
/** What C's isspace and a check for NUL find. */
const SPACE_OR_NUL = /[ \t\n\v\f\r\0]/;

/** Keys that may be accessed. */
interface KeyPattern {
  readonly pattern: Slice;
  /** `READ`, `WRITE` or both. */
  access: number;
}

/** Whether a name or a pattern has what would break the lines that rules are written to. */
export function hasSpaces(text: string): boolean {
  return SPACE_OR_NUL.test(text);
}

/** One selector of a user. */
export class Selector {
  readonly #setting: RuleSetting;
  #commands = new CommandRules();
  readonly #keys: KeyPattern[] = [];
  readonly #channels: Slice[] = [];
  #isEveryKey = false;
  #isEveryChannel: boolean;

  /** Allows nothing yet, but what `acl-pubsub-default` gives. */
  constructor(setting: RuleSetting) {
    this.#setting = setting;
    this.#isEveryChannel = setting.startsWithAllChannels;
  }

  /** A selector made of the text between parentheses, or why there is none. */
  static parse(text: string, setting: RuleSetting): Selector | RuleRefusal {
    const selector = new Selector(setting);
    const bytes = ascii(text);
    for (const rule of splitArguments(bytes, 0, bytes.length) ?? []) {
      const refusal = selector.apply(latin1(rule));
      if (refusal !== null) return refusal;
    }
    return selector;
  }

  get commands(): CommandRules {
    return this.#commands;
  }

  /** The patterns of allowed channels; none of them counts when every channel is allowed. */
  get channels(): readonly Slice[] {
    return this.#channels;
  }

  get isEveryChannel(): boolean {
    return this.#isEveryChannel;
  }

  get isEveryKey(): boolean {
    return this.#isEveryKey;
  }

  /** True when it allows everything. */
  get isUnrestricted(): boolean {
    return this.#isEveryKey && this.#isEveryChannel && this.#commands.isUnrestricted;
  }

  /** The same selector, of its own. */
  copy(): Selector {
    const copy = new Selector(this.#setting);
    copy.#commands = this.#commands.copy();
    copy.#keys.push(...this.#keys.map((key) => ({ ...key })));
    copy.#channels.push(...this.#channels);
    copy.#isEveryKey = this.#isEveryKey;
    copy.#isEveryChannel = this.#isEveryChannel;
    return copy;
  }

  /** Follows one rule; null, or why it is not taken. */
  apply(rule: string): RuleRefusal | null {
    switch (untilNul(rule).toLowerCase()) {
      case "allkeys":
      case "~*":
        return this.#resetKeys(true);
      case "resetkeys":
        return this.#resetKeys(false);
      case "allchannels":
      case "&*":
        return this.#resetChannels(true);
      case "resetchannels":
        return this.#resetChannels(false);
      case "allcommands":
      case "+@all":
        this.#commands.allowAll();
        return null;
      case "nocommands":
      case "-@all":
        this.#commands.denyAll();
        return null;
    }
    switch (rule[0]) {
      case "~":
        return this.#addKey(rule.slice(1), READ | WRITE);
      case "%":
        return this.#addKeyWithAccess(rule);
      case "&":
        return this.#addChannel(rule.slice(1));
      case "+":
      case "-":
        return this.#applyCommandRule(untilNul(rule.slice(1)), rule[0] === "+");
      default:
        return "syntax";
    }
  }

  /** Whether a key may be used in the way that bits of `KEY_FLAGS` say. */
  allowsKey(key: Slice, flags: number): boolean {
    if (this.#isEveryKey) return true;
    const access = accessOf(flags);
    return this.#keys.some((one) => (one.access & access) === access && globMatches(one.pattern, key));
  }

  /** Whether every key there may be can be used so. */
  allowsEveryKey(flags: number): boolean {
    if (this.#isEveryKey) return true;
    const access = accessOf(flags);
    return this.#keys.some(({ access: own, pattern }) => (own & access) === access && patternText(pattern) === "*");
  }

  /** Whether a channel, or a pattern of channels to subscribe to, may be used. */
  allowsChannel(channel: Slice, isPattern: boolean): boolean {
    return this.#isEveryChannel || matchesChannel(this.#channels, channel, isPattern);
  }

  /** The rules that would make it, on one line. */
  describe(): string {
    const keys = this.#isEveryKey ? ["~*"] : this.#keys.map(keyRule);
    const channels = this.#isEveryChannel ? ["&*"] : ["resetchannels", ...this.#channels.map(channelRule)];
    return [...keys, ...channels, this.describeCommands()].join(" ");
  }

  /** The rules about commands. */
  describeCommands(): string {
    return describeCommandRules(this.#commands, this.#setting.registry);
  }

  /** The rules about keys. */
  describeKeys(): string {
    return this.#isEveryKey ? "~*" : this.#keys.map(keyRule).join(" ");
  }

  /** The rules about channels. */
  describeChannels(): string {
    return this.#isEveryChannel ? "&*" : this.#channels.map(channelRule).join(" ");
  }

  #resetKeys(isEvery: boolean): null {
    this.#isEveryKey = isEvery;
    this.#keys.length = 0;
    return null;
  }

  #resetChannels(isEvery: boolean): null {
    this.#isEveryChannel = isEvery;
    this.#channels.length = 0;
    return null;
  }

  /** `%R~pattern` and the like. As in Redis the tilde may be missing at the end of the rule. */
  #addKeyWithAccess(rule: string): RuleRefusal | null {
    if (this.#isEveryKey) return "key-after-all-keys";
    let access = 0;
    let at = 1;
    for (; at < rule.length && rule[at] !== "~"; at++) {
      const letter = rule[at]!.toUpperCase();
      const bit = letter === "R" ? READ : letter === "W" ? WRITE : 0;
      if (bit === 0 || (access & bit) !== 0) return "syntax";
      access |= bit;
    }
    return access === 0 ? "syntax" : this.#addKey(rule.slice(at + 1), access);
  }

  #addKey(text: string, access: number): RuleRefusal | null {
    if (this.#isEveryKey) return "key-after-all-keys";
    if (hasSpaces(text)) return "syntax";
    const pattern = new Slice(ascii(text));
    const known = this.#keys.find((one) => equalSlices(one.pattern, pattern));
    if (known === undefined) this.#keys.push({ pattern, access });
    else known.access |= access;
    return null;
  }

  #addChannel(text: string): RuleRefusal | null {
    if (this.#isEveryChannel) return "channel-after-all-channels";
    if (hasSpaces(text)) return "syntax";
    const pattern = new Slice(ascii(text));
    if (!this.#channels.some((one) => equalSlices(one, pattern))) this.#channels.push(pattern);
    return null;
  }

  /** `command`, `command|subcommand`, `command|argument` or `@category`, after its sign. */
  #applyCommandRule(text: string, isAllowed: boolean): RuleRefusal | null {
    const { registry } = this.#setting;
    if (text.startsWith("@")) {
      const category = aclCategoryBit(text.slice(1));
      if (category === 0) return "unknown-command";
      this.#commands.setCategory(registry, category, isAllowed);
      return null;
    }
    const bar = text.lastIndexOf("|");
    if (isAllowed && bar >= 0) return this.#allowPart(text.slice(0, bar), text.slice(bar + 1));
    const command = registry.originalByName(text);
    if (command === null) return "unknown-command";
    this.#commands.set(command, isAllowed);
    return null;
  }

  /** `+name|part`: a subcommand, or the first argument of a command that has none. */
  #allowPart(name: string, part: string): RuleRefusal | null {
    const { registry } = this.#setting;
    const command = registry.originalByName(name);
    if (command === null) return "unknown-command";
    if (command.parent !== null) return "first-argument-of-subcommand";
    if (part === "") return "syntax";
    if (command.subcommands === null) {
      this.#setting.warn(
        "Deprecation warning: Allowing a first arg of an otherwise blocked command is a misuse of ACL and may get " +
          `disabled in the future (offender: +${name}|${part})`,
      );
      this.#commands.allowFirstArgument(command, part);
      return null;
    }
    const subcommand = registry.originalByName(`${name}|${part}`);
    if (subcommand === null) return "unknown-command";
    this.#commands.set(subcommand, true);
    return null;
  }
}

/**
 * Whether a channel matches one of these patterns; a pattern to subscribe to must be one of them to the letter, as nobody
 * can tell whether all that it matches is allowed.
 */
export function matchesChannel(patterns: readonly Slice[], channel: Slice, isPattern: boolean): boolean {
  return patterns.some((one) => isPattern ? equalSlices(one, channel) : globMatches(one, channel));
}

function accessOf(flags: number): number {
  return ((flags & KEY_FLAGS.access) !== 0 ? READ : 0) | ((flags & WRITING_FLAGS) !== 0 ? WRITE : 0);
}

function keyRule({ pattern, access }: KeyPattern): string {
  const sign = access === READ ? "%R~" : access === WRITE ? "%W~" : "~";
  return sign + patternText(pattern);
}

function channelRule(pattern: Slice): string {
  return `&${patternText(pattern)}`;
}

function patternText({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}
