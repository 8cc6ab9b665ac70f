package s3

import (
	"bytes"
	"fmt"
	"testing"

	"gotong/modules/kit/blob"
)

func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		s, err := Start(b.Context(), Config{Folder: dir})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s, err := Start(b.Context(), Config{Folder: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	store, err := blob.Open(s.Blob("gotong"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	if err := store.Ensure(b.Context()); err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{4 << 10, 1 << 20, 25 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			content := make([]byte, size)
			b.SetBytes(int64(size))
			n := 0
			for b.Loop() {
				n++
				_, err := store.Put(b.Context(), fmt.Sprintf("%d/%d", size, n), bytes.NewReader(content), blob.PutOptions{Size: int64(size)})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
