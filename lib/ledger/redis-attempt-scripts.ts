/** The steps of an order attempt as scripts: what `transitions.ts` decides, in Lua and in one go. */
import { INDEXES, NEIGHBOURS } from './redis-indexes.js';
import { NOTES } from './redis-note-scripts.js';
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

const CLAIMING = `
-- The row as the claim would leave it: what the ledger knew stays, gaps are filled, the time may only get shorter.
local function claimed(own)
  local before = own or {}
  local number = text(tonumber(before.attempts or 0) + 1)
  local row = inState(before, 'active', {}, {
    tokenHash = before.tokenHash or given.tokenHash,
    sidHash = given.sidHash,
    attempts = number,
    createdAt = before.createdAt or text(now),
    leaseUntil = later(given.leaseMs),
    ['attempt.number'] = number,
    ['attempt.id'] = given.attemptId,
    ['attempt.owner'] = given.owner,
    ['attempt.startedAt'] = text(now),
  })
  for name, value in pairs(given) do
    if first(name) == 'admission' then row[name] = row[name] or value end
  end
  local expiresAt = given['admission.expiresAt']
  if expiresAt and tonumber(expiresAt) < tonumber(row['admission.expiresAt']) then
    row['admission.expiresAt'] = expiresAt
  end
  return row
end

local function holds(own)
  if own.state == 'free' then return false end
  if own.state == 'pending' then return not (given.supersede == 'true' and own.sidHash == given.sidHash) end
  if own.state == 'unresolved' then return given.takeUnresolved ~= 'true' end
  return true
end

local function isInTheWay(row, wanted)
  if hasId(row, wanted['admission.id']) then return holds(row) end
  return row.tokenHash == given.tokenHash or usesUp(row, wanted)
end

-- A row with an order before one that is only busy, since it is the last word.
local function obstacle(rows, wanted)
  local busy
  for _, row in ipairs(rows) do
    if isInTheWay(row, wanted) then
      if isUsed(row) then return row end
      busy = busy or row
    end
  end
  return busy
end

local function isDenied(row)
  local denial = lasting(stored('denied', given.denialKey))
  if denial == nil then return false end
  local admittedAt = tonumber(row['admission.admittedAt'])
  return admittedAt == nil or admittedAt <= tonumber(denial.value)
end

local function attempt(row)
  local fields = {}
  for name, value in pairs(row) do
    if first(name) == 'attempt' then fields[name] = value end
  end
  return fields
end
`;

const CLAIM_STEP = `
local rows = neighbours(given, given.tokenHash)
local own = hasId(rows[1], given['admission.id']) and rows[1] or nil
local row = claimed(own)
local other = obstacle(rows, row)
if other then return told({ 'outcome', 'refused' }, 'row.', other) end
if isDenied(row) then return { 'outcome', 'denied' } end
put(row)
local outcome = told({ 'outcome', 'claimed' }, '', attempt(row))
if own and own['attempt.id'] then
  told(outcome, 'took.', attempt(own))
  told(outcome, 'took.', { from = own.state })
end
return outcome
`;

const RENEW_STEP = `
local row = find(given.admissionId)
if row == nil or row.state ~= 'active' or row['attempt.id'] ~= given.attemptId then return false end
put(inState(row, 'active', { attempt = true }, { leaseUntil = later(given.leaseMs) }))
return 1
`;

const DEFER_STEP = `
local row = find(given.admissionId)
if row == nil or row['attempt.id'] ~= given.attemptId then return false end
row['attempt.reference'] = given.reference
row.updatedAt = text(now)
put(row)
return 1
`;

const SETTLE_STEP = `
local row = find(given.admissionId)
if row == nil or row['attempt.id'] ~= given.attemptId then return false end
row = standing(row)
if given.unresolvedSince and tonumber(row.since) ~= tonumber(given.unresolvedSince) then return false end
if given.to == 'free' then
  put(inState(row, 'free', {}, {}))
elseif given.to == 'pending' then
  local pendingUntil = math.min(now + tonumber(given.pendingMs), tonumber(given.notAfter) or math.huge)
  put(inState(row, 'pending', { attempt = true }, { pendingUntil = text(pendingUntil) }))
else
  put(inState(row, 'unresolved', { attempt = true }, { since = row.since or text(now) }))
end
return 1
`;

export const CLAIM = script(ROWS, INDEXES, NEIGHBOURS, NOTES, CLAIMING, CLAIM_STEP);
export const RENEW = script(ROWS, INDEXES, RENEW_STEP);
export const DEFER = script(ROWS, INDEXES, DEFER_STEP);
export const SETTLE = script(ROWS, INDEXES, SETTLE_STEP);
