/**
 * BLPOP, BRPOP, BLMPOP, BLMOVE and BRPOPLPUSH: pop, or wait until somebody pushes.
 *
 * - What they do is propagated as the command that does not wait.
 * - Serving a client that waited changes no dirty count, unless it popped by count, and touches the destination alone:
 *   the push that served it did the rest, as in Redis.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import { readTimeoutSeconds } from "../../command/block_timeout.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { serveFirstOfKind } from "../../command/first_of_kind.ts";
import { key, keyCount, keyRange } from "../../command/key_specs.ts";
import { copyKeys, waitForKind } from "../../command/key_wait.ts";
import type { Outcome } from "../../command/outcome.ts";
import { readPopRequest } from "../../command/pop_request.ts";
import type { Propagation } from "../../command/propagation.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import type { ListValue } from "../../values/list_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import type { Services } from "../services.ts";
import { commitPopped, type ListEnd, listEndOf, notifyPopped, popRange, readListEnd } from "./list_keys.ts";
import { moveByCommand, moveElement } from "./move.ts";
import { popFromFirst, popName } from "./pop.ts";

const element = lasting(new ListpackEntry());

/** Takes one element and replies with it and the key. */
function popWithKey(name: Slice, list: ListValue, from: ListEnd, reply: Reply): void {
  if (from === "left") list.popHead(element);
  else list.popTail(element);
  reply.array(2);
  reply.bulkSlice(name);
  reply.bulkSlice(element);
}

function popOrWait(
  context: Context,
  args: Args,
  reply: Reply,
  from: ListEnd,
  propagation: Propagation,
): Outcome | void {
  const keyCount = args.count - 2;
  const timeoutMs = readTimeoutSeconds(args, args.count - 1, reply);
  if (timeoutMs === null) return;
  const { db } = context;
  const isAnswered = serveFirstOfKind({
    ...{ db, args, reply, firstKey: 1, keyCount },
    kind: "list",
    serve(name, list) {
      popWithKey(name, list, from, reply);
      commitPopped(db, name, list, from, 1);
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
    kind: "list",
    serve(db, name, list) {
      propagation.addArgv(db.index, [popName(from), name.view()]);
      popWithKey(name, list, from, reply);
      notifyPopped(db, name, list, from);
    },
  });
}

function popCountOrWait(context: Context, args: Args, reply: Reply, propagation: Propagation): Outcome | void {
  const request = readPopRequest(args, 2, reply, listEndOf);
  if (request === null) return;
  const timeoutMs = readTimeoutSeconds(args, 1, reply);
  if (timeoutMs === null || popFromFirst(context, args, reply, request)) return;
  if (context.isWaitDenied) return reply.nilArray();
  const { from, count, firstKey, keyCount } = request;
  return waitForKind({
    context,
    reply,
    keys: copyKeys(args, firstKey, keyCount),
    timeoutMs,
    kind: "list",
    serve(db, name, list) {
      propagation.addArgv(db.index, [popName(from), name.view(), Math.min(count, list.length)]);
      reply.array(2);
      reply.bulkSlice(name);
      commitPopped(db, name, list, from, popRange(list, from, count, reply));
    },
  });
}

/** What BLMOVE and BRPOPLPUSH have in common. */
interface MoveRequest {
  readonly from: ListEnd;
  readonly to: ListEnd;
  readonly timeoutMs: number;
  /** Propagated as RPOPLPUSH, not as LMOVE. */
  readonly isRpoplpush: boolean;
}

function moveOrWait(
  context: Context,
  args: Args,
  reply: Reply,
  request: MoveRequest,
  propagation: Propagation,
): Outcome | void {
  const { from, to, timeoutMs, isRpoplpush } = request;
  if (context.db.lookupWrite(args.at(1)) !== NO_ENTRY) {
    if (!moveByCommand(context, args, reply, from, to)) return;
    const keys = [args.at(1).view(), args.at(2).view()];
    if (isRpoplpush) context.propagateAs(["RPOPLPUSH", ...keys]);
    else context.propagateAs(["LMOVE", ...keys, args.at(3).view(), args.at(4).view()]);
    return;
  }
  if (context.isWaitDenied) return reply.nil();
  const destination = { key: new Slice(args.at(2).copy()), from, to };
  return waitForKind({
    context,
    reply,
    keys: copyKeys(args, 1, 1),
    timeoutMs,
    kind: "list",
    serve(db, name, list) {
      if (!moveElement(db, name, list, destination, reply)) return;
      const keys = [name.view(), destination.key.view()];
      propagation.addArgv(db.index, isRpoplpush ? ["RPOPLPUSH", ...keys] : ["LMOVE", ...keys, from, to]);
    },
  });
}

function blmove(context: Context, args: Args, reply: Reply, propagation: Propagation): Outcome | void {
  const from = readListEnd(args, 3, reply);
  if (from === null) return;
  const to = readListEnd(args, 4, reply);
  if (to === null) return;
  const timeoutMs = readTimeoutSeconds(args, 5, reply);
  if (timeoutMs === null) return;
  return moveOrWait(context, args, reply, { from, to, timeoutMs, isRpoplpush: false }, propagation);
}

function brpoplpush(context: Context, args: Args, reply: Reply, propagation: Propagation): Outcome | void {
  const timeoutMs = readTimeoutSeconds(args, 3, reply);
  if (timeoutMs === null) return;
  const request: MoveRequest = { from: "right", to: "left", timeoutMs, isRpoplpush: true };
  return moveOrWait(context, args, reply, request, propagation);
}

/** BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH. */
export function blockingListCommands({ propagation }: Services): CommandSpec[] {
  return [...blockingPopCommands(propagation), ...blockingMoveCommands(propagation)];
}

function blockingPopCommands(propagation: Propagation): CommandSpec[] {
  return [
    {
      name: "blpop",
      group: "list",
      since: "2.0.0",
      summary: "Remove and get the first element in a list, or block until one is available",
      complexity: "O(N) where N is the number of provided keys.",
      arity: -3,
      flags: "write noscript blocking",
      acl: "list",
      history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
      keys: [keyRange(1, -2, "RW access delete")],
      syntax: "key... timeout:double",
      run: (context, args, reply) => popOrWait(context, args, reply, "left", propagation),
    },
    {
      name: "brpop",
      group: "list",
      since: "2.0.0",
      summary: "Remove and get the last element in a list, or block until one is available",
      complexity: "O(N) where N is the number of provided keys.",
      arity: -3,
      flags: "write noscript blocking",
      acl: "list",
      history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
      keys: [keyRange(1, -2, "RW access delete")],
      syntax: "key... timeout:double",
      run: (context, args, reply) => popOrWait(context, args, reply, "right", propagation),
    },
    {
      name: "blmpop",
      group: "list",
      since: "7.0.0",
      summary: "Pop elements from a list, or block until one is available",
      complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
      arity: -5,
      flags: "write blocking",
      acl: "list",
      keys: [keyCount(2, "RW access delete")],
      syntax: "timeout:double numkeys:integer key... where<LEFT | RIGHT> [COUNT count:integer]",
      run: (context, args, reply) => popCountOrWait(context, args, reply, propagation),
    },
  ];
}

function blockingMoveCommands(propagation: Propagation): CommandSpec[] {
  return [
    {
      name: "blmove",
      group: "list",
      since: "6.2.0",
      summary: "Pop an element from a list, push it to another list and return it; or block until one is available",
      complexity: "O(1)",
      arity: 6,
      flags: "write denyoom noscript blocking",
      acl: "list",
      keys: [key(1, "RW access delete"), key(2, "RW insert")],
      syntax: "source:key destination:key#1 wherefrom<LEFT | RIGHT> whereto<LEFT | RIGHT> timeout:double",
      run: (context, args, reply) => blmove(context, args, reply, propagation),
    },
    {
      name: "brpoplpush",
      group: "list",
      since: "2.2.0",
      summary: "Pop an element from a list, push it to another list and return it; or block until one is available",
      complexity: "O(1)",
      arity: 4,
      flags: "write denyoom noscript blocking",
      acl: "list",
      docFlags: "deprecated",
      deprecatedSince: "6.2.0",
      replacedBy: "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
      history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
      keys: [key(1, "RW access delete"), key(2, "RW insert")],
      syntax: "source:key destination:key#1 timeout:double",
      run: (context, args, reply) => brpoplpush(context, args, reply, propagation),
    },
  ];
}
