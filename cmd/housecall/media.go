package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"housecall/telehealth/sfu"
	"housecall/telehealth/turn"
)

// mediaMetrics shows what the rooms and the relay of this node hold and have done. No
// label names a room, a seat or an address: there are as many series with one visit
// as with a thousand.
type mediaMetrics struct {
	a       *App
	numbers []mediaNumber
	timings []mediaTiming
}

type mediaNumber struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	label string
	of    func(mediaNow) float64
}

type mediaTiming struct {
	desc *prometheus.Desc
	of   func(mediaNow) sfu.Timing
}

// mediaNow is one look at all.
type mediaNow struct {
	sfu   sfu.Stats
	relay turn.Stats
	nodes signalNow
}

type signalNow struct {
	bridged, lost, choked float64
	draining              bool
}

func newMediaMetrics(a *App) *mediaMetrics {
	m := &mediaMetrics{a: a}
	add := func(kind prometheus.ValueType, name, help, label, value string, of func(mediaNow) float64) {
		var labels []string
		if label != "" {
			labels = []string{label}
		}
		m.numbers = append(m.numbers, mediaNumber{prometheus.NewDesc(name, help, labels, nil), kind, value, of})
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	add(gauge, "housecall_video_rooms", "Visits whose room is on this node.", "", "", func(n mediaNow) float64 { return float64(n.sfu.Rooms) })
	add(gauge, "housecall_video_seats", "People in these rooms.", "", "", func(n mediaNow) float64 { return float64(n.sfu.Seats) })
	add(gauge, "housecall_video_tracks", "Sounds and pictures that they send, each layer for itself.", "", "", func(n mediaNow) float64 { return float64(n.sfu.Tracks) })
	add(gauge, "housecall_video_bridged", "Sockets on this node of people whose room is on another one.", "", "", func(n mediaNow) float64 { return n.nodes.bridged })
	add(gauge, "housecall_video_draining", "1 while this node takes no rooms.", "", "", func(n mediaNow) float64 {
		if n.nodes.draining {
			return 1
		}
		return 0
	})
	add(counter, "housecall_video_leases_lost_total", "Rooms that were given up because their lease could not be renewed.", "", "", func(n mediaNow) float64 { return n.nodes.lost })
	both := func(name, help string, in, out func(sfu.Stats) uint64) {
		add(counter, name, help, "direction", "in", func(n mediaNow) float64 { return float64(in(n.sfu)) })
		add(counter, name, help, "direction", "out", func(n mediaNow) float64 { return float64(out(n.sfu)) })
	}
	both("housecall_video_packets_total", "Packets of sound and picture.", func(s sfu.Stats) uint64 { return s.PacketsIn }, func(s sfu.Stats) uint64 { return s.PacketsOut })
	both("housecall_video_bytes_total", "Bytes of these packets, without UDP and IP.", func(s sfu.Stats) uint64 { return s.BytesIn }, func(s sfu.Stats) uint64 { return s.BytesOut })
	both("housecall_video_lost_packets_total", "Packets that did not arrive, also when asked for again; counted each minute.", func(s sfu.Stats) uint64 { return s.LostIn }, func(s sfu.Stats) uint64 { return s.LostOut })
	repairs := func(answer string, of func(sfu.Stats) uint64) {
		add(counter, "housecall_video_repairs_total", "Packets that receivers asked for again, by whether they were there still.", "answer", answer, func(n mediaNow) float64 { return float64(of(n.sfu)) })
	}
	repairs("sent", func(s sfu.Stats) uint64 { return s.Repairs })
	repairs("missed", func(s sfu.Stats) uint64 { return s.Missed })
	add(counter, "housecall_video_key_frame_requests_total", "Whole pictures that senders were asked for.", "", "", func(n mediaNow) float64 { return float64(n.sfu.KeyRequests) })
	add(counter, "housecall_video_replays_total", "Pictures that began from what this node had kept.", "", "", func(n mediaNow) float64 { return float64(n.sfu.Replays) })
	seals := func(cipher string, of func(sfu.Stats) uint64) {
		add(counter, "housecall_video_connections_total", "Connections by how they are sealed; cm costs many times as much processor time.", "cipher", cipher, func(n mediaNow) float64 { return float64(of(n.sfu)) })
	}
	seals("gcm", func(s sfu.Stats) uint64 { return s.GCM })
	seals("cm", func(s sfu.Stats) uint64 { return s.CM })
	cut := func(side string, of func(mediaNow) float64) {
		add(counter, "housecall_video_cut_off_total", "Clients that were cut off because a queue was full: they read too slowly, or said too much.", "side", side, of)
	}
	cut("reading", func(n mediaNow) float64 { return n.nodes.choked })
	cut("saying", func(n mediaNow) float64 { return float64(n.sfu.Choked) })
	add(gauge, "housecall_relay_allocations", "Places of the relay that are in use.", "", "", func(n mediaNow) float64 { return float64(n.relay.Allocations) })
	add(gauge, "housecall_relay_connections", "Connections to the relay over TCP and TLS.", "", "", func(n mediaNow) float64 { return float64(n.relay.Connections) })
	add(counter, "housecall_relay_bytes_total", "Bytes relayed, both ways.", "", "", func(n mediaNow) float64 { return float64(n.relay.Bytes) })
	refused := func(why string, of func(turn.Stats) uint64) {
		add(counter, "housecall_relay_refused_total", "What the relay refused: credentials and addresses that are not of this site, quotas, packets over the rate.", "why", why, func(n mediaNow) float64 { return float64(of(n.relay)) })
	}
	refused("not_allowed", func(s turn.Stats) uint64 { return s.Refused })
	refused("quota", func(s turn.Stats) uint64 { return s.Denied })
	refused("rate", func(s turn.Stats) uint64 { return s.Slowed })
	m.timings = []mediaTiming{
		{prometheus.NewDesc("housecall_video_join_seconds", "From joining a room to a connection on which is received.", nil, nil), func(n mediaNow) sfu.Timing { return n.sfu.Joins }},
		{prometheus.NewDesc("housecall_video_first_picture_seconds", "From when a picture is to be shown to its first packet.", nil, nil), func(n mediaNow) sfu.Timing { return n.sfu.Pictures }},
	}
	return m
}

// Describe is of prometheus.Collector.
func (m *mediaMetrics) Describe(to chan<- *prometheus.Desc) {
	for i, x := range m.numbers {
		if i == 0 || m.numbers[i-1].desc.String() != x.desc.String() {
			to <- x.desc
		}
	}
	for _, x := range m.timings {
		to <- x.desc
	}
}

// Collect is of prometheus.Collector.
func (m *mediaMetrics) Collect(to chan<- prometheus.Metric) {
	nodes := m.a.Signal.NodeStats()
	now := mediaNow{sfu: m.a.Signal.Stats(), nodes: signalNow{float64(nodes.Bridged), float64(nodes.Lost), float64(nodes.Choked), nodes.Draining}}
	if s := m.a.relay.open(); s != nil {
		now.relay = s.Stats()
	}
	for _, x := range m.numbers {
		var labels []string
		if x.label != "" {
			labels = []string{x.label}
		}
		to <- prometheus.MustNewConstMetric(x.desc, x.kind, x.of(now), labels...)
	}
	for _, x := range m.timings {
		t := x.of(now)
		buckets := make(map[float64]uint64, len(t.Bounds))
		for i, bound := range t.Bounds {
			buckets[bound] = t.Counts[i]
		}
		to <- prometheus.MustNewConstHistogram(x.desc, t.N, t.Sum, buckets)
	}
}
