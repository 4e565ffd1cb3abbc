/**
 * Lua that keeps the indexes beside the rows. All are sorted sets of ids, except `tokens` (a hash) and `triple` (a list,
 * in the order the rows came):
 *
 * - `state:<state>` by age; a row that has lapsed is moved to `state:unresolved` by `caughtUp`, its stored state stays.
 * - `agenda` by the time at which a row's place changes by itself: it falls due, or it lapses.
 * - `ready` the due completions, the most urgent first.
 * - `deletable` by the time from which the row may go.
 * - `orders` by the time at which the order was recorded.
 * - `order:<order>` and `consumer:<consumer>` by the time the row was made, for as long as it is there.
 */
export const INDEXES = `
local AGENDA, READY = base .. ':agenda', base .. ':ready'
local DELETABLE, TOKENS, ORDERS = base .. ':deletable', base .. ':tokens', base .. ':orders'
local DAY = 24 * 60 * 60 * 1000

local function stateKey(state) return base .. ':state:' .. state end

-- With the length of what stands in the middle, so that no two triples share a key.
local function tripleKey(row)
  local distributionId = row['admission.distributionId']
  local parts = { row['admission.distributionType'], #distributionId, distributionId, row['admission.consumerId'] }
  return base .. ':triple:' .. table.concat(parts, ':')
end

-- The score in "ready" is the end of the admission; among equals the oldest order comes first, then the id.
local function urgency(row)
  return string.format('%016.0f:%s', tonumber(row['order.completedAt']), row['admission.id'])
end

local function urgentId(member) return string.sub(member, 18) end

local function agesFrom(row)
  return row.since or (row.state == 'ordered' and row['order.completedAt']) or row.updatedAt
end

local function changesAt(row)
  if row.state ~= 'ordered' then return lapsesAt(row) end
  return math.max(tonumber(row['delivery.nextAttemptAt']), tonumber(row['delivery.lease.until'] or 0))
end

local function deletableAt(row)
  if row.state == 'free' then return tonumber(row['admission.expiresAt'] or row.updatedAt) + DAY end
  if row.state == 'ordered' or row.state == 'dead' then return nil end
  if isUsed(row) then return tonumber(row['order.completedAt']) + 400 * DAY end
  return (lapsesAt(row) or tonumber(agesFrom(row))) + 400 * DAY
end

local function orderKey(orderId) return base .. ':order:' .. orderId end

local function consumerKey(consumerId) return base .. ':consumer:' .. consumerId end

local function place(key, score, member)
  if score then redis.call('ZADD', key, text(score), member) end
end

-- Takes a row out of every index it may be in; "state" is the stored one.
local function withdraw(row, state)
  local id = row['admission.id']
  for _, key in ipairs({ stateKey(state), stateKey('unresolved'), AGENDA, DELETABLE }) do
    redis.call('ZREM', key, id)
  end
  if isUsed(row) then redis.call('ZREM', READY, urgency(row)) end
end

local function put(row)
  local id = row['admission.id']
  local key = rowKey(id)
  local state = redis.call('HGET', key, 'state')
  if state then withdraw(row, state) else redis.call('RPUSH', tripleKey(row), id) end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(told({}, '', row)))
  if row.tokenHash then redis.call('HSET', TOKENS, row.tokenHash, id) end
  redis.call('ZADD', consumerKey(row['admission.consumerId']), row.createdAt, id)
  if isUsed(row) then
    redis.call('ZADD', orderKey(row['order.orderId']), row.createdAt, id)
    redis.call('ZADD', ORDERS, row['order.completedAt'], id)
  end
  place(stateKey(row.state), agesFrom(row), id)
  place(AGENDA, changesAt(row), id)
  place(DELETABLE, deletableAt(row), id)
end

local function remove(row)
  local id = row['admission.id']
  withdraw(row, row.state)
  redis.call('DEL', rowKey(id))
  if row.tokenHash then redis.call('HDEL', TOKENS, row.tokenHash) end
  redis.call('ZREM', consumerKey(row['admission.consumerId']), id)
  if isUsed(row) then
    redis.call('ZREM', orderKey(row['order.orderId']), id)
    redis.call('ZREM', ORDERS, id)
  end
  redis.call('LREM', tripleKey(row), 1, id)
end
`;

/** Lua that brings the indexes up to now, so many rows at a time: `false` while there is more to do. */
export const CATCHING_UP = `
local BATCH = 500

local function moveOn(id)
  redis.call('ZREM', AGENDA, id)
  local row = find(id)
  if row == nil then return end
  if row.state == 'ordered' then
    redis.call('ZADD', READY, row['admission.expiresAt'] or '+inf', urgency(row))
  else
    redis.call('ZREM', stateKey(row.state), id)
    place(stateKey('unresolved'), lapsesAt(row), id)
  end
end

local function caughtUp()
  local ids = redis.call('ZRANGEBYSCORE', AGENDA, '-inf', text(now), 'LIMIT', 0, BATCH)
  for _, id in ipairs(ids) do moveOn(id) end
  return #ids < BATCH
end
`;

/** Lua for the steps that look at more than one row of a shopper. */
export const NEIGHBOURS = `
-- Every row with the admission's id, this token hash or the admission's triple, as it stands; its own first.
local function neighbours(admission, tokenHash)
  local ids = redis.call('LRANGE', tripleKey(admission), 0, -1)
  local holder = tokenHash and redis.call('HGET', TOKENS, tokenHash)
  if holder then table.insert(ids, 1, holder) end
  table.insert(ids, 1, admission['admission.id'])
  local rows, seen = {}, {}
  for _, id in ipairs(ids) do
    local row = not seen[id] and find(id)
    seen[id] = true
    if row then rows[#rows + 1] = standing(row) end
  end
  return rows
end

local function sameTriple(one, other) return tripleKey(one) == tripleKey(other) end

-- Whether an order that was recorded for the triple alone (no other row has usesUpBefore) has used up this admission as well.
local function usesUp(row, admission)
  if row.usesUpBefore == nil or not sameTriple(row, admission) then return false end
  local admittedAt = tonumber(admission['admission.admittedAt'])
  return admittedAt == nil or admittedAt <= tonumber(row.usesUpBefore)
end

local function hasId(row, id) return row ~= nil and row['admission.id'] == id end
`;
