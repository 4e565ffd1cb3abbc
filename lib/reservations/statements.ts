/** Every statement on the merchant's database, with their names in it. */
import type { Hold, HoldState } from './hold.js';
import type { Names } from './names.js';
import type { Statement, Value } from './step.js';

export type Statements = ReturnType<typeof createStatements>;

/** One held or converted hold a line at most; what was given back stays, as the record of what became of it. */
export function layoutOf({ holds }: Names): string {
  const [table = holds] = holds.split('.').reverse();
  const index = (name: string): string => `"${table.slice(1, -1)}_${name}"`;
  return `CREATE TABLE IF NOT EXISTS ${holds} (
  id text NOT NULL PRIMARY KEY,
  admission_id text NOT NULL,
  line text NOT NULL,
  item text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  state text NOT NULL CHECK (state IN ('held', 'converted', 'released', 'expired')),
  held_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  attempt_id text,
  order_id text,
  settled_at bigint,
  CHECK ((order_id IS NOT NULL) = (state = 'converted')),
  CHECK ((settled_at IS NULL) = (state = 'held'))
);
CREATE UNIQUE INDEX IF NOT EXISTS ${index('live')} ON ${holds} (admission_id, line)
  WHERE state IN ('held', 'converted');
CREATE INDEX IF NOT EXISTS ${index('due')} ON ${holds} (expires_at) WHERE state = 'held';
CREATE INDEX IF NOT EXISTS ${index('settled')} ON ${holds} (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS ${index('given_back')} ON ${holds} (settled_at) WHERE state IN ('released', 'expired');
`;
}

export function createStatements(names: Names) {
  return { ...holdStatements(names), ...endedStatements(names), ...stockStatements(names) };
}

function statement(text: string, ...values: Value[]): Statement {
  return { text, values };
}

function holdStatements({ holds }: Names) {
  return {
    /** An admission's holds, the latest first. */
    byAdmission: (admissionId: string) =>
      statement(`SELECT * FROM ${holds} WHERE admission_id = ? ORDER BY held_at DESC, line, id`, admissionId),
    due: (before: number, afterAdmission: string, limit: number) =>
      statement(
        `SELECT DISTINCT admission_id FROM ${holds} WHERE state = 'held' AND expires_at <= ? AND admission_id > ?
         ORDER BY admission_id LIMIT ${limit}`,
        ...[before, afterAdmission],
      ),
    heldOrSettledSince: (since: number) =>
      statement(`SELECT * FROM ${holds} WHERE state = 'held' OR settled_at >= ?`, since),
    counts: () =>
      statement(
        `SELECT item, state, count(*) AS holds, sum(quantity) AS quantity FROM ${holds} GROUP BY item, state`,
      ),
    put: ({ id, admissionId, line, item, quantity, state, ...hold }: Hold) =>
      statement(
        `INSERT INTO ${holds}
           (id, admission_id, line, item, quantity, state, held_at, expires_at, attempt_id, settled_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
        ...[id, admissionId, line, item, quantity, state],
        ...[hold.heldAt, hold.expiresAt, hold.attemptId ?? null, hold.settledAt ?? null],
      ),
    change: (hold: Hold) =>
      statement(
        `UPDATE ${holds} SET item = ?, quantity = ?, expires_at = ?, attempt_id = ?
         WHERE id = ? AND state = 'held' RETURNING id`,
        ...[hold.item, hold.quantity, hold.expiresAt, hold.attemptId ?? null, hold.id],
      ),
    settle: (id: string, state: HoldState, orderId: string | null, now: number) =>
      statement(
        `UPDATE ${holds} SET state = ?, order_id = ?, settled_at = ? WHERE id = ? AND state = 'held' RETURNING id`,
        ...[state, orderId, now, id],
      ),
  };
}

function endedStatements({ holds, total }: Names) {
  return {
    /** Whether what was sold is part of a sum that has to come out right, so that none of it may be forgotten. */
    sumsUp: total !== undefined,
    purge: (states: readonly HoldState[], before: number, limit: number) =>
      statement(
        `DELETE FROM ${holds} WHERE id IN (SELECT id FROM ${holds}
           WHERE state IN (${states.map((state) => `'${state}'`).join(', ')}) AND settled_at < ?
           ORDER BY settled_at LIMIT ?) RETURNING id`,
        ...[before, limit],
      ),
  };
}

function stockStatements({ holds, stock, item, quantity, total }: Names) {
  const totalColumn = total === undefined ? 'NULL' : `s.${total}`;
  return {
    /** Fails where the stock table or a column of it is missing. The `s.` keeps SQLite from reading a name as a text. */
    probe: () => statement(`SELECT s.${item}, s.${quantity}, ${totalColumn} FROM ${stock} AS s WHERE 1 = 0`),
    /** Only where so many are there: the check and the taking are one. */
    take: (of: string, count: number) =>
      statement(
        `UPDATE ${stock} SET ${quantity} = ${quantity} - ? WHERE ${item} = ? AND ${quantity} >= ? RETURNING ${item}`,
        ...[count, of, count],
      ),
    giveBack: (of: string, count: number) =>
      statement(
        `UPDATE ${stock} SET ${quantity} = ${quantity} + ? WHERE ${item} = ? RETURNING ${item}`,
        ...[count, of],
      ),
    exists: (of: string) => statement(`SELECT ${item} FROM ${stock} WHERE ${item} = ?`, of),
    /** Of every item that was ever held. */
    stockOfHeld: () =>
      statement(
        `SELECT CAST(s.${item} AS text) AS item, s.${quantity} AS available, ${totalColumn} AS total
         FROM ${stock} AS s WHERE CAST(s.${item} AS text) IN (SELECT h.item FROM ${holds} AS h)`,
      ),
  };
}
