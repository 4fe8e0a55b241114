-- Requests for wrk. With a token, a path, a purpose and a file of keys after `--`: look-ups of these keys; without: plain GETs.
-- All requests are built before the first is sent, so that building them costs nothing during the run.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  requests = {}
  position = 0
  if #args < 4 then
    requests[1] = wrk.format("GET")
    return
  end
  local token, path, purpose, keys = args[1], args[2], args[3], args[4]
  local headers = {["content-type"] = "application/json", ["authorization"] = "Bearer " .. token, ["host"] = wrk.headers["Host"]}
  for key in io.lines(keys) do
    local body = string.format('{"key_column":"id_number","key":"%s","purpose":"%s"}', key, purpose)
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
  position = math.floor(#requests / 2 * number)
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  local faults = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('RESULT {"requests":%d,"seconds":%.6f,"bytes":%d,"faults":%d,"p50":%.1f,"p99":%.1f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, faults, latency:percentile(50), latency:percentile(99)))
end
