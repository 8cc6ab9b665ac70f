package villages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"

	"gotong/modules/domain"
)

// shipped holds code and name of the regions of West Kalimantan, taken from idn-area-data 4.0.1 (ODbL; see
// data/NOTICE.md). Attribution is on every page that shows them.
//
//go:embed data/regions-61.csv.gz
var shipped []byte

// ShippedProvince is the province whose regions come with the portal.
const ShippedProvince domain.RegionCode = "61"

// LoadShipped puts the shipped regions into the store where they are not there yet, at the first start. It may be
// repeated and goes on where it was interrupted.
func (s *Service) LoadShipped(ctx context.Context) error {
	regions, digest, err := shippedRegions()
	if err != nil {
		return err
	}
	there, err := s.Count(ctx, ShippedProvince, 0)
	if err != nil || there >= int64(len(regions)) {
		return err
	}
	result, err := s.importAll(ctx, regions, digest, nil)
	if err != nil {
		return fmt.Errorf("load the shipped regions: %w", err)
	}
	s.log.InfoContext(ctx, "regions loaded", "province", ShippedProvince, "inserted", result.Inserted, "unchanged", result.Unchanged)
	return nil
}

func shippedRegions() ([]Region, string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(shipped))
	if err != nil {
		return nil, "", fmt.Errorf("shipped regions: %w", err)
	}
	records, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		return nil, "", fmt.Errorf("shipped regions: %w", err)
	}
	rows := newRegionRows()
	for i, record := range records[1:] {
		code := domain.RegionCode(record[0])
		rows.add("regions-61.csv", i+2, code.Level(), record[0], string(code.Parent()), record[1])
	}
	regions, err := rows.finish()
	sum := sha256.Sum256(shipped)
	return regions, hex.EncodeToString(sum[:8]), err
}
