package documents

import (
	"bytes"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/testkit/phototest"
)

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// A phone's picture of a house ends without place, camera, maker's note and thumbnail, by form and in pieces, and upright;
// so do its smaller sizes.
func TestPhotoOfAHouse(t *testing.T) {
	r := newRig(t)
	raw := phototest.Camera(t)
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
			for _, secret := range append(slices.Clone(phototest.Secrets), string(thumbnail)) {
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
