package documents

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"math"
	"path"
	"strings"

	"golang.org/x/image/webp"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/extract"
)

// Bounds of an archive.
const (
	archiveMax      = 256 << 20 // bytes of the file
	archiveEntries  = 500
	archiveUnpacked = 512 << 20 // bytes of all entries together
	archiveEntry    = 24 << 20  // bytes of one entry
	archiveRead     = 100       // entries whose text is read
	archiveLeftover = 64 << 10  // bytes of what systems leave behind beside files
	directoryMax    = 3 << 20   // bytes that are read to find a ZIP's directory and to read it
)

var errDirectory = errors.New("the directory is larger than is read")

// sparing lets only so many bytes be read.
type sparing struct {
	r    io.ReaderAt
	left int64
}

func (s *sparing) ReadAt(p []byte, at int64) (int, error) {
	if s.left -= int64(len(p)); s.left < 0 {
		return 0, errDirectory
	}
	return s.r.ReadAt(p, at)
}

// openZip reads a ZIP's directory. errDirectory where it is so large that reading it would take much memory.
func openZip(src source) (*zip.Reader, error) {
	s := &sparing{r: src, left: directoryMax}
	archive, err := zip.NewReader(s, src.Size())
	if s.left < 0 {
		return nil, errDirectory
	}
	s.left = math.MaxInt64 // from here on each entry has its own bound
	return archive, err
}

// isZip tells whether a reader of ZIP files would take the file for one: its directory stands at the end, so that a
// file of another type may carry it.
func isZip(src source) bool {
	_, err := openZip(src)
	return err == nil || errors.Is(err, errDirectory)
}

// safeName tells whether an entry's name stays where it is unpacked.
func safeName(name string) bool {
	return !strings.Contains(name, "..") && !strings.HasPrefix(name, "/") && !strings.ContainsAny(name, "\\\x00") && !strings.Contains(name, ":")
}

// leftover are files that systems put into archives by themselves.
func leftover(f *zip.File) bool {
	base := path.Base(f.Name)
	return f.UncompressedSize64 <= archiveLeftover &&
		(strings.HasPrefix(f.Name, "__MACOSX/") || base == ".DS_Store" || base == "Thumbs.db" || base == "desktop.ini")
}

// papers are the entries of an archive that people put there.
func papers(archive *zip.Reader) (files []*zip.File) {
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") && !leftover(f) {
			files = append(files, f)
		}
	}
	return files
}

// checkArchive opens a ZIP within bounds: every entry must be what could be uploaded by itself, is held to the rules of
// its type, and brings no place where a picture was taken.
func checkArchive(src source) (content, error) {
	archive, err := openZip(src)
	if errors.Is(err, errDirectory) {
		return content{}, refuse("documents.error.unpacked")
	}
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	files := papers(archive)
	if len(archive.File) > archiveEntries {
		return content{}, refuse("documents.error.unpacked")
	}
	if len(files) == 0 {
		return content{}, refuse("documents.error.empty")
	}
	var total, read uint64
	seen := map[string]bool{}
	for _, f := range archive.File {
		if total += f.UncompressedSize64; total > archiveUnpacked || f.UncompressedSize64 > archiveUnpacked {
			return content{}, refuse("documents.error.unpacked")
		}
		if !safeName(f.Name) || seen[strings.ToLower(f.Name)] {
			return content{}, refuse("documents.error.damaged")
		}
		seen[strings.ToLower(f.Name)] = true
		if f.Flags&1 != 0 {
			return content{}, refuse("documents.error.zip_locked")
		}
	}
	c := content{source: src}
	unpacked, err := newTemporary()
	if err != nil {
		return c, err
	}
	defer func() { _ = unpacked.Close() }() // what was read is told
	for _, f := range files {
		entry, err := entryOf(f, unpacked)
		if err != nil {
			return c, ofEntry(f, err)
		}
		entry.close()
		if extract.Reads(extensionOf(f.Name)) {
			if read++; read > archiveRead {
				return c, refuse("documents.error.zip_many", "max", archiveRead)
			}
		}
		c.Personal = append(c.Personal, entry.Personal...)
	}
	return c, nil
}

// ofEntry says of which entry a refusal is.
func ofEntry(f *zip.File, err error) error {
	fields := apperr.FieldsOf(err)
	if !apperr.Is(err, apperr.Invalid) || len(fields) == 0 {
		return err
	}
	return refuse("documents.error.of_file", "name", cleanName(f.Name, extensionOf(f.Name)), "text", fields[0].Message)
}

// entryOf holds one entry to the rules of its type. A picture is not decoded, since it is not written anew.
func entryOf(f *zip.File, unpacked *temporary) (content, error) {
	extension := extensionOf(f.Name)
	k, ok := kinds[extension]
	if !ok || extension == "zip" {
		return content{}, refuse("documents.error.zip_type", "allowed", allowedList)
	}
	if f.UncompressedSize64 > archiveEntry {
		return content{}, refuse("documents.error.zip_large", "limit", archiveEntry>>20)
	}
	entry, err := unpackEntry(f, unpacked)
	if apperr.Is(err, apperr.Unavailable) {
		return content{}, err
	}
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	if entry.Size() == 0 {
		return content{}, refuse("documents.error.empty")
	}
	if strings.HasPrefix(k.MediaType, "image/") {
		k.Check = checkStill
	}
	return k.examine(entry, extension)
}

// unpackEntry unpacks into a file, which one entry after the other uses: many people's archives are not to stand in memory.
func unpackEntry(f *zip.File, into *temporary) (source, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := into.empty(); err != nil {
		return nil, err
	}
	n, err := io.Copy(into, io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err == nil && uint64(n) != f.UncompressedSize64 { // its checksum is told at the end
		err = zip.ErrFormat
	}
	return io.NewSectionReader(into, 0, n), err
}

// checkStill looks at a picture without decoding it. Invalid where it says where it was taken.
func checkStill(src source, k kind) (content, error) {
	var err error
	switch k.MediaType {
	case "image/jpeg":
		_, err = scanJPEG(src)
	case "image/png":
		_, err = png.DecodeConfig(io.NewSectionReader(src, 0, src.Size()))
	case "image/webp":
		_, err = webp.DecodeConfig(io.NewSectionReader(src, 0, src.Size()))
	}
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	const window, overlap = 512 << 10, 128 << 10 // a directory of places stands within 64 KB of its name
	found := false
	err = eachWindow(src, window, overlap, func(raw []byte) bool {
		found = placed(raw)
		return !found
	})
	if err != nil {
		return content{}, unreadable(err)
	}
	if found {
		return content{}, refuse("documents.error.zip_place")
	}
	return content{source: src}, nil
}

// placed tells whether a picture's metadata say where it was taken: EXIF with a directory of places, XMP or text with one.
func placed(raw []byte) bool {
	for rest := raw; ; {
		i := bytes.Index(rest, []byte("Exif\x00\x00"))
		if i < 0 {
			break
		}
		if exifEntry(rest[i:], tagPlace) != nil {
			return true
		}
		rest = rest[i+6:]
	}
	for _, name := range []string{"eXIf", "EXIF"} { // of PNG and WebP, where the name before it may be missing
		for rest := raw; ; {
			i := bytes.Index(rest, []byte(name))
			if i < 0 {
				break
			}
			rest = rest[i+4:]
			body := rest
			if name == "EXIF" && len(body) > 4 {
				body = body[4:]
			}
			if exifEntry(append([]byte("Exif\x00\x00"), body[:min(len(body), 64<<10)]...), tagPlace) != nil {
				return true
			}
		}
	}
	return bytes.Contains(raw, []byte("GPSLatitude")) || bytes.Contains(raw, []byte("GPSLongitude"))
}

// understandEntries reads the texts of an archive's entries for what may not be: what a PDF runs or carries, personal
// numbers, lists of contacts. Invalid (file).
func (s *Service) understandEntries(ctx context.Context, file content) (content, error) {
	archive, err := openZip(file.source)
	if err != nil {
		return file, unreadable(err)
	}
	unpacked, err := newTemporary()
	if err != nil {
		return file, err
	}
	defer func() { _ = unpacked.Close() }() // what was read is told
	for _, f := range papers(archive) {
		extension := extensionOf(f.Name)
		if !extract.Reads(extension) {
			continue
		}
		entry, err := unpackEntry(f, unpacked)
		if apperr.Is(err, apperr.Unavailable) {
			return file, err
		}
		if err != nil {
			return file, unreadable(err)
		}
		r, err := s.readingOf(ctx, extension, io.NewSectionReader(entry, 0, entry.Size()), entry.Size())
		if err != nil {
			return file, err
		}
		if len(r.Active) > 0 {
			return file, ofEntry(f, refuse("documents.error.active_pdf"))
		}
		if extension == "pdf" {
			for _, p := range r.Pages {
				file.Personal = append(file.Personal, domain.FindPersonalNumbers(p.Text)...)
			}
		}
		file.Contacts += contactsIn(r)
	}
	return file, nil
}
