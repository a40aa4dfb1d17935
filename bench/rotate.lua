-- wrk script: sends the requests of a file in turn and prints one line of JSON when done.
-- usage: wrk … -s rotate.lua URL -- FILE    (a line is METHOD \t PATH \t TOKEN \t COOKIE \t ACCEPT \t BODY)
local requests, n, i = {}, 0, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, token, cookie, accept, body = line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
    local headers = { ["Accept"] = accept, ["User-Agent"] = "martlet-bench (wrk)", ["Host"] = os.getenv("BENCH_HOST") }
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if cookie ~= "" then headers["Cookie"] = cookie end
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    n = n + 1
    requests[n] = wrk.format(method, path, headers, body)
  end
end

function request()
  i = i % n + 1
  return requests[i]
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"seconds":%.3f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,' ..
    '"bad_status":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, e.status, e.connect + e.read + e.write + e.timeout))
end
