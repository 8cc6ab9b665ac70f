package documents

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of an office file. A spreadsheet of a province's villages has some 50 MB unpacked.
const (
	officeEntries  = 5000
	officeUnpacked = 256 << 20 // bytes of all entries together
	officeText     = 64 << 20  // bytes of XML that are read for personal numbers
)

// checkOffice opens an office file within bounds, refuses macros and reads its text for personal numbers.
func checkOffice(src source, k kind) (content, error) {
	archive, err := openZip(src)
	if errors.Is(err, errDirectory) {
		return content{}, refuse("documents.error.unpacked")
	}
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	if len(archive.File) > officeEntries {
		return content{}, refuse("documents.error.unpacked")
	}
	var unpacked uint64
	names := make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		if unpacked += f.UncompressedSize64; unpacked > officeUnpacked || f.UncompressedSize64 > officeUnpacked {
			return content{}, refuse("documents.error.unpacked")
		}
		name := f.Name
		if !safeName(name) || names[name] != nil {
			return content{}, refuse("documents.error.damaged")
		}
		names[name] = f
		base := strings.ToLower(path.Base(name))
		if base == "vbaproject.bin" || strings.HasPrefix(name, "Basic/") || strings.HasPrefix(name, "Scripts/") {
			return content{}, refuse("documents.error.macros")
		}
	}
	if names[k.Part] == nil || !declares(names, k) {
		return content{}, refuse("documents.error.damaged")
	}
	personal, err := officeNumbers(archive.File)
	if err != nil {
		return content{}, refuse("documents.error.damaged")
	}
	return content{source: src, Personal: personal}, nil
}

// declares tells whether the archive says by its own manifest that it is of this kind.
func declares(names map[string]*zip.File, k kind) bool {
	if strings.HasPrefix(k.MediaType, ooxml) {
		return names["[Content_Types].xml"] != nil
	}
	f := names["mimetype"]
	if f == nil {
		return false
	}
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	declared, err := io.ReadAll(io.LimitReader(r, 200))
	return err == nil && strings.TrimSpace(string(declared)) == k.MediaType
}

// holdsText tells which entries of an office file hold what its readers see.
func holdsText(name string) bool {
	if !strings.HasSuffix(name, ".xml") {
		return false
	}
	for _, folder := range []string{"word/", "xl/worksheets/", "ppt/slides/", "ppt/notesSlides/", "ppt/comments"} {
		if strings.HasPrefix(name, folder) && !strings.Contains(name, "/_rels/") && !strings.Contains(name, "/theme/") {
			return true
		}
	}
	return name == "xl/sharedStrings.xml" || strings.HasPrefix(name, "xl/comments") || name == "content.xml"
}

var errTooMuchText = errors.New("more text than is read")

func officeNumbers(files []*zip.File) ([]string, error) {
	var found []string
	left := int64(officeText)
	for _, f := range files {
		if !holdsText(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		bounded := &io.LimitedReader{R: r, N: left}
		numbers, err := xmlNumbers(bounded)
		r.Close()
		if bounded.N <= 0 {
			return nil, errTooMuchText
		}
		if err != nil {
			return nil, err
		}
		left = bounded.N
		found = append(found, numbers...)
	}
	return found, nil
}
