/** How a completion is leased to a sender and what becomes of it, as scripts: what `delivering.ts` decides, in Lua. */
import { CATCHING_UP, INDEXES } from './redis-indexes.js';
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

const LEASING = `
-- Hands a completion to a sender. A lease that is still there was never settled: its sender died.
local function lease(row, leaseId)
  local new = { ['delivery.lease.id'] = leaseId, ['delivery.lease.until'] = later(given.leaseMs) }
  if row['delivery.lease.id'] then
    new['delivery.crashes'] = text(tonumber(row['delivery.crashes'] or 0) + 1)
  end
  local leased = inState(row, 'ordered', { order = true, delivery = true }, new)
  put(leased)
  return told({ 'leaseId', leaseId, 'takenAt', text(now) }, 'row.', leased)
end
`;

const TAKE_DUE_STEP = `
if not caughtUp() then return false end
local taken = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', READY, '-inf', '+inf', 'LIMIT', 0, given.limit)) do
  local row = find(urgentId(member))
  redis.call('ZREM', READY, member)
  if row then taken[#taken + 1] = lease(row, given.leaseId .. '.' .. #taken) end
end
return taken
`;

const PROGRESS = `
local function isLeased(row) return tonumber(row['delivery.lease.until'] or 0) > now end

-- A caller's progress is often a spread of the old one, which brings the old lease along.
local function progress()
  local fields = {}
  for name, value in pairs(given) do
    if first(name) == 'delivery' and not string.find(name, '^delivery%.lease%.') then fields[name] = value end
  end
  return fields
end
`;

const TAKE_STEP = `
local row = find(given.id)
if row == nil or row.state ~= 'ordered' or isLeased(row) then return false end
return lease(row, given.leaseId)
`;

const SETTLE_DELIVERY_STEP = `
local row = find(given.id)
if row == nil or row.state ~= 'ordered' or row['delivery.lease.id'] ~= given.leaseId then return false end
put(inState(row, given.to, { order = true }, given.to == 'delivered' and { deliveredAt = text(now) } or progress()))
return 1
`;

const RESCHEDULE_STEP = `
local row = find(given.id)
if row == nil or not (row.state == 'dead' or row.state == 'ordered' and not isLeased(row)) then return false end
put(inState(row, 'ordered', { order = true }, progress()))
return 1
`;

const DISCARD_STEP = `
local row = find(given.id)
if row == nil or row.state ~= 'dead' then return false end
put(inState(row, 'discarded', { order = true }, { discardedAt = text(now) }))
return 1
`;

export const TAKE_DUE = script(ROWS, INDEXES, CATCHING_UP, LEASING, TAKE_DUE_STEP);
export const TAKE = script(ROWS, INDEXES, PROGRESS, LEASING, TAKE_STEP);
export const SETTLE_DELIVERY = script(ROWS, INDEXES, PROGRESS, SETTLE_DELIVERY_STEP);
export const RESCHEDULE = script(ROWS, INDEXES, PROGRESS, RESCHEDULE_STEP);
export const DISCARD = script(ROWS, INDEXES, DISCARD_STEP);
