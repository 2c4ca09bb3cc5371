package provider

import "net/http"

const stylePath = "/smart-style.json"

// style is how Housecall looks, for apps that want to look alike (SMART App Launch
// 2.2, section 2.0.8.4). A new look gets a new address.
const style = `{
  "color_background": "#F7F6F2",
  "color_error": "#AE241C",
  "color_highlight": "#0B5E6B",
  "color_modal_backdrop": "#15201F",
  "color_success": "#0B5E6B",
  "color_text": "#15201F",
  "dim_border_radius": "10px",
  "dim_font_size": "17px",
  "dim_spacing_size": "16px",
  "font_family_body": "system-ui, sans-serif",
  "font_family_heading": "system-ui, sans-serif"
}
`

func serveStyle(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Access-Control-Allow-Origin", "*") // apps read it from their own pages
	_, _ = w.Write([]byte(style))
}
