package portal

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/records"
	"housecall/records/rest"
)

// mountChatImages hangs the pictures of a visit's chat below the address of the visit:
// one is a line of the chat with the same id. The whole content is the body of the
// request that shares it.
func (p *Portal) mountChatImages(app *fiber.App, visit string, of visitFinder) {
	image := visit + "/chat/images/:image"
	app.Put(image, p.shareImage(of))
	app.Get(image, p.chatImage(of, rest.SendContent))
	app.Get(image+"/thumbnail", p.chatImage(of, rest.SendThumbnail))
}

func (p *Portal) shareImage(of visitFinder) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, patient, id, err := of(c)
		if err != nil {
			return err
		}
		line, err := p.Visits.Share(c.UserContext(), who, patient, id, strings.Clone(c.Query("seat")), records.BinaryIn{
			ID: strings.Clone(c.Params("image")), ContentType: strings.Clone(c.Get(fiber.HeaderContentType)), Content: c.Body(), // read until this returns
		})
		if err != nil {
			return err
		}
		return c.JSON(line)
	}
}

// chatImage hands a picture over to who may read its line, decided anew each time.
func (p *Portal) chatImage(of visitFinder, send func(*fiber.Ctx, *records.Content) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, patient, id, err := of(c)
		if err != nil {
			return err
		}
		f, err := p.Visits.Image(c.UserContext(), who, patient, id, strings.Clone(c.Params("image")))
		if err != nil {
			return err
		}
		return send(c, f)
	}
}
