/**
 * Clients for the tests of `pubsub/`, without connections.
 */
import { Client } from "../../../src/clients/client.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";
import type { Store } from "../../../src/store/store.ts";
import { textOfBytes } from "../../support/byte_text.ts";

/** A client, and what has been written to it. */
export interface TestClient {
  readonly client: Client;
  /** One text for each write. */
  readonly writes: string[];
}

/** A client of `store` whose peer takes everything at once. */
export function makeClient(store: Store, id: number): TestClient {
  const writes: string[] = [];
  const client = new Client({
    id,
    store,
    sink: {
      write(bytes) {
        writes.push(textOfBytes(bytes));
        return Promise.resolve(bytes.length);
      },
    },
    address: `127.0.0.1:${id}`,
    localAddress: "127.0.0.1:6379",
    descriptor: id,
    traffic: new Traffic(),
    close: () => {},
  });
  return { client, writes };
}
