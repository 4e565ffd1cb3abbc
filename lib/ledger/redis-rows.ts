/**
 * Lua that every script begins with: what was handed in, the time, and rows as tables of texts. A field of a row is
 * named by its path, `attempt.id`. The functions do in Lua what `standing.ts` does in TypeScript.
 */
export const ROWS = `
local base = KEYS[1]

-- { name, value, name, value, ... } as a table.
local function named(list)
  local fields = {}
  for i = 1, #list, 2 do fields[list[i]] = list[i + 1] end
  return fields
end

-- The other way round: adds the fields to a list, each name behind a prefix.
local function told(list, prefix, fields)
  for name, value in pairs(fields) do
    list[#list + 1] = prefix .. name
    list[#list + 1] = value
  end
  return list
end

local given = named(ARGV)

local function serverTime()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = tonumber(given.now) or serverTime()

-- Left to itself Lua writes 14 digits; 17 give every number back as it was.
local function text(number) return string.format('%.17g', number) end

local function later(milliseconds) return text(now + tonumber(milliseconds)) end

local function rowKey(id) return base .. ':row:' .. id end

-- The row as it is stored; nil when there is none.
local function find(id)
  local fields = redis.call('HGETALL', rowKey(id))
  if #fields > 0 then return named(fields) end
end

local FACTS = { admission = true, tokenHash = true, sidHash = true, attempts = true, usesUpBefore = true, createdAt = true }

local function first(name) return string.match(name, '^[^.]+') end

-- The same row in another state: its facts, the parts to keep, and what is new.
local function inState(row, state, parts, new)
  local moved = { state = state, updatedAt = text(now) }
  for name, value in pairs(row) do
    if FACTS[first(name)] or parts[first(name)] then moved[name] = value end
  end
  for name, value in pairs(new) do moved[name] = value end
  return moved
end

-- When the row stops being what it says: the end of a lease or of the pending time.
local function lapsesAt(row) return tonumber(row.leaseUntil or row.pendingUntil) end

local function standing(row)
  local since = lapsesAt(row)
  if since == nil or now < since then return row end
  return inState(row, 'unresolved', { attempt = true }, { since = text(since), updatedAt = row.updatedAt })
end

local function isUsed(row) return row.order ~= nil end
`;
