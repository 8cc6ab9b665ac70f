package pdf

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A long document takes as many pages as it needs, every row and the last words are in, and the head of a table stands
// again on each page.
func TestNothingIsCutOff(t *testing.T) {
	d := New("Usulan panjang", "id", "kaki", time.Unix(0, 0))
	d.Quiet("Organisasi")
	d.Heading("Masalah")
	d.Text("Uraian", strings.Repeat("Air payau pada musim kemarau. ", 200)+"AKHIRTEKS")
	rows := [][]string{}
	for range 120 {
		rows = append(rows, []string{"Tandon dan talang " + strings.Repeat("panjang ", 12), "CSR", "1.000"})
	}
	rows = append(rows, []string{"AKHIRBARIS", "CSR", "1"})
	d.Table(Table{Head: []string{"POSANGGARAN", "Sumber", "Rupiah"}, Rows: rows, Numbers: []bool{false, false, true}})
	d.Fact("Nama", "NILAIAKHIR")
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	if pages := d.pdf.PageCount(); pages < 5 {
		t.Errorf("%d pages", pages)
	}
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("no pdftotext here: the text cannot be read back")
	}
	c := exec.Command(reader, "-layout", "-", "-")
	c.Stdin = &b
	text, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AKHIRTEKS", "AKHIRBARIS", "NILAIAKHIR"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in the document", want)
		}
	}
	if n := strings.Count(string(text), "POSANGGARAN"); n < 3 {
		t.Errorf("the head stands %d times", n)
	}
	if n := strings.Count(string(text), "Tandon dan talang"); n != 120 {
		t.Errorf("%d of 120 rows", n)
	}
}
