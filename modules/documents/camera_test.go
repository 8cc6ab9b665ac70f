package documents

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"gotong/modules/domain"
)

// cameraPhoto is a picture of a house as a phone held upright writes it: the sensor lies on its side (orientation 6), and
// around the picture stand EXIF with maker, place, maker's note and thumbnail, a second index of pictures, XMP, IPTC and a comment.
// The house's roof is red and stands at the top for who looks at it.
func cameraPhoto(t *testing.T) []byte {
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
	if err := jpeg.Encode(&thumb, shrink(sensor, 16), nil); err != nil {
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
	return joined(plain.Bytes()[:2], segment(0xe1, "Exif\x00\x00"+string(tiff)),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta exif:GPSLatitude=\"2,1.002N\" photoshop:City=\"RumahBuContoh\"/>"),
		segment(0xe2, "MPF\x00II*\x00second picture"), segment(0xed, "Photoshop 3.0\x008BIM\x04\x04IPTC Desa Rahasia"), segment(0xfe, "ditulis di rumah Bu Contoh"), plain.Bytes()[2:])
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// A phone's picture of a house ends without place, camera, maker's note and thumbnail, by form and in pieces, and upright;
// so do its smaller sizes.
func TestPhotoOfAHouse(t *testing.T) {
	r := newRig(t)
	raw := cameraPhoto(t)
	if frame, err := scanJPEG(reader(raw)); err != nil || frame.orientation != 6 || !placed(raw) {
		t.Fatalf("the photo itself: %+v %v", frame, err)
	}
	form, err := r.Add(t.Context(), clerk, op("form"), need, minutes(domain.VisiblePublic), text("IMG_20261120_074102.jpg", string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := r.AddUploaded(t.Context(), clerk, need, minutes(domain.VisiblePublic), r.arrive(t, clerk, "IMG_20261120_074103.jpg", raw))
	if err != nil {
		t.Fatal(err)
	}
	thumbnail := raw[bytes.LastIndex(raw[:bytes.Index(raw, []byte("xmpmeta"))], []byte{0xff, 0xd8}):][:60]
	for name, id := range map[string]domain.DocumentID{"form": form, "pieces": pieces} {
		small, _, err := r.Picture(t.Context(), public, id, "", widths[0])
		if err != nil {
			t.Fatal(err)
		}
		for what, stored := range map[string][]byte{"the file": r.blobs.Content(r.stands(t, id).Object), "its small size": small} {
			for _, secret := range []string{"GPS", "Kamera", "ModelRaha", "MakerNote", "SERI", "2026:11:20", "xmpmeta", "RumahBuContoh", "IPTC", "MPF", "Bu Contoh", string(thumbnail), "\x6d\x00\x00\x00\x01\x00\x00\x00\x22"} {
				if strings.Contains(string(stored), secret) {
					t.Errorf("%s: %s keeps %.20q", name, what, secret)
				}
			}
			if placed(stored) {
				t.Errorf("%s: %s says where it was taken", name, what)
			}
			frame, err := scanJPEG(reader(stored))
			picture, bad := jpeg.Decode(bytes.NewReader(stored))
			if err != nil || bad != nil || frame.orientation != 6 {
				t.Fatalf("%s: %s: %+v %v %v", name, what, frame, err, bad)
			}
			// Turned by a quarter, as whoever shows it does, the left edge is the top.
			b := picture.Bounds()
			red, _, blue, _ := picture.At(b.Dx()/8, b.Dy()/2).RGBA()
			under, _, sky, _ := picture.At(b.Dx()*7/8, b.Dy()/2).RGBA()
			if red < blue || sky < under {
				t.Errorf("%s: the roof of %s is not at the top", name, what)
			}
		}
	}
}
