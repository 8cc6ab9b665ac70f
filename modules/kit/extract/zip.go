package extract

import (
	"archive/zip"
	"strconv"
	"strings"
)

// readZIP lists what an archive holds, a row each: name and bytes. It unpacks nothing.
func readZIP(src Source, p *paper) error {
	archive, err := zip.NewReader(src, src.Size())
	if err != nil {
		return err
	}
	number := 0
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name := f.Name
		if len(name) > maxName {
			name = strings.ToValidUTF8(name[:maxName], "") + "…"
		}
		number++
		if err := p.row(number, []string{name, strconv.FormatUint(f.UncompressedSize64, 10)}); err != nil {
			return err
		}
	}
	return nil
}
