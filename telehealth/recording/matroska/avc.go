package matroska

// AVC gives the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 5.3.3.1)
// of the parameter sets of a stream, whose units have lengths of four bytes; nil
// for sets that are none.
func AVC(sps, pps []byte) []byte {
	if len(sps) < 4 || len(sps) > 0xffff || len(pps) == 0 || len(pps) > 0xffff {
		return nil
	}
	b := []byte{1, sps[1], sps[2], sps[3], 0xff, 0xe1, byte(len(sps) >> 8), byte(len(sps))}
	b = append(b, sps...)
	b = append(b, 1, byte(len(pps)>>8), byte(len(pps)))
	return append(b, pps...)
}

// AVCSize reads how large the pictures are from a sequence parameter set (ITU-T
// H.264, section 7.3.2.1.1); 0 for what cannot be read.
func AVCSize(sps []byte) (width, height int) {
	if len(sps) < 4 {
		return 0, 0
	}
	r := &bits{b: unescaped(sps[4:])}
	r.golomb() // seq_parameter_set_id
	chroma := uint32(1)
	switch sps[1] {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		if chroma = r.golomb(); chroma == 3 {
			r.bit()
		}
		r.golomb()
		r.golomb()
		r.bit()
		if r.bit() == 1 { // scaling matrices, which no browser sends
			return 0, 0
		}
	}
	r.golomb() // log2_max_frame_num
	switch r.golomb() {
	case 0:
		r.golomb()
	case 1:
		r.bit()
		r.golomb()
		r.golomb()
		n := r.golomb()
		if n > 255 {
			return 0, 0
		}
		for range n {
			r.golomb()
		}
	}
	r.golomb() // max_num_ref_frames
	r.bit()
	w := 16 * (int(r.golomb()) + 1)
	rows := int(r.golomb()) + 1
	whole := int(r.bit()) // frame_mbs_only_flag
	h := 16 * rows * (2 - whole)
	if whole == 0 {
		r.bit()
	}
	r.bit()
	if r.bit() == 1 { // cropping, of 4:2:0 in steps of two
		step := 2
		if chroma != 1 {
			step = 1
		}
		left, right, top, bottom := int(r.golomb()), int(r.golomb()), int(r.golomb()), int(r.golomb())
		w -= step * (left + right)
		h -= step * (2 - whole) * (top + bottom)
	}
	if r.over || w <= 0 || h <= 0 || w > 1<<14 || h > 1<<14 {
		return 0, 0
	}
	return w, h
}

// unescaped leaves out the bytes that keep a start code from appearing.
func unescaped(b []byte) []byte {
	out := make([]byte, 0, len(b))
	zeros := 0
	for _, x := range b {
		if zeros >= 2 && x == 3 {
			zeros = 0
			continue
		}
		if zeros++; x != 0 {
			zeros = 0
		}
		out = append(out, x)
	}
	return out
}

type bits struct {
	b    []byte
	at   int
	over bool
}

func (r *bits) bit() uint32 {
	if r.at >= 8*len(r.b) {
		r.over = true
		return 0
	}
	v := r.b[r.at/8] >> (7 - r.at%8) & 1
	r.at++
	return uint32(v)
}

// golomb reads ue(v).
func (r *bits) golomb() uint32 {
	zeros := 0
	for r.bit() == 0 {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	v := uint32(1)
	for range zeros {
		v = v<<1 | r.bit()
	}
	return v - 1
}
