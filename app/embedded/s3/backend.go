package s3

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// folder serves buckets from one folder through versitygw's posix backend. It does three things that the backend does
// not: it names each bucket by its absolute path, since the backend works in the process's current folder, which is not
// ours to move; it makes an object durable before the put is answered; and it offers only what the portal uses, the
// rest answers "not implemented".
type folder struct {
	backend.BackendUnsupported
	posix    *posix.Posix
	root     string // absolute
	sidecars string // absolute, "" where the file system keeps the metadata
}

var _ backend.Backend = (*folder)(nil)

func openFolder(root, sidecars string) (*folder, error) {
	var storer meta.MetadataStorer = meta.XattrMeta{}
	if sidecars != "" {
		s, err := meta.NewSideCar(sidecars)
		if err != nil {
			return nil, fmt.Errorf("sidecar folder: %w", err)
		}
		storer = s
	}
	options := posix.PosixOpts{Concurrency: 64, IOBufferSize: 64 << 10}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	p, err := posix.New(root, storer, options) // moves the process into root
	if back := os.Chdir(cwd); back != nil {
		return nil, fmt.Errorf("back to %s: %w", cwd, back)
	}
	if err != nil {
		return nil, err
	}
	return &folder{posix: p, root: root, sidecars: sidecars}, nil
}

func (f *folder) at(bucket *string) *string {
	if bucket == nil {
		return nil
	}
	path := filepath.Join(f.root, filepath.Base(filepath.Clean("/"+*bucket)))
	return &path
}

func (f *folder) path(bucket string) string { return *f.at(&bucket) }

// durable syncs what was written for an object and the folders that name it.
func (f *folder) durable(bucket, key string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there; the file was, in PutObject
	}
	object := filepath.Join(f.path(bucket), filepath.FromSlash(key))
	if err := syncPath(object); err != nil {
		return err
	}
	for dir := filepath.Dir(object); len(dir) >= len(f.root); dir = filepath.Dir(dir) {
		if err := syncPath(dir); err != nil {
			return err
		}
	}
	if f.sidecars == "" {
		return nil
	}
	side := filepath.Join(f.sidecars, object)
	return filepath.WalkDir(side, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}

func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

func (f *folder) String() string { return "Gotong's folder" }

// Shutdown lets go of the folder.
func (f *folder) Shutdown() { f.posix.Shutdown() }

func (f *folder) NormalizeObjectKey(bucket, object string) string {
	return f.posix.NormalizeObjectKey(f.path(bucket), object)
}

func (f *folder) HeadBucket(ctx context.Context, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.HeadBucket(ctx, in)
}

func (f *folder) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, acl []byte) error {
	in.Bucket = f.at(in.Bucket)
	if err := f.posix.CreateBucket(ctx, in, acl); err != nil {
		return err
	}
	return syncPath(f.root)
}

func (f *folder) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput) ([]byte, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.GetBucketAcl(ctx, in)
}

func (f *folder) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	return f.posix.GetBucketPolicy(ctx, f.path(bucket))
}

func (f *folder) GetBucketCors(ctx context.Context, bucket string) ([]byte, error) {
	return f.posix.GetBucketCors(ctx, f.path(bucket))
}

func (f *folder) GetBucketVersioning(ctx context.Context, bucket string) (s3response.GetBucketVersioningOutput, error) {
	return f.posix.GetBucketVersioning(ctx, f.path(bucket))
}

func (f *folder) GetBucketOwnershipControls(ctx context.Context, bucket string) (types.ObjectOwnership, error) {
	return f.posix.GetBucketOwnershipControls(ctx, f.path(bucket))
}

func (f *folder) GetObjectLockConfiguration(ctx context.Context, bucket string) ([]byte, error) {
	return f.posix.GetObjectLockConfiguration(ctx, f.path(bucket))
}

func (f *folder) GetObjectRetention(ctx context.Context, bucket, object, version string) ([]byte, error) {
	return f.posix.GetObjectRetention(ctx, f.path(bucket), object, version)
}

func (f *folder) GetObjectLegalHold(ctx context.Context, bucket, object, version string) (*bool, error) {
	return f.posix.GetObjectLegalHold(ctx, f.path(bucket), object, version)
}

func (f *folder) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	bucket, key := *in.Bucket, *in.Key
	in.Bucket = f.at(in.Bucket)
	out, err := f.posix.PutObjectWithPostFunc(ctx, in, func(file *os.File) error {
		if runtime.GOOS == "windows" {
			return file.Sync() // a read-only handle, as durable has it, cannot be synced there
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	return out, f.durable(bucket, key)
}

func (f *folder) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.HeadObject(ctx, in)
}

func (f *folder) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.GetObject(ctx, in)
}

func (f *folder) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.ListObjectsV2(ctx, in)
}

func (f *folder) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.DeleteObject(ctx, in)
}

func (f *folder) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	bucket := in.Bucket
	in.Bucket = f.at(in.Bucket)
	out, err := f.posix.CreateMultipartUpload(ctx, in)
	out.Bucket = *bucket
	return out, err
}

func (f *folder) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.UploadPart(ctx, in)
}

func (f *folder) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	bucket, key := *in.Bucket, *in.Key
	in.Bucket = f.at(in.Bucket)
	out, version, err := f.posix.CompleteMultipartUpload(ctx, in)
	if err != nil {
		return out, version, err
	}
	out.Bucket = &bucket
	return out, version, f.durable(bucket, key)
}

func (f *folder) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) error {
	in.Bucket = f.at(in.Bucket)
	return f.posix.AbortMultipartUpload(ctx, in)
}

func (f *folder) ListParts(ctx context.Context, in *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.ListParts(ctx, in)
}

func (f *folder) ListMultipartUploads(ctx context.Context, in *s3.ListMultipartUploadsInput) (s3response.ListMultipartUploadsResult, error) {
	in.Bucket = f.at(in.Bucket)
	return f.posix.ListMultipartUploads(ctx, in)
}
