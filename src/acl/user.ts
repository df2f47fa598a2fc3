/**
 * A user: the name and the secrets with which a client authenticates, and what it may do then.
 *
 * - Passwords are kept as the hexadecimal SHA-256 of their bytes, as ACL GETUSER prints them.
 * - The first selector is the root: rules outside of parentheses are its rules.
 */

import { ascii } from "../bytes/ascii.ts";
import { sha256Hex } from "../bytes/sha256.ts";
import { untilNul } from "../config/byte_text.ts";
import type { RuleRefusal } from "./rule_refusal.ts";
import type { RuleSetting } from "./rule_setting.ts";
import { Selector } from "./selector.ts";

const HASH = /^[0-9a-f]{64}$/;

/** Whether RESTORE looks closely at what this user sends; "unset" as long as no rule has said so. */
type PayloadRule = "unset" | "sanitize-payload" | "skip-sanitize-payload";

/** One user of the server. */
export class User {
  /** One character per byte. */
  readonly name: string;
  readonly #setting: RuleSetting;
  #isEnabled = false;
  #hasNoPassword = false;
  #payloadRule: PayloadRule = "unset";
  #passwordHashes = new Set<string>();
  #selectors: Selector[];
  #isUnrestricted = false;
  #description: string | null = null;

  /** May do nothing and cannot authenticate. */
  constructor(name: string, setting: RuleSetting) {
    this.name = name;
    this.#setting = setting;
    this.#selectors = [new Selector(setting)];
  }

  /** False: nobody can authenticate as this user. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Any password is right. */
  get hasNoPassword(): boolean {
    return this.#hasNoPassword;
  }

  /** Hashes of the passwords, in the order in which they were added. */
  get passwordHashes(): ReadonlySet<string> {
    return this.#passwordHashes;
  }

  /** What it may do; the root selector is the first. */
  get selectors(): readonly Selector[] {
    return this.#selectors;
  }

  /** True when it may do everything: then its requests need no check. */
  get isUnrestricted(): boolean {
    return this.#isUnrestricted;
  }

  /** The words of its flags, in the order in which Redis prints them. */
  get flags(): string[] {
    const flags = [this.#isEnabled ? "on" : "off"];
    if (this.#hasNoPassword) flags.push("nopass");
    if (this.#payloadRule !== "unset") flags.push(this.#payloadRule);
    return flags;
  }

  /** Follows one rule, in byte text; null, or why it is not taken. */
  apply(rule: string): RuleRefusal | null {
    const refusal = rule === "" ? null : this.#apply(rule);
    this.#description = null;
    this.#isUnrestricted = this.#selectors.some((selector) => selector.isUnrestricted);
    return refusal;
  }

  /** Follows rules that cannot be refused. */
  applyAll(...rules: readonly string[]): void {
    for (const rule of rules) this.apply(rule);
  }

  /** Takes over all of another user but its name. */
  copyFrom(other: User): void {
    this.#isEnabled = other.#isEnabled;
    this.#hasNoPassword = other.#hasNoPassword;
    this.#payloadRule = other.#payloadRule;
    this.#passwordHashes = new Set(other.#passwordHashes);
    this.#selectors = other.#selectors.map((selector) => selector.copy());
    this.#isUnrestricted = other.#isUnrestricted;
    this.#description = other.#description;
  }

  /** The rules that would make it, on one line. */
  describe(): string {
    return this.#description ??= this.#describe();
  }

  /** Whether a client that gives `password` may act as this user. */
  accepts(password: Uint8Array): boolean {
    if (!this.#isEnabled) return false;
    if (this.#hasNoPassword) return true;
    const hash = sha256Hex(password);
    let isKnown = false;
    // All are compared, and each to its end: the time must tell nothing.
    for (const known of this.#passwordHashes) isKnown = equalInConstantTime(hash, known) || isKnown;
    return isKnown;
  }

  #describe(): string {
    const hashes = Array.from(this.#passwordHashes, (hash) => `#${hash}`);
    const selectors = this.#selectors.map((selector, index) => {
      return index === 0 ? selector.describe() : `(${selector.describe()})`;
    });
    return [...this.flags, ...hashes, ...selectors].join(" ");
  }

  #apply(rule: string): RuleRefusal | null {
    switch (untilNul(rule).toLowerCase()) {
      case "on":
        this.#isEnabled = true;
        return null;
      case "off":
        this.#isEnabled = false;
        return null;
      case "sanitize-payload":
        this.#payloadRule = "sanitize-payload";
        return null;
      case "skip-sanitize-payload":
        this.#payloadRule = "skip-sanitize-payload";
        return null;
      case "nopass":
        return this.#clearPasswords(true);
      case "resetpass":
        return this.#clearPasswords(false);
      case "clearselectors":
        this.#selectors.length = 1;
        return null;
      case "reset":
        return this.#reset();
    }
    switch (rule[0]) {
      case ">":
        return this.#addPassword(sha256Hex(ascii(rule.slice(1))));
      case "#":
        return HASH.test(rule.slice(1)) ? this.#addPassword(rule.slice(1)) : "bad-hash";
      case "<":
        return this.#removePassword(sha256Hex(ascii(rule.slice(1))));
      case "!":
        return HASH.test(rule.slice(1)) ? this.#removePassword(rule.slice(1)) : "bad-hash";
    }
    if (rule.startsWith("(") && rule.endsWith(")")) return this.#addSelector(rule.slice(1, -1));
    return this.#selectors[0]!.apply(rule);
  }

  #clearPasswords(isNoneNeeded: boolean): null {
    this.#hasNoPassword = isNoneNeeded;
    this.#passwordHashes.clear();
    return null;
  }

  #addPassword(hash: string): null {
    this.#passwordHashes.add(hash);
    this.#hasNoPassword = false;
    return null;
  }

  #removePassword(hash: string): RuleRefusal | null {
    return this.#passwordHashes.delete(hash) ? null : "no-such-password";
  }

  #addSelector(text: string): RuleRefusal | null {
    const selector = Selector.parse(text, this.#setting);
    if (typeof selector === "string") return selector;
    this.#selectors.push(selector);
    return null;
  }

  #reset(): null {
    this.applyAll("resetpass", "resetkeys", "resetchannels");
    if (this.#setting.startsWithAllChannels) this.apply("allchannels");
    this.applyAll("off", "sanitize-payload", "clearselectors", "-@all");
    return null;
  }
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
