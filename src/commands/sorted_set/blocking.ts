/**
 * BZPOPMIN, BZPOPMAX and BZMPOP: pop, or wait until somebody adds.
 *
 * - What they do is propagated as the command that does not wait.
 */

import type { Slice } from "../../bytes/slice.ts";
import { readTimeoutSeconds } from "../../command/block_timeout.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { serveFirstOfKind } from "../../command/first_of_kind.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import { copyKeys, waitForKind } from "../../command/key_wait.ts";
import type { Outcome } from "../../command/outcome.ts";
import { readPopRequest } from "../../command/pop_request.ts";
import type { Propagation } from "../../command/propagation.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import type { Services } from "../services.ts";
import { popFromFirst, popMembers, popName, popWithKey, type SortedSetEnd, sortedSetEndOf } from "./pop.ts";

/** Replies with the key, one member and its score, and takes that out. */
function popOne(db: Database, name: Slice, set: SortedSetValue, from: SortedSetEnd, reply: Reply): void {
  reply.array(3);
  reply.bulkSlice(name);
  popMembers(db, name, set, from, 1, reply, false);
}

function popOrWait(
  context: Context,
  args: Args,
  reply: Reply,
  from: SortedSetEnd,
  propagation: Propagation,
): Outcome | void {
  const keyCount = args.count - 2;
  const timeoutMs = readTimeoutSeconds(args, args.count - 1, reply);
  if (timeoutMs === null) return;
  const { db } = context;
  const isAnswered = serveFirstOfKind({
    ...{ db, args, reply, firstKey: 1, keyCount },
    kind: "zset",
    serve(name, set) {
      popOne(db, name, set, from, reply);
      context.propagateAs([popName(from), name.view()]);
    },
  });
  if (isAnswered) return;
  if (context.isWaitDenied) return reply.nilArray();
  return waitForKind({
    context,
    reply,
    keys: copyKeys(args, 1, keyCount),
    timeoutMs,
    kind: "zset",
    serve(db, name, set) {
      popOne(db, name, set, from, reply);
      propagation.addArgv(db.index, [popName(from), name.view()]);
    },
  });
}

function popCountOrWait(context: Context, args: Args, reply: Reply, propagation: Propagation): Outcome | void {
  const request = readPopRequest(args, 2, reply, sortedSetEndOf);
  if (request === null) return;
  const timeoutMs = readTimeoutSeconds(args, 1, reply);
  if (timeoutMs === null || popFromFirst(context, args, reply, request)) return;
  if (context.isWaitDenied) return reply.nilArray();
  const { firstKey, keyCount } = request;
  return waitForKind({
    context,
    reply,
    keys: copyKeys(args, firstKey, keyCount),
    timeoutMs,
    kind: "zset",
    serve(db, name, set) {
      const count = popWithKey(db, name, set, request, reply);
      propagation.addArgv(db.index, [popName(request.from), name.view(), count]);
    },
  });
}

/** BZPOPMIN, BZPOPMAX, BZMPOP. */
export function blockingSortedSetCommands({ propagation }: Services): CommandSpec[] {
  return [
    {
      name: "bzpopmin",
      group: "sorted-set",
      since: "5.0.0",
      summary:
        "Remove and return the member with the lowest score from one or more sorted sets, or block until one is available",
      complexity: "O(log(N)) with N being the number of elements in the sorted set.",
      arity: -3,
      flags: "write noscript blocking fast",
      acl: "sortedset",
      history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
      keys: [keyRange(1, -2, "RW access delete")],
      syntax: "key... timeout:double",
      run: (context, args, reply) => popOrWait(context, args, reply, "min", propagation),
    },
    {
      name: "bzpopmax",
      group: "sorted-set",
      since: "5.0.0",
      summary:
        "Remove and return the member with the highest score from one or more sorted sets, or block until one is available",
      complexity: "O(log(N)) with N being the number of elements in the sorted set.",
      arity: -3,
      flags: "write noscript blocking fast",
      acl: "sortedset",
      history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
      keys: [keyRange(1, -2, "RW access delete")],
      syntax: "key... timeout:double",
      run: (context, args, reply) => popOrWait(context, args, reply, "max", propagation),
    },
    {
      name: "bzmpop",
      group: "sorted-set",
      since: "7.0.0",
      summary: "Remove and return members with scores in a sorted set or block until one is available",
      complexity:
        "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
      arity: -5,
      flags: "write blocking",
      acl: "sortedset",
      keys: [keyCount(2, "RW access delete")],
      syntax: "timeout:double numkeys:integer key... where<MIN | MAX> [COUNT count:integer]",
      run: (context, args, reply) => popCountOrWait(context, args, reply, propagation),
    },
  ];
}
