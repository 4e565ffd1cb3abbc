/** Counting and searching rows, as scripts. */
import { CATCHING_UP, INDEXES } from './redis-indexes.js';
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

const COUNT_STEP = `
if not caughtUp() then return false end
local counts, after = {}, given.newerThanMs and '(' .. text(now - tonumber(given.newerThanMs)) or '-inf'
for state in string.gmatch(given.states, '%a+') do
  told(counts, '', { [state] = redis.call('ZCOUNT', stateKey(state), after, '+inf') })
end
return { counts }
`;

const COUNT_ORDERS_STEP = `
local number = redis.call('ZCOUNT', ORDERS, '(' .. text(now - tonumber(given.newerThanMs)), '+inf')
return { { 'number', number } }
`;

const SEARCH_STEP = `
local key = given.orderId and orderKey(given.orderId) or consumerKey(given.consumerId)
local rows = {}
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', key, '+inf', '-inf', 'LIMIT', 0, given.limit)) do
  local row = find(id)
  if row then rows[#rows + 1] = told({}, '', standing(row)) end
end
return rows
`;

export const COUNT = script(ROWS, INDEXES, CATCHING_UP, COUNT_STEP);
export const COUNT_ORDERS = script(ROWS, INDEXES, COUNT_ORDERS_STEP);
export const SEARCH = script(ROWS, INDEXES, SEARCH_STEP);
