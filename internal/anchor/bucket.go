package anchor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // s3://
)

// bucket is one of S3. Each object is locked when it is written (S3 Object Lock):
// in compliance mode nobody deletes it before its time, not even the owner.
type bucket struct {
	b      *blob.Bucket
	name   string
	mode   types.ObjectLockMode
	retain time.Duration
}

func openBucket(ctx context.Context, u *url.URL) (*bucket, error) {
	q := u.Query()
	keep, err := retain(q)
	if err != nil {
		return nil, err
	}
	mode := types.ObjectLockMode(strings.ToUpper(cmp.Or(q.Get("mode"), "COMPLIANCE")))
	q.Del("retain")
	q.Del("mode")
	plain := *u
	plain.RawQuery = q.Encode()
	b, err := blob.OpenBucket(ctx, plain.String())
	if err != nil {
		return nil, fmt.Errorf("the bucket of the audit's checkpoints cannot be opened: %w", err)
	}
	return &bucket{b: b, name: nameOf(u), mode: mode, retain: keep}, nil
}

func (p *bucket) Name() string { return p.name }

func (p *bucket) Send(ctx context.Context, name string, text []byte) error {
	until := time.Now().Add(p.retain).UTC()
	return p.b.WriteAll(ctx, "audit/"+name+".json", text, &blob.WriterOptions{
		ContentType: "application/json",
		IfNotExist:  true,
		BeforeWrite: func(as func(any) bool) error {
			var in *transfermanager.UploadObjectInput
			if !as(&in) {
				return errors.New("anchor: this bucket knows no locks")
			}
			in.ObjectLockMode, in.ObjectLockRetainUntilDate = p.mode, &until
			in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256 // S3 asks for one with a lock
			return nil
		},
	})
}

func (p *bucket) Close() error { return p.b.Close() }
