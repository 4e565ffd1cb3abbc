/**
 * The steps of notes and denials as scripts: what `noting.ts` decides, in Lua. Beside the hash of each note there are
 * `notes:open:<kind>`, the open ones of a kind by place, `notes:ends:<kind>`, the same by when they are past, and
 * `notes:until`, all there are by when they are past.
 */
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

/** Lua for every step that concerns notes. */
export const NOTES = `
local PAST, BATCH_OF_NOTES = base .. ':notes:until', 200

local function noteKey(kind, key) return base .. ':note:' .. kind .. ':' .. key end

local function openKey(kind) return base .. ':notes:open:' .. kind end

local function endsKey(kind) return base .. ':notes:ends:' .. kind end

-- In the order of the text come the oldest first, then the key.
local function placeOf(createdAt, key) return string.format('%016.0f:%s', tonumber(createdAt), key) end

local function placedKey(member) return string.sub(member, 18) end

-- The note as it is stored, past or not; nil when there is none.
local function stored(kind, key)
  local fields = redis.call('HGETALL', noteKey(kind, key))
  if #fields > 0 then return named(fields) end
end

local function lasting(note)
  if note and now < tonumber(note['until']) then return note end
end

local function close(kind, member)
  redis.call('ZREM', openKey(kind), member)
  redis.call('ZREM', endsKey(kind), member)
end

local function drop(note)
  close(note.kind, placeOf(note.createdAt, note.key))
  redis.call('ZREM', PAST, note.kind .. ':' .. note.key)
  redis.call('DEL', noteKey(note.kind, note.key))
end

local function keep(note)
  local before = stored(note.kind, note.key)
  if before then drop(before) end
  redis.call('HSET', noteKey(note.kind, note.key), unpack(told({}, '', note)))
  redis.call('ZADD', PAST, note['until'], note.kind .. ':' .. note.key)
  if note.done == 'true' then return end
  local member = placeOf(note.createdAt, note.key)
  redis.call('ZADD', openKey(note.kind), 0, member)
  redis.call('ZADD', endsKey(note.kind), note['until'], member)
end

-- Brings the open notes up to now, so many at a time: false while there is more to do.
local function openUpToNow(kind)
  local members = redis.call('ZRANGEBYSCORE', endsKey(kind), '-inf', text(now), 'LIMIT', 0, BATCH_OF_NOTES)
  for _, member in ipairs(members) do close(kind, member) end
  return #members < BATCH_OF_NOTES
end

-- Deletes so many notes that are past; how many it were.
local function forget(limit)
  local names = redis.call('ZRANGEBYSCORE', PAST, '-inf', text(now), 'LIMIT', 0, limit)
  for _, name in ipairs(names) do
    redis.call('ZREM', PAST, name)
    local note = stored(string.match(name, '^([^:]+):(.*)$'))
    if note then drop(note) end
  end
  return #names
end
`;

const ADD_STEP = `
if lasting(stored(given.kind, given.key)) then return false end
if given.mostOpen then
  openUpToNow(given.kind)
  if redis.call('ZCARD', openKey(given.kind)) >= tonumber(given.mostOpen) then return false end
end
keep({
  kind = given.kind,
  key = given.key,
  value = given.value,
  uses = '0',
  ['until'] = given['until'],
  done = 'false',
  createdAt = text(now),
})
return 1
`;

const FIND_STEP = `
local note = lasting(stored(given.kind, given.key))
return note and told({}, '', note) or false
`;

const USE_STEP = `
local note = lasting(stored(given.kind, given.key))
if note == nil or note.done == 'true' or tonumber(note.uses) >= tonumber(given.limit) then return false end
note.uses = text(redis.call('HINCRBY', noteKey(note.kind, note.key), 'uses', 1))
return told({}, '', note)
`;

// A note that the server evicted must not stand in the place of others.
const OPEN_STEP = `
if not openUpToNow(given.kind) then return false end
local afterKey, notes, evicted = given['after.key'], {}, false
local from = afterKey and '(' .. placeOf(given['after.createdAt'], afterKey) or '-'
for _, member in ipairs(redis.call('ZRANGEBYLEX', openKey(given.kind), from, '+', 'LIMIT', 0, given.limit)) do
  local note = stored(given.kind, placedKey(member))
  if note then
    notes[#notes + 1] = told({}, '', note)
  else
    close(given.kind, member)
    evicted = true
  end
end
return not evicted and notes
`;

const FINISH_STEP = `
local note = lasting(stored(given.kind, given.key))
if note == nil or note.done == 'true' then return false end
note.value, note.done = given.value, 'true'
keep(note)
return 1
`;

const DENY_STEP = `
local note = lasting(stored('denied', given.key))
local value, over, createdAt = tonumber(given.deniedAt), tonumber(given['until']), text(now)
if note then
  value = math.max(value, tonumber(note.value))
  over = math.max(over, tonumber(note['until']))
  createdAt = note.createdAt
end
keep({
  kind = 'denied',
  key = given.key,
  value = text(value),
  uses = '0',
  ['until'] = text(over),
  done = 'false',
  createdAt = createdAt,
})
return 1
`;

export const ADD_NOTE = script(ROWS, NOTES, ADD_STEP);
export const FIND_NOTE = script(ROWS, NOTES, FIND_STEP);
export const USE_NOTE = script(ROWS, NOTES, USE_STEP);
export const OPEN_NOTES = script(ROWS, NOTES, OPEN_STEP);
export const FINISH_NOTE = script(ROWS, NOTES, FINISH_STEP);
export const DENY = script(ROWS, NOTES, DENY_STEP);
