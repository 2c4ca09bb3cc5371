// Package edge holds what every HTTP face of Housecall shares: the Fiber app with
// its limits and time-outs, request ids, who is asking, one map from faults to
// problem details (RFC 9457), safe headers, the checks of host and origin, rate
// limits, the access log and metrics.
//
// It promises that nothing it writes to a log, a metric or an error answer holds
// a path, a query string, a name or a health fact: requests are known by a short
// id and by the pattern of their route. It decides nothing about charts.
package edge
