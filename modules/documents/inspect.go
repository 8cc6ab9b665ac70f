package documents

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// source is a file at hand: any part of it can be read again.
type source interface {
	io.ReaderAt
	Size() int64
}

// content is a file that passed inspection, as it will be stored.
type content struct {
	source
	Extension string
	MediaType string // fixed: what the download says, never what the browser sent
	SHA256    string
	Finding   Finding  // of the scanner: clean, or not known yet
	Contacts  int      // telephone numbers and e-mail addresses, where they are a list
	read      *Reading // its text, where it was read
	Personal  []string // numbers with the structure of a NIK or KK found in its text; where they cannot be read, none
}

// close lets go of what was written anew while it was inspected.
func (c content) close() {
	switch made := c.source.(type) {
	case *temporary:
		_ = made.Close() // was read, or is not wanted
	case *remote:
		made.close()
	}
}

// reader starts at the beginning.
func (c content) reader() io.ReadSeeker { return io.NewSectionReader(c, 0, c.Size()) }

// kind is one allowed type of file.
type kind struct {
	MediaType string
	Sniffed   []string                            // what the content may be recognised as
	Check     func(source, kind) (content, error) // nil: an archive, whose entries are kinds too
	Max       int64                               // bytes; 0: as large as any upload
	Part      string                              // of an office file: the entry that makes it one
}

const (
	pictureMax = 64 << 20 // bytes of a picture's file; its pixels are bounded apart
	textWindow = 256 << 10
	convertMax = 16 << 20 // bytes of a text of an older encoding, which is turned into UTF-8

	ooxml = "application/vnd.openxmlformats-officedocument."
	odf   = "application/vnd.oasis.opendocument."
	zips  = "application/zip"
)

// kinds lists what may be uploaded, by extension.
var kinds = map[string]kind{
	"pdf":  {MediaType: "application/pdf", Sniffed: []string{"application/pdf"}, Check: checkPDF},
	"jpg":  {Max: pictureMax, MediaType: "image/jpeg", Sniffed: []string{"image/jpeg"}, Check: checkJPEG},
	"jpeg": {Max: pictureMax, MediaType: "image/jpeg", Sniffed: []string{"image/jpeg"}, Check: checkJPEG},
	"png":  {Max: pictureMax, MediaType: "image/png", Sniffed: []string{"image/png", "image/vnd.mozilla.apng"}, Check: checkPNG},
	"webp": {Max: pictureMax, MediaType: "image/webp", Sniffed: []string{"image/webp"}, Check: checkWebP},
	"docx": {MediaType: ooxml + "wordprocessingml.document", Sniffed: []string{ooxml + "wordprocessingml.document", zips}, Check: checkOffice, Part: "word/document.xml"},
	"xlsx": {MediaType: ooxml + "spreadsheetml.sheet", Sniffed: []string{ooxml + "spreadsheetml.sheet", zips}, Check: checkOffice, Part: "xl/workbook.xml"},
	"pptx": {MediaType: ooxml + "presentationml.presentation", Sniffed: []string{ooxml + "presentationml.presentation", zips}, Check: checkOffice, Part: "ppt/presentation.xml"},
	"odt":  {MediaType: odf + "text", Sniffed: []string{odf + "text"}, Check: checkOffice, Part: "content.xml"},
	"ods":  {MediaType: odf + "spreadsheet", Sniffed: []string{odf + "spreadsheet"}, Check: checkOffice, Part: "content.xml"},
	"odp":  {MediaType: odf + "presentation", Sniffed: []string{odf + "presentation"}, Check: checkOffice, Part: "content.xml"},
	"csv":  {MediaType: "text/csv; charset=utf-8", Sniffed: texts, Check: checkText},
	"txt":  {MediaType: plainText, Sniffed: texts, Check: checkText},
	"html": {Max: htmlMax, MediaType: plainText, Sniffed: pages, Check: checkHTML}, // never sent as a page
	"htm":  {Max: htmlMax, MediaType: plainText, Sniffed: pages, Check: checkHTML},
	"zip":  {Max: archiveMax, MediaType: zips, Sniffed: []string{zips}},
}

const plainText = "text/plain; charset=utf-8"

var (
	texts = []string{"text/plain", "text/csv", "text/tab-separated-values"}
	pages = []string{"text/html", "application/xhtml+xml", "text/plain"}
)

// Accept is the accept attribute of a file input.
const Accept = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.txt,.html,.htm,.zip"

const allowedList = "PDF, JPG, PNG, WEBP, DOCX, XLSX, PPTX, ODT, ODS, ODP, CSV, TXT, HTML, ZIP"

// refuse is a refusal of the file itself, at the input named file.
func refuse(key string, args ...any) error {
	var fields apperr.Fields
	fields.Add("file", key, args...)
	return fields.Err()
}

// inspect holds a posted file to the allow-list; see examine. Invalid (field file) says what is wrong with it.
func inspect(up domain.Upload, limit int64) (content, error) {
	if up.Body == nil || up.Name == "" {
		return content{}, refuse("documents.error.no_file")
	}
	if _, err := kindOf(up.Name); err != nil {
		return content{}, err
	}
	src, err := atHand(up, limit)
	if err != nil {
		return content{}, err
	}
	return examine(up.Name, src)
}

// kindOf gives what may be uploaded under that name.
func kindOf(name string) (kind, error) {
	k, ok := kinds[extensionOf(name)]
	if !ok {
		return k, refuse("documents.error.type", "allowed", allowedList)
	}
	return k, nil
}

// examine holds a file to the allow-list, by extension and by content, within the bounds of its type, and gives what may
// be stored: the file itself, or another content where something had to be taken out. Invalid (field file) says what is
// wrong with it; whatever goes wrong while it is read otherwise comes as it is.
func examine(name string, src source) (content, error) {
	k, err := kindOf(name)
	if err != nil {
		return content{}, err
	}
	if src.Size() == 0 {
		return content{}, refuse("documents.error.empty")
	}
	extension := extensionOf(name)
	c, err := k.examine(src, extension)
	if far, ok := src.(*remote); ok && far.failed != nil {
		return content{}, far.failed // what looked like damage was none of the file's
	}
	if err != nil {
		return content{}, err
	}
	switch extension {
	case "jpeg":
		extension = "jpg"
	case "htm":
		extension = "html"
	}
	c.Extension, c.MediaType = extension, k.MediaType
	if c.SHA256, err = sumOf(c.source); err != nil {
		c.close()
	}
	return c, err
}

func (k kind) examine(src source, extension string) (content, error) {
	head, err := io.ReadAll(io.NewSectionReader(src, 0, 3072))
	if err != nil {
		return content{}, unreadable(err)
	}
	if !recognised(head, k.Sniffed) {
		return content{}, refuse("documents.error.content", "extension", strings.ToUpper(extension))
	}
	if k.Max > 0 && src.Size() > k.Max {
		return content{}, refuse("documents.error.too_large_kind", "extension", strings.ToUpper(extension), "limit", k.Max>>20)
	}
	if k.Check == nil {
		return checkArchive(src)
	}
	c, err := k.Check(src, k)
	if err != nil {
		c.close()
	}
	return c, err
}

// sumOf gives the SHA-256 of a file, in hex.
func sumOf(src source) (string, error) {
	if far, ok := src.(*remote); ok {
		sum, err := far.hex()
		if err != nil {
			err = unreadable(err)
		}
		return sum, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(src, 0, src.Size()))
	if err == nil && n != src.Size() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", unreadable(err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func recognised(head []byte, allowed []string) bool {
	name, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return slices.Contains(allowed, name)
}

func unreadable(err error) error { return apperr.Wrap(err, apperr.BadRequest, "error.bad_request") }

// atHand makes a body readable anywhere: as it is where it can seek, else from memory within the limit.
func atHand(up domain.Upload, limit int64) (source, error) {
	tooLarge := func() error { return refuse("documents.error.too_large", "limit", limit>>20) }
	if file, ok := up.Body.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		size, err := file.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, unreadable(err)
		}
		if size > limit {
			return nil, tooLarge()
		}
		return io.NewSectionReader(file, 0, size), nil
	}
	data, err := io.ReadAll(io.LimitReader(up.Body, limit+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if int64(len(data)) > limit {
		return nil, tooLarge()
	}
	return bytes.NewReader(data), nil
}

// active are the names by which a PDF runs something or carries another file, as they stand in what is not packed. What is
// packed is seen where the text is read.
var active = [][]byte{[]byte("/JavaScript"), []byte("/Launch"), []byte("/RichMedia"),
	[]byte("/EmbeddedFile "), []byte("/EmbeddedFile/"), []byte("/EmbeddedFile>"), []byte("/EmbeddedFile\n"), []byte("/EmbeddedFile\r")}

func checkPDF(src source, _ kind) (content, error) {
	if isZip(src) {
		return content{}, refuse("documents.error.two_types")
	}
	head := make([]byte, min(1024, src.Size()))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return content{}, unreadable(err)
	}
	if lower := bytes.ToLower(head); !bytes.HasPrefix(head, []byte("%PDF-")) || bytes.Contains(lower, []byte("<script")) || bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<svg")) {
		return content{}, refuse("documents.error.two_types")
	}
	tail := make([]byte, min(2048, src.Size()))
	if _, err := src.ReadAt(tail, src.Size()-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return content{}, unreadable(err)
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return content{}, refuse("documents.error.damaged")
	}
	found, err := contains(src, active)
	if err != nil {
		return content{}, unreadable(err)
	}
	if found {
		return content{}, refuse("documents.error.active_pdf")
	}
	return content{source: src}, nil
}

// contains looks for any of the words in the whole file, in windows that overlap.
func contains(src source, words [][]byte) (found bool, err error) {
	err = eachWindow(src, 256<<10, 32, func(part []byte) bool {
		for _, word := range words {
			found = found || bytes.Contains(part, word)
		}
		return !found
	})
	return found, err
}

// eachWindow gives a file in windows of which each begins with the end of the one before, until look has seen enough.
func eachWindow(src source, window, overlap int, look func([]byte) bool) error {
	buffer := make([]byte, min(int64(window), src.Size()))
	for at := int64(0); at < src.Size(); at += int64(window - overlap) {
		n, err := src.ReadAt(buffer, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if !look(buffer[:n]) {
			return nil
		}
	}
	return nil
}

// checkText wants text that a person can read: UTF-8, or the one-byte set of older Excel, which is turned into UTF-8.
func checkText(src source, _ kind) (content, error) {
	if isZip(src) {
		return content{}, refuse("documents.error.two_types")
	}
	c := content{source: src}
	valid := true
	err := eachText(src, func(text []byte) error {
		if controls(text) {
			return refuse("documents.error.not_text")
		}
		valid = valid && utf8.Valid(text)
		c.Personal = append(c.Personal, domain.FindPersonalNumbers(text)...)
		return nil
	})
	if err != nil || valid {
		return c, err
	}
	if src.Size() > convertMax {
		return c, refuse("documents.error.encoding", "limit", convertMax>>20)
	}
	out, err := newTemporary()
	if err != nil {
		return c, err
	}
	c.source = out
	buffered := bufio.NewWriterSize(out, 64<<10)
	err = eachText(src, func(text []byte) error {
		for _, b := range text {
			if _, err := buffered.WriteRune(rune(b)); err != nil {
				return err
			}
		}
		return nil
	})
	return c, errors.Join(err, buffered.Flush())
}

// controls tells whether a text holds control characters beside those that part lines, columns and pages.
func controls(text []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for i := 0; i < len(text); {
		if i+8 <= len(text) {
			if word := binary.LittleEndian.Uint64(text[i:]); (word-' '*ones)&^word&highs == 0 { // none of the eight is below a space
				i += 8
				continue
			}
		}
		for end := min(i+8, len(text)); i < end; i++ {
			if b := text[i]; b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
				return true
			}
		}
	}
	return false
}

// eachText gives a text piece by piece, each ending with a line where lines are not longer than a piece.
func eachText(src source, fn func([]byte) error) error {
	buffer := make([]byte, textWindow)
	for at := int64(0); at < src.Size(); {
		n, err := src.ReadAt(buffer, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return unreadable(err)
		}
		piece := buffer[:n]
		if at+int64(n) < src.Size() {
			if end := bytes.LastIndexByte(piece, '\n'); end > 0 {
				piece = piece[:end+1]
			} else { // one long line: not within a character
				for len(piece) > textWindow-utf8.UTFMax && !utf8.RuneStart(buffer[len(piece)-1]) {
					piece = piece[:len(piece)-1]
				}
				piece = piece[:len(piece)-1]
			}
		}
		if err := fn(piece); err != nil {
			return err
		}
		at += int64(len(piece))
	}
	return nil
}
