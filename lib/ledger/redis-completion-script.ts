/** How an order is written down, as a script: what `completing.ts` decides, in Lua and in one go. */
import { INDEXES, NEIGHBOURS } from './redis-indexes.js';
import { ROWS } from './redis-rows.js';
import { script } from './redis-script.js';

const COMPLETING = `
local function answer(outcome, row) return told({ 'outcome', outcome }, 'row.', row) end

local function repeated(row)
  return answer(row['order.orderId'] == given.orderId and 'same' or 'used', row)
end

local function recorded(before, facts)
  local row = inState(facts, 'ordered', {}, {
    order = given.order,
    ['order.orderId'] = given.orderId,
    ['order.completedAt'] = text(now),
    ['delivery.attempts'] = '0',
    ['delivery.nextAttemptAt'] = text(now),
  })
  put(row)
  return told(answer('recorded', row), 'before.', before or {})
end

local function newRow(usesUpBefore)
  local row = { attempts = '0', createdAt = text(now), usesUpBefore = usesUpBefore }
  for name, value in pairs(given) do
    if first(name) == 'admission' then row[name] = value end
  end
  return row
end

local targets = {}

function targets.id()
  local row = find(given.id)
  if row == nil then return { 'outcome', 'missing' } end
  row = standing(row)
  return isUsed(row) and repeated(row) or recorded(row, row)
end

function targets.admission()
  local rows = neighbours(given)
  local own = hasId(rows[1], given['admission.id']) and rows[1] or nil
  if own and isUsed(own) then return repeated(own) end
  for _, row in ipairs(rows) do
    if usesUp(row, given) then return repeated(row) end
  end
  return recorded(own, own or newRow())
end

local function isLater(row, other)
  return other == nil or tonumber(row['order.completedAt']) > tonumber(other['order.completedAt'])
end

-- The rows of the triple without an order, and of the others the one with this order or the latest.
local function ofTriple()
  local open, used = {}, nil
  for _, row in ipairs(neighbours(given)) do
    if sameTriple(row, given) then
      if not isUsed(row) then open[#open + 1] = row
      elseif row['order.orderId'] == given.orderId then return {}, row
      elseif isLater(row, used) then used = row end
    end
  end
  return open, used
end

function targets.triple()
  local open, used = ofTriple()
  if #open > 1 then return { 'outcome', 'ambiguous' } end
  if #open == 1 then return recorded(open[1], open[1]) end
  return used and repeated(used) or recorded(nil, newRow(text(now)))
end

return targets[given.by]()
`;

export const COMPLETE = script(ROWS, INDEXES, NEIGHBOURS, COMPLETING);
