"""`make screenshots`: the README's pictures, light and dark, taken in a real JupyterLab on the sandbox."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Locator, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.jupyter import CHROMIUM_FLAGS, JupyterServer, find_chromium  # noqa: E402
from tests.support.notebook_page import NotebookPage  # noqa: E402

PICTURES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1180, 1400
PATIENCE_MS = 90_000
QUALITY = 88
"""Of WebP: a sixth of the PNG, and no difference is seen."""
TAKES = 8
"""In the history by the time it is shown."""

PROMPT = "A red fox trots through fresh snow at dawn, the camera pans left, soft light between the birches"

# A first frame drawn here, so that the picture needs no photograph: snow, sky and a low sun.
GUIDE_IMAGE = """
from PIL import Image, ImageDraw, ImageFilter

dawn = Image.linear_gradient("L").resize((1280, 720))
dawn = Image.merge("RGB", [dawn.point(lambda v, top=top, low=low: int(top + (low - top) * v / 255))
                           for top, low in ((74, 248), (98, 214), (142, 196))])
draw = ImageDraw.Draw(dawn)
draw.ellipse((860, 300, 960, 400), fill=(255, 226, 170))
draw.polygon([(0, 470), (420, 390), (820, 460), (1280, 410), (1280, 720), (0, 720)], fill=(226, 233, 243))
for x, width in ((120, 22), (260, 14), (430, 18), (1040, 24), (1180, 15)):
    draw.rectangle((x, 0, x + width, 640), fill=(88, 84, 92))
dawn.filter(ImageFilter.GaussianBlur(2)).save("dawn.png")
"""

FORM = """
from seedance_widgets import SeedanceForm

SeedanceForm()
"""

# A shot that is made better, and what else there is by then.
ITERATE = """
from seedance_widgets import Compare, Gallery, Sweep, generate, generate_many

first = generate("A woman stands at the end of a pier", resolution="480p")
keeper = first.remix("A lighthouse keeper stands at the end of a pier at dusk, slow dolly-in")
others = generate_many(
    [
        "Storm waves break against a lighthouse, low angle",
        "Gulls rise over the sea at dawn, tilt up",
        "A lighthouse beam sweeps over black water at night",
        "A wooden boat crosses the bay at noon",
    ],
    resolution="480p",
    progress=False,
)
others.wait()
first.wait()
keeper.wait().star()
wide = keeper.remix(aspect_ratio="21:9").wait()
"""

SWEEP = """
Sweep(
    "A lighthouse keeper stands at the end of a pier at {light}, {weather}, slow dolly-in",
    light=["dawn", "noon", "dusk"],
    weather=["thin mist", "heavy rain"],
    resolution="480p",
)
"""


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = JupyterServer(Path(folder) / "jupyter")
        server.start()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        try:
            take_pictures(server, browser, "light", "")
            take_pictures(server, browser, "dark", "-dark")
        finally:
            browser.close()
            server.stop()


def take_pictures(server: JupyterServer, browser: Browser, theme: Literal["light", "dark"], suffix: str) -> None:
    cells = [GUIDE_IMAGE, FORM, "%load_ext seedance_widgets", f"%seedance {PROMPT}"]
    cells += [ITERATE, "Compare(first, keeper)", "Gallery()", SWEEP]
    path = server.write_notebook(f"pictures{suffix}", cells)
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme, device_scale_factor=2
    )
    notebook = NotebookPage(context, context.new_page(), server, path, "lab")
    notebook.open()
    notebook.page.keyboard.press("Control+B")  # the file browser only takes room
    notebook.run_all()
    notebook.wait_idle()

    form = notebook.cell(1).get_by_role("form", name="New video")
    form.get_by_role("textbox", name="Prompt").fill(PROMPT)
    with notebook.page.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Add first frame").click()
    chooser.value.set_files(path.parent / "dawn.png")
    form.get_by_role("button", name="Replace first frame").wait_for(timeout=PATIENCE_MS)
    picture(form, f"form{suffix}")

    job = notebook.cell(3)
    job.get_by_role("button", name="Play", exact=True).wait_for(timeout=PATIENCE_MS)
    picture(job, f"finished-cell{suffix}")

    compare = notebook.cell(5).get_by_role("region", name="Compare")
    compare.get_by_role("button", name="Play", exact=True).wait_for(timeout=PATIENCE_MS)
    picture(compare, f"compare{suffix}")
    gallery = notebook.cell(6).get_by_role("region", name="History")
    gallery.scroll_into_view_if_needed()
    expect(gallery.locator("article img:visible")).to_have_count(TAKES, timeout=PATIENCE_MS)
    picture(gallery, f"gallery{suffix}")
    sweep = notebook.cell(7).get_by_role("region", name="Sweep")
    sweep.scroll_into_view_if_needed()
    sweep.get_by_role("button", name="Render 6 videos").click()
    expect(sweep).to_contain_text("6 of 6 settled", timeout=PATIENCE_MS)
    expect(sweep.locator("img:visible")).to_have_count(6, timeout=PATIENCE_MS)
    picture(sweep, f"sweep{suffix}")
    context.close()


def picture(what: Locator, name: str) -> None:
    what.scroll_into_view_if_needed()
    what.page.mouse.move(0, 0)  # what it rests on would show its tools
    taken = io.BytesIO(what.screenshot(animations="disabled"))
    path = PICTURES / f"{name}.webp"
    Image.open(taken).convert("RGB").save(path, quality=QUALITY, method=6)
    print(f"    {path} ({path.stat().st_size // 1000} kB)")


if __name__ == "__main__":
    main()
