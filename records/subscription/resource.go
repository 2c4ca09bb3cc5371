package subscription

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// Addresses of the implementation guide.
const (
	ig                = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
	Profile           = ig + "backport-subscription"
	extFilter         = ig + "backport-filter-criteria"
	extHeartbeat      = ig + "backport-heartbeat-period"
	extTimeout        = ig + "backport-timeout"
	extMaxCount       = ig + "backport-max-count"
	extContent        = ig + "backport-payload-content"
	extChannel        = ig + "backport-channel-type"
	profileStatus     = ig + "backport-subscription-status-r4"
	profileNotice     = ig + "backport-subscription-notification-r4"
	TopicExtension    = ig + "capability-subscriptiontopic-canonical"
	hook              = "rest-hook"
	socket            = "websocket"
	empty             = "empty"
	idOnly            = "id-only"
	fullResource      = "full-resource"
	maskedHeader      = "***"
	maxHeaders        = 10
	maxHeader         = 2000
	maxTimeout        = 30   // seconds
	minHeartbeat      = 10   // seconds
	maxHeartbeat      = 3600 // seconds
	defaultMaxCount   = 20
	largestMaxCount   = 100
	maxEndpoint       = 1000
	maxSubscription   = 64 << 10
	statusRequested   = "requested"
	statusActive      = "active"
	statusError       = "error"
	statusOff         = "off"
	defaultTimeoutSec = 10
)

// wanted is what a Subscription asks for, checked.
type wanted struct {
	topic     *Topic
	filters   []filter
	chart     string
	channel   string
	endpoint  string
	headers   []string // "Name: value"
	content   string
	heartbeat int64
	timeout   int64
	maxCount  int64
	endsAt    int64
	off       bool
	node      *fhir.Node // to be shown: without secrets
}

func (w *wanted) criteria() string {
	list := make([]string, len(w.filters))
	for i := range w.filters {
		list[i] = w.filters[i].text
	}
	return strings.Join(list, "\n")
}

// read checks a Subscription. known are header lines that were kept before: one
// that comes back masked stays as it is.
func (s *Service) read(who identity.Principal, n *fhir.Node, known []string) (*wanted, error) {
	if n.ResourceType() != "Subscription" {
		return nil, invalid("invalid", "resourceType", "The resourceType does not fit the address.")
	}
	if f := findings(fhir.Validate(n)); f != nil {
		return nil, f
	}
	w := &wanted{node: n.Clone()}
	switch n.Get("status").Str() {
	case statusOff:
		w.off = true
	case statusRequested, statusActive, statusError: // what it becomes is the server's to say
	}
	if w.topic = topicOf(s.topics, n.Get("criteria").Str()); w.topic == nil {
		return nil, invalid("not-supported", "Subscription.criteria", "criteria must be one of the topics that the capability statement lists.")
	}
	for _, x := range extensions(n.Get("_criteria"), extFilter) {
		f, err := parseFilter(x.Get("valueString").Str(), w.topic)
		if err != nil {
			return nil, err
		}
		if w.filters = append(w.filters, f); len(w.filters) > maxFilters {
			return nil, invalid("too-long", "Subscription.criteria.extension", "A subscription has at most 10 filters.")
		}
	}
	if err := w.choose(who); err != nil {
		return nil, err
	}
	if end := n.Get("end").Str(); end != "" {
		if w.endsAt, _, _ = fhir.DateRange(end); w.endsAt <= s.micros() {
			return nil, invalid("value", "Subscription.end", "The end must lie ahead.")
		}
	}
	return w, s.readChannel(w, n.Get("channel"), known)
}

// choose finds the one chart that the subscription is about. A system may follow all.
func (w *wanted) choose(who identity.Principal) error {
	var named []string
	every := len(w.filters) > 0
	for i := range w.filters {
		p := w.filters[i].patients()
		every = every && len(p) > 0
		for _, one := range p {
			if !slices.Contains(named, one) {
				named = append(named, one)
			}
		}
	}
	types := w.topic.Types
	if len(w.filters) > 0 {
		types = nil
		for i := range w.filters {
			types = append(types, w.filters[i].typ)
		}
	}
	if !slices.ContainsFunc(types, func(t string) bool { return who.AllowsFHIR(t, 'r') }) && !(types == nil && who.AllowsFHIR("Patient", 'r')) {
		return fault.New(fault.Forbidden, "This app was not allowed to see this kind of record.").WithCode("scope")
	}
	switch {
	case every && len(named) == 1:
		w.chart = named[0]
	case who.Kind == identity.System && (!w.topic.Patient || every):
	case who.Kind != identity.System && len(named) == 0 && who.Patient != "":
		w.chart = who.Patient
	default:
		return invalid("business-rule", "Subscription.criteria.extension", "Each filter must name the same one patient, as in Observation?patient=Patient/123.")
	}
	return nil
}

func (s *Service) readChannel(w *wanted, c *fhir.Node, known []string) error {
	w.channel = c.Get("type").Str()
	if len(extensions(c.Get("_type"), extChannel)) > 0 || w.channel != hook && w.channel != socket {
		return invalid("not-supported", "Subscription.channel.type", "Channels are rest-hook and websocket.")
	}
	w.content = empty
	for _, x := range extensions(c.Get("_payload"), extContent) {
		w.content = x.Get("valueCode").Str()
	}
	if w.content != empty && w.content != idOnly && w.content != fullResource {
		return invalid("code-invalid", "Subscription.channel.payload.extension", "The content is empty, id-only or full-resource.")
	}
	switch p := c.Get("payload").Str(); p {
	case "", "application/fhir+json", "application/json":
	default:
		return invalid("not-supported", "Subscription.channel.payload", "Notifications are written as application/fhir+json.")
	}
	var err error
	number := func(url string, from, to, otherwise int64) int64 {
		list := extensions(c, url)
		if len(list) == 0 {
			return otherwise
		}
		text := list[0].Get("valueUnsignedInt").Num()
		if text == "" {
			text = list[0].Get("valuePositiveInt").Num()
		}
		n, bad := strconv.ParseInt(text, 10, 64)
		if bad != nil || n < from || n > to {
			err = invalid("value", "Subscription.channel.extension", "The number of "+url[len(ig):]+" must lie between "+strconv.FormatInt(from, 10)+" and "+strconv.FormatInt(to, 10)+".")
		}
		return n
	}
	w.heartbeat = number(extHeartbeat, s.minHeartbeat, maxHeartbeat, 0)
	w.timeout = number(extTimeout, 1, maxTimeout, defaultTimeoutSec)
	w.maxCount = number(extMaxCount, 1, largestMaxCount, defaultMaxCount)
	if err != nil {
		return err
	}
	w.endpoint = c.Get("endpoint").Str()
	if w.channel == socket {
		if w.endpoint != "" || c.Get("header") != nil {
			return invalid("business-rule", "Subscription.channel", "A websocket has no endpoint and no headers: the client comes here.")
		}
		return nil
	}
	u, bad := url.Parse(w.endpoint)
	if bad != nil || len(w.endpoint) > maxEndpoint || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && !(s.way.Private && u.Scheme == "http") {
		return invalid("value", "Subscription.channel.endpoint", "The endpoint must be an https address.")
	}
	if !s.way.Leads(u.Hostname()) {
		return invalid("value", "Subscription.channel.endpoint", "This site calls only hosts that it has listed, and this is none of them. Please ask who runs it.")
	}
	return w.readHeaders(c.Get("header").Items(), known)
}

// reserved are headers that the notification itself sets, or the connection.
var reserved = map[string]bool{
	"Content-Type": true, "Content-Length": true, "Content-Encoding": true, "Host": true, "Connection": true, "Transfer-Encoding": true, "Te": true,
	"Trailer": true, "Upgrade": true, "Accept-Encoding": true, "Proxy-Authorization": true, "Proxy-Connection": true, "Keep-Alive": true, "Expect": true,
}

// isHeader is a field name (RFC 9110, section 5.6.2).
var isHeader = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (w *wanted) readHeaders(list []*fhir.Node, known []string) error {
	bad := func(why string) error { return invalid("value", "Subscription.channel.header", why) }
	if len(list) > maxHeaders {
		return bad("A subscription has at most 10 headers.")
	}
	var shown []*fhir.Node
	for _, h := range list {
		name, value, ok := strings.Cut(h.Str(), ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || len(h.Str()) > maxHeader || !isHeader.MatchString(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) || reserved[name] {
			return bad("A header is written as Name: value.")
		}
		line := name + ": " + value
		if value == maskedHeader {
			i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, name+": ") })
			if i < 0 {
				return bad("The value of a header is missing.")
			}
			line = known[i]
		}
		w.headers = append(w.headers, line)
		shown = append(shown, fhir.String(name+": "+maskedHeader))
	}
	if shown != nil {
		w.node.Get("channel").Set("header", fhir.Array(shown...))
	}
	return nil
}

func extensions(n *fhir.Node, url string) (list []*fhir.Node) {
	for _, x := range n.Get("extension").Items() {
		if x.Get("url").Str() == url {
			list = append(list, x)
		}
	}
	return list
}

// findings turns those of validation into one fault.
func findings(issues []fhir.Issue) error {
	f := fault.New(fault.Invalid, "This subscription cannot be kept as it is.")
	for _, i := range issues {
		if i.Severity == "error" || i.Severity == "fatal" {
			f.Issues = append(f.Issues, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	if len(f.Issues) == 0 {
		return nil
	}
	return f
}
