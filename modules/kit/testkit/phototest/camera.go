// Package phototest makes photos for tests.
package phototest

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// Secrets are what Camera's picture says beside what is to be seen on it; the last one is the latitude in its own form.
var Secrets = []string{"GPS", "Kamera", "ModelRaha", "MakerNote", "SERI", "2026:11:20", "xmpmeta", "RumahBuContoh", "IPTC", "MPF", "Bu Contoh", "\x6d\x00\x00\x00\x01\x00\x00\x00\x22"}

// Camera gives a picture of a house as a phone held upright writes it: the sensor lies on its side (orientation 6), and
// around the picture stand EXIF with maker, place, maker's note and thumbnail, a second index of pictures, XMP, IPTC and a comment.
// The house's roof is red and stands at the top for who looks at it.
func Camera(t testing.TB) []byte {
	t.Helper()
	order := binary.LittleEndian
	sensor := image.NewRGBA(image.Rect(0, 0, 96, 64)) // its left edge is the picture's top
	for x := range 96 {
		for y := range 64 {
			c := color.RGBA{40, 90, 200, 255}
			if x < 32 {
				c = color.RGBA{220, 30, 30, 255}
			}
			sensor.Set(x, y, c)
		}
	}
	var plain, thumb bytes.Buffer
	if err := jpeg.Encode(&plain, sensor, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	small := image.NewRGBA(image.Rect(0, 0, 16, 10))
	for x := range 16 {
		for y := range 10 {
			small.Set(x, y, sensor.At(x*6, y*6))
		}
	}
	if err := jpeg.Encode(&thumb, small, nil); err != nil {
		t.Fatal(err)
	}
	type field struct {
		tag, kind uint16
		count     uint32
		data      []byte // at most four bytes stand in the entry, more behind the directories
	}
	ascii := func(s string) []byte { return append([]byte(s), 0) }
	long := func(n int) []byte { return order.AppendUint32(nil, uint32(n)) }
	rational := func(parts ...uint32) (b []byte) {
		for _, p := range parts {
			b = order.AppendUint32(b, p)
		}
		return b
	}
	note := append([]byte("OPPO\x00MakerNote "), bytes.Repeat([]byte{0xa5, 0x5a}, 900)...)
	main := []field{
		{0x010f, 2, 12, ascii("KameraDesa1")}, {0x0110, 2, 10, ascii("ModelRaha")}, {0x0112, 3, 1, []byte{6, 0, 0, 0}}, {0x0132, 2, 20, ascii("2026:11:20 07:41:02")},
		{0x8769, 4, 1, nil}, {0x8825, 4, 1, nil},
	}
	exif := []field{{0x9003, 2, 20, ascii("2026:11:20 07:41:02")}, {0x927c, 7, uint32(len(note)), note}, {0xa431, 2, 12, ascii("SERI-998877")}}
	place := []field{
		{0x0001, 2, 2, []byte("N\x00\x00\x00")}, {0x0002, 5, 3, rational(2, 1, 0, 1, 6012, 100)}, {0x0003, 2, 2, []byte("E\x00\x00\x00")}, {0x0004, 5, 3, rational(109, 1, 34, 1, 12, 1)},
		{0x001d, 2, 11, ascii("2026:11:20")},
	}
	second := []field{{0x0201, 4, 1, nil}, {0x0202, 4, 1, long(thumb.Len())}}
	size := func(fields []field) int { return 2 + 12*len(fields) + 4 }
	atExif := 8 + size(main)
	atPlace := atExif + size(exif)
	atSecond := atPlace + size(place)
	behind := atSecond + size(second)
	main[4].data, main[5].data = long(atExif), long(atPlace)
	var directories, rest []byte
	write := func(fields []field, next int) {
		directories = order.AppendUint16(directories, uint16(len(fields)))
		for _, f := range fields {
			directories = order.AppendUint32(order.AppendUint16(order.AppendUint16(directories, f.tag), f.kind), f.count)
			if len(f.data) <= 4 {
				directories = append(directories, append(bytes.Clone(f.data), 0, 0, 0, 0)[:4]...)
				continue
			}
			directories = order.AppendUint32(directories, uint32(behind+len(rest)))
			rest = append(rest, f.data...)
		}
		directories = order.AppendUint32(directories, uint32(next))
	}
	write(main, atSecond)
	write(exif, 0)
	write(place, 0)
	second[0].data = long(behind + len(rest))
	rest = append(rest, thumb.Bytes()...)
	write(second, 0)
	tiff := append(append([]byte("II*\x00\x08\x00\x00\x00"), directories...), rest...)
	segment := func(marker byte, body string) []byte {
		return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	return bytes.Join([][]byte{plain.Bytes()[:2], segment(0xe1, "Exif\x00\x00"+string(tiff)),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta exif:GPSLatitude=\"2,1.002N\" photoshop:City=\"RumahBuContoh\"/>"),
		segment(0xe2, "MPF\x00II*\x00second picture"), segment(0xed, "Photoshop 3.0\x008BIM\x04\x04IPTC Desa Rahasia"), segment(0xfe, "ditulis di rumah Bu Contoh"), plain.Bytes()[2:]}, nil)
}
