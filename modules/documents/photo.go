package documents

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/webp"

	"gotong/modules/kit/apperr"
)

// decodeMax bounds what a picture may take in memory while it is decoded: a photo of 50 million pixels fits.
const decodeMax = 72 << 20

// decoding lets one picture at a time be decoded, so that many uploads do not add up.
var decoding = make(chan struct{}, 1)

// checkJPEG decodes a photo and writes it anew, so that nothing but the picture is left: no place, no camera, no
// thumbnail, nothing appended. Which side is up is the one thing kept.
func checkJPEG(src source, _ kind) (content, error) {
	frame, err := scanJPEG(src)
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	if frame.memory() > decodeMax {
		return content{}, refuse("documents.error.pixels")
	}
	return rewrite(src, jpeg.Decode, func(out io.Writer, picture image.Image) error {
		if frame.orientation > 1 {
			out = &orienting{w: out, orientation: frame.orientation}
		}
		return jpeg.Encode(out, picture, &jpeg.Options{Quality: 88})
	})
}

func checkPNG(src source, _ kind) (content, error) {
	config, err := png.DecodeConfig(io.NewSectionReader(src, 0, src.Size()))
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	bytesPerPixel := int64(4)
	switch config.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		bytesPerPixel = 8
	}
	if int64(config.Width)*int64(config.Height)*bytesPerPixel > decodeMax {
		return content{}, refuse("documents.error.pixels")
	}
	return rewrite(src, png.Decode, func(out io.Writer, picture image.Image) error { return png.Encode(out, picture) })
}

// rewrite decodes and encodes, one picture at a time. What it writes lies in a temporary file, so that not both are in
// memory.
func rewrite(src source, decode func(io.Reader) (image.Image, error), encode func(io.Writer, image.Image) error) (content, error) {
	decoding <- struct{}{}
	defer func() { <-decoding }()
	picture, err := decode(io.NewSectionReader(src, 0, src.Size()))
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	out, err := newTemporary()
	if err != nil {
		return content{}, err
	}
	buffered := bufio.NewWriterSize(out, 256<<10)
	if err = errors.Join(encode(buffered, picture), buffered.Flush()); err != nil {
		return content{}, errors.Join(err, out.Close())
	}
	return content{source: out}, nil
}

// temporary is a source that goes when it is closed.
type temporary struct {
	*os.File
	size int64
}

var _ source = (*temporary)(nil)

func newTemporary() (*temporary, error) {
	f, err := os.CreateTemp("", "gotong-picture-")
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	_ = os.Remove(f.Name()) // where the system lets it, nothing is left even after a crash
	return &temporary{File: f}, nil
}

// Write counts what it writes. Unavailable where the disk is full.
func (t *temporary) Write(p []byte) (int, error) {
	n, err := t.File.Write(p)
	t.size += int64(n)
	if err != nil {
		err = apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return n, err
}

// empty lets it be written from the start again.
func (t *temporary) empty() error {
	t.size = 0
	if _, err := t.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return t.Truncate(0)
}

// Size is what was written.
func (t *temporary) Size() int64 { return t.size }

// Close removes it.
func (t *temporary) Close() error {
	err := t.File.Close()
	if gone := os.Remove(t.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// jpegFrame is what must be known of a JPEG before it is decoded.
type jpegFrame struct {
	width, height, samples int64 // samples per 4 pixels, all components
	progressive            bool
	orientation            int // EXIF, 1 to 8; 0 unknown
}

// memory gives the bytes that decoding takes: a progressive file keeps every coefficient, four bytes each.
func (f jpegFrame) memory() int64 {
	n := f.width * f.height * f.samples / 4
	if f.progressive {
		n *= 5
	}
	return n
}

var errJPEG = errors.New("not a readable JPEG")

// scanJPEG walks the segments up to the first scan.
func scanJPEG(src source) (jpegFrame, error) {
	var f jpegFrame
	var head [4]byte
	at := int64(2)
	for {
		if _, err := src.ReadAt(head[:], at); err != nil {
			return f, errJPEG
		}
		if head[0] != 0xff {
			return f, errJPEG
		}
		marker, size := head[1], int64(binary.BigEndian.Uint16(head[2:]))
		switch {
		case marker == 0xff:
			at++
			continue
		case marker == 0xda:
			if f.width == 0 || f.height == 0 {
				return f, errJPEG
			}
			return f, nil
		case size < 2:
			return f, errJPEG
		}
		body := make([]byte, size-2)
		if _, err := src.ReadAt(body, at+4); err != nil {
			return f, errJPEG
		}
		switch {
		case marker == 0xe1 && f.orientation == 0:
			f.orientation = exifOrientation(body)
		case marker >= 0xc0 && marker <= 0xc2:
			if err := f.read(marker, body); err != nil {
				return f, err
			}
		}
		at += 2 + size
	}
}

func (f *jpegFrame) read(marker byte, body []byte) error {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return errJPEG
	}
	f.progressive = marker == 0xc2
	f.height, f.width = int64(binary.BigEndian.Uint16(body[1:])), int64(binary.BigEndian.Uint16(body[3:]))
	var all, most int64
	for i := range int(body[5]) {
		part := int64(body[7+3*i]>>4) * int64(body[7+3*i]&15)
		all, most = all+part, max(most, part)
	}
	if most == 0 {
		return errJPEG
	}
	f.samples = (4*all + most - 1) / most
	return nil
}

// Tags of an image directory.
const (
	tagOrientation = 0x0112
	tagPlace       = 0x8825 // where the directory of the place stands
)

// exifOrientation reads which side is up; 0 where it is not said.
func exifOrientation(body []byte) int {
	if e := exifEntry(body, tagOrientation); e != nil {
		if o := int(e.order.Uint16(e.value)); o >= 1 && o <= 8 {
			return o
		}
	}
	return 0
}

// exifValue is the four bytes of an entry.
type exifValue struct {
	order binary.ByteOrder
	value []byte
}

// exifEntry finds an entry of the first image directory of an EXIF segment, nil where it is not there.
func exifEntry(body []byte, tag uint16) *exifValue {
	rest, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok || len(rest) < 8 {
		return nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if rest[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(rest[4:]))
	if at < 8 || at+2 > int64(len(rest)) {
		return nil
	}
	entries := rest[at+2:]
	for range order.Uint16(rest[at:]) {
		if len(entries) < 12 {
			return nil
		}
		if order.Uint16(entries) == tag {
			return &exifValue{order, entries[8:12]}
		}
		entries = entries[12:]
	}
	return nil
}

// orienting puts an EXIF segment with that one entry behind the first two bytes of a JPEG, its start.
type orienting struct {
	w           io.Writer
	orientation int
	begun       int
}

// Write passes on.
func (o *orienting) Write(p []byte) (int, error) {
	if o.begun >= 2 {
		return o.w.Write(p)
	}
	start := min(2-o.begun, len(p))
	n, err := o.w.Write(p[:start])
	if o.begun += n; err != nil || o.begun < 2 {
		return n, err
	}
	_, err = o.w.Write([]byte{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(o.orientation), 0, 0, 0, 0, 0, 0})
	if err != nil {
		return n, err
	}
	m, err := o.w.Write(p[start:])
	return n + m, err
}

// checkWebP has no encoder to write a picture anew with: the picture is decoded to see that it is one, and of the
// file's chunks only those of the picture are kept.
func checkWebP(src source, _ kind) (content, error) {
	config, err := webp.DecodeConfig(io.NewSectionReader(src, 0, src.Size()))
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	if int64(config.Width)*int64(config.Height)*4 > decodeMax {
		return content{}, refuse("documents.error.pixels")
	}
	kept, err := webpPicture(src)
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	out := bytes.NewReader(kept)
	return rewrite(out, webp.Decode, func(again io.Writer, _ image.Image) error {
		_, err := again.Write(kept)
		return err
	})
}

var errWebP = errors.New("not a readable WebP")

// webpPicture copies a still picture's chunks and forgets the others (EXIF, XMP, colour profile, unknown).
func webpPicture(src source) ([]byte, error) {
	var head [12]byte
	if _, err := src.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(bytes.Clone(head[:]))
	end := min(src.Size(), 8+int64(binary.LittleEndian.Uint32(head[4:])))
	for at := int64(12); at+8 <= end; {
		var chunk [8]byte
		if _, err := src.ReadAt(chunk[:], at); err != nil {
			return nil, err
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		padded := size + size&1
		if at+8+size > end {
			return nil, errWebP
		}
		body := make([]byte, padded)
		if _, err := src.ReadAt(body[:size], at+8); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		switch name := string(chunk[:4]); name {
		case "VP8X":
			if size < 10 || body[0]&0x02 != 0 { // moving pictures are not taken
				return nil, errWebP
			}
			body[0] &= 0x10 // of the flags only "has alpha"
			fallthrough
		case "VP8 ", "VP8L", "ALPH":
			out.Write(chunk[:])
			out.Write(body)
		}
		at += 8 + padded
	}
	data := out.Bytes()
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	return data, nil
}
