package organizations

import (
	"testing"

	"gotong/modules/kit/apperr"
)

// A name is known the moment the public sees its organisation, whatever an index knows yet; not before, and not where
// two bear it.
func TestNamedIsThePublicOneOfThatName(t *testing.T) {
	r := newRig(t)
	named := func(name string) (string, error) {
		b, err := r.s.Named(t.Context(), name)
		return string(b.ID), err
	}
	r.found("ani", ngo)
	first := ngo
	first.Name, first.Registration = "Yayasan Jalan Pesisir", "AHU-002"
	if _, err := named(ngo.Name); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("an organisation that is not public: %v", err)
	}
	id := r.verified("budi", first)
	for _, name := range []string{first.Name, "  " + first.Name + " "} {
		if got, err := named(name); err != nil || got != string(id) {
			t.Errorf("%q is %q, %v; wanted %q", name, got, err, id)
		}
	}
	for _, name := range []string{"", " ", first.Name + " Baru"} {
		if got, err := named(name); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	twin := first
	twin.Registration, twin.Region = "AHU-003", "61.71"
	r.verified("cici", twin)
	if got, err := named(first.Name); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a name of two is %q, %v", got, err)
	}
}
