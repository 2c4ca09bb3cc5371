package rest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

func (f *Face) metaOperations() []operation {
	return []operation{{
		name: "meta", definition: "http://hl7.org/fhir/OperationDefinition/Resource-meta", types: []string{anyType},
		levels: onSystem | onType | onInstance, methods: []string{fiber.MethodGet, fiber.MethodPost}, handle: f.meta,
	}}
}

// maxMeta bounds how many resources are read to say what is in their meta.
const maxMeta = 10_000

// meta answers $meta (https://hl7.org/fhir/R4/resource-operation-meta.html): of
// one resource its meta, of a type or of all the profiles, security labels and
// tags in use among what the asker sees. It is a search like any other, so that
// what is hidden adds nothing, and each chart that was looked into has its audit
// row.
func (f *Face) meta(c *fiber.Ctx) error {
	if _, err := parametersOf(c); err != nil {
		return err
	}
	ctx, who, typ, id := c.UserContext(), edge.Principal(c), c.Params("type"), c.Params("id")
	types := []string{typ}
	switch {
	case typ == "":
		types = fhir.Types()
	case !records.Stores(typ):
		return fault.New(fault.NotFound, "Records of this type are not kept here.").WithIssues(fault.Issue{Code: "not-supported"})
	case id != "":
		st, err := f.store.Read(ctx, who, typ, id)
		if err != nil {
			return err
		}
		n, err := fhir.Parse(st.Body)
		if err != nil {
			return err
		}
		return sendParameters(c, valueOf("return", "valueMeta", n.Get("meta")))
	}
	edge.Charge(c, len(types))
	u := union{meta: fhir.Object(), seen: map[string]bool{}}
	for _, t := range types {
		if !records.Stores(t) {
			continue
		}
		err := f.gather(ctx, who, t, &u)
		if typ == "" && fault.Is(err, fault.Forbidden) { // the app was not allowed this type; of the others it may know
			continue
		}
		if err != nil {
			return err
		}
	}
	return sendParameters(c, valueOf("return", "valueMeta", u.meta))
}

// gather reads all of a type that the asker sees.
func (f *Face) gather(ctx context.Context, who identity.Principal, typ string, u *union) error {
	q := &fhir.Query{Type: typ, Count: fhir.MaxCount, Total: "accurate"}
	for {
		page, err := f.store.Search(ctx, who, q)
		if fault.Is(err, fault.NotFound) { // nothing to look into
			return nil
		}
		if err != nil {
			return err
		}
		if u.read += max(page.Total, 0); u.read > maxMeta {
			const text = "Too many records would have to be read. Ask about one type or one record."
			return fault.New(fault.TooLarge, text).WithIssues(fault.Issue{Code: "too-costly", Text: text})
		}
		for i := range page.Items {
			n, err := fhir.Parse(page.Items[i].Body)
			if err != nil {
				return err
			}
			u.add(n.Get("meta"))
		}
		if q.Page, q.Total = page.Next, ""; q.Page == "" {
			return nil
		}
	}
}

// union is what metas say together.
type union struct {
	meta *fhir.Node
	seen map[string]bool
	read int
}

func (u *union) add(meta *fhir.Node) {
	for _, key := range []string{"profile", "security", "tag"} {
		for _, n := range meta.Get(key).Items() {
			same := key + "\t" + n.Str() + "\t" + n.Get("system").Str() + "\t" + n.Get("code").Str()
			if u.seen[same] {
				continue
			}
			u.seen[same] = true
			u.meta.Set(key, fhir.Array(append(u.meta.Get(key).Items(), n)...))
		}
	}
}

// valueOf is a parameter of an answer.
func valueOf(name, key string, v *fhir.Node) *fhir.Node {
	return fhir.Object(fhir.Member{Key: "name", Value: fhir.String(name)}, fhir.Member{Key: key, Value: v})
}

func sendParameters(c *fiber.Ctx, list ...*fhir.Node) error {
	n := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Parameters")}, fhir.Member{Key: "parameter", Value: fhir.Array(list...)})
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(n.Append(make([]byte, 0, 1024)))
}
