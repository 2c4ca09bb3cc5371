// Package matroska writes Matroska files of one track (RFC 9559): Opus and VP8 as
// WebM, H.264 as Matroska. Frames are put into clusters as they come; the head,
// which has the length of the whole and an index of where to begin, is made when
// the clusters are known. A file is the head and then all clusters. Pure.
package matroska

import (
	"encoding/binary"
	"math"
	"time"
)

// Codec is how frames are coded, by its name in Matroska.
type Codec string

// The codecs that are written.
const (
	Opus Codec = "A_OPUS"
	VP8  Codec = "V_VP8"
	H264 Codec = "V_MPEG4/ISO/AVC"
)

// ContentType is what a file of this codec is.
func (c Codec) ContentType() string {
	switch c {
	case Opus:
		return "audio/webm"
	case VP8:
		return "video/webm"
	}
	return "video/x-matroska"
}

// Track is what the head says of the one track.
type Track struct {
	Codec         Codec
	Private       []byte // of H.264: the AVCDecoderConfigurationRecord
	Width, Height int    // of a picture
}

// Cue is a cluster at which playing can begin.
type Cue struct {
	At     time.Duration
	Offset int64 // of the cluster, from the first
}

// Ids of elements (RFC 9559, section 5).
const (
	idEBML, idVersion, idReadVersion, idMaxID, idMaxSize, idDocType, idDocVersion, idDocRead = 0x1a45dfa3, 0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4282, 0x4287, 0x4285

	idSegment, idSeekHead, idSeek, idSeekID, idSeekPosition         = 0x18538067, 0x114d9b74, 0x4dbb, 0x53ab, 0x53ac
	idInfo, idScale, idDuration, idDate, idMuxer, idWriter          = 0x1549a966, 0x2ad7b1, 0x4489, 0x4461, 0x4d80, 0x5741
	idTracks, idEntry, idNumber, idUID, idType, idLacing, idCodec   = 0x1654ae6b, 0xae, 0xd7, 0x73c5, 0x83, 0x9c, 0x86
	idPrivate, idPreRoll, idVideo, idWidth, idHeight                = 0x63a2, 0x56bb, 0xe0, 0xb0, 0xba
	idAudio, idRate, idChannels                                     = 0xe1, 0xb5, 0x9f
	idCues, idCuePoint, idCueTime, idCuePlaces, idCueTrack, idCueAt = 0x1c53bb6b, 0xbb, 0xb3, 0xb7, 0xf7, 0xf1
	idCluster, idTimestamp, idSimpleBlock                           = 0x1f43b675, 0xe7, 0xa3
)

const (
	videoType, audioType = 1, 2
	opusRate             = 48000
	opusChannels         = 2
	opusPreRoll          = 80 * time.Millisecond // RFC 7845, section 4.6
	writer               = "Housecall"
)

// epoch of dates in Matroska.
var epoch = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// Head gives what stands before the clusters, which are so many bytes long together.
func Head(t Track, began time.Time, length time.Duration, clusters int64, cues []Cue) []byte {
	doc := "webm"
	if t.Codec == H264 {
		doc = "matroska"
	}
	out := element(nil, idEBML, join(number(idVersion, 1), number(idReadVersion, 1), number(idMaxID, 4), number(idMaxSize, 8), text(idDocType, doc), number(idDocVersion, 4), number(idDocRead, 2)))
	info := element(nil, idInfo, join(number(idScale, uint64(time.Millisecond)), float(idDuration, float64(length.Milliseconds())), date(began), text(idMuxer, writer), text(idWriter, writer)))
	tracks := element(nil, idTracks, element(nil, idEntry, t.entry()))
	// Places are written with all their bytes, so that no length depends on them.
	seek := seekHead(0, 0, 0)
	atTracks := int64(len(seek) + len(info))
	atCues := atTracks + int64(len(tracks))
	before := atCues
	if len(cues) > 0 {
		before += int64(len(index(cues, 0)))
	}
	seek = seekHead(int64(len(seek)), atTracks, atCues)
	out = id(out, idSegment)
	out = append(out, 0x01) // a size of seven bytes
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(before+clusters))
	out = append(out, size[1:]...)
	out = append(out, join(seek, info, tracks)...)
	if len(cues) > 0 {
		out = append(out, index(cues, before)...)
	}
	return out
}

func (t *Track) entry() []byte {
	kind := uint64(videoType)
	if t.Codec == Opus {
		kind = audioType
	}
	b := join(number(idNumber, 1), number(idUID, 1), number(idType, kind), number(idLacing, 0), text(idCodec, string(t.Codec)))
	if t.Codec == Opus {
		// RFC 7845, section 5.1: version, channels, nothing to skip, rate, no gain, one stream.
		head := append([]byte("OpusHead"), 1, opusChannels, 0, 0)
		head = binary.LittleEndian.AppendUint32(head, opusRate)
		head = append(head, 0, 0, 0)
		b = join(b, element(nil, idPrivate, head), number(idPreRoll, uint64(opusPreRoll)))
		return element(b, idAudio, join(float(idRate, opusRate), number(idChannels, opusChannels)))
	}
	if len(t.Private) > 0 {
		b = element(b, idPrivate, t.Private)
	}
	return element(b, idVideo, join(number(idWidth, uint64(max(t.Width, 1))), number(idHeight, uint64(max(t.Height, 1)))))
}

func seekHead(info, tracks, cues int64) []byte {
	var b []byte
	for _, x := range []struct {
		id uint32
		at int64
	}{{idInfo, info}, {idTracks, tracks}, {idCues, cues}} {
		b = element(b, idSeek, join(element(nil, idSeekID, id(nil, x.id)), wide(idSeekPosition, x.at)))
	}
	return element(nil, idSeekHead, b)
}

func index(cues []Cue, before int64) []byte {
	var b []byte
	for _, c := range cues {
		b = element(b, idCuePoint, join(number(idCueTime, uint64(c.At.Milliseconds())), element(nil, idCuePlaces, join(number(idCueTrack, 1), wide(idCueAt, before+c.Offset)))))
	}
	return element(nil, idCues, b)
}

// Frame is one frame of sound, or one picture.
type Frame struct {
	At   time.Duration // since the file began
	Key  bool          // it needs no other; every frame of sound is one
	Data []byte
}

// MaxCluster is how long a cluster may be: a block says its time in 16 bits.
const MaxCluster = 30 * time.Second

// Cluster gives frames that belong together. Their times must not be before that
// of the first.
func Cluster(frames []Frame) []byte {
	start := frames[0].At.Milliseconds()
	size := 16
	for i := range frames {
		size += len(frames[i].Data) + 16
	}
	b := make([]byte, 0, size)
	b = append(b, number(idTimestamp, uint64(max(start, 0)))...)
	for i := range frames {
		f := &frames[i]
		b = id(b, idSimpleBlock)
		b = length(b, 4+len(f.Data))
		at := min(max(f.At.Milliseconds()-start, 0), math.MaxInt16)
		flags := byte(0)
		if f.Key {
			flags = 0x80
		}
		b = append(b, 0x81, byte(at>>8), byte(at), flags)
		b = append(b, f.Data...)
	}
	return element(make([]byte, 0, len(b)+12), idCluster, b)
}

// id appends an element's id: its first bit tells its length.
func id(b []byte, id uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if id>>shift != 0 {
			b = append(b, byte(id>>shift))
		}
	}
	return b
}

// length appends a size (RFC 8794, section 4). All ones stand for an unknown one.
func length(b []byte, n int) []byte {
	for width := 1; ; width++ {
		if uint64(n) < 1<<(7*width)-1 {
			v := uint64(n) | 1<<(7*width)
			for shift := 8 * (width - 1); shift >= 0; shift -= 8 {
				b = append(b, byte(v>>shift))
			}
			return b
		}
	}
}

func element(b []byte, name uint32, content []byte) []byte {
	return append(length(id(b, name), len(content)), content...)
}

func number(name uint32, v uint64) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	from := 0
	for from < 7 && b[from] == 0 {
		from++
	}
	return element(nil, name, b[from:])
}

func wide(name uint32, v int64) []byte {
	return element(nil, name, binary.BigEndian.AppendUint64(nil, uint64(v)))
}

func float(name uint32, v float64) []byte {
	return element(nil, name, binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
}

func date(t time.Time) []byte { return wide(idDate, t.Sub(epoch).Nanoseconds()) }

func text(name uint32, s string) []byte { return element(nil, name, []byte(s)) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
