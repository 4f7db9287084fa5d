"""Hold the scripts that run in a rendered page."""

GUARD = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport"])
  try { Object.defineProperty(window, name, {value: undefined, configurable: false}); } catch {}
"""
"""Take away what reaches the network beside the proxy, by UDP. The browser's own switches forbid it too."""

MEASURE = """() => [
  document.readyState === "loading" ? 0 : 1, document.body ? document.body.textContent.length : 0,
  document.links.length, document.documentElement ? document.documentElement.scrollHeight : 0]"""
"""Numbers that stay the same once scripts are done: whether it is parsed, characters, links, height."""

SCROLL = "() => window.scrollTo(0, document.documentElement.scrollHeight)"

CONSENT = """([words, context]) => {
  const plain = text => text.normalize("NFKC").toLowerCase().replace(/\\s+/g, " ").trim();
  const buttons = [...document.querySelectorAll("button, [role=button], a, input[type=button], input[type=submit]")];
  for (const word of words)
    for (const button of buttons.slice(0, 2000)) {
      if (plain(button.value || button.textContent || "") !== word) continue;
      for (let box = button.parentElement, level = 0; box && box !== document.body && level < 8; level++) {
        const text = plain(box.textContent || "");
        if (text.length > 3000) break;
        if (context.some(each => text.includes(each))) { button.click(); return word; }
        box = box.parentElement;
      }
    }
  return "";
}"""
"""Press the button of a consent dialog, by words in their order; the box around it speaks of cookies."""

CONTENT = """limit => {
  const flatten = (root, copy) => {
    const originals = root.querySelectorAll("*"), copies = copy.querySelectorAll("*");
    for (let place = originals.length - 1; place >= 0; place--) {
      const shadow = originals[place].shadowRoot;
      if (!shadow) continue;
      const inner = document.createElement("div");
      inner.append(...[...shadow.childNodes].map(node => node.cloneNode(true)));
      flatten(shadow, inner);
      inner.querySelectorAll("style, link").forEach(each => each.remove());
      const light = [...copies[place].childNodes];
      for (const slot of inner.querySelectorAll("slot")) {
        const name = slot.getAttribute("name");
        const own = light.filter(node => (node.getAttribute ? node.getAttribute("slot") : null) === name);
        if (own.length) slot.replaceWith(...own);
      }
      copies[place].replaceChildren(inner);
    }
  };
  const page = document.documentElement;
  if (!page) return "";
  if (page.innerHTML.length > limit) return null;
  const copy = page.cloneNode(true);
  flatten(page, copy);
  const html = copy.outerHTML;
  return html.length > limit ? null : "<!DOCTYPE html>" + html;
}"""
"""Write the page with what web components show in their (open) shadow trees; null where it is too long."""
