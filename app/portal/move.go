package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gotong/app/config"
	"gotong/modules/documents"
	"gotong/modules/kit/blob"
)

// MoveObjects copies every object to the store that another configuration names, and holds what arrived against what is
// known of the documents. The objects here stay as they are: the portal uses the other store once its configuration says
// so. Begun again it goes on where it broke off.
func (p *Portal) MoveObjects(ctx context.Context, to config.Config, words io.Writer) (string, error) {
	if p.config.Storage.Engine == "embedded" && to.Storage.Engine == "embedded" {
		return "", errors.New("both configurations name an embedded object store: to copy one, copy the folder objects in the data folder")
	}
	other, err := openStore(ctx, to, p.log)
	if err != nil {
		return "", err
	}
	result, err := p.moveTo(ctx, other.blobs, words)
	return result, errors.Join(err, other.Close())
}

func (p *Portal) moveTo(ctx context.Context, other *blob.Store, words io.Writer) (string, error) {
	if err := other.Health(ctx); err != nil {
		return "", fmt.Errorf("the object store to move to: %w", err)
	}
	said := time.Now()
	done, err := blob.Copy(ctx, p.blobs, other, func(c blob.Copied) {
		if time.Since(said) > 2*time.Second {
			said = time.Now()
			_, _ = fmt.Fprintf(words, "objects: %d copied (%d MB), %d were there\n", c.Objects, c.Bytes>>20, c.There)
		}
	})
	if err != nil {
		return "", fmt.Errorf("broken off after %d objects, begin again to go on: %w", done.Objects, err)
	}
	for _, key := range done.Damaged {
		_, _ = fmt.Fprintf(words, "left out: %s: its content is not what its sum says\n", key)
	}
	missing := 0
	looked, err := p.house.Documents.Service.On(other).CheckContents(ctx, documents.Care{Quick: true}, func(t documents.Trouble) {
		missing++
		_, _ = fmt.Fprintf(words, "document %s (%s): object %s is %s there\n", t.Document, t.Title, t.Key, t.What)
	})
	if err != nil {
		return "", err
	}
	if missing > 0 || len(done.Damaged) > 0 {
		return "", fmt.Errorf("%d contents of documents are not there as they should be; gotong check tells more", max(missing, len(done.Damaged)))
	}
	return fmt.Sprintf("objects: %d copied (%d MB), %d were there, each compared by its SHA-256; all %d contents of documents are there. "+
		"Now let the configuration name that store and start the portal. Uploads that are under way begin anew.", done.Objects, done.Bytes>>20, done.There, looked), nil
}
