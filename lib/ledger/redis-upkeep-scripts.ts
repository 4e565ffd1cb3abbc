/** Looking rows up, listing them, purging them and notes, and the lead, as scripts. */
import { CATCHING_UP, INDEXES, NEIGHBOURS } from './redis-indexes.js';
import { NOTES } from './redis-note-scripts.js';
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

const FIND_STEP = `
local row = find(given.id)
return row and told({}, '', standing(row)) or false
`;

const ROWS_OF_STEP = `
local rows = {}
for _, row in ipairs(neighbours(given)) do rows[#rows + 1] = told({}, '', row) end
return rows
`;

// Where a row was evicted and came anew, an index may still know the old one: only what stands in the state counts.
const LIST_STEP = `
if not caughtUp() then return false end
local oldest, rows = text(now - tonumber(given.olderThanMs)), {}
for state in string.gmatch(given.states, '%a+') do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', stateKey(state), '-inf', oldest, 'LIMIT', 0, given.limit)) do
    local row = find(id)
    row = row and standing(row)
    if row and row.state == state then rows[#rows + 1] = told({}, '', row) end
  end
end
return rows
`;

const PURGE_STEP = `
local ids = redis.call('ZRANGEBYSCORE', DELETABLE, '-inf', text(now), 'LIMIT', 0, given.limit)
for _, id in ipairs(ids) do
  redis.call('ZREM', DELETABLE, id)
  local row = find(id)
  if row then remove(row) end
end
return #ids + forget(given.limit - #ids)
`;

// A server whose memory is full lets no script begin with a write that takes some, but go on to it from one that frees
// some: without the DEL nobody could lead, and it is the leader who purges.
const LEAD_STEP = `
local key = base .. ':lead'
local kept = named(redis.call('HGETALL', key))
local left, most = tonumber(kept['until'] or 0) - now, 2 * tonumber(given.leaseMs)
if kept.owner ~= given.owner and left > 0 and (most == 0 or left <= most) then return false end
local memo = { memo = given.memo or kept.memo }
redis.call('DEL', key)
redis.call('HSET', key, unpack(told({ 'owner', given.owner, 'until', later(given.leaseMs) }, '', memo)))
return told({}, '', memo)
`;

export const FIND = script(ROWS, FIND_STEP);
export const ROWS_OF = script(ROWS, INDEXES, NEIGHBOURS, ROWS_OF_STEP);
export const LIST = script(ROWS, INDEXES, CATCHING_UP, LIST_STEP);
export const PURGE = script(ROWS, INDEXES, NOTES, PURGE_STEP);
export const LEAD = script(ROWS, LEAD_STEP);
