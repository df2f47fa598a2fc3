/**
 * How many errors were answered, by the code each begins with.
 *
 * - Only what really goes to a client counts; a script that catches an error tells nobody.
 */

/** Where Redis stops looking for the end of the code. */
const MAX_CODE_CHARACTERS = 31;

/** The errors answered by one server. */
export class ErrorStats {
  /** `total_error_replies`. */
  total = 0;
  readonly #counts = new Map<string, number>();

  /** Counts an error by its text, the code first ("ERR syntax error"). */
  record(text: string): void {
    const end = text.indexOf(" ");
    const code = end >= 0 && end < MAX_CODE_CHARACTERS ? text.slice(0, end) : "ERR";
    this.total++;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** Codes with their counts, in the order of the codes. */
  entries(): [code: string, count: number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Forgets everything. */
  reset(): void {
    this.total = 0;
    this.#counts.clear();
  }
}
