-- One more request of KEYS[1], by the generic cell rate algorithm: what is kept is the time at which all requests would be used up.
-- ARGV: microseconds for one request on the long run, and how many may come at once.
-- Answers whether it is let in, how many more would be, and after how many microseconds the next one is.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.pcall('GET', KEYS[1])
local used = type(kept) == 'string' and tonumber(kept) or now
-- What is no time of ours (another clock's, anybody's) begins anew.
if not (used > now and used <= now + every * burst) then used = now end
local next = used + every
local wait = next - every * burst - now
if wait > 0 then return {0, 0, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
return {1, math.floor((every * burst - (next - now)) / every), 0}
