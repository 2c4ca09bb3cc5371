package rest

import (
	"slices"

	"github.com/gofiber/fiber/v2"
)

// operation is one thing that can be asked for by $name (R4 3.2). The routes and
// the capability statement are made from the same list, so that nothing is
// promised that does not answer.
type operation struct {
	name       string // without the $
	definition string // canonical URL of its OperationDefinition
	types      []string
	levels     level
	methods    []string // GET, POST, DELETE
	handle     fiber.Handler
}

// level says at which addresses an operation is asked for.
type level uint8

const (
	onSystem   level = 1 << iota // /fhir/$name
	onType                       // /fhir/Type/$name
	onInstance                   // /fhir/Type/id/$name
)

// anyType stands for every type that is stored; which one is meant is in
// c.Params("type").
const anyType = "*"

// operations are all that this face does.
func (f *Face) operations() []operation {
	return slices.Concat(f.chartOperations(), f.lookupOperations(), f.documentOperations(), f.bulkOperations(), f.validationOperations(), f.metaOperations(), f.terminologyOperations(), f.subscriptionOperations())
}

// mountOperations comes before the routes of types and instances, which would
// take $name for an id. The type is in the route's path, the id in c.Params("id").
func (f *Face) mountOperations(g fiber.Router) {
	for _, o := range f.operations() {
		for _, m := range o.methods {
			if o.levels&onSystem != 0 {
				g.Add(m, "/$"+o.name, o.handle)
			}
			for _, t := range o.types {
				if t == anyType {
					t = ":type"
				}
				if o.levels&onType != 0 {
					g.Add(m, "/"+t+"/$"+o.name, o.handle)
				}
				if o.levels&onInstance != 0 {
					g.Add(m, "/"+t+"/:id/$"+o.name, o.handle)
				}
			}
		}
	}
}

// promised lists operations for the capability statement: of a type, or ("")
// those of the whole system.
func (f *Face) promised(typ string) []object {
	var list []object
	for _, o := range f.operations() {
		if typ == "" && o.levels&onSystem != 0 || slices.Contains(o.types, typ) || typ != "" && slices.Contains(o.types, anyType) {
			list = append(list, object{"name": o.name, "definition": o.definition})
		}
	}
	return list
}
