/**
 * State that a feature keeps for each client, without one bag for all features.
 *
 * - A feature declares its facet once, at the top of its module; `of` makes the state on first use.
 */

import type { Context } from "./context.ts";

// Place 0 of `Context.facets` is taken.
let facetCount = 1;

/** A typed place in every context. */
export class Facet<T> {
  readonly #index = facetCount++;
  readonly #create: () => T;

  /** `create` makes the initial state. */
  constructor(create: () => T) {
    this.#create = create;
  }

  /** The state for this client. */
  of(context: Context): T {
    const { facets } = context;
    while (facets.length <= this.#index) facets.push(undefined);
    return (facets[this.#index] ??= this.#create()) as T;
  }

  /** The state if it was ever made. */
  peek(context: Context): T | undefined {
    return context.facets[this.#index] as T | undefined;
  }

  /** Forgets the state: RESET, disconnection. */
  drop(context: Context): void {
    if (this.#index < context.facets.length) context.facets[this.#index] = undefined;
  }
}
