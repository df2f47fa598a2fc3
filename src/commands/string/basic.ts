import { key } from "../../command/key_specs.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { replyString } from "../../store/string_entries.ts";

function set(context: Context, args: Args, reply: Reply): void {
  context.db.setString(args.at(1), args.at(2));
  context.db.commit(args.at(1), 8, "set");
  reply.ok();
}
function get(context: Context, args: Args, reply: Reply): void {
  const entry = context.db.lookupRead(args.at(1));
  if (entry === 0) return reply.nil();
  replyString(context.db.keyspace, entry, reply);
}
export const basicCommands: CommandSpec[] = [
  {
    name: "set",
    group: "string",
    since: "1.0.0",
    summary: "",
    arity: -3,
    flags: "write denyoom",
    keys: [key(1, "RW access update variable_flags")],
    run: set,
  },
  {
    name: "get",
    group: "string",
    since: "1.0.0",
    summary: "",
    arity: 2,
    flags: "readonly fast",
    keys: [key(1, "RO access")],
    run: get,
  },
];
