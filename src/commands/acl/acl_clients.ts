/**
 * What becomes of clients whose user is changed or taken away.
 */

import { matchesChannel, type Selector } from "../../acl/selector.ts";
import type { User } from "../../acl/user.ts";
import { equalSlices } from "../../bytes/ascii.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Client } from "../../clients/client.ts";
import type { Context } from "../../command/context.ts";
import type { PubSub } from "../../pubsub/pubsub.ts";
import type { Services } from "../services.ts";

/** Closes the connections of clients that act as `user`, which is no more. The one that runs the command gets its reply first. */
export function closeClientsOf({ clients, users }: Services, user: User, context: Context): void {
  for (const client of clients) {
    if (client.context.userName !== user.name) continue;
    // Whatever may still happen to it happens without any rights.
    users.admit(client.context);
    client.context.isAuthenticated = false;
    if (client.context === context) context.closeAfterReply = true;
    else client.closeSoon();
  }
}

/** Closes the connections of subscribers that act as `user` and listen to what `draft` would not let them. */
export function closeForbiddenSubscribers(
  { clients, pubsub }: Services,
  user: User,
  draft: User,
  context: Context,
): void {
  if (!losesChannels(user, draft)) return;
  const channels = channelsOf(draft);
  for (const client of clients) {
    if (client.context.userName !== user.name || client.type !== "pubsub") continue;
    if (!listensToOthers(client, pubsub, channels)) continue;
    if (client.context === context) client.closeSoon();
    else client.kill();
  }
}

/** Whether some channel pattern of `user` is gone in `draft`. */
function losesChannels(user: User, draft: User): boolean {
  const isEveryChannel = ({ isEveryChannel }: Selector) => isEveryChannel;
  if (draft.selectors.some(isEveryChannel)) return false;
  if (user.selectors.some(isEveryChannel)) return true;
  const kept = channelsOf(draft);
  return !channelsOf(user).every((channel) => kept.some((one) => equalSlices(one, channel)));
}

function channelsOf({ selectors }: User): Slice[] {
  return selectors.flatMap(({ channels }) => channels);
}

function listensToOthers(client: Client, pubsub: PubSub, channels: readonly Slice[]): boolean {
  const isForbidden = (name: Uint8Array, isPattern: boolean) => !matchesChannel(channels, new Slice(name), isPattern);
  return pubsub.namesOf(client, "pattern").some((name) => isForbidden(name, true)) ||
    pubsub.namesOf(client, "channel").some((name) => isForbidden(name, false)) ||
    pubsub.namesOf(client, "shardChannel").some((name) => isForbidden(name, false));
}
