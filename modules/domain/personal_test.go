package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFindPersonalNumbers(t *testing.T) {
	found := map[string]string{
		"NIK 6101014508900001 milik warga":   "6101014508900001",
		"NIK6101014508900001":                "6101014508900001",
		"no.6101 0145 0890 0001,":            "6101 0145 0890 0001",
		"61.01.01.450890.0001":               "61.01.01.450890.0001",
		"610101-450890-0001":                 "610101-450890-0001",
		"KK: 6171 0102 0315 0007":            "6171 0102 0315 0007",
		"9171012909900002":                   "9171012909900002", // Papua, a number from before the division
		"lahir 20-01-1990 6101012001900003.": "6101012001900003",
		"(3171011512850009)":                 "3171011512850009",
		"6101014508900001\n":                 "6101014508900001",
		"1. 6101014508900001":                "6101014508900001",
	}
	for text, want := range found {
		got := FindPersonalNumbers(text)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := FindPersonalNumbers("6101014508900001 dan 6101010102030004"); len(got) != 2 {
		t.Errorf("two numbers: got %q", got)
	}
}

func TestFindPersonalNumbersLeavesOthersAlone(t *testing.T) {
	for _, text := range []string{
		"", "109.3425039123456", "95.01010101010101, -0.0263303", "081234567890 081234567891", "+62 812-3456-7890", "+62 561 736439, +62 561 736440",
		"Rp 6101014508900001", "Rp6.101.014.508.900.001", "6.101.014.508.900.001", "Rp50.000.000",
		"61.01.01.2001 61.01.01.2002 61.01.01.2003", "6101012001 6101012002", "61.01.01.2001",
		"12-03-2015 12-03-2016", "2015-03-12 2016-03-12", "12/03/2015-12/03/2016",
		"0123456789012345",         // a company's tax number
		"6101014513900001",         // no month 13
		"6101010050900001",         // no day 00
		"6113014508900001",         // no regency 61.13
		"6101004508900001",         // no district 00
		"6101014508900000",         // no serial 0000
		"2001014508900001",         // no province 20
		"61010145089000012",        // seventeen digits
		"ab6101014508900001",       // within a hexadecimal sum
		"6101014508900001f00",      // likewise
		"4111 1111 1111 1111",      // a card
		"harga 12.500 per 1.000 m", // prices
	} {
		if got := FindPersonalNumbers(text); len(got) != 0 {
			t.Errorf("%q: found %q", text, got)
		}
	}
}

// Every number with the structure is found, however it is grouped and whatever words stand around it.
func TestFindPersonalNumbersProperty(t *testing.T) {
	provinces := rapid.SampledFrom([]string{"11", "31", "32", "61", "62", "64", "73", "91"})
	rapid.Check(t, func(t *rapid.T) {
		province := provinces.Draw(t, "province")
		regency := rapid.IntRange(1, regencyNumbers[province][0]).Draw(t, "regency")
		day := rapid.IntRange(1, 28).Draw(t, "day") + 40*rapid.IntRange(0, 1).Draw(t, "woman")
		number := fmt.Sprintf("%s%02d%02d%02d%02d%02d%04d", province, regency, rapid.IntRange(1, 30).Draw(t, "district"), day,
			rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "year"), rapid.IntRange(1, 999).Draw(t, "serial"))
		separator := rapid.SampledFrom([]string{"", " ", ".", "-"}).Draw(t, "separator")
		written := strings.Join([]string{number[:6], number[6:12], number[12:]}, separator)
		before := rapid.SampledFrom([]string{"", "NIK ", "nomor: ", "warga (", "Kepala keluarga, "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", ".", ") tinggal", ", RT 2", "\n"}).Draw(t, "after")
		got := FindPersonalNumbers(before + written + after)
		if len(got) != 1 || got[0] != written {
			t.Fatalf("%q: got %q", before+written+after, got)
		}
	})
}

func TestFindPersonalNumbersNeverInSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := sha256.Sum256([]byte(rapid.String().Draw(t, "text")))
		if got := FindPersonalNumbers("SHA-256 " + hex.EncodeToString(sum[:])); len(got) != 0 {
			t.Fatalf("found %q in a sum", got)
		}
		amount := rapid.Int64Range(1, 9_999_999_999_999_999).Draw(t, "amount")
		if got := FindPersonalNumbers(fmt.Sprintf("Rp%d", amount)); len(got) != 0 {
			t.Fatalf("found %q in a sum of money", got)
		}
		phones := fmt.Sprintf("08%d 08%d", rapid.Int64Range(100000000, 9999999999).Draw(t, "a"), rapid.Int64Range(100000000, 9999999999).Draw(t, "b"))
		if got := FindPersonalNumbers(phones); len(got) != 0 {
			t.Fatalf("found %q in %q", got, phones)
		}
	})
}

func FuzzFindPersonalNumbers(f *testing.F) {
	f.Add("NIK 6101014508900001")
	f.Add("61.01.01.2001 61.01.01.2002")
	f.Fuzz(func(t *testing.T, s string) {
		for _, number := range FindPersonalNumbers(s) {
			if !strings.Contains(s, number) || len(number) < 16 {
				t.Fatalf("%q is not in %q", number, s)
			}
		}
	})
}

// A number is found wherever it stands, whatever stands around it.
func TestFindPersonalNumbersAtEveryPlace(t *testing.T) {
	const number = "6101014507900001"
	for _, filler := range []string{"-", "x ", "\u00e9 ", "Rabu: <a> ; ? ", "\xb0 ", "  \n"} {
		for before := range 20 {
			for after := range 20 {
				text := strings.Repeat(filler, 20)[:before] + " " + number + " " + strings.Repeat(filler, 20)[:after]
				if got := FindPersonalNumbers(text); len(got) != 1 || got[0] != number {
					t.Fatalf("%q: %q", text, got)
				}
				if got := FindPersonalNumbers([]byte(text)); len(got) != 1 || got[0] != number {
					t.Fatalf("%q as bytes: %q", text, got)
				}
			}
		}
	}
}

// Whatever may stand between the digits of a number, it is not passed over.
func TestMayHoldNumberKnowsEveryWayToWriteOne(t *testing.T) {
	for _, between := range []string{"", " ", ".", "-", "_", "/", "\u00a0", "\u2011", "\u2013", "  ", ". ", " . ", " - "} {
		if between != "" && !joined(between) {
			t.Fatalf("%q joins nothing", between)
		}
		text := "Nomor: " + strings.Join(strings.Split("6101014507900001", ""), between)
		if !mayHoldNumber(text) || !mayHoldNumber([]byte(text)) {
			t.Errorf("%q is passed over", text)
		}
	}
	for _, text := range []string{"", "123456789012345", "Baris 1 dari 20 pada tahun 2026, dan 12 dari 300 pada 2027; sisanya 45"} {
		if mayHoldNumber(text) {
			t.Errorf("%q holds none", text)
		}
	}
}
